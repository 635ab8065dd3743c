"""What the teleservice refuses: mandatory traits, characters, software, operations; and what it keeps of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator.contract.names import Operation

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml import etree

    from simulator.bench import Bench
    from simulator.journal.exchange import Exchange

    Ask = Callable[..., Exchange]
    FaultOf = Callable[[bytes], tuple[str, str, etree._Element]]


@pytest.mark.parametrize(
    ("traits", "code", "cause"),
    [
        ({"birth_name": None}, "insi_19", "expected NomNaissance with a value, got none"),
        ({"birth_name": ""}, "insi_19", "expected NomNaissance with a value, got none"),
        ({"first_names": ()}, "insi_901", "expected at least one Prenom"),
        ({"first_names": ""}, "insi_901", "expected at least one Prenom"),
        ({"first_names": ("ANNE", "")}, "insi_901", "an empty one"),
        ({"sex": None}, "insi_24", "expected Sexe M or F, got None"),
        ({"sex": ""}, "insi_24", "expected Sexe M or F, got ''"),
        ({"sex": "X"}, "insi_24", "expected Sexe M or F, got 'X'"),
        ({"sex": "m"}, "insi_24", "expected Sexe M or F, got 'm'"),
        ({"sex": "1"}, "insi_24", "got '1'"),
        ({"sex": " M"}, "insi_24", "got ' M'"),
        ({"birth_date": None}, "insi_902", "expected DateNaissance with a value, got none"),
        ({"birth_date": ""}, "insi_902", "expected DateNaissance with a value, got none"),
        ({"birth_date": "01/01/1960"}, "insi_903", "DateNaissance"),
        ({"birth_date": "1960-02-30"}, "insi_903", "DateNaissance"),
        ({"birth_date": "1960-13-01"}, "insi_903", "DateNaissance"),
        ({"birth_date": "9999-99-99"}, "insi_903", "DateNaissance"),
        ({"birth_date": "19600101"}, "insi_903", "DateNaissance"),
        ({"birth_name": "Adrtrois"}, "insi_904", "NomNaissance 'Adrtrois': character 2"),
        ({"birth_name": "ADRTROÏS"}, "insi_904", "DIAERESIS"),
        ({"birth_name": "D'ÆION"}, "insi_904", "expected AE"),
        ({"birth_name": "D’ARTAGNAN"}, "insi_904", "RIGHT SINGLE QUOTATION MARK"),
        ({"birth_name": " ADRTROIS"}, "insi_904", "first"),
        ({"birth_name": "-ADRTROIS"}, "insi_904", "first"),
        ({"birth_name": "A---B"}, "insi_904", "hyphens"),
        ({"birth_name": "A  B"}, "insi_904", "neither doubled nor combined"),
        ({"birth_name": "   "}, "insi_904", "at least one letter"),
        ({"birth_name": "ADRTROIS3"}, "insi_904", "'3'"),
        ({"first_names": "Toussaint"}, "insi_905", "Prenom 'Toussaint': character 2"),
        ({"first_names": "CŒUR"}, "insi_905", "expected OE"),
        ({"first_names": "ANNE--MARIE"}, "insi_905", "single hyphen"),
        ({"first_names": "ANNE-"}, "insi_905", "letter last"),
        ({"first_names": ("TOUSSAINT", "JOSÉ")}, "insi_905", "'JOSÉ'"),
        ({"birth_place": "2C020"}, "insi_906", "got '2C020'"),
        ({"birth_place": "6322"}, "insi_906", "got '6322'"),
        ({"birth_place": "PARIS"}, "insi_906", "got 'PARIS'"),
        ({"idam": None}, "desir_550", "expected an authorisation number"),
        ({"idam": ""}, "desir_550", "expected an authorisation number"),
        ({"idam": "  "}, "desir_550", "expected an authorisation number"),
    ],
)
def test_a_refusal_has_its_own_fault_and_the_precise_cause(
    ask: Ask, fault_of: FaultOf, traits: dict[str, object], code: str, cause: str
) -> None:
    exchange = ask(**traits)
    assert (exchange.code, exchange.http_status) == (code, 500)
    assert cause in exchange.decision.cause
    assert exchange.decision.source == "fault"
    _, _, error = fault_of(exchange.response)
    assert error.get("code") == code


@pytest.mark.parametrize(
    "traits",
    [
        {"birth_name": "'T HOOFT"},
        {"birth_name": "A--B"},
        {"first_names": "JEAN PAUL"},
        {"birth_date": "1960-00-00"},
        {"birth_date": "1960-01-00"},
        {"birth_place": "99999"},
        {"birth_place": "2A004"},
        {"birth_name": "A" * 100},
    ],
)
def test_what_the_rules_allow_is_searched(ask: Ask, traits: dict[str, object]) -> None:
    assert ask(**traits).code == "01"


@pytest.mark.parametrize(
    ("traits", "said"),
    [
        ({"birth_place": "99999"}, "leave the element out"),
        ({"birth_place": "75000"}, "postal code"),
        ({"birth_date": "1960-00-00"}, "CAL-12"),
    ],
)
def test_a_criterion_that_finds_nobody_by_what_it_is_is_named(
    ask: Ask, traits: dict[str, object], said: str
) -> None:
    assert said in " ".join(en for _, en in ask(**traits).decision.remarks)


def test_a_place_in_which_somebody_can_be_born_is_not_remarked_on(ask: Ask) -> None:
    assert len(ask(birth_place="2A004").decision.remarks) == 1


def test_the_cause_never_goes_on_the_wire(ask: Ask) -> None:
    exchange = ask(birth_name="Secret")
    assert "Secret" in exchange.decision.cause
    assert b"Secret" not in exchange.response


def test_the_birth_name_is_asked_for_before_anything_else(ask: Ask) -> None:
    assert ask(birth_name=None, first_names=(), sex=None, birth_date=None).code == "insi_19"


class TestSoftware:
    def test_an_authorisation_number_outside_the_list_of_the_session_is_refused(
        self, bench: Bench, ask: Ask, fault_of: FaultOf
    ) -> None:
        session = bench.sessions.create(profile="production", idams=["750000000001", "750000000002"])
        assert ask(session=session.id, idam="750000000002").code == "00"
        exchange = ask(session=session.id, idam="750000000003", message_id="uuid:echo-me")
        assert exchange.code == "desir_550"
        soap, siram, error = fault_of(exchange.response)
        assert (soap, siram, error.get("messageID")) == ("Sender", "siram_100", "uuid:echo-me")
        assert error.text == "Numéro d'autorisation du logiciel inconnu."
        assert "750000000003" in exchange.decision.cause

    def test_an_empty_list_refuses_every_software(self, bench: Bench, ask: Ask) -> None:
        assert ask(session=bench.sessions.create(profile="production", idams=[]).id).code == "desir_550"

    def test_without_a_list_any_number_will_do(self, ask: Ask) -> None:
        assert ask(idam="anything").code == "00"

    def test_the_software_is_checked_before_the_traits(self, ask: Ask) -> None:
        assert ask(idam=None, birth_name=None).code == "desir_550"


class TestWhatIsKept:
    def test_a_refused_search_keeps_its_traits_and_operation(self, bench: Bench, ask: Ask) -> None:
        ask(sex="X")
        (kept,) = bench.journal.list()
        assert (kept.operation, kept.idam) == (Operation.SEARCH_BY_TRAITS.value, "750000000001")
        assert kept.traits is not None
        assert kept.traits.sex == "X"

    def test_an_unreadable_message_is_kept_byte_for_byte(self, bench: Bench, ask: Ask) -> None:
        ask(b"\x00\xffnot xml")
        (kept,) = bench.journal.list()
        assert kept.request == b"\x00\xffnot xml"
        assert (kept.code, kept.operation, kept.traits, kept.message_id) == ("desir_9001", None, None, None)

    def test_findings_are_kept_with_an_answer(self, bench: Bench, ask: Ask) -> None:
        assert ask(message_id="bare", software="BANC").code == "00"
        (kept,) = bench.journal.list()
        assert [finding.code for finding in kept.findings] == [
            "message-id-form",
            "lps-name-form",
            "assertion-missing",
        ]

    def test_the_evidence_of_a_refusal_is_that_of_its_fault(self, ask: Ask) -> None:
        assert ask(birth_name=None).decision.evidence == "reported"
        assert ask(sex=None).decision.evidence == "observed"
        assert ask(birth_date=None).decision.evidence == "inferred"


@pytest.mark.parametrize("content_type", ["application/soap+xml; charset=utf-7", "text/html; charset=koi8-r"])
def test_a_charset_that_is_not_utf_8_is_refused_with_an_echo_of_nothing(
    ask: Ask, fault_of: FaultOf, content_type: str
) -> None:
    exchange = ask(content_type=content_type)
    assert exchange.code == "desir_9001"
    _, _, error = fault_of(exchange.response)
    assert "messageID" not in error.attrib
