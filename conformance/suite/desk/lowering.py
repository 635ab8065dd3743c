"""An identity lowered by hand or marked, for what comes after it: not all software lets an ordinary user do that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.drivers.errors import RefusedError
from conformance.drivers.model import Status
from conformance.suite.desk.apart import ATTRIBUTES, DOWNGRADE, NotOfferedError

if TYPE_CHECKING:
    from conformance.drivers.model import Attribute, Patient
    from conformance.suite.desk.steps import Desk


def lowered(desk: Desk, patient: Patient, to: Status | Attribute) -> Patient:
    """Have an identity lowered by hand, or marked, and return the file.

    Raises:
        NotOfferedError: the software refuses it to an ordinary user: whoever may do it, the rule is judged without it.
    """
    path = DOWNGRADE if isinstance(to, Status) else ATTRIBUTES
    try:
        if isinstance(to, Status):
            desk.lgo.downgrade_status(patient.id, to, actor=desk.user)
        else:
            desk.lgo.set_attributes(patient.id, frozenset({to}), actor=desk.user)
    except RefusedError as refusal:
        raise NotOfferedError(
            path,
            f"refusé à un utilisateur ordinaire : {refusal.message}",
            f"refused to an ordinary user: {refusal.message}",
        ) from refusal
    return desk.read(patient)
