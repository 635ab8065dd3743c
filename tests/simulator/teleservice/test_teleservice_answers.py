"""What the teleservice answers, and why it says so: the public test people, normalisation, several first names."""

from __future__ import annotations

import logging
import sqlite3
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from simulator.contract.names import RESULTAT
from simulator.journal.explain import explain
from simulator.population.cnda import cases

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from simulator.bench import Bench
    from simulator.journal.exchange import Exchange
    from simulator.population.cnda import ExpectedAnswer
    from simulator.registry.person import Person

    Ask = Callable[..., Exchange]

RES = {"r": RESULTAT}
VINCI = {"birth_name": "DE VINCI", "first_names": "LEONARDO", "sex": "M", "birth_date": "2014-02-01"}
TCHITCHI = {"birth_name": "TCHITCHI", "sex": "F", "birth_date": "1936-06-21"}
HOUILLES = {"birth_name": "HOUILLES", "sex": "M", "birth_date": "1993-01-27"}
ECETINSI = {"birth_name": "ECETINSI", "first_names": "PIERRE-ALAIN", "sex": "M", "birth_date": "2009-07-14"}
KNOWN_CALLS = [
    pytest.param(
        case.key, call, id=f"{case.key}-{call.first_name}-{call.birth_place or 'no place'}-{call.code}"
    )
    for case in cases()
    for call in case.expected
]


def answered(exchange: Exchange) -> etree._Element:
    """Return the RESULTAT of an answer."""
    result = etree.fromstring(exchange.response).find(".//r:RESULTAT", RES)
    assert result is not None, exchange.response.decode()
    return result


def text(exchange: Exchange, path: str) -> str | None:
    return answered(exchange).findtext("/".join(f"r:{step}" for step in path.split("/")), None, RES)


class TestPublicTestPeople:
    @pytest.mark.parametrize(("key", "call"), KNOWN_CALLS)
    def test_each_known_call_gets_its_known_answer(self, ask: Ask, key: str, call: ExpectedAnswer) -> None:
        exchange = ask(
            birth_name=call.birth_name,
            first_names=call.first_name,
            sex=call.sex,
            birth_date=call.birth_date,
            birth_place=call.birth_place,
        )
        expected = call.code
        assert exchange.code == text(exchange, "CR/CodeCR") == expected
        if expected == "00":
            assert exchange.decision.person == f"cnda/{key}"

    def test_adrtrois_toussaint_comes_whole(self, ask: Ask) -> None:
        exchange = ask()
        assert exchange.http_status == 200
        assert text(exchange, "CR/LibelleCR") == "OK"
        assert text(exchange, "INDIVIDU/INSACTIF/IdIndividu/NumIdentifiant") == "160012B020777"
        assert text(exchange, "INDIVIDU/INSACTIF/IdIndividu/Cle") == "13"
        assert text(exchange, "INDIVIDU/INSACTIF/OID") == "1.2.250.1.213.1.4.10"
        assert text(exchange, "INDIVIDU/TIQ/NomNaissance") == "ADRTROIS"
        assert text(exchange, "INDIVIDU/TIQ/ListePrenom") == "TOUSSAINT"
        assert text(exchange, "INDIVIDU/TIQ/Sexe") == "M"
        assert text(exchange, "INDIVIDU/TIQ/DateNaissance") == "1960-01-01"
        assert text(exchange, "INDIVIDU/TIQ/LieuNaissance") == "2B020"
        assert text(exchange, "INDIVIDU/TIQ/Prenom") is None

    def test_leonardo_is_several_and_the_place_tells_them_apart(self, ask: Ask) -> None:
        several = ask(**VINCI)
        assert several.code == "02"
        assert text(several, "CR/LibelleCR") == "Plusieurs identites trouvees"
        assert answered(several).find("r:INDIVIDU", RES) is None
        assert several.decision.person is None
        assert {entry.key for entry in several.decision.considered if not entry.excluded_by} == {
            "cnda/de-vinci-leonardo-63220",
            "cnda/de-vinci-leonardo-21331",
        }
        assert ask(**VINCI, birth_place="63220").decision.person == "cnda/de-vinci-leonardo-63220"
        assert ask(**VINCI, birth_place="21331").decision.person == "cnda/de-vinci-leonardo-21331"

    def test_ecetinsi_carries_its_history_in_order(self, ask: Ask) -> None:
        exchange = ask(**ECETINSI)
        former = answered(exchange).findall("r:INDIVIDU/r:INSHISTO", RES)
        found = [
            (entry.findtext("r:IdIndividu/r:NumIdentifiant", "", RES), entry.findtext("r:DateDeb", None, RES))
            for entry in former
        ]
        assert found == [("2090763220834", "2019-03-01"), ("2090663220123", None)]
        assert former[0].findtext("r:DateFin", None, RES) == "2019-02-28"
        assert text(exchange, "INDIVIDU/TIQ/ListePrenom") == "PIERRE-ALAIN MURIEL FLORIANT"

    def test_provisoire_is_a_nia(self, ask: Ask) -> None:
        exchange = ask(birth_name="PROVISOIRE", first_names="MATRICULE", birth_date="2009-07-01")
        assert text(exchange, "INDIVIDU/INSACTIF/OID") == "1.2.250.1.213.1.4.9"

    def test_hermann_keeps_the_wrong_key_of_the_published_file(self, ask: Ask) -> None:
        exchange = ask(birth_name="HERMANN", first_names="GATIEN", birth_date="1981-03-24")
        assert text(exchange, "INDIVIDU/INSACTIF/IdIndividu/Cle") == "60"


