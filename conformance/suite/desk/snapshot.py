"""The whole state of a file, and what may differ between two moments.

After an act that must change nothing, or only what a rule names, everything else is compared too: the ten identity
fields, the status, the attributes, the document, the billing number, the mark of an uncertain birth date and the history
of the statuses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.drivers.model import IDENTITY_FIELDS, Attribute
from conformance.suite.desk.routes import WITH_INS
from conformance.suite.desk.words import label, shown
from conformance.verdicts import Departure
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from conformance.drivers.model import Patient, StatusChange
    from conformance.drivers.screens import FormerIns

ANYTHING: Final = object()
"""In ``besides``: this may have become anything, another rule says what."""

ANOTHER: Final = object()
"""The same, but where there was something, something is left."""

HOMONYM_OR_SAME: Final = object()
"""Of the attributes: the same, or with the mark of a homonym, which no text forbids a software to set by itself."""

Moment = Text
"""When something was looked at, as a sentence ends: «après le refus de l'utilisateur»."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One file at one moment."""

    patient: Patient
    history: tuple[StatusChange, ...] | None
    """``None`` when the software does not tell it."""
    former: tuple[FormerIns, ...] | None = None
    """Its INS history; ``None``: nobody looked, or the software does not show it."""

    @property
    def values(self) -> dict[str, object]:
        """Everything that is compared, by name; empty things are ``None``."""
        patient = self.patient
        return {
            **{name: getattr(patient, name) for name in IDENTITY_FIELDS},
            "status": patient.status,
            "attributes": frozenset(patient.attributes) or None,
            "proof": patient.proof.kind if patient.proof else None,
            "billing_number": patient.billing_number or None,
            "birth_date_uncertain": patient.birth_date_uncertain or None,
        }


def expect_kept(
    after: Snapshot,
    before: Snapshot,
    moment: Moment,
    *,
    besides: Mapping[str, object] | None = None,
    ignoring: Collection[str] = (),
    inferred: bool = False,
) -> None:
    """Raise a ``Departure`` that lists all that changed, unless it was to.

    Args:
        after: the file after the act.
        before: the file before it.
        moment: what was done.
        besides: what the act had to change, by name, with the value expected, or one of the
            above; ``former``: the INS history, which is compared where both moments have it.
        ignoring: what is not looked at.
        inferred: no text says that nothing else may change here.
    """
    was, got = before.values, after.values
    said = {name: value for name, value in (besides or {}).items() if name != "former"}
    expected = was | {name: _allowed(value, was[name], got[name]) for name, value in said.items()}
    wrong = [
        name
        for name, value in expected.items()
        if name not in ignoring and value is not ANYTHING and got[name] != value
    ]
    if wrong:
        lines_fr = [_line(name, expected[name], got[name]).fr for name in wrong]
        lines_en = [_line(name, expected[name], got[name]).en for name in wrong]
        raise Departure(
            f"{moment.fr}, le dossier n'est pas ce qu'il doit être ({' ; '.join(lines_fr)})",
            f"{moment.en}, the file is not what it has to be ({'; '.join(lines_en)})",
            inferred=inferred,
        )
    _expect_history(after, before, moment, inferred=inferred)
    if (besides or {}).get("former") is not ANYTHING:
        _expect_former(after, before, moment, inferred=inferred)


def _expect_former(after: Snapshot, before: Snapshot, moment: Moment, *, inferred: bool) -> None:
    """Check that the INS history is the one before; what is shown of it once the INS is gone is in no text."""
    if not before.former or after.former is None:
        return
    if not {before.patient.status, after.patient.status} <= WITH_INS:
        return
    # The active one may be listed with the former ones, or not.
    active = {before.patient.matricule, after.patient.matricule}
    old, new = (
        sorted(
            (one.matricule, one.oid, one.start or "", one.end or "")
            for one in each
            if one.matricule not in active
        )
        for each in (before.former, after.former)
    )
    if old == new:
        return
    raise Departure(
        f"{moment.fr}, l'historique de l'INS n'est plus celui d'avant ({len(old)} entrée(s) avant, {len(new)} après)",
        f"{moment.en}, the INS history is no longer that of before ({len(old)} entries before, {len(new)} after)",
        inferred=inferred,
    )


def _allowed(value: object, was: object, got: object) -> object:
    """Return what a value has to be, ``ANYTHING`` when nothing is asked of it; ``value``: what ``besides`` says of it."""
    if value is ANOTHER:
        # Of what may be another, only the loss is one.
        return was if was is not None and got is None else ANYTHING
    if value is HOMONYM_OR_SAME:
        marked = {Attribute.HOMONYME} | (was if isinstance(was, frozenset) else set())
        return got if got == marked else was
    return value


def changes_of(history: Collection[StatusChange]) -> list[tuple[str, str]]:
    """Return the changes of status of a history; entries of the creation or without a change are no changes."""
    return [(str(entry.previous), str(entry.status)) for entry in _changing(history)]


def _changing(history: Collection[StatusChange]) -> list[StatusChange]:
    return [entry for entry in history if entry.previous is not None and entry.previous != entry.status]


def _expect_history(after: Snapshot, before: Snapshot, moment: Moment, *, inferred: bool) -> None:
    """Check that the history grew by the change of status, if there was one, and by no other."""
    if after.history is None or before.history is None:
        return
    old, new = changes_of(before.history), changes_of(after.history)
    added = new[len(old) :]
    ends = (str(before.patient.status), str(after.patient.status))
    is_chain = bool(added) and (added[0][0], added[-1][1]) == ends
    if new[: len(old)] == old and (is_chain if ends[0] != ends[1] else not added):
        _expect_signed(after.history, len(added), moment)
        return
    raise Departure(
        f"{moment.fr}, l'historique des statuts ({_arrows(new)}) ne correspond pas au dossier, passé de {ends[0]} à "
        f"{ends[1]} (avant : {_arrows(old)})",
        f"{moment.en}, the status history ({_arrows(new)}) does not agree with the file, gone from {ends[0]} to "
        f"{ends[1]} (before: {_arrows(old)})",
        inferred=inferred,
    )


def _expect_signed(history: Collection[StatusChange], added: int, moment: Moment) -> None:
    """Check that the changes just added are signed, in a history that signs others: whatever led to them, somebody did it."""
    if not added or not any((entry.author or "").strip() for entry in history):
        return
    nameless = [entry for entry in _changing(history)[-added:] if not (entry.author or "").strip()]
    if nameless:
        raise Departure(
            f"{moment.fr}, le changement de statut est historisé sans auteur, alors que d'autres en ont un",
            f"{moment.en}, the change of status is in the history without an author, although others have one",
            # Who signs what a machine does is in no text.
            inferred=True,
        )


def _arrows(changes: Collection[tuple[str, str]]) -> str:
    return ", ".join(f"{previous}→{status}" for previous, status in changes) or "-"


def _line(name: str, expected: object, got: object) -> Text:
    named = label(name)
    return Text(
        f"{named.fr} : attendu {shown(expected).fr}, obtenu {shown(got).fr}",
        f"{named.en}: expected {shown(expected).en}, got {shown(got).en}",
    )
