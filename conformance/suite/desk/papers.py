"""What the software produced about somebody, held against what INSi answered and against the status of the identity.

A problem that ``conformance.documents`` finds is given to the rule that states it; one about the identity as such (key,
names, dates) to the rule of the format where it stands. FAIL is left to what is seen or arithmetic; what is inferred is
for a person to look at.
"""

from __future__ import annotations

import re
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from conformance.documents import Expected, Severity, check_document, read_document
from conformance.documents import Status as Known
from conformance.documents.numbers import compact
from conformance.documents.record import Format, PlaceKind
from conformance.record.timeline import DocumentEntry
from conformance.suite.desk.mingled import mingled, words_of
from conformance.verdicts import Aside, Departure, UndecidedError, Verdict
from simulator.ins.matricule import NUMBER_LENGTH
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from conformance.documents import Document as Read
    from conformance.documents import Problem
    from conformance.drivers.model import Patient
    from conformance.drivers.partners import Document
    from conformance.drivers.protocol import RefusedError
    from conformance.record.timeline import Entry
    from simulator.registry.person import Person

_HOME: Final = {
    PlaceKind.SEGMENT: "TRA-04",
    PlaceKind.JSON: "TRA-06",
    PlaceKind.LINE: "DOC-01",
    PlaceKind.PIXELS: "DOC-03",
    PlaceKind.BLOCK: "DOC-03",
    PlaceKind.HEADER: "TRA-07",
    PlaceKind.XPATH: "TRA-03",
}
"""The rule that answers for an identity told at a place of this kind."""
_OWN: Final = ("DOC-", "TRA-", "ATT-", "PRF-")
"""How the keys of rules about documents begin; other keys tell what is wrong, not where."""
_SHOWN: Final = 3
_INS_OID: Final = re.compile(r"(?<![0-9.])1\.2\.250\.1\.213\.1\.4\.(?:8|9|10|11)(?![0-9]|\.[0-9])")
_STREAM: Final = re.compile(rb"stream\r?\n")
_UNPACKED: Final = 1024 * 1024
"""Bytes of a stream that are looked at."""


