"""The card reader of the reference LGO: who is chosen, how old a reading may be, which card is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from conformance.drivers.cards import Beneficiary, VitaleCard
from conformance.drivers.protocol import RefusedError
from conformance.reference import card_soap, reader
from conformance.reference.clock import Clock
from conformance.reference.reader import CardCriteria, Reading
from conformance.reference.soap import BAM

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
PARENT = Beneficiary(
    rank="01", birth_name="NESSI", birth_date="1977-07-14", billing_number="277076322082910", birth_rank="1"
)
TWIN = Beneficiary(
    rank="03", birth_name="NESSI", birth_date="2009-06-01", billing_number="277076322082910", birth_rank="2"
)
CARD = VitaleCard(
    number="8025000000001", beneficiaries=(PARENT, replace(TWIN, rank="02", birth_rank="1"), TWIN)
)
READING = Reading(id="1", card=CARD, read_at=NINE)


def code(*, present: VitaleCard | None = CARD, after: timedelta = timedelta()) -> str | None:
    alert = reader.why_unusable(READING, present, NINE + after)
    return None if alert is None else alert.code


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (timedelta(), None),
        (timedelta(minutes=19, seconds=59), None),
        (timedelta(minutes=20), "CARD_READING_EXPIRED"),
        (timedelta(hours=1), "CARD_READING_EXPIRED"),
        (timedelta(days=1, minutes=5), "CARD_READING_EXPIRED"),
        (timedelta(minutes=-1), "CARD_READING_EXPIRED"),
    ],
)
def test_a_reading_serves_for_less_than_twenty_minutes(after: timedelta, expected: str | None) -> None:
    assert code(after=after) == expected


def test_another_card_or_none_in_the_reader_is_noticed_before_the_age() -> None:
    other = replace(CARD, number="8025000000002")
    assert (
        code(present=other)
        == code(present=None)
        == code(present=None, after=timedelta(hours=1))
        == "CARD_SWAPPED"
    )


def test_the_same_card_put_back_is_the_card_that_was_read() -> None:
    assert code(present=VitaleCard(number=CARD.number, beneficiaries=())) is None


def test_twins_are_told_apart_by_their_birth_rank() -> None:
    asked = [reader.criteria_of(READING, reader.chosen(READING, rank)) for rank in ("02", "03")]
    assert [one.birth_rank for one in asked] == ["1", "2"]
    assert {one.birth_date for one in asked} == {"2009-06-01"}
    assert {one.insured_number for one in asked} == {"2770763220829"}


@pytest.mark.parametrize("rank", ["00", "04", ""])
def test_nobody_is_chosen_for_a_rank_that_is_not_on_the_card(rank: str) -> None:
    with pytest.raises(RefusedError, match="bénéficiaire"):
        reader.chosen(READING, rank)


def test_a_card_without_number_or_birth_date_cannot_be_asked_with() -> None:
    undated = replace(TWIN, birth_date=None)
    nameless = Reading(id="1", card=VitaleCard(number="8", beneficiaries=()), read_at=NINE)
    assert reader.why_incomplete(READING, TWIN) is None
    assert reader.why_incomplete(READING, undated) is not None
    assert reader.why_incomplete(nameless, TWIN) is not None


def test_the_request_says_the_beneficiary_twice_and_dates_the_assertion_from_the_reading() -> None:
    criteria = CardCriteria(
        insured_number="2770763220829",
        birth_date="2009-06-01",
        birth_rank="2",
        own_number="2090663220123",
        serial="8025000000001",
        issued_at=NINE,
    )
    root = etree.fromstring(card_soap.request_xml(criteria, instance="i"))
    body = root.find(f".//{{{card_soap.REQUEST}}}RECVITALE")
    cover = root.find(f".//{{{BAM}}}COUVERTURE")
    [assertion] = root.iter(f"{{{card_soap.SAML}}}Assertion")
    assert body is not None
    assert cover is not None
    assert ["".join(each.itertext()) for each in body] == [
        "2090663220123",
        "2770763220829",
        "2009-06-01",
        "2",
    ]
    assert [each.text for each in cover.iter() if each.text] == [
        "2770763220829",
        "2090663220123",
        "2009-06-01",
        "2",
    ]
    assert assertion.get("IssueInstant") == "2026-03-02T09:00:00.000Z"
    assert "".join(assertion.itertext()).endswith("8025000000001")


def test_the_clock_runs_on_from_where_it_was_set() -> None:
    clock = Clock()
    real = datetime.now(UTC)
    assert real <= clock.now() <= datetime.now(UTC)
    clock.set("2026-10-25T02:50:00+02:00")
    set_to = datetime(2026, 10, 25, 0, 50, tzinfo=UTC)
    first, second = clock.now(), clock.now()
    assert set_to <= first <= second < set_to + timedelta(minutes=5)
    clock.set("2026-10-25T00:50:00")
    assert set_to <= clock.now()
    clock.set(None)
    assert clock.now() >= real
    assert clock.now() - datetime.now(UTC) < timedelta(minutes=5)
