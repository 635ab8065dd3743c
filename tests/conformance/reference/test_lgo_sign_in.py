"""How the reference LGO tells INSi who calls: an assertion by card, one of Pro Santé Connect, or none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml import etree

from conformance.drivers.model import Actor
from conformance.drivers.screens import Authentication
from conformance.reference import card_soap
from conformance.reference.reader import CardCriteria
from conformance.reference.seams import Seams
from conformance.reference.sign_in import SignIn
from conformance.reference.soap import Criteria, request_xml
from simulator.security.assertions import find_assertions, read_ps

USER = Actor(user="dupond")
BY_TRAITS = request_xml(
    Criteria(birth_name="NESSI", first_name="RUTH", sex="F", birth_date="1977-07-14"), instance="i"
)
BY_CARD = card_soap.request_xml(
    CardCriteria(
        insured_number="2770763220829",
        birth_date="1977-07-14",
        birth_rank="1",
        serial="8025000000001",
        issued_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
    ),
    instance="i",
)


def signed_by(means: Authentication | None) -> SignIn:
    sign_in = SignIn(Seams())
    if means is not None:
        sign_in.choose(means, USER)
    return sign_in


@pytest.mark.parametrize("means", [None, Authentication.CERTIFICATE])
@pytest.mark.parametrize("content", [BY_TRAITS, BY_CARD], ids=["traits", "card"])
def test_without_a_person_signed_in_a_request_leaves_as_it_is(
    means: Authentication | None, content: bytes
) -> None:
    assert signed_by(means).signed(content) == (content, {})


@pytest.mark.parametrize("content", [BY_TRAITS, BY_CARD], ids=["traits", "card"])
@pytest.mark.parametrize(
    ("means", "qualifier", "is_signed"),
    [(Authentication.CPX, "CPS", True), (Authentication.PSC, "PSC", False)],
)
def test_the_assertion_says_who_bills_and_no_specialty(
    content: bytes, means: Authentication, qualifier: str, *, is_signed: bool
) -> None:
    sent, headers = signed_by(means).signed(content)
    found = find_assertions(etree.fromstring(sent))
    assert found.ps is not None
    said = read_ps(found.ps)
    assert (said.qualifier, said.attribute("identifiantFacturation")) == (qualifier, "992000017")
    assert set(said.attributes) == {"identifiantFacturation", "secteurActivite"}
    assert (found.ps.find("{http://www.w3.org/2000/09/xmldsig#}Signature") is not None) is is_signed
    assert ("Authorization" in headers) is (means is Authentication.PSC)
    # That of the card that was read stays, once.
    assert (found.vitale is not None) is (content is BY_CARD)


def test_a_reset_signs_the_user_out() -> None:
    sign_in = signed_by(Authentication.CPX)
    sign_in.forget()
    assert sign_in.signed(BY_TRAITS) == (BY_TRAITS, {})
