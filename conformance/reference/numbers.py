"""What makes a matricule and an OID acceptable, whichever way they come in (MAT-01, MAT-04 to MAT-06). Pure.

The nature, NIR or NIA, is told by the OID alone: nothing here looks at the digits for it. Whether an OID of tests is
admitted depends on the installation. A test installation admits the production OIDs too: the INSi qualification service
returns them for its test people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.drivers import site
from conformance.drivers.model import Alert
from simulator.ins.matricule import Matricule, MatriculeError
from simulator.ins.oid import InsOid, OidError, parse_oid

if TYPE_CHECKING:
    from collections.abc import Iterator


def problems(
    matricule: str | None, oid: str | None, environment: str, origin: str = "INSi a répondu avec"
) -> Iterator[Alert]:
    """Yield what is wrong with a matricule and its OID.

    Args:
        matricule: 15 characters, raw.
        oid: the dotted numbers, raw; compared whole.
        environment: ``production`` or ``test``.
        origin: where they come from, as the message to the user begins.
    """
    try:
        Matricule.parse(matricule or "")
    except MatriculeError as error:
        code = "MATRICULE_WRONG_KEY" if error.part == "key" else "MATRICULE_INVALID"
        yield Alert(code=code, message=f"{origin} un matricule inexploitable : {error}")
    try:
        known = parse_oid(oid or "")
    except OidError as error:
        yield Alert(code="OID_UNKNOWN", message=f"{origin} un OID inexploitable : {error}")
        return
    if known.is_test and environment == site.PRODUCTION:
        yield Alert(
            code="OID_OF_TESTS",
            message=f"L'OID {known} est réservé aux essais : il est refusé en production.",
        )


def nature(oid: str | None) -> str:
    """Return ``NIR`` or ``NIA`` as the OID tells it; empty without the OID of an INS."""
    try:
        return InsOid(oid or "").nature
    except ValueError:
        return ""
