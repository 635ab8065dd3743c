"""What a check saw: acts on the software, INSi exchanges, states of a patient, notes, in the order they came.

Values are plain (strings, numbers, lists, mappings), so that a record can hold them. Secrets are masked when the
record is written (``writing``).
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import Enum
from functools import lru_cache
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from conformance.record.raw import masked_headers
from simulator.journal.exchange import INSI
from simulator.journal.masking import mask_text
from simulator.registry.person import Person, to_json
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from conformance.drivers.model import Patient
    from conformance.record.missed import Missed
    from simulator.client import ExchangeView

Plain: TypeAlias = Any
"""JSON-like data: None, bool, int, float, str, list of Plain, dict of str to Plain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One identity field or status that an act changed."""

    name: str
    before: Plain
    after: Plain


@dataclass(frozen=True, slots=True, kw_only=True)
class ActEntry:
    """A verb asked of the software under test (or of the bench), and how it ended."""

    at: datetime
    verb: str
    actor: str = ""
    """``user (ROLE)``; empty when the verb has no actor."""
    arguments: Mapping[str, Plain] = field(default_factory=dict)
    outcome: str = "returned"
    """``returned``, ``refused``, ``not_supported`` or ``error``."""
    result: Plain = None
    """What was returned, or the text of the refusal or error."""
    changes: tuple[Change, ...] = ()
    """What changed in the patient since the software last showed it to this check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something the simulator noticed about a request it could answer all the same."""

    code: str
    text: Text
    evidence: str = ""
    """How we know that it is worth a remark: ``official``, ``observed``, ``reported`` or ``inferred``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeEntry:
    """A SOAP call that INSi received, and its answer; or what a sink received, when ``service`` says so."""

    at: datetime
    number: int
    """Its number in the journal of the simulator."""
    operation: str
    code: str
    http_status: int
    request: str
    response: str
    explanation: tuple[Text, ...] = ()
    """Why the simulator answered so, in lines."""
    remarks: tuple[Remark, ...] = ()
    """What the simulator noticed about the request."""
    url: str = ""
    """Where the call came."""
    request_headers: Mapping[str, str] = field(default_factory=dict)
    """Of HTTP, secrets masked; empty when they are not known."""
    response_headers: Mapping[str, str] = field(default_factory=dict)
    service: str = INSI
    """Who answered: ``insi``, ``dmp`` or ``mssante``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverEntry:
    """What travelled between the bench and the software for an act: kept of checks that did not pass."""

    at: datetime
    """When the act began: the moment of its ``ActEntry``."""
    verb: str
    sent: str
    """Request line, headers and body; or the line sent to a program. Secrets are masked, what is long is cut."""
    received: str = ""
    """The same of the answer; empty when none came."""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakEntry:
    """Here the check ended before its last line: what comes after it is clean-up."""

    at: datetime
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class StateEntry:
    """A patient before and after something, as the software shows them."""

    at: datetime
    before: Mapping[str, Plain]
    after: Mapping[str, Plain]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteEntry:
    """A remark of the check or of the bench."""

    at: datetime
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentEntry:
    """A document that the software produced, and what was read in it."""

    at: datetime
    name: str
    format: str
    """``cda``, ``hl7v2``, ``fhir``, ``datamatrix``, ``pdf``, ``mail``, ``xdm`` or ``xds``."""
    sha256: str
    file: str = ""
    """Where it lies in the campaign folder, with ``/``; empty when it was not kept."""
    values: Mapping[str, Plain] = field(default_factory=dict)
    """The identity read in it, by field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentEntry:
    """A file kept beside the record: a screen shot, a log, a photograph of a print."""

    at: datetime
    name: str
    sha256: str
    file: str
    """Where it lies in the campaign folder, with ``/``."""
    media_type: str = "application/octet-stream"
    exchange: int = 0
    """Number of the exchange that it shows the outcome of; 0: of none."""


Entry: TypeAlias = (
    ActEntry
    | ExchangeEntry
    | DriverEntry
    | StateEntry
    | NoteEntry
    | DocumentEntry
    | AttachmentEntry
    | BreakEntry
)


def _nobody(_entry: Entry) -> None:
    """Tell nobody."""


