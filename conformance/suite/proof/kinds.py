"""The documents that the software under test has in its list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.drivers.model import PROOF_KINDS
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.people import adult
from conformance.verdicts import Departure

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk


def kinds_known(desk: Desk) -> list[str]:
    """Return the kinds that it records; which ones a list holds is the site's choice (PRF-02). Asked once a campaign.

    Raises:
        Departure: it records none of all.
    """
    if "kinds" not in desk.memory:
        known = []
        apart = desk.apart("kinds")
        for kind in PROOF_KINDS:
            try:
                desk.lgo.record_proof(desk.create(adult(apart)).id, kind, actor=desk.user)
            except RefusedError:
                continue
            known.append(kind)
        desk.memory["kinds"] = known
    kinds: list[str] = desk.memory["kinds"]
    if not kinds:
        raise Departure(
            f"aucun dispositif ne peut être enregistré ({', '.join(PROOF_KINDS)})",
            f"no document can be recorded ({', '.join(PROOF_KINDS)})",
        )
    return kinds
