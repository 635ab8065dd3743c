"""What was read of a message: of whom it speaks, which document it brings, and what forbids to go on without a person."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from simulator.ins.oid import InsOid

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Values = dict[str, str | None]
"""Identity fields by name, those of ``reception.FIELDS``."""

NEEDED: Final = ("birth_name", "first_names", "first_name", "birth_date", "sex", "birth_place")
"""What an INS never comes without (905 in the ANS volets)."""


class Act(StrEnum):
    """What a document wants; the letters of OBX-11."""

    NEW = "F"
    REPLACES = "C"
    DELETES = "D"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One document, or one identity, as a message brings it."""

    values: Values
    status: str | None = None
    """At the sender."""
    document: str | None = None
    """How the document is called; ``None``: the message is about the identity alone."""
    document_id: str = ""
    act: Act = Act.NEW
    problem: str | None = None
    """Why a person has to look: a code of the ANS volets (903, 905), or ``CONTRADICTORY``."""
    identifiers: tuple[tuple[str, str], ...] = field(default=())
    """All identifiers of the patient, OID and value: that of the sender's own file among them."""
    former: tuple[tuple[str, str], ...] = field(default=())
    """INS that the patient no longer has, OID and value, where the message says so: none is ever taken."""
    around: tuple[Values, ...] = field(default=())
    """What the envelope says of the patient: metadata, subject, PID."""


class UnreadableError(ValueError):
    """A message could not be read: ``str()`` says what was expected."""


def ins_of(identifiers: Iterable[tuple[str, str]]) -> tuple[str | None, str | None]:
    """Return the matricule and the OID among identifiers, which are an OID and a value each.

    The OID decides, whole, never the value nor the name of the authority. More than one INS is none.
    """
    known = frozenset(InsOid)
    found = {(value, oid) for oid, value in identifiers if oid in known}
    return found.pop() if len(found) == 1 else (None, None)


def judged(arrived: Arrived) -> Arrived:
    """Return what was read with what is wrong with it, by itself or against its envelope."""
    values = arrived.values
    if any(_contradicts(values, other) for other in arrived.around):
        return replace(arrived, problem="CONTRADICTORY")
    if not (values.get("matricule") and values.get("oid")):
        return replace(arrived, problem="903")
    if not all(values.get(name) for name in NEEDED):
        return replace(arrived, problem="905")
    return arrived


def _contradicts(inside: Mapping[str, str | None], outside: Mapping[str, str | None]) -> bool:
    """Tell whether an envelope names somebody else than its document: what it leaves out contradicts nothing."""
    return any(value and inside.get(name) != value for name, value in outside.items())


def date_of(text: str | None) -> str | None:
    """Return a date written AAAAMMJJ, with or without a time, as AAAA-MM-JJ."""
    digits = (text or "")[:8]
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if len(digits) == 8 and digits.isdigit() else None  # noqa: PLR2004