class TestRetriesOfRealClients:
    """Insi-contract §5.3: each first name alone, in order, then all joined; one MessageID for all."""

    def test_tchitchi_is_found_at_the_second_try_with_the_same_message_id(
        self, bench: Bench, ask: Ask
    ) -> None:
        codes = [
            ask(**TCHITCHI, first_names=name, message_id="uuid:retry").code for name in ("OLA", "CATARINA")
        ]
        assert codes == ["01", "00"]
        assert [exchange.message_id for exchange in bench.journal.list()] == ["uuid:retry"] * 2

    def test_houilles_is_not_found_four_times(self, ask: Ask) -> None:
        tries = ("PIERRE", "PAUL", "JACQUES", "PIERRE PAUL JACQUES")
        assert [ask(**HOUILLES, first_names=name).code for name in tries] == ["01"] * 4

    def test_all_first_names_joined_find_the_person(self, ask: Ask) -> None:
        assert ask(**TCHITCHI, first_names="CATARINA BELLA").code == "00"

    def test_one_element_per_first_name_is_read_as_the_beginning_of_the_list(self, ask: Ask) -> None:
        assert ask(**TCHITCHI, first_names=("CATARINA", "BELLA")).code == "00"
        assert ask(**TCHITCHI, first_names=("BELLA", "CATARINA")).code == "01"
        assert ask(**TCHITCHI, first_names=("CATARINA", "BELLA", "OLA")).code == "01"


class TestNormalisation:
    @pytest.mark.parametrize(
        "first_name",
        ["PIERRE-ALAIN", "PIERRE ALAIN", "PIERRE", "PIERRE-ALAIN MURIEL", "PIERRE ALAIN-MURIEL FLORIANT"],
    )
    def test_hyphen_and_space_are_the_same_in_first_names(self, ask: Ask, first_name: str) -> None:
        assert ask(**{**ECETINSI, "first_names": first_name}).code == "00"

    @pytest.mark.parametrize("first_name", ["ALAIN", "MURIEL", "PIERR", "PIERREALAIN", "PIERRE-ALAINE"])
    def test_another_or_a_partial_given_name_does_not_match(self, ask: Ask, first_name: str) -> None:
        assert ask(**{**ECETINSI, "first_names": first_name}).code == "01"

    @pytest.mark.parametrize(
        "name", ["D'ARTAGNAN DE L'HERAULT", "D'ARTAGNAN DE L HERAULT", "D-ARTAGNAN-DE-L'HERAULT"]
    )
    def test_hyphen_apostrophe_and_space_are_the_same_in_birth_names(self, ask: Ask, name: str) -> None:
        exchange = ask(birth_name=name, first_names="PIERRE-ALAIN", birth_date="2001-06-17")
        assert exchange.code == "00"
        assert text(exchange, "INDIVIDU/TIQ/NomNaissance") == "D'ARTAGNAN DE L'HERAULT"

    def test_a_name_without_its_spaces_does_not_match(self, ask: Ask) -> None:
        assert ask(**{**VINCI, "birth_name": "DEVINCI"}).code == "01"

    def test_an_empty_place_is_no_place(self, ask: Ask) -> None:
        assert ask(birth_place="").code == "00"

    def test_another_place_does_not_match(self, ask: Ask) -> None:
        assert ask(birth_place="20020").code == "01"


