"""Which document checks an identity on its way to a status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.drivers.errors import RefusedError
from conformance.drivers.model import Status
from conformance.suite.desk.routes import ALSO_CHECKED_WITH

if TYPE_CHECKING:
    from conformance.drivers.model import Actor, Patient
    from conformance.drivers.protocol import Driver
    from conformance.suite.desk.routes import Route


def checked_on_the_way(lgo: Driver, patient: Patient, route: Route, actor: Actor) -> bool:
    """Check somebody on the document that belongs to a way, if one does; tell whether that could be done."""
    if (kind := ALSO_CHECKED_WITH.get(route)) is None:
        return False
    try:
        lgo.record_proof(patient.id, kind, actor=actor)
        after = lgo.validate_identity(patient.id, actor=actor)
    except RefusedError:
        return False
    return after.status in {Status.VALI, Status.QUAL}