class Timeline:
    """What one check saw. The engine gives one to each check and adds acts and exchanges by itself.

    Args:
        on_entry: is told of each entry as it comes, such as the writer of the record.
    """

    def __init__(self, on_entry: Callable[[Entry], object] = _nobody) -> None:
        """Begin empty."""
        self._on_entry = on_entry
        self._entries: list[Entry] = []
        self._exchanges_seen: set[tuple[str, int]] = set()
        self.missed: dict[Missed, None] = {}
        """The paths apart that the check could not take, in order."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Everything recorded so far, in order."""
        return tuple(self._entries)

    def add(self, entry: Entry) -> None:
        """Append an entry."""
        self._entries.append(entry)
        self._on_entry(entry)

    def clear(self) -> None:
        """Forget the entries: the record has them."""
        self._entries.clear()

    def note(self, text: str | Text) -> None:
        """Record a remark; a plain string is shown as it is in both languages."""
        self.add(NoteEntry(at=_now(), text=text if isinstance(text, Text) else Text.same(text)))

    def miss(self, missed: Missed) -> None:
        """Record that a path apart was not tested; one already recorded is left where it is."""
        if missed in self.missed:
            return
        self.missed[missed] = None
        self.note(
            Text(
                f"voie non testée : {missed.shown('fr')} {missed.reason.fr}".rstrip(),
                f"path not tested: {missed.shown('en')} {missed.reason.en}".rstrip(),
            )
        )

    @contextmanager
    def gathering(self) -> Iterator[dict[Missed, None]]:
        """Yield the paths apart that are missed within the block, those included that were missed before it too."""
        before, self.missed = self.missed, {}
        try:
            yield self.missed
        finally:
            self.missed = before | self.missed

    def state(self, before: Patient | None, after: Patient | None) -> None:
        """Record two states of a patient and what differs between them."""
        old, new = plain(before) or {}, plain(after) or {}
        self.add(StateEntry(at=_now(), before=old, after=new, changes=changes_between(old, new)))

    def exchange(self, exchange: ExchangeView) -> None:
        """Record an exchange of INSi or of a sink; one already recorded is left where it is."""
        # Sinks that a check opens by itself count on their own.
        if (key := (exchange.service, exchange.id)) in self._exchanges_seen:
            return
        self._exchanges_seen.add(key)
        shown = str if exchange.service == INSI else _beginning
        self.add(
            ExchangeEntry(
                at=_now(),
                number=exchange.id,
                operation=exchange.operation or "",
                code=exchange.code or "",
                http_status=exchange.http_status,
                request=shown(exchange.request_xml),
                response=shown(exchange.response_xml),
                explanation=_lines(exchange.explanation),
                remarks=tuple(
                    Remark(
                        code=finding.get("code", ""),
                        text=Text(finding.get("fr", ""), finding.get("en", "")),
                        evidence=finding.get("evidence", ""),
                    )
                    for finding in exchange.findings
                ),
                url=_url(exchange),
                request_headers=masked_headers(exchange.request_headers),
                response_headers=masked_headers(exchange.response_headers),
                service=exchange.service,
            )
        )


LONGEST_SUBMISSION: Final = 20_000
"""Characters of a submission or mail that are shown: the documents in it are kept whole, as documents."""


def _beginning(message: str) -> str:
    """Return the beginning of a message that carries documents, masked before it is cut."""
    text = mask_text(message[: 4 * LONGEST_SUBMISSION])
    if len(text) <= LONGEST_SUBMISSION and len(message) <= 4 * LONGEST_SUBMISSION:
        return text
    return f"{text[:LONGEST_SUBMISSION]}\n… ({len(message)})"


def _url(exchange: ExchangeView) -> str:
    host = next((value for name, value in exchange.request_headers.items() if name.lower() == "host"), "")
    return f"http://{host}{exchange.path}" if host else exchange.path


_SECRET = re.compile(r"password|passwd|secret|token|private_key|api_key|authorization", re.IGNORECASE)


def plain(value: object) -> Plain:
    """Return ``value`` as JSON-like data; empty fields of a dataclass are left out, secrets are replaced."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return value
    return _object(value) if kind in _FIELDS else _plain_other(value)


def _plain_other(value: object) -> Plain:
    match value:
        case Enum():
            return plain(value.value)
        case None | bool() | int() | float():
            return value
        case str():
            return str(value)
        case bytes():
            # Documents are kept as files; a line of the record only says which one it was.
            return f"{len(value)} octets, SHA-256 {hashlib.sha256(value).hexdigest()}"
        case datetime() | date():
            return value.isoformat()
        case Person():
            return _members(to_json(value).items(), keep_empty=False)
        case Mapping():
            return _members(value.items())
        case set() | frozenset():
            return sorted((plain(item) for item in value), key=str)
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            return _object(value)


_FIELDS: dict[type, tuple[tuple[str, bool], ...]] = {}
"""The fields of the dataclasses met so far, and whether what is in one is a secret."""


def _object(value: object) -> Plain:
    """Return a dataclass as its fields, and anything else as it prints itself."""
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return str(value)
    names = _FIELDS.get(type(value))
    if names is None:
        every = [field.name for field in dataclasses.fields(value)]
        names = _FIELDS[type(value)] = tuple((name, _is_secret(name)) for name in every)
    members: dict[str, Plain] = {}
    # The members of answers are most of a record: those that are texts, or nothing, are told at once.
    for name, is_secret in names:
        member = getattr(value, name)
        if member is None or member == "":
            continue
        if is_secret and member:
            members[name] = "***"
        elif type(member) is str:
            members[name] = member
        elif not _is_empty(member):
            members[name] = plain(member)
    return members


def changes_between(before: Mapping[str, Plain], after: Mapping[str, Plain]) -> tuple[Change, ...]:
    """Return the fields that differ, in the order of the fields."""
    names = [*before, *(name for name in after if name not in before)]
    return tuple(
        Change(name=name, before=before.get(name), after=after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    )


def _members(pairs: Iterable[tuple[object, object]], *, keep_empty: bool = True) -> dict[str, Plain]:
    return {
        str(name): "***" if value and _is_secret(str(name)) else plain(value)
        for name, value in pairs
        if keep_empty or not _is_empty(value)
    }


@lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    return _SECRET.search(name) is not None


def _is_empty(value: object) -> bool:
    return value is None or (not value and value in ("", (), frozenset(), {}, []))


def _lines(explanation: Mapping[str, list[str]]) -> tuple[Text, ...]:
    pairs = zip_longest(explanation.get("fr", ()), explanation.get("en", ()), fillvalue="")
    return tuple(Text(fr.strip(" -"), en.strip(" -")) for fr, en in pairs)


def _now() -> datetime:
    return datetime.now(UTC)
