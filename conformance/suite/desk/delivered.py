"""How a software comes to the bench: how late it shows what was done, and what it is delivered with. Found out once a campaign."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final, TypeVar

from conformance.drivers import site
from conformance.drivers.lateness import HISTORIES, TRACES
from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS, SearchCriteria, Verb
from conformance.drivers.protocol import DriverError, RefusedError
from conformance.suite.desk.apart import LOG, SETTINGS, path

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import Actor, Patient
    from conformance.suite.desk.standing import Standing

_T = TypeVar("_T")
_CHANGED_STATUS: Final = path(
    "changement de statut à l'historique",
    "change of status in the history",
    Verb.RECORD_PROOF,
    Verb.VALIDATE_IDENTITY,
    Verb.READ_STATUS_HISTORY,
)
_CHANGED_BY_ANOTHER: Final = path(
    "modification par un autre, au journal",
    "change by another in the log",
    Verb.UPDATE_PATIENT,
    Verb.READ_AUDIT_LOG,
)
_BY_ITSELF: Final = "validates by itself"


def learn_lateness(desk: Standing, patient: Patient, day: str) -> None:
    """Find out how late the search, the log and the history of statuses show what is done.

    Args:
        desk: where the act is done.
        patient: a file just created.
        day: the birth date that was typed.
    """
    born = SearchCriteria(birth_date=day)
    desk.lateness.learn(
        lambda: any(each.id == patient.id for each in desk.lgo.search_patients(born, actor=desk.user))
    )
    # What cannot be done, or read, is the matter of the rules about it.
    with desk.if_at_hand(LOG), suppress(RefusedError, DriverError):
        desk.lateness.learn(lambda: bool(desk.lgo.read_audit_log(actor=desk.user)), TRACES)
    with desk.if_at_hand(_CHANGED_BY_ANOTHER), suppress(RefusedError, DriverError):
        _learn_whose_log(desk, patient)
    with desk.if_at_hand(_CHANGED_STATUS), suppress(RefusedError, DriverError):
        _learn_history(desk, patient)


def _learn_whose_log(desk: Standing, patient: Patient) -> None:
    """Find out whether the log shows an ordinary user what somebody else did; if not, the entitled one reads it from then on.

    No text says that a log is read by everybody (SEC-13).
    """
    desk.lgo.update_patient(patient.id, {"used_first_name": "AUTRE"}, actor=desk.super_user)

    def shown_to(actor: Actor) -> int:
        entries = desk.lgo.read_audit_log(actor=actor, patient_id=patient.id)
        return sum(one.user.casefold() != desk.user.user.casefold() for one in entries)

    if not shown_to(desk.user) and shown_to(desk.super_user):
        desk.lgo.reserve(Verb.READ_AUDIT_LOG.value)


def _learn_history(desk: Standing, patient: Patient) -> None:
    for kind in HIGH_CONFIDENCE_PROOFS:
        with suppress(RefusedError):
            desk.lgo.record_proof(patient.id, kind, actor=desk.user)
            break
    status = desk.lgo.validate_identity(patient.id, actor=desk.user).status
    if status is patient.status:
        return  # Nothing has to be written down.

    def is_shown() -> bool:
        changes = desk.lgo.read_status_history(patient.id, actor=desk.user)
        return any(each.status is status for each in changes)

    desk.lateness.learn(is_shown, HISTORIES)


def awaited(
    desk: Standing,
    verb: Verb,
    look: Callable[[], list[_T]],
    is_shown: Callable[[list[_T]], bool] = bool,
) -> list[_T]:
    """Return what a verb shows of an act just done that has to show there.

    The first time in a campaign that it does not at once, it is waited for, and so is each time afterwards.
    """
    key = f"late {verb.value}"
    if key not in desk.memory:
        desk.memory[key] = True
        desk.lateness.learn(lambda: is_shown(look()), {verb.value})
    return look()


def switch_off(desk: Standing) -> None:
    """Switch off the automatic validation of a software that is delivered with it (Règle 19, PRF-05).

    The rules are judged without it, PRF-05 apart, which sets it as it needs.
    """
    if _BY_ITSELF not in desk.memory:
        desk.memory[_BY_ITSELF] = False
        with desk.if_at_hand(SETTINGS), suppress(RefusedError, DriverError):
            desk.memory[_BY_ITSELF] = desk.lgo.read_settings().get(site.AUTOMATIC_VALIDATION) == site.ON
    if desk.memory[_BY_ITSELF]:
        with suppress(RefusedError):
            desk.lgo.write_settings({site.AUTOMATIC_VALIDATION: site.OFF})
