"""CAL-18: what the assertion of the professional says, by card or with Pro Santé Connect; none in mutual TLS.

Reported only. Where the reports are silent or differ, the software is free: the sector of activity is not in the one
sample of Pro Santé Connect that is told of, and the profession code is for those who have several.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.screens import Authentication
from conformance.suite.desk.apart import CARD
from conformance.suite.desk.card_calls import read_card, try_card_call
from conformance.suite.desk.cards import family
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.routes import Route
from conformance.suite.desk.sign_in import MEANS, of_professional, requests_by, sign_in, signing_in
from conformance.suite.desk.snapshot import Moment
from conformance.suite.desk.words import shown
from conformance.suite.verification.elsewhere import answering, verify
from conformance.verdicts import UndecidedError
from simulator.contract.names import Operation
from simulator.security.assertions import BILLING, SPELLINGS
from simulator.security.names import CARD_QUALIFIERS, OTHER_CARD, PSC

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.suite.desk.card_calls import Assertion
    from conformance.suite.desk.steps import Desk
    from simulator.client import ExchangeView

QUALIFIERS: Final = {
    Authentication.CPX: frozenset({*CARD_QUALIFIERS.values(), OTHER_CARD}),
    Authentication.PSC: frozenset({PSC}),
}
OPERATIONS: Final = frozenset(operation.value for operation in Operation)

SECTOR: Final = re.compile(r"SA\d\d", re.ASCII)
PHYSICIAN: Final = re.compile(r"M[ÉE]DECIN", re.IGNORECASE)
PHYSICIAN_CODE: Final = "10"


@pytest.mark.rule("CAL-18")
@pytest.mark.title(
    fr="L'assertion du professionnel porte ses attributs, et un appel par certificat n'en porte aucune",
    en="The assertion of the professional bears its attributes, and a call by certificate bears none",
)
@pytest.mark.parametrize("way", ["traits", "card", "verification"])
@CARD.mark
def test_assertion_of_each_means(desk: Desk, way: str) -> None:
    people = family(desk.draw)
    patient = desk.bring(people.insured.person, Route.IMPORTED if way == "verification" else Route.TYPED)
    offered = []
    with signing_in(desk):
        for means in MEANS:
            if sign_in(desk, means) is not None:
                continue
            offered.append(means)
            if way == "traits":
                requests = requests_by(desk, patient)
                # What a failure leaves behind must not be a request without its assertion.
                with answering(desk, "faults/insi-102"):
                    requests += requests_by(desk, patient)
                requests += requests_by(desk, patient)
            elif way == "verification":
                with answering(desk, "fault-insi-102"):
                    _, requests = verify(desk, patient)
                requests += verify(desk, patient)[1]
            else:
                _, requests = try_card_call(desk, read_card(desk, people.card()), people.insured, patient)
            _need(requests, means)
            _expect_rightly_signed(requests, means)
    if not offered:
        raise UndecidedError(
            "le logiciel refuse chacun des moyens d'authentification : aucune assertion ne peut être regardée",
            "the software refuses each of the means of authentication: no assertion can be looked at",
            depends_on=("CAL-14",),
        )


def _need(requests: Sequence[ExchangeView], means: Authentication) -> None:
    if not requests:
        raise UndecidedError(
            f"authentifié par {means}, le logiciel n'a envoyé aucune requête",
            f"signed in by {means}, the software sent no request",
            depends_on=("CAL-14", "CAL-16"),
        )


def _expect_rightly_signed(requests: Sequence[ExchangeView], means: Authentication) -> None:
    moment = Moment(f"appel authentifié par {means}", f"call signed in by {means}")
    for request in requests:
        expect(
            request.operation in OPERATIONS,
            fr=f"{moment.fr}, opération inconnue d'INSi : {request.operation}",
            en=f"{moment.en}, operation that INSi does not know: {request.operation}",
        )
        found = of_professional(request)
        if means is Authentication.CERTIFICATE:
            expect(
                not found,
                fr=f"{moment.fr}, une assertion de professionnel accompagne le certificat",
                en=f"{moment.en}, an assertion of the professional comes with the certificate",
            )
            continue
        expect_equal(
            got=len(found),
            expected=1,
            fr=f"{moment.fr}, assertion(s) de professionnel dans la requête",
            en=f"{moment.en}, assertion(s) of the professional in the request",
        )
        [assertion] = found
        expect(
            assertion.qualifier in QUALIFIERS[means],
            fr=f"{moment.fr}, NameQualifier {shown(assertion.qualifier).fr}, attendu "
            f"{shown(QUALIFIERS[means]).fr}",
            en=f"{moment.en}, NameQualifier {shown(assertion.qualifier).en}, expected "
            f"{shown(QUALIFIERS[means]).en}",
        )
        _expect_attributes(assertion, means, moment)


def _expect_attributes(assertion: Assertion, means: Authentication, moment: Moment) -> None:
    said = _by_usual_name(assertion.attributes)
    _expect_one(said, BILLING, moment)
    expect(
        assertion.name_id not in _values(said, BILLING),
        fr=f"{moment.fr}, {BILLING} {shown(assertion.name_id).fr} : c'est l'identifiant national du professionnel, et non celui de facturation",
        en=f"{moment.en}, {BILLING} {shown(assertion.name_id).en}: that is the national identifier of the professional, not the one for billing",
    )
    sector = _values(said, "secteurActivite")
    if means is Authentication.CPX or sector:
        _expect_one(said, "secteurActivite", moment)
        expect(
            SECTOR.fullmatch(sector[0]),
            fr=f"{moment.fr}, secteurActivite {shown(sector[0]).fr}, une valeur telle que SA07 est attendue",
            en=f"{moment.en}, secteurActivite {shown(sector[0]).en}, a value such as SA07 is expected",
            inferred=True,
        )
    professions = _values(said, "gipProfessionCode")
    expect(
        means is Authentication.PSC or not professions,
        fr=f"{moment.fr}, gipProfessionCode {shown(professions).fr} : il va avec Pro Santé Connect",
        en=f"{moment.en}, gipProfessionCode {shown(professions).en}: it goes with Pro Santé Connect",
        inferred=True,
    )
    specialty = _values(said, "codeSpecialiteAMO")
    is_physician = _is_physician(assertion.issuer, professions)
    expect(
        is_physician is not False or not specialty,
        fr=f"{moment.fr}, code de spécialité {shown(specialty).fr} pour qui n'est pas médecin",
        en=f"{moment.en}, specialty code {shown(specialty).en} for somebody who is no physician",
        inferred=True,
    )
    expect(
        not is_physician or specialty,
        fr=f"{moment.fr}, un médecin sans code de spécialité",
        en=f"{moment.en}, a physician without specialty code",
    )


def _is_physician(issuer: str, professions: Sequence[str]) -> bool | None:
    """Return whether the assertion is a physician's, by its profession code or by the title of the card; else ``None``."""
    if professions:
        return PHYSICIAN_CODE in professions
    title = re.search(r"(?:^|[,+])\s*(?:T|title|2\.5\.4\.12)=([^,+]+)", issuer, re.IGNORECASE)
    return None if title is None else PHYSICIAN.search(title[1]) is not None


def _by_usual_name(attributes: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return attributes under the names of real exchanges; other spellings are tolerated by INSi."""
    return {SPELLINGS.get(name, name): values for name, values in attributes.items()}


def _values(said: Mapping[str, tuple[str, ...]], name: str) -> list[str]:
    return [value for value in said.get(name, ()) if value.strip()]


def _expect_one(said: Mapping[str, tuple[str, ...]], name: str, moment: Moment) -> None:
    values = _values(said, name)
    expect(
        len(values) == 1,
        fr=f"{moment.fr}, {name} : une valeur attendue, obtenu {shown(values).fr}",
        en=f"{moment.en}, {name}: one value expected, got {shown(values).en}",
    )