@dataclass(frozen=True, kw_only=True)
class Artefact:
    """One thing that the software produced about a subject."""

    label: str
    """What was asked for: ``LABEL``, ``HL7V2``, ``MSSANTE VACCINATION_NOTE``."""
    document: Document
    expected: Expected
    recipient: str | None = None

    @cached_property
    def read(self) -> Read:
        """What the bench reads in it."""
        return read_document(self.document.content, self.document.name)

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with it, for the identity and the status that are known."""
        return check_document(self.read, self.expected).problems

    @property
    def parts(self) -> list[Read]:
        """The document and all those inside it."""
        return list(self.read.walk())

    @cached_property
    def words(self) -> str:
        """All that it says, as words; see ``mingled``."""
        return words_of(self.parts)

    def inside(self, form: Format) -> list[Read]:
        """Return the documents of a format in it, itself included."""
        return [one for one in self.parts if one.format is form]


@dataclass(slots=True, kw_only=True)
class Subject:
    """Somebody at a status, and what the software produced about them."""

    key: str
    """Shown in reasons: the part of the cast, and how the file came to its status."""
    person: Person
    patient: Patient
    """As read when everything was produced."""
    artefacts: list[Artefact] = field(default_factory=list)
    refused: dict[str, RefusedError] = field(default_factory=dict)
    """What the software refused to produce, by label."""
    reached: dict[str, bool] = field(default_factory=dict)
    """Whether what was said to be sent came to a stand-in, where there is one; by label."""
    went: dict[str, str | None] = field(default_factory=dict)
    """What was sent, by label, with its recipient: told even of a sending whose bytes the software cannot give."""
    not_sent: dict[str, str] = field(default_factory=dict)
    """What it decided not to send, by label, with its reason."""
    papers: dict[str, str] = field(default_factory=dict)
    """What was printed before anything was sent, as words, by kind."""
    may_be_held: bool = False
    """Whether nothing need leave of them for now: what leaves is judged all the same."""
    entries: tuple[Entry, ...] = ()

    @property
    def is_qualified(self) -> bool:
        """Whether the INS may leave."""
        return self.patient.status.value == "QUAL"

    @property
    def documents(self) -> tuple[Entry, ...]:
        """The lines of the timeline that name what was produced: what a rule that looks at it shows as evidence."""
        return tuple(one for one in self.entries if isinstance(one, DocumentEntry))


def expected_of(person: Person, patient: Patient) -> Expected:
    """Return what documents about a file are held against: what INSi knows of the person, and what the file adds."""
    return Expected(
        identity=person.identity,
        first_name=patient.first_name,
        used_name=patient.used_name,
        used_first_name=patient.used_first_name,
        status=Known(patient.status.value),
    )


def owned_by(rule: str) -> Callable[[Problem, Artefact], bool]:
    """Return what tells whether a problem belongs to a rule."""
    return lambda problem, artefact: rule in owners(problem, artefact)


def owners(problem: Problem, artefact: Artefact) -> set[str]:
    """Return the keys of the rules that answer for a problem."""
    told = {key for key in problem.rules if key.startswith(_OWN)}
    place = problem.places[0] if problem.places else None
    if place is not None and "nonXMLBody" in place.file:
        told.add("DOC-06")
    if told:
        return told
    if place is None or (place.kind is PlaceKind.FILE and not place.path):
        return {_of_format(artefact.read.format)}
    if place.kind is PlaceKind.XPATH and (
        "METADATA" in place.file.upper() or artefact.read.format is Format.XDS
    ):
        return {"TRA-05"}
    return {_HOME.get(place.kind, _of_format(artefact.read.format))}


def _of_format(form: Format) -> str:
    return {
        Format.CDA: "TRA-03",
        Format.HL7V2: "TRA-04",
        Format.FHIR: "TRA-06",
        Format.MAIL: "TRA-07",
        Format.XDM: "TRA-05",
        Format.XDS: "TRA-05",
        Format.DATAMATRIX: "DOC-03",
        Format.EXPORT: "TRA-20",
    }.get(form, "DOC-01")


def expect_right(
    found: Iterable[tuple[Subject, Artefact]],
    mine: Callable[[Problem, Artefact], bool],
    *,
    nothing: tuple[str, str] | None = None,
) -> list[tuple[Subject, Artefact]]:
    """Check that nothing is wrong with documents for one rule, and return them.

    Args:
        found: whose, and which.
        mine: tells whether a problem is one for this rule; see ``owned_by``.
        nothing: what to say, in French and English, when there is no document at all.

    Raises:
        Departure: something is wrong, with every place quoted.
        UndecidedError: a person has to look (REVIEW), or there is nothing to look at (NOT_TESTED).
    """
    looked = list(found)
    if not looked:
        fr, en = nothing or (
            "aucun document de cette sorte n'est produit",
            "no document of this kind is produced",
        )
        raise UndecidedError(fr, en, verdict=Verdict.NOT_TESTED)
    faults: list[tuple[Subject, Artefact, Problem]] = []
    doubts: list[tuple[Subject, Artefact, Problem]] = []
    everybody = {id(subject): subject.person for subject, _ in looked}.values()
    for subject, artefact in looked:
        others = mingled(
            artefact.read,
            artefact.words,
            person=subject.person,
            patient=subject.patient,
            everybody=everybody,
        )
        for problem in (*artefact.problems, *others):
            if mine(problem, artefact):
                (faults if problem.severity is Severity.FAIL else doubts).append((subject, artefact, problem))
    if faults:
        raise Departure(_told(faults, "fr"), _told(faults, "en"))
    if doubts:
        raise UndecidedError(_told(doubts, "fr"), _told(doubts, "en"), verdict=Verdict.REVIEW)
    return looked


def asides_of(subject: Subject, artefact: Artefact) -> Iterator[Aside]:
    """Yield what is wrong with a document for a check that is about something else: a rule may not look at this subject.

    That it answers for this one as well is deduced: a WARNING.
    """
    for problem in artefact.problems:
        if problem.severity is Severity.FAIL:
            said = [(subject, artefact, problem)]
            yield Aside(
                rules=tuple(sorted(owners(problem, artefact))),
                reason=Text(_told(said, "fr"), _told(said, "en")),
                inferred=True,
            )


def _told(found: Sequence[tuple[Subject, Artefact, Problem]], lang: str) -> str:
    """Return problems on one line: the first of each kind, and how many there are."""
    kinds: dict[str, tuple[Subject, Artefact, Problem]] = {}
    for one in found:
        kinds.setdefault(one[2].code, one)
    lines = [_line(*one, lang) for one in list(kinds.values())[:_SHOWN]]
    more = len(found) - len(lines)
    rest = f" (+{more})" if more > 0 else ""
    return f"{' ; '.join(lines)}{rest}"


def _line(subject: Subject, artefact: Artefact, problem: Problem, lang: str) -> str:
    said = problem.text.fr if lang == "fr" else problem.text.en
    spots = "; ".join(
        f"{one.place.text.fr if lang == 'fr' else one.place.text.en}"
        + (f" « {one.text} »" if one.text else "")
        for one in problem.quotes[:2]
    )
    return f"[{subject.key}, {artefact.label}] {said}" + (f" ({spots})" if spots else "")


def need_statuses(found: Iterable[tuple[Subject, Artefact]], *wanted: str) -> None:
    """Make sure that something was produced at each of these statuses: nothing is proved by what is not produced.

    Raises:
        UndecidedError: nothing was, at one of them.
    """
    seen = {subject.patient.status.value for subject, _ in found}
    if missing := sorted(set(wanted) - seen):
        raise UndecidedError(
            f"rien n'a pu être produit au statut {', '.join(missing)}",
            f"nothing could be produced at the status {', '.join(missing)}",
            verdict=Verdict.NOT_TESTED,
        )


BEFORE_QUALIFIED: Final = ("PROV", "RECUP", "VALI")
"""The statuses at which nothing of the INS may leave."""


def expect_no_ins(found: Iterable[tuple[Subject, Artefact]]) -> None:
    """Check that nothing of the INS is in any document of people who are not qualified: not even where no trait is read.

    Looked at: what was read, the name of the file, and the bytes themselves, compressed streams of a PDF included.

    Raises:
        Departure: the number, whole or without its key, or the OID of an INS, is there.
    """
    for subject, artefact in found:
        number = subject.person.identity.matricule.value
        for where, text in _texts(artefact):
            packed = compact(text)
            said = next((one for one in (number, number[:NUMBER_LENGTH]) if one in packed), None)
            if said is None and (match := _INS_OID.search(text)):
                said = match[0]
            if said is not None:
                raise Departure(
                    f"[{subject.key}, {artefact.label}] identité non qualifiée, et « {said} » sort du logiciel ({where.fr})",
                    f"[{subject.key}, {artefact.label}] identity not qualified, and “{said}” leaves the software ({where.en})",
                )


def _texts(artefact: Artefact) -> Iterator[tuple[Text, str]]:
    yield Text("nom du fichier", "name of the file"), artefact.document.name
    if artefact.recipient:
        yield Text("adresse du destinataire", "address of the recipient"), artefact.recipient
    for part in artefact.parts:
        yield Text(f"texte de {part.name}", f"text of {part.name}"), part.text
        if part.data:
            for stream in _streams(part.data):
                yield Text(f"octets de {part.name}", f"bytes of {part.name}"), stream
    if artefact.read.format is not Format.PDF:
        yield Text("octets", "bytes"), artefact.document.content.decode("latin-1")


def _streams(data: bytes) -> Iterator[str]:
    """Yield the bytes of a PDF as text, in both widths, and each stream that can be unpacked."""
    yield data.decode("latin-1")
    yield data.replace(b"\0", b"").decode("latin-1")
    for match in _STREAM.finditer(data):
        with suppress(zlib.error):
            unpacked = zlib.decompressobj().decompress(data[match.end() :], _UNPACKED)
            # Fonts and images hold any digits; words are told by what is around them.
            if b"<x:xmpmeta" in unpacked or b"<xmp" in unpacked or b"/Title" in unpacked:
                yield unpacked.decode("latin-1")
