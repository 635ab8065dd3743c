"""The morning after: what was begun in the evening is finished, and what was locked is locked still.

``nights`` looks at files that nobody touches. Here somebody goes on: an answer that waited is accepted, a used name and a
locked trait are changed, the log of the day before is read. Then weeks go by, in which a child comes of age, and years.

Lived once a campaign; no text speaks of a night, so that what only time did after the first one is a deduction.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import LOG
from conformance.suite.desk.clocks import passing
from conformance.suite.desk.full import record_weak
from conformance.suite.desk.people import NAMES_IN_USE, another_value
from conformance.suite.desk.routes import Route
from conformance.suite.desk.words import insi_values
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.desk.snapshot import Snapshot
    from conformance.suite.desk.steps import Desk

LATER: Final = 60
"""Days after which the child is of age."""
YEARS: Final = 2300
"""Days that are more than five years."""
Line = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Morning:
    """What was seen."""

    locked: tuple[Snapshot, Snapshot]
    """An identité qualifiée before and after an ordinary user tried to change a locked trait, the morning after."""
    renamed: tuple[Snapshot, Snapshot] | None
    """The same before and after a change of the used first name; ``None``: the software refused it."""
    new_name: str
    waited: tuple[Snapshot, Snapshot] | None
    """The file of an answer that waited overnight, before and after it was accepted; ``None``: it was refused."""
    fed: dict[str, str | None]
    """What that answer said."""
    weak: tuple[Snapshot, Snapshot] | None
    """An identité récupérée with a document that is not enough; ``None``: the software records none."""
    grown: tuple[Snapshot, Snapshot] | None
    """A child, checked and fed, before and after the day on which they came of age."""
    old: tuple[Snapshot, Snapshot]
    """The identité qualifiée after years."""
    log: tuple[Counter[Line], Counter[Line]] | None
    """What INSi had answered for it, as logged before and after the night."""


def morning(desk: Desk) -> Morning:
    """Return what was seen; lived once a campaign.

    Raises:
        VerbNotSupportedError: the clock of this software cannot be set.
    """
    return desk.once("morning-after", _live)


def _live(desk: Desk) -> Morning:
    person, other = desk.draw(first_names_count=2), desk.draw(first_names_count=2)
    patient = desk.bring(person, Route.IMPORTED_CHECKED, **NAMES_IN_USE)
    waiting = desk.create(other, birth_place="99999", first_names=None)
    call = desk.find(waiting)
    weak, child = _weak(desk), _child(desk)
    name = "DRIMVAL"
    # Before the clock is touched: a software may do the work of its nights whenever that is set.
    evening, log = desk.snapshot(patient), _log(desk, patient)
    weak_before, waited_before = weak and desk.snapshot(weak), desk.snapshot(waiting)
    child_before = child and desk.snapshot(child)
    with passing(desk) as time:
        time.passes(days=1)
        written = _log(desk, patient)
        _try(desk, patient, {"birth_place": another_value(desk, person, "birth_place")})
        tried = desk.snapshot(patient)
        done = _try(desk, patient, {"used_first_name": name})
        renamed = desk.snapshot(patient)
        weak_after = weak and desk.snapshot(weak)
        accepted = desk.try_accept(call)
        waited = None if isinstance(accepted, RefusedError) else (waited_before, desk.snapshot(waiting))
        time.passes(days=LATER)
        child_after = child and desk.snapshot(child)
        time.passes(days=YEARS)
        later = desk.snapshot(patient)
    return Morning(
        locked=(evening, tried),
        renamed=(tried, renamed) if done else None,
        new_name=name,
        waited=waited,
        fed=dict(insi_values(other)),
        weak=(weak_before, weak_after) if weak_before and weak_after else None,
        grown=(child_before, child_after) if child_before and child_after else None,
        old=(renamed, later),
        log=None if log is None or written is None else (log, written),
    )


def _try(desk: Desk, patient: Patient, changes: dict[str, str | None]) -> bool:
    with suppress(RefusedError):
        desk.lgo.update_patient(patient.id, changes, actor=desk.user)
        return True
    return False


def _weak(desk: Desk) -> Patient | None:
    patient = desk.bring(desk.draw(birth_date="1984-09-25"), Route.IMPORTED)
    return patient if record_weak(desk, patient) else None


def _child(desk: Desk) -> Patient | None:
    """Return the file of a child who comes of age within ``LATER`` days; ``None``: nobody so young is validated here."""
    eighteen = datetime.now(UTC).date() + timedelta(days=LATER // 2)
    born = f"{eighteen.year - 18}-{eighteen.month:02d}-{min(eighteen.day, 28):02d}"
    with suppress(UndecidedError):
        return desk.bring(desk.draw(birth_date=born), Route.IMPORTED_CHECKED)
    return None


def _log(desk: Desk, patient: Patient) -> Counter[Line] | None:
    with desk.if_offered(LOG), suppress(RefusedError):
        entries = desk.lgo.read_audit_log(actor=desk.user, patient_id=patient.id)
        return Counter(
            (entry.action, entry.user, entry.code or "", str(sorted(entry.returned.items())))
            for entry in entries
            if entry.action == "INSI_CALL"
        )
    return None