class TestProfiles:
    @pytest.mark.parametrize(
        ("profile", "code", "status"),
        [
            ("production", "01", 200),
            ("qualification-2022", "insi_102", 500),
            ("qualification-2023", "desir_1020", 500),
            ("qualification-2026", "01", 200),
        ],
    )
    def test_an_unknown_person_gets_what_that_environment_answers(
        self, bench: Bench, ask: Ask, profile: str, code: str, status: int
    ) -> None:
        session = bench.sessions.create(profile=profile)
        exchange = ask(birth_name="INCONNU", first_names="SOLDAT", session=session.id)
        assert (exchange.code, exchange.http_status) == (code, status)
        assert exchange.decision.profile == profile

    def test_a_known_person_is_found_in_every_profile(self, bench: Bench, ask: Ask) -> None:
        for profile in ("production", "qualification-2022", "qualification-2023", "qualification-2026"):
            assert ask(session=bench.sessions.create(profile=profile).id).code == "00"

    def test_a_profile_answers_in_its_dialect(self, bench: Bench, ask: Ask) -> None:
        session = bench.sessions.create(profile="qualification-2022")
        exchange = ask(session=session.id)
        assert b"<ns2:RESULTAT" in exchange.response
        assert text(exchange, "INDIVIDU/TIQ/Prenom") == "TOUSSAINT"


class TestExplanation:
    def test_a_hit_names_the_person(self, ask: Ask) -> None:
        exchange = ask()
        assert "  - ADRTROIS TOUSSAINT (cnda/adrtrois-toussaint): matches" in explain(exchange, "en")
        assert "Answer: 00 (one identity found), HTTP 200" in explain(exchange, "en")

    @pytest.mark.parametrize(
        ("changed", "trait"),
        [
            ({"first_names": "DOMINIQUE"}, "first_names"),
            ({"sex": "F"}, "sex"),
            ({"birth_place": "75056"}, "birth_place"),
            ({"birth_name": "ADRTROI"}, "birth_name"),
            ({"birth_date": "1960-01-02"}, "birth_date"),
        ],
    )
    def test_a_miss_names_the_person_nearly_found_and_the_trait_that_excluded_them(
        self, ask: Ask, changed: dict[str, str], trait: str
    ) -> None:
        exchange = ask(**changed)
        assert exchange.code == "01"
        excluded = {entry.key: entry.excluded_by for entry in exchange.decision.considered}
        assert excluded["cnda/adrtrois-toussaint"] == (trait,)

    def test_the_nearest_miss_comes_first(self, ask: Ask) -> None:
        considered = ask(birth_date="1960-01-02").decision.considered
        assert [entry.key for entry in considered] == ["cnda/adrtrois-toussaint", "cnda/adrtrois-dominique"]

    def test_a_miss_in_words(self, ask: Ask) -> None:
        lines = explain(ask(sex="F"), "fr")
        assert "  - ADRTROIS TOUSSAINT (cnda/adrtrois-toussaint) : écartée par sexe" in lines
        assert "Réponse : 01 (aucune identité trouvée), HTTP 200" in lines

    def test_nobody_near_is_said_as_nobody(self, ask: Ask) -> None:
        exchange = ask(birth_name="ZZZ", birth_date="1801-01-01")
        assert exchange.decision.considered == ()
        assert "Registry: 0 person(s) considered, 0 matching" in explain(exchange, "en")

    @pytest.mark.parametrize(
        ("traits", "level"),
        [
            ({}, "observed"),
            (VINCI, "observed"),
            (VINCI | {"birth_place": "63220"}, "observed"),
            (TCHITCHI | {"first_names": "OLA"}, "reported"),
            ({"birth_name": "INCONNU", "first_names": "SOLDAT"}, "reported"),
            (TCHITCHI | {"first_names": "BELLA"}, "inferred"),
            (TCHITCHI | {"first_names": ("CATARINA", "BELLA")}, "inferred"),
            (ECETINSI | {"first_names": "PIERRE ALAIN"}, "inferred"),
            (VINCI | {"birth_name": "DE-VINCI"}, "inferred"),
            ({"birth_place": "20020"}, "inferred"),
        ],
    )
    def test_an_answer_that_rests_on_an_unestablished_rule_says_inferred(
        self, ask: Ask, traits: dict[str, object], level: str
    ) -> None:
        assert ask(**traits).decision.evidence == level


