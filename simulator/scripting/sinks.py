"""What scenarios may say of the sinks: the calls that they answer, and what is answered instead.

A rule is about a sink when its ``operation`` names one of ``SinkOperation``; a rule that names no operation is about the
teleservice alone, as it always was.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Place = tuple[str | int, ...]


class SinkOperation(StrEnum):
    """What a sink is asked, as scenarios and the journal name it."""

    ITI_41 = "ITI-41"
    """Provide and Register: a document is fed to the DMP."""
    ITI_18 = "ITI-18"
    """Registry Stored Query: which documents there are."""
    ITI_43 = "ITI-43"
    """Retrieve Document Set: documents are read back."""
    TD0_2 = "TD0.2"
    """Test of existence."""
    TD0_9 = "TD0.9"
    """Contextual access to the pages of the DMP."""
    SMTP_CONNECT = "SMTP-CONNECT"
    """A client of the mail operator is there: the first reply."""
    SMTP_AUTH = "SMTP-AUTH"
    SMTP_RCPT = "SMTP-RCPT"
    """A recipient is named."""
    SMTP_DATA = "SMTP-DATA"
    """A mail has come whole."""
    IMAP_LOGIN = "IMAP-LOGIN"
    IMAP_SELECT = "IMAP-SELECT"
    """A mailbox is opened or asked about."""
    IMAP_FETCH = "IMAP-FETCH"
    """The content of a mail is read."""


DMP_OPERATIONS: Final = frozenset(
    one.value
    for one in (
        SinkOperation.ITI_41,
        SinkOperation.ITI_18,
        SinkOperation.ITI_43,
        SinkOperation.TD0_2,
        SinkOperation.TD0_9,
    )
)
SMTP_OPERATIONS: Final = frozenset(one.value for one in SinkOperation if one.value.startswith("SMTP"))
IMAP_OPERATIONS: Final = frozenset(one.value for one in SinkOperation if one.value.startswith("IMAP"))
MAIL_OPERATIONS: Final = SMTP_OPERATIONS | IMAP_OPERATIONS
SINK_OPERATIONS: Final = DMP_OPERATIONS | MAIL_OPERATIONS
REGISTRY_OPERATIONS: Final = DMP_OPERATIONS - {SinkOperation.TD0_2, SinkOperation.TD0_9}
"""Those that answer a RegistryResponse, with error codes."""
PERSON_OPERATIONS: Final = frozenset({SinkOperation.TD0_2.value})
"""Those that answer an identity."""

ANSWERS: Final = ("dmp", "smtp", "imap")
"""Names under which a rule says what a sink answers."""
_GOES_WITH: Final = {"dmp": DMP_OPERATIONS, "smtp": SMTP_OPERATIONS, "imap": IMAP_OPERATIONS}
MAIL_CHAOS: Final = frozenset(
    {"latency", "slow-network", "no-answer", "connection-reset", "connection-closed"}
)
"""Disturbances that can be done to a reply of SMTP or IMAP: there is no body to spoil."""
_OF_INSI: Final = ("code", "fault", "person", "alter", "other_person", "history")


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkAnswer:
    """What a rule has a sink answer; which fields count depends on the operation."""

    error: str | None = None
    """DMP: errorCode of a RegistryError."""
    context: str | None = None
    """DMP: its codeContext."""
    fault: str | None = None
    """DMP: Reason of a SOAP fault."""
    accept: bool = False
    """DMP: taken, whatever is wrong with it."""
    exists: bool | None = None
    """DMP, TD0.2: whether there is a DMP."""
    person: str | None = None
    """DMP, TD0.2: role whose identity is answered."""
    reply: int | None = None
    """SMTP: code of the reply."""
    status: str | None = None
    """IMAP: ``NO`` or ``BYE``."""
    text: str | None = None
    """SMTP and IMAP: what is said with it."""

    @property
    def code(self) -> str:
        """What the journal shows of it."""
        if self.exists is not None:
            return "OK" if self.exists else "NF"
        return self.error or str(self.reply or "") or self.status or ("Fault" if self.fault else "Success")


def sink_answer(data: Mapping[str, Any]) -> SinkAnswer | None:
    """Return what ``then`` says of a sink, ``None`` when it says nothing of one."""
    if "dmp" in data:
        return SinkAnswer(**data["dmp"])
    if "smtp" in data:
        return SinkAnswer(reply=data["smtp"]["code"], text=data["smtp"].get("text"))
    if "imap" in data:
        return SinkAnswer(status=data["imap"]["status"], text=data["imap"].get("text"))
    return None


def sink_words(answer: SinkAnswer) -> tuple[str, str]:
    """Return an answer in words, French and English."""
    if answer.error is not None:
        told = f" ({answer.context})" if answer.context else ""
        return f"erreur XDS {answer.error}{told}", f"XDS error {answer.error}{told}"
    if answer.fault is not None:
        return f"erreur SOAP : {answer.fault}", f"SOAP fault: {answer.fault}"
    if answer.person is not None:
        return f"le DMP de {answer.person}", f"the DMP of {answer.person}"
    if answer.exists is not None:
        return ("le DMP existe", "the DMP exists") if answer.exists else ("pas de DMP", "no DMP")
    if answer.accept:
        return "accepté tel quel", "taken as it is"
    said = f"{answer.reply or answer.status} {answer.text or ''}".strip()
    return f"réponse {said}", f"reply {said}"


def asked_operations(when: Mapping[str, Any]) -> frozenset[str]:
    """Return the operations that a rule names, none when it names none."""
    operation = when.get("operation", ())
    return frozenset({operation} if isinstance(operation, str) else operation)


def sink_problems(at: Place, rule: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """Yield what does not go together in a rule: operations of the teleservice and of sinks, and their answers."""
    asked = asked_operations(rule["when"])
    sinks = asked & SINK_OPERATIONS
    entries = list(_entries((*at, "then"), rule["then"]))
    if not sinks:
        for place, then in entries:
            for name in ANSWERS:
                if name in then:
                    known = ", ".join(sorted(_GOES_WITH[name]))
                    yield (
                        (*place, name),
                        f"expected {name} in a rule whose operation is one of {known}, got {_shown(asked)}",
                    )
        return
    if asked != sinks:
        others = _shown(asked - sinks)
        yield (
            (*at, "when", "operation"),
            f"expected operations of INSi or of sinks in one rule, got {_shown(sinks)} and {others}",
        )
        return
    for place, then in entries:
        yield from _answer_problems(place, then, sinks)


def _entries(at: Place, then: Mapping[str, Any]) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    yield at, then
    for name in ("sequence", "cycle"):
        for index, entry in enumerate(then.get(name, ())):
            yield (*at, name, index), entry
    for index, entry in enumerate(then.get("weighted", {}).get("of", ())):
        yield (*at, "weighted", "of", index, "then"), entry["then"]


def _answer_problems(
    at: Place, then: Mapping[str, Any], asked: frozenset[str]
) -> Iterator[tuple[Place, str]]:
    for name in _OF_INSI:
        if name in then:
            yield (*at, name), f"expected {', '.join(ANSWERS)}, set or chaos for {_shown(asked)}, got {name}"
    if "raw" in then and not asked <= DMP_OPERATIONS:
        yield (
            (*at, "raw"),
            f"expected raw for operations of the DMP only, got {_shown(asked - DMP_OPERATIONS)}",
        )
    for name in ANSWERS:
        if name in then and not asked <= _GOES_WITH[name]:
            yield (*at, name), f"expected {name} for {_shown(_GOES_WITH[name])} only, got {_shown(asked)}"
    if "dmp" in then and asked <= DMP_OPERATIONS:
        yield from _dmp_problems((*at, "dmp"), then["dmp"], asked)
    if asked & MAIL_OPERATIONS:
        for index, step in enumerate(then.get("chaos", ())):
            name = step if isinstance(step, str) else next(iter(step))
            if name not in MAIL_CHAOS:
                known = ", ".join(sorted(MAIL_CHAOS))
                yield (*at, "chaos", index), f"expected one of {known} for {_shown(asked)}, got {name}"


def _dmp_problems(at: Place, dmp: Mapping[str, Any], asked: frozenset[str]) -> Iterator[tuple[Place, str]]:
    for name, operations in (
        ("error", REGISTRY_OPERATIONS),
        ("accept", frozenset({SinkOperation.ITI_41.value})),
        ("exists", PERSON_OPERATIONS),
        ("person", PERSON_OPERATIONS),
    ):
        if name in dmp and not asked <= operations:
            yield (*at, name), f"expected {name} for {_shown(operations)} only, got {_shown(asked)}"
    given = [name for name in ("error", "fault", "accept", "exists", "person") if name in dmp]
    if len(given) != 1 or ("context" in dmp and given != ["error"]):
        got = ", ".join(dmp) or "nothing"
        yield at, f"expected one of error (with context), fault, accept, exists, person; got {got}"


def _shown(operations: frozenset[str]) -> str:
    return ", ".join(sorted(operations)) or "no operation"
