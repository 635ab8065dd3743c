"""CAL-15: the card of the professional and the certificate of the organisation, as far as the kind of software owes them.

Laboratories and imaging owe both, health centres the certificate; for any other software both are optional, and for a
pharmacy which line applies is not established. What the plan says the software is decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.screens import Authentication
from conformance.suite.desk.sign_in import of_professional, requests_by, sign_in, signing_in
from conformance.verdicts import Departure, UndecidedError
from simulator.security.names import CARD_QUALIFIERS, OTHER_CARD

if TYPE_CHECKING:
    from conformance.drivers.protocol import RefusedError
    from conformance.suite.desk.steps import Desk

CPX, CERTIFICATE = Authentication.CPX, Authentication.CERTIFICATE

OWED: Final = {CPX: frozenset({"LAB"}), CERTIFICATE: frozenset({"LAB", "CDS"})}
"""Who owes each means."""

CARDS: Final = frozenset({*CARD_QUALIFIERS.values(), OTHER_CARD})

WORDS: Final = {
    CPX: ("la carte CPx", "the CPx card"),
    CERTIFICATE: ("le certificat d'organisation", "the certificate of the organisation"),
}


@pytest.mark.rule("CAL-15")
@pytest.mark.title(
    fr="Le logiciel de laboratoire ou d'imagerie appelle par carte CPx et par certificat, celui d'un centre de santé par certificat",
    en="Software of a laboratory or of imaging calls by CPx card and by certificate, that of a health centre by certificate",
)
@pytest.mark.parametrize("means", [CPX, CERTIFICATE], ids=["card", "certificate"])
def test_means_that_are_owed(desk: Desk, actors: frozenset[str], means: Authentication) -> None:
    if actors and not actors & OWED[means]:
        return  # Optional for this software.
    patient = desk.create(desk.draw())
    with signing_in(desk):
        refusal = sign_in(desk, means)
        if refusal is not None:
            raise _missing(means, actors, refusal)
        requests = requests_by(desk, patient)
        if not requests:
            raise UndecidedError(
                f"authentifié par {means}, le logiciel n'a envoyé aucune requête",
                f"signed in by {means}, the software sent no request",
                depends_on=("CAL-14",),
            )
        for request in requests:
            signed = [each for each in of_professional(request) if each.qualifier in CARDS and each.signed]
            if bool(signed) is not (means is CPX):
                raise _missing(means, actors, None)


def _missing(
    means: Authentication, actors: frozenset[str], refusal: RefusedError | None
) -> Departure | UndecidedError:
    """Return the departure of a software that owes this means; of one of which nobody says what it is, nothing can be said."""
    fr, en = WORDS[means]
    said = f" ({refusal.message})" if refusal else ""
    if actors:
        return Departure(
            f"{fr} n'est pas employée pour appeler INSi{said}"
            if means is CPX
            else f"{fr} n'est pas employé pour appeler INSi{said}",
            f"{en} is not used to call INSi{said}",
        )
    return UndecidedError(
        f"{fr} manque{said}, et le plan ne dit pas (actors) si ce logiciel la doit : laboratoire, imagerie, centre de "
        "santé",
        f"{en} is missing{said}, and the plan does not say (actors) whether this software owes it: laboratory, imaging, "
        "health centre",
    )
