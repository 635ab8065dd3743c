"""What a software tells of the fields that it locks (STA-13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.drivers.model import STRICT_FIELDS
from conformance.drivers.screens import Form
from conformance.suite.desk.apart import LOCKS_TOLD, SCREENS, NotOfferedError
from conformance.suite.desk.expect import expect
from conformance.suite.desk.routes import Route
from conformance.verdicts import Departure, UndecidedError, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.drivers.model import Patient
    from conformance.drivers.screens import FormField
    from conformance.suite.desk.steps import Desk


def expect_shown_locked(desk: Desk, patient: Patient, *, is_over: bool = False) -> None:
    """Check that the seven traits of a file in RECUP or QUAL are shown as locked, in the record or else on the screen.

    Args:
        desk: where it is.
        patient: the file as it was read.
        is_over: another act has followed: the screen would tell of the moment after it.

    Raises:
        UndecidedError: the software tells of no file which fields it locks.
    """
    if not patient.locked_fields:
        if told := desk.once("locks-told", _statuses_with_locks):
            raise Departure(
                f"aucun champ verrouillé à l'écran en {patient.status}, alors qu'il y en a en {', '.join(told)}",
                f"no field locked on screen in {patient.status}, although some are in {', '.join(told)}",
            )
        if is_over:
            raise NotOfferedError(
                LOCKS_TOLD,
                "le logiciel ne dit pas quels champs il verrouille (locked_fields), et l'écran de ce moment n'est plus là",
                "the software does not tell which fields it locks (locked_fields), and the screen of that moment is gone",
            )
        if _screen_shows_locks(desk, patient):
            return
        raise UndecidedError(
            "le logiciel ne dit pas quels champs il verrouille (locked_fields)",
            "the software does not tell which fields it locks (locked_fields)",
            verdict=Verdict.NOT_TESTED,
        )
    missing = sorted(set(STRICT_FIELDS) - patient.locked_fields)
    expect(
        not missing,
        fr=f"non verrouillés à l'écran : {', '.join(missing)}",
        en=f"not locked on screen: {', '.join(missing)}",
    )


def _screen_shows_locks(desk: Desk, patient: Patient) -> bool:
    """Tell whether the screen of the file shows fields that cannot be edited, and check that they are the seven traits."""
    fields: list[FormField] = []
    with desk.if_at_hand(SCREENS):
        fields = desk.lgo.read_form(Form.PATIENT, patient_id=patient.id, actor=desk.user)
    wrong = editable_traits(fields)
    if not {field.name for field in fields if not field.editable}.intersection(STRICT_FIELDS):
        return False
    expect(
        not wrong,
        fr=f"montrés modifiables à l'écran en {patient.status} : {', '.join(wrong)}",
        en=f"shown as editable on screen in {patient.status}: {', '.join(wrong)}",
    )
    return True


def editable_traits(fields: Iterable[FormField]) -> list[str]:
    """Return the strict traits that a screen shows as editable."""
    return sorted(field.name for field in fields if field.editable and field.name in STRICT_FIELDS)


def _statuses_with_locks(desk: Desk) -> list[str]:
    """Return the statuses in which the software tells which fields it locks."""
    return [
        route.status.value
        for route in (Route.IMPORTED, Route.IMPORTED_CHECKED)
        if desk.bring(desk.draw(), route).locked_fields
    ]
