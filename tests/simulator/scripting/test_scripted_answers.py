"""Scripted answers: who speaks first, each condition, each alteration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from simulator.contract.names import RESULTAT
from simulator.registry.person import to_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.bench import Bench
    from simulator.journal.exchange import Exchange
    from simulator.registry.person import Person

    Ask = Callable[..., Exchange]
    Altered = Callable[..., etree._Element]

ANNE = {"birth_name": "ESSAI", "first_names": "ANNE", "sex": "F", "birth_date": "1985-04-12"}
RES = {"r": RESULTAT}


def scenario(*rules: dict[str, Any], people: tuple[str, ...] = (), name: str = "tests/one") -> dict[str, Any]:
    both = {"fr": "a", "en": "b"}
    return {
        "id": name,
        "title": both,
        "purpose": both,
        "source": "tests",
        "evidence": "reported",
        "people": list(people),
        "rules": list(rules),
    }


def rule(when: dict[str, Any], **then: Any) -> dict[str, Any]:
    return {"when": when, "then": then}


@pytest.fixture
def session(bench: Bench) -> str:
    return bench.sessions.create(profile="production").id


@pytest.fixture
def anne(make_person: Callable[..., Person]) -> Person:
    return make_person("test/anne")


def test_a_scenario_speaks_before_the_registry(bench: Bench, ask: Ask, session: str) -> None:
    bench.installer.install(session, scenario(rule({}, code="02")), {})
    exchange = ask(session=session)
    assert exchange.code == "02"
    assert (exchange.decision.source, exchange.decision.scenario, exchange.decision.rule) == (
        "scenario",
        "tests/one",
        0,
    )


def test_the_decision_carries_the_evidence_of_the_scenario(bench: Bench, ask: Ask, session: str) -> None:
    bench.installer.install(session, scenario(rule({}, code="02")), {})
    assert ask(session=session).decision.evidence == "reported"


def test_a_rule_that_does_not_hold_leaves_the_registry_to_answer(
    bench: Bench, ask: Ask, session: str
) -> None:
    bench.installer.install(session, scenario(rule({"birth_name": "AUTRE"}, code="02")), {})
    exchange = ask(session=session)
    assert (exchange.code, exchange.decision.source) == ("00", "registry")


def test_the_first_rule_that_holds_answers(bench: Bench, ask: Ask, session: str) -> None:
    rules = (
        rule({"birth_name": "AUTRE"}, code="01"),
        rule({"birth_name": "ADRTROIS"}, fault="insi_111"),
        rule({}, code="02"),
    )
    bench.installer.install(session, scenario(*rules), {})
    exchange = ask(session=session)
    assert (exchange.code, exchange.decision.rule) == ("insi_111", 1)
    assert ask(session=session, birth_name="TOUT").decision.rule == 2


def test_the_latest_scenario_speaks_first(bench: Bench, ask: Ask, session: str) -> None:
    bench.installer.install(session, scenario(rule({}, code="01"), name="tests/old"), {})
    bench.installer.install(session, scenario(rule({}, code="02"), name="tests/new"), {})
    assert ask(session=session).decision.scenario == "tests/new"


def test_a_scenario_is_in_force_in_its_session_only(bench: Bench, ask: Ask, session: str) -> None:
    other = bench.sessions.create(profile="production")
    bench.installer.install(session, scenario(rule({}, code="02")), {})
    assert ask(session=session).code == "02"
    assert ask(session=other.id).code == "00"
    assert ask().code == "00"


def test_cleared_scenarios_are_silent(bench: Bench, ask: Ask, session: str) -> None:
    bench.installer.install(session, scenario(rule({}, code="02")), {})
    assert ask(session=session).code == "02"
    bench.sessions.clear_scenarios(session)
    assert ask(session=session).code == "00"


def test_a_bad_request_is_refused_before_any_scenario(bench: Bench, ask: Ask, session: str) -> None:
    bench.installer.install(session, scenario(rule({}, code="02")), {})
    assert ask(session=session, sex=None).code == "insi_24"


@pytest.mark.parametrize(
    "code", ["insi_19", "insi_102", "insi_111", "desir_550", "desir_560", "desir_1020", "desir_9107"]
)
def test_any_fault_of_the_catalogue_can_be_scripted(bench: Bench, ask: Ask, session: str, code: str) -> None:
    bench.installer.install(session, scenario(rule({}, fault=code)), {})
    exchange = ask(session=session)
    assert (exchange.code, exchange.http_status) == (code, 500)
    assert f'code="{code}"'.encode() in exchange.response


class TestConditions:
    @pytest.mark.parametrize("name", ["LE GOFF", "LE-GOFF", "LE'GOFF"])
    def test_the_birth_name_is_compared_on_the_normalised_form(
        self, bench: Bench, ask: Ask, session: str, name: str
    ) -> None:
        bench.installer.install(session, scenario(rule({"birth_name": name}, code="02")), {})
        assert ask(session=session, birth_name="LE GOFF").code == "02"

    def test_a_role_holds_when_all_traits_asked_are_theirs(
        self, bench: Bench, ask: Ask, session: str, anne: Person
    ) -> None:
        data = scenario(rule({"person": "p"}, code="02"), people=("p",))
        bench.installer.install(session, data, {"p": to_json(anne)})
        assert ask(session=session, **ANNE).code == "02"
        assert ask(session=session, **ANNE | {"first_names": "ANNE LOUISE"}).code == "02"
        assert ask(session=session, **ANNE, birth_place="63220").code == "02"
        for changed in (
            {"sex": "M"},
            {"birth_date": "1985-04-13"},
            {"first_names": "LOUISE"},
            {"birth_place": "75056"},
        ):
            assert ask(session=session, **ANNE | changed).code == "01"

    def test_all_conditions_must_hold(self, bench: Bench, ask: Ask, session: str, anne: Person) -> None:
        data = scenario(rule({"person": "p", "birth_name": "AUTRE"}, code="02"), people=("p",))
        bench.installer.install(session, data, {"p": to_json(anne)})
        assert ask(session=session, **ANNE).code == "01"

    def test_the_operation_can_be_named(self, bench: Bench, ask: Ask, session: str) -> None:
        when = {"operation": "rechercherInsAvecTraitsIdentite"}
        bench.installer.install(session, scenario(rule(when, code="02")), {})
        assert ask(session=session).code == "02"


@pytest.fixture
def altered(bench: Bench, ask: Ask, session: str, anne: Person) -> Altered:
    """Install an answer for Anne with alterations, ask for her, and return the INDIVIDU."""

    def answer(**alter: str | None) -> etree._Element:
        data = scenario(rule({"person": "p"}, code="00", person="p", alter=alter), people=("p",))
        bench.installer.install(session, data, {"p": to_json(anne)})
        exchange = ask(session=session, **ANNE)
        assert (exchange.code, exchange.decision.person) == ("00", "test/anne")
        individual = etree.fromstring(exchange.response).find(".//r:INDIVIDU", RES)
        assert individual is not None
        return individual

    return answer


class TestAlterations:
    @pytest.mark.parametrize(
        ("name", "path"),
        [
            ("birth_name", "TIQ/NomNaissance"),
            ("first_name", "TIQ/Prenom"),
            ("first_names", "TIQ/ListePrenom"),
            ("sex", "TIQ/Sexe"),
            ("birth_date", "TIQ/DateNaissance"),
            ("birth_place", "TIQ/LieuNaissance"),
            ("number", "INSACTIF/IdIndividu/NumIdentifiant"),
            ("key", "INSACTIF/IdIndividu/Cle"),
            ("oid", "INSACTIF/OID"),
        ],
    )
    def test_one_field_is_altered_and_the_others_stay(
        self, altered: Altered, anne: Person, name: str, path: str
    ) -> None:
        own = {
            "TIQ/NomNaissance": "ESSAI",
            "TIQ/Prenom": None,
            "TIQ/ListePrenom": "ANNE LOUISE",
            "TIQ/Sexe": "F",
            "TIQ/DateNaissance": "1985-04-12",
            "TIQ/LieuNaissance": "63220",
            "INSACTIF/IdIndividu/NumIdentifiant": anne.identity.matricule.number,
            "INSACTIF/IdIndividu/Cle": anne.identity.matricule.key,
            "INSACTIF/OID": "1.2.250.1.213.1.4.10",
        }
        individual = altered(**{name: "<É & altéré>"})
        found = {
            there: individual.findtext("/".join(f"r:{step}" for step in there.split("/")), None, RES)
            for there in own
        }
        assert found == own | {path: "<É & altéré>"}

    @pytest.mark.parametrize(
        ("name", "element"),
        [
            ("birth_name", "NomNaissance"),
            ("first_names", "ListePrenom"),
            ("sex", "Sexe"),
            ("birth_date", "DateNaissance"),
            ("birth_place", "LieuNaissance"),
            ("key", "Cle"),
        ],
    )
    def test_null_leaves_an_element_out(self, altered: Altered, name: str, element: str) -> None:
        individual = altered(**{name: None})
        assert individual.find(f".//r:{element}", RES) is None

    def test_an_empty_text_leaves_an_empty_element(self, altered: Altered) -> None:
        individual = altered(first_names="")
        assert individual.findtext("r:TIQ/r:ListePrenom", None, RES) == ""

    @pytest.mark.parametrize(
        ("text", "written"),
        [
            ("{year}-{month}-00", "1985-04-00"),
            ("{day}/{month}/{year}", "12/04/1985"),
            ("{birth_name} {first_names} {sex}", "ESSAI ANNE LOUISE F"),
            ("{birth_place} {oid}", "63220 1.2.250.1.213.1.4.10"),
            ("{other} {}", "{other} {}"),
            ("{{year}}", "{1985}"),
        ],
    )
    def test_placeholders_stand_for_the_own_values_of_the_person(
        self, altered: Altered, text: str, written: str
    ) -> None:
        individual = altered(birth_date=text)
        assert individual.findtext("r:TIQ/r:DateNaissance", None, RES) == written

    def test_the_matricule_has_placeholders_too(self, altered: Altered, anne: Person) -> None:
        individual = altered(first_name="{number}/{key}")
        matricule = anne.identity.matricule
        assert individual.findtext("r:TIQ/r:Prenom", None, RES) == f"{matricule.number}/{matricule.key}"

    def test_another_person_can_be_answered_than_the_one_asked_for(
        self, bench: Bench, ask: Ask, session: str, anne: Person, make_person: Callable[..., Person]
    ) -> None:
        other = make_person("test/other", birth_name="AUTRE")
        data = scenario(rule({"person": "p"}, code="00", person="q"), people=("p", "q"))
        bench.installer.install(session, data, {"p": to_json(anne), "q": to_json(other)})
        exchange = ask(session=session, **ANNE)
        assert exchange.decision.person == "test/other"
        assert b">AUTRE<" in exchange.response

    @pytest.mark.parametrize("text", ["\ud800", "\ufffe", "\uffff", "\x00", "\x1b"])
    def test_characters_that_xml_cannot_carry_are_refused_at_once(
        self, bench: Bench, session: str, anne: Person, text: str
    ) -> None:
        data = scenario(rule({}, code="00", person="p", alter={"birth_name": text}), people=("p",))
        with pytest.raises(Exception, match=r"rules\[0\]\.then\.alter\.birth_name"):
            bench.installer.install(session, data, {"p": to_json(anne)})
