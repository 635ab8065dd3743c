"""The search by Vitale card: who is found at which place of which card, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from simulator.contract.names import RESULTAT, WSSE
from simulator.journal.explain import explain
from simulator.registry.person import to_json
from simulator.security.signing import make_vitale_assertion
from simulator.teleservice.operations.card_search import check_card_coherence

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.bench import Bench
    from simulator.journal.exchange import Exchange
    from simulator.registry.person import Person

    Search = Callable[..., Exchange]

RUTH = "2770763220829"
RUTH_CARD = "9900000001"


def found(exchange: Exchange) -> str | None:
    """Return the number answered."""
    return etree.fromstring(exchange.response).findtext(
        f".//{{{RESULTAT}}}INSACTIF//{{{RESULTAT}}}NumIdentifiant"
    )


def place_of(person: Person) -> dict[str, str]:
    assert person.card is not None
    return {
        "insured": person.card.insured_number,
        "birth_date": person.identity.traits.birth_date,
        "rank": person.card.birth_rank,
    }


class TestWhoIsFound:
    def test_the_insured_person_by_their_own_birth_date(self, search_card: Search) -> None:
        exchange = search_card(insured=RUTH, birth_date="1977-07-14")
        assert (exchange.code, exchange.http_status, found(exchange)) == ("00", 200, RUTH)

    def test_a_beneficiary_by_theirs_on_the_same_card(self, search_card: Search) -> None:
        exchange = search_card(insured=RUTH, birth_date="2012-06-21")
        assert exchange.decision.person == "cnda/nessi-donatello"
        assert found(exchange) == "1120663220897"

    def test_each_member_of_a_family_at_their_own_place(
        self, search_card: Search, family: list[Person]
    ) -> None:
        answered = [found(search_card(**place_of(person))) for person in family]
        assert answered == [person.identity.matricule.number for person in family]

    def test_twins_are_told_apart_by_the_rank_alone(self, search_card: Search, family: list[Person]) -> None:
        _, _, first, second = family
        assert first.identity.traits.birth_date == second.identity.traits.birth_date
        place = place_of(first)
        ranked = {rank: search_card(**place | {"rank": rank}) for rank in ("1", "2", "3")}
        assert [ranked[rank].decision.person for rank in "12"] == [first.key, second.key]
        assert ranked["3"].code == "01"

    @pytest.mark.parametrize("rank", [None, "", "1", "01"])
    def test_without_a_rank_the_first_is_meant(
        self, search_card: Search, family: list[Person], rank: str | None
    ) -> None:
        assert search_card(**place_of(family[2]) | {"rank": rank}).decision.person == family[2].key

    def test_two_people_at_one_place_are_several(
        self, bench: Bench, search_card: Search, make_person: Callable[..., Person]
    ) -> None:
        session = bench.sessions.create().id
        card = {"insured": "2850463220001", "rank": "1", "serial": "1"}
        people = [
            make_person("a", card=card),
            make_person("b", card=card, first_names="LOUISE", matricule="285046322000207"),
        ]
        bench.registry.add(people, session)
        exchange = search_card(insured="2850463220001", birth_date="1985-04-12", session=session)
        assert (exchange.code, exchange.decision.person, found(exchange)) == ("02", None, None)

    def test_the_people_of_another_session_are_not_seen(
        self, bench: Bench, search_card: Search, make_person: Callable[..., Person]
    ) -> None:
        card = {"insured": "2850463220001", "rank": "1", "serial": "1"}
        bench.registry.add([make_person("a", card=card)], bench.sessions.create().id)
        assert search_card(insured="2850463220001", birth_date="1985-04-12").code == "01"

    def test_somebody_who_is_on_no_card_is_not_found_by_their_own_number(self, search_card: Search) -> None:
        assert search_card(insured="160012B020777", birth_date="1960-01-01").code == "01"


class TestWhatExcludes:
    @pytest.mark.parametrize(
        ("changed", "reason"),
        [
            ({"birth_date": "1977-07-15"}, "birth_date"),
            ({"rank": "2"}, "birth_rank"),
            ({"birth_name": "DUPONT"}, "birth_name"),
            ({"individual": "1120663220897"}, "individual_number"),
        ],
    )
    def test_one_wrong_field_finds_nobody_and_is_named(
        self, search_card: Search, changed: dict[str, str], reason: str
    ) -> None:
        exchange = search_card(**{"insured": RUTH, "birth_date": "1977-07-14"} | changed)
        assert exchange.code == "01"
        excluded = {entry.key: entry.excluded_by for entry in exchange.decision.considered}
        assert excluded["cnda/nessi-ruth"] == (reason,)

    @pytest.mark.parametrize("given", [{"birth_name": "NESSI"}, {"individual": RUTH}])
    def test_what_is_given_besides_and_right_changes_nothing(
        self, search_card: Search, given: dict[str, str]
    ) -> None:
        assert search_card(insured=RUTH, birth_date="1977-07-14", **given).code == "00"

    def test_a_former_matricule_of_the_beneficiary_is_theirs(
        self, bench: Bench, search_card: Search, make_person: Callable[..., Person]
    ) -> None:
        session = bench.sessions.create().id
        history = [{"matricule": "185046322000173", "oid": "1.2.250.1.213.1.4.10"}]
        card = {"insured": "2850463220001", "rank": "1", "serial": "1"}
        bench.registry.add([make_person("a", card=card, history=history)], session)
        place = {"insured": "2850463220001", "birth_date": "1985-04-12", "session": session}
        assert search_card(**place, individual="1850463220001").code == "00"
        assert search_card(**place, individual="1850463220002").code == "01"

    def test_the_explanation_names_everybody_on_the_card(self, search_card: Search) -> None:
        lines = explain(search_card(insured=RUTH, birth_date="2012-06-21"), "en")
        assert lines[1:5] == [
            f"Card of the insured person {RUTH}: beneficiary born 2012-06-21, rank 1",
            "Registry: 2 person(s) considered, 1 matching",
            "  - NESSI DONATELLO (cnda/nessi-donatello): matches",
            "  - NESSI RUTH (cnda/nessi-ruth): excluded by birth date",
        ]
        assert "INFERRED" in lines[-1]

    def test_what_was_asked_is_kept(self, bench: Bench, search_card: Search) -> None:
        search_card(insured=RUTH, birth_date="1977-07-14", rank="1")
        (kept,) = bench.journal.list()
        assert kept.asked == {"insured_number": RUTH, "birth_rank": "1"}
        assert kept.traits is not None
        assert kept.traits.birth_date == "1977-07-14"


@pytest.mark.parametrize(
    ("profile", "code", "evidence"),
    [
        ("production", "01", "inferred"),
        ("qualification-2022", "insi_101", "reported"),
        ("qualification-2023", "desir_1020", "inferred"),
        ("qualification-2026", "01", "inferred"),
    ],
)
def test_nobody_is_answered_as_the_profile_does(
    bench: Bench, search_card: Search, profile: str, code: str, evidence: str
) -> None:
    session = bench.sessions.create(profile=profile).id
    exchange = search_card(birth_date="1950-01-01", session=session)
    assert (exchange.code, exchange.decision.evidence) == (code, evidence)


class TestRefusals:
    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"insured": None}, "insi_907"),
            ({"insured": ""}, "insi_907"),
            ({"birth_date": None}, "insi_908"),
            ({"birth_date": ""}, "insi_908"),
            ({"birth_date": "14/07/1977"}, "insi_903"),
            ({"insured": "27707632208"}, "insi_909"),
            ({"insured": RUTH + "10"}, "insi_909"),
            ({"individual": "X770763220829"}, "insi_909"),
            ({"rank": "0"}, "insi_910"),
            ({"rank": "A"}, "insi_910"),
            ({"rank": "11"}, "insi_910"),
            ({"birth_name": "Nessi"}, "insi_904"),
        ],
    )
    def test_a_missing_or_badly_formed_field(
        self, search_card: Search, changed: dict[str, str | None], code: str
    ) -> None:
        exchange = search_card(**changed)
        assert (exchange.code, exchange.http_status) == (code, 500)
        assert exchange.decision.evidence == "inferred"

    def test_an_empty_request(self, search_card: Search) -> None:
        assert search_card(insured=None, birth_date=None).code == "insi_907"


def assure(number: str) -> str:
    return f"<ctxbam:ASSURE><ctxbam:Id><ctxbam:Num>{number}</ctxbam:Num></ctxbam:Id></ctxbam:ASSURE>"


def beneficiaire(content: str) -> str:
    return f"<ctxbam:BENEFICIAIRE>{content}</ctxbam:BENEFICIAIRE>"


class TestCoverage:
    """CNDA 1.03 (second-hand): the beneficiary asked for and the card must agree."""

    FULL = assure(RUTH) + beneficiaire(
        f"<ctxbam:Nir><ctxbam:Num>{RUTH}</ctxbam:Num></ctxbam:Nir>"
        "<ctxbam:DateNai>1977-07-14</ctxbam:DateNai><ctxbam:Rang>1</ctxbam:Rang>"
    )

    def test_one_that_agrees_changes_nothing(self, search_card: Search) -> None:
        assert search_card(rank="01", individual=RUTH, coverage=self.FULL).code == "00"

    def test_parts_that_only_one_side_gives_are_not_compared(self, search_card: Search) -> None:
        assert search_card(coverage=self.FULL).code == "00"
        assert search_card(rank="1", individual=RUTH, coverage="").code == "00"

    @pytest.mark.parametrize(
        ("coverage", "named"),
        [
            (assure("2830228018902"), "ASSURE/Id/Num"),
            (beneficiaire("<ctxbam:DateNai>2012-06-21</ctxbam:DateNai>"), "BENEFICIAIRE/DateNai"),
            (beneficiaire("<ctxbam:Rang>2</ctxbam:Rang>"), "BENEFICIAIRE/Rang"),
            (
                beneficiaire("<ctxbam:Nir><ctxbam:Num>1120663220897</ctxbam:Num></ctxbam:Nir>"),
                "BENEFICIAIRE/Nir/Num",
            ),
        ],
    )
    def test_one_part_that_disagrees_is_refused_and_named(
        self, search_card: Search, coverage: str, named: str
    ) -> None:
        exchange = search_card(rank="1", individual=RUTH, coverage=coverage)
        assert (exchange.code, exchange.http_status) == ("desir_9107", 500)
        assert named in exchange.decision.cause


def vitale(serial: str) -> str:
    """Return a wsse:Security with the assertion of this card alone: the default session wants no other."""
    assertion = make_vitale_assertion(serial=serial, issuer="899700000001", issue_instant=datetime.now(UTC))
    return f'<wsse:Security xmlns:wsse="{WSSE}">{assertion.decode()}</wsse:Security>'


class TestCardOfTheAssertion:
    def test_the_card_of_the_insured_person_is_accepted(self, search_card: Search) -> None:
        assert search_card(more_header=vitale(RUTH_CARD)).code == "00"

    def test_a_card_swapped_after_the_selection_is_refused(
        self, search_card: Search, family: list[Person]
    ) -> None:
        assert family[0].card is not None
        exchange = search_card(more_header=vitale(family[0].card.serial))
        assert exchange.code == "desir_9107"
        assert RUTH_CARD in exchange.decision.cause

    def test_nothing_is_said_of_an_insured_person_who_is_on_no_card(self) -> None:
        assert check_card_coherence("1", "1850463220001", []) is None

    def test_people_on_the_card_of_somebody_else_do_not_count(self, family: list[Person]) -> None:
        assert check_card_coherence("1", RUTH, family) is None

    def test_any_card_of_the_insured_person_will_do(self, make_person: Callable[..., Person]) -> None:
        people = [
            make_person(serial, card={"insured": RUTH, "rank": "1", "serial": serial})
            for serial in ("A", "B")
        ]
        assert check_card_coherence("B", RUTH, people) is None
        refused = check_card_coherence("C", RUTH, people)
        assert refused is not None
        assert "A or B" in refused.cause


class TestScenarios:
    def scenario(self, when: dict[str, str], **then: Any) -> dict[str, Any]:
        text = {"fr": "x", "en": "x"}
        return {
            "id": "tests/card",
            "title": text,
            "purpose": text,
            "source": "x",
            "evidence": "reported",
            "people": ["p"],
            "rules": [{"when": when, "then": then}],
        }

    def test_a_role_is_recognised_by_its_place_on_the_card(
        self, bench: Bench, search_card: Search, family: list[Person]
    ) -> None:
        session = bench.sessions.create().id
        _, _, first, second = family
        data = self.scenario({"person": "p"}, fault="insi_111")
        bench.installer.install(session, data, {"p": to_json(second)})
        assert search_card(**place_of(second), session=session).code == "insi_111"
        assert search_card(**place_of(first), session=session).code == "00"

    def test_the_operation_can_be_named(self, bench: Bench, search_card: Search, ask: Search) -> None:
        session = bench.sessions.create().id
        anybody = bench.registry.by_key("cnda/adrun-zoe")
        assert anybody is not None
        data = self.scenario(
            {"operation": "rechercherInsAvecCarteVitale"},
            code="00",
            person="p",
            alter={"birth_date": "{year}-00-00"},
        )
        bench.installer.install(session, data, {"p": to_json(anybody)})
        exchange = search_card(session=session)
        assert b"<DateNaissance>1975-00-00</DateNaissance>" in exchange.response
        assert ask(session=session).decision.source == "registry"
