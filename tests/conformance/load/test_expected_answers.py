"""The load test's own idea of a right answer, against real answers of the teleservice."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from conformance.load.calling.expected import Former, Lookups, journey
from conformance.load.calling.judging import judge
from conformance.load.calling.message import headers_of, operation_of, search_request
from simulator.bench import BenchOptions, open_bench
from simulator.population.generate import draw, namesake
from simulator.web.app import create_app

FOUND = {"found": 1, "unknown": 0, "several": 0}
UNKNOWN = {"found": 0, "unknown": 1, "several": 0}


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    bench = open_bench(BenchOptions(data_dir=tmp_path_factory.mktemp("bench"), people=300))
    yield bench
    bench.close()


@pytest.fixture(scope="module")
def ask(bench):
    client = create_app(bench).test_client()

    def ask(lookup):
        headers = headers_of(operation_of(lookup))
        return client.post("/lps", data=search_request(lookup).encode(), headers=headers)

    return ask


def _problem(ask, lookup):
    answer = ask(lookup)
    return judge(lookup, answer.status_code, answer.data).problem


def test_every_look_up_drawn_is_answered_as_expected(bench, ask):
    lookups = Lookups(bench.registry.people(limit=1000), Random(3))
    drawn = [draw_one() for draw_one in (lookups.draw, lookups.card, lookups.claim) for _ in range(150)]
    assert {(lookup.operation, lookup.code) for lookup in drawn} >= {
        (operation, code) for operation in ("traits", "card", "verify") for code in ("00", "01")
    }
    assert [problem for problem in (_problem(ask, lookup) for lookup in drawn) if problem] == []


def test_the_shares_of_answers_are_kept_by_choosing_people(bench):
    person = draw(1, "shares")[0]
    people = [*bench.registry.people(limit=1000), person, namesake(person, "shares")]
    lookups = Lookups(people, Random(1), shares={"found": 50, "unknown": 30, "several": 20})
    codes = [lookups.draw().code for _ in range(4000)]
    assert [round(codes.count(code) / 4000, 1) for code in ("00", "01", "02")] == [0.5, 0.3, 0.2]


def test_people_who_share_their_traits_are_expected_as_02_and_told_apart_by_their_place(bench, ask):
    person = next(each for each in draw(20, "twins") if "-00" not in each.identity.traits.birth_date)
    other = namesake(person, "twins")
    bench.registry.add([person, other])
    lookups = Lookups([person, other], Random(5), shares={"found": 1, "unknown": 0, "several": 1})
    drawn = [lookups.draw() for _ in range(100)]
    assert {(lookup.code, lookup.birth_place is None) for lookup in drawn} == {("02", True), ("00", False)}
    assert {_problem(ask, lookup) for lookup in drawn} == {None}


def test_the_place_is_always_given_when_the_registry_has_more_people_than_are_known(bench):
    people = [each for each in bench.registry.people(limit=1000) if each.identity.traits.birth_place]
    lookups = Lookups(people, Random(1), shares=FOUND, partial=True)
    assert all(lookups.draw().birth_place for _ in range(200))


@pytest.mark.parametrize(
    ("element", "replacement"),
    [
        ("CodeCR", "01"),
        ("NumIdentifiant", "1990163220999"),
        ("Cle", "00"),
        ("OID", "1.2.250.1.213.1.4.8"),
        ("NomNaissance", "AUTRE"),
        ("ListePrenom", "AUTRE"),
        ("Sexe", "X"),
        ("DateNaissance", "1901-01-01"),
        ("LieuNaissance", "01001"),
    ],
)
def test_any_altered_element_makes_the_answer_wrong(bench, ask, element, replacement):
    lookup = Lookups(bench.registry.people(limit=10), Random(1), shares=FOUND).draw()
    answer = ask(lookup).data
    text = answer.decode()
    start = text.index(f"<{element}>") + len(element) + 2
    altered = (text[:start] + replacement + text[text.index(f"</{element}>") :]).encode()
    assert judge(lookup, 200, answer).problem is None
    verdict = judge(lookup, 200, altered)
    assert verdict.wrong
    assert f"expected {element} " in verdict.problem


def test_the_history_is_checked_one_by_one_in_any_order(bench, ask):
    with_history = [each for each in bench.registry.people(limit=1000) if len(each.identity.history) > 1]
    lookup = Lookups(with_history, Random(1), shares=FOUND).draw()
    answer = ask(lookup).data
    assert judge(lookup, 200, answer).problem is None
    assert judge(replace(lookup, history=lookup.history[::-1]), 200, answer).problem is None
    for changed in (
        lookup.history[1:],
        (*lookup.history, lookup.history[0]),
        (Former(matricule=lookup.history[0].matricule, oid="1.2.3"), *lookup.history[1:]),
    ):
        verdict = judge(replace(lookup, history=changed), 200, answer)
        assert verdict.wrong
        assert "INSHISTO" in verdict.problem


def test_an_individual_in_an_answer_01_is_wrong(bench, ask):
    people = bench.registry.people(limit=10)
    leaking = ask(Lookups(people, Random(1), shares=FOUND).draw()).data.replace(b">00<", b">01<")
    verdict = judge(Lookups(people, Random(1), shares=UNKNOWN).draw(), 200, leaking)
    assert verdict.wrong
    assert "expected nobody" in verdict.problem


@pytest.mark.parametrize(
    ("status", "answer", "code"),
    [
        (200, b"<html>maintenance", "unreadable"),
        (200, b"<html/>", "unreadable"),
        (200, b"", "unreadable"),
        (503, b"", "HTTP 503"),
        (502, b"<html>bad gateway</html>", "HTTP 502"),
    ],
)
def test_what_is_no_answer_is_an_error_and_never_a_wrong_identity(bench, status, answer, code):
    lookup = Lookups(bench.registry.people(limit=10), Random(1)).draw()
    verdict = judge(lookup, status, answer)
    assert (verdict.code, verdict.wrong) == (code, False)
    assert verdict.problem


def test_an_entity_in_an_answer_is_not_followed(bench, ask):
    lookup = Lookups(bench.registry.people(limit=10), Random(1), shares=FOUND).draw()
    answer = ask(lookup).data
    declared = b'<!DOCTYPE x [<!ENTITY n "' + lookup.birth_name.encode() + b'">]>'
    spoilt = answer.replace(b'encoding="UTF-8"?>', b'encoding="UTF-8"?>' + declared, 1)
    spoilt = spoilt.replace(b">" + lookup.birth_name.encode() + b"<", b">&n;<", 1)
    assert judge(lookup, 200, spoilt).problem is not None


def test_a_fault_is_an_error_under_its_code(bench, ask):
    lookup = replace(Lookups(bench.registry.people(limit=10), Random(1)).draw(), sex="X1")
    answer = ask(lookup)
    verdict = judge(lookup, answer.status_code, answer.data)
    assert verdict.code == "insi_24"
    assert not verdict.wrong


def test_a_client_that_tries_first_names_asks_for_each_then_for_all(bench):
    lookup = replace(
        Lookups(bench.registry.people(limit=10), Random(1), shares=UNKNOWN).draw(),
        first_name="PIERRE",
        first_names="PIERRE PAUL JACQUES",
    )
    names = [each.first_name for each in journey(lookup)]
    assert names == ["PIERRE", "PAUL", "JACQUES", "PIERRE PAUL JACQUES"]
    assert journey(replace(lookup, code="00")) == [replace(lookup, code="00")]


def test_nobody_to_look_up_is_an_error():
    with pytest.raises(ValueError, match="expected people"):
        Lookups([], Random(1))