class TestSessionsAreWorldsOfTheirOwn:
    def test_people_of_a_session_are_found_there_only(
        self, bench: Bench, ask: Ask, make_person: Callable[..., Person]
    ) -> None:
        mine, other = bench.sessions.create(profile="production"), bench.sessions.create(profile="production")
        bench.registry.add([make_person("mine/1", birth_name="UNIQUE")], mine.scope)
        traits = {"birth_name": "UNIQUE", "first_names": "ANNE", "sex": "F", "birth_date": "1985-04-12"}
        assert ask(session=mine.id, **traits).decision.person == "mine/1"
        assert ask(session=other.id, **traits).code == "01"
        assert ask(**traits).code == "01"

    def test_people_of_another_session_do_not_show_in_an_explanation(
        self, bench: Bench, ask: Ask, make_person: Callable[..., Person]
    ) -> None:
        mine = bench.sessions.create(profile="production")
        bench.registry.add([make_person("mine/1", birth_name="UNIQUE")], mine.scope)
        exchange = ask(birth_name="UNIQUE", first_names="ANNE", sex="F", birth_date="1985-04-13")
        assert exchange.decision.considered == ()

    def test_the_public_people_are_in_every_session(self, bench: Bench, ask: Ask) -> None:
        assert ask(session=bench.sessions.create(profile="production").id).code == "00"


class TestJournal:
    def test_an_exchange_is_kept_with_its_exact_bytes_and_what_was_understood(
        self, bench: Bench, ask: Ask, soap_request: Callable[..., bytes]
    ) -> None:
        exchange = ask(birth_place="2B020")
        (kept,) = bench.journal.list()
        assert kept.request == soap_request(birth_place="2B020")
        assert kept.response == exchange.response
        assert kept.decision == exchange.decision
        assert kept.traits is not None
        assert (kept.traits.birth_name, kept.traits.first_names) == ("ADRTROIS", ("TOUSSAINT",))
        assert (kept.idam, kept.operation) == ("750000000001", "rechercherInsAvecTraitsIdentite")

    def test_a_journal_that_cannot_be_written_costs_the_record_and_not_the_answer(
        self,
        bench: Bench,
        ask: Ask,
        caplog: pytest.LogCaptureFixture,
        full_disk: Callable[[], AbstractContextManager[None]],
    ) -> None:
        with caplog.at_level(logging.ERROR), full_disk():
            assert ask().code == "00"
            assert ask(sex="X").code == "insi_24"
        assert bench.teleservice.lost_exchanges == 2
        assert bench.journal.count() == 0
        (told,) = caplog.records
        assert "File too large" in told.getMessage()
        assert ask().code == "00"
        assert [exchange.code for exchange in bench.journal.list()] == ["00"]

    def test_how_the_caller_proved_itself_and_the_time_of_each_stage_are_kept(
        self, bench: Bench, ask: Ask
    ) -> None:
        for traits in ({}, {"sex": "X"}, {}):
            ask(**traits)
        ask(b"not xml")
        first, refused, last, unread = bench.journal.list()
        assert [each.authentication for each in (first, refused, last, unread)] == ["none"] * 3 + [None]
        assert list(first.timings) == ["read", "authenticate", "decide", "render", "write"]
        assert list(unread.timings) == ["read", "render"]
        assert sum(first.timings.values()) - first.timings["write"] <= first.micros

    def test_a_broken_registry_is_a_fault_of_the_bench_and_is_recorded(
        self, bench: Bench, ask: Ask, caplog: pytest.LogCaptureFixture
    ) -> None:
        with sqlite3.connect(bench.options.data_dir / "registry.sqlite") as other:
            other.execute("DROP TABLE person")
        other.close()
        exchange = ask()
        assert (exchange.code, exchange.http_status) == ("desir_9009", 500)
        assert bench.journal.list()[0].code == "desir_9009"
        assert "no such table" in caplog.text
