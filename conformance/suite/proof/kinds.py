"""The documents that the software under test has in its list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.drivers.model import PROOF_KINDS
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.people import adult
from conformance.verdicts import Departure

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk

NEW_KIND: Final = "CARTE_DU_BANC"
"""A document that no software knows before its site names it."""
OTHER_NEW_KIND: Final = "LAISSEZ_PASSER_DU_BANC"
"""A second one: a list that grows by two is not one that grows by one."""


def kinds_known(desk: Desk) -> list[str]:
    """Return the kinds that it records; which ones a list holds is the site's choice (PRF-02). Asked once a campaign.

    Raises:
        Departure: it records none of all.
    """
    kinds = desk.once("kinds", _ask)
    if not kinds:
        raise Departure(
            f"aucun dispositif ne peut être enregistré ({', '.join(PROOF_KINDS)})",
            f"no document can be recorded ({', '.join(PROOF_KINDS)})",
        )
    return kinds


def _ask(desk: Desk) -> list[str]:
    known = []
    for kind in PROOF_KINDS:
        patient = desk.create(adult(desk))
        try:
            desk.lgo.record_proof(patient.id, kind, actor=desk.user)
        except RefusedError:
            continue
        known.append(kind)
    return known
