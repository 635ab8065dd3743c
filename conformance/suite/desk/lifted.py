"""The mark of a homonym that a software takes away by itself, once INSi has said the INS right.

No text says who takes it away, nor when: two people whom INSi tells apart are told apart. A mark that is taken away is a change like
any other, and in the log; one that is only lost is in no log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.drivers.errors import RefusedError, VerbNotSupportedError
from conformance.suite.desk.added import added

if TYPE_CHECKING:
    from conformance.drivers.model import Actor
    from conformance.drivers.protocol import Driver

_CALLS: Final = ("INSI_CALL", "INSI_VERIFICATION")


def is_lift_logged(lgo: Driver, patient_id: str, actor: Actor) -> bool:
    """Return whether the log of a file tells of a change since its last verification, neither a call nor a look; or no log is shown."""
    try:
        entries = lgo.read_audit_log(actor=actor, patient_id=patient_id)
        lgo.read_patient(patient_id, actor=actor)
        again = lgo.read_audit_log(actor=actor, patient_id=patient_id)
    except RefusedError:
        return False
    except VerbNotSupportedError:
        return True
    looks = {entry.action for entry in added(entries, again)}
    verified = [number for number, entry in enumerate(entries) if entry.action == "INSI_VERIFICATION"]
    since = entries[verified[-1] + 1 :] if verified else []
    return any(entry.action not in {*_CALLS, *looks} for entry in since)
