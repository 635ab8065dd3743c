"""The load test's own idea of a right answer, against real answers of the teleservice."""

from __future__ import annotations

from random import Random

import pytest

from conformance.load.expected import Lookups, wrong_with
from conformance.load.message import HEADERS, search_request
from simulator.bench import BenchOptions, open_bench
from simulator.population.generate import draw, namesake
from simulator.web.app import create_app


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    bench = open_bench(BenchOptions(data_dir=tmp_path_factory.mktemp("bench"), people=50))
    yield bench
    bench.close()


def _answer(bench, lookup):
    client = create_app(bench).test_client()
    return client.post("/lps", data=search_request(lookup).encode(), headers=HEADERS).data


def test_every_drawn_look_up_is_answered_as_expected(bench):
    lookups = Lookups(bench.registry.people(limit=1000), Random(3))
    drawn = [lookups.draw() for _ in range(300)]
    assert {lookup.code for lookup in drawn} >= {"00", "01"}
    assert [wrong_with(lookup, _answer(bench, lookup)) for lookup in drawn] == [None] * 300


def test_people_who_share_their_traits_are_expected_as_02_and_told_apart_by_their_place(bench):
    person = draw(1, "twins")[0]
    other = namesake(person, "twins")
    bench.registry.add([person, other])
    lookups = Lookups([person, other], Random(5))
    drawn = [lookups.draw() for _ in range(200)]
    assert {(lookup.code, lookup.birth_place is None) for lookup in drawn if lookup.code != "01"} == {
        ("02", True),
        ("00", False),
    }
    assert [wrong_with(lookup, _answer(bench, lookup)) for lookup in drawn] == [None] * 200


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
def test_any_altered_element_makes_the_answer_wrong(bench, element, replacement):
    lookups = Lookups(bench.registry.people(limit=10), Random(1))
    lookup = next(drawn for drawn in iter(lookups.draw, None) if drawn.code == "00")
    answer = _answer(bench, lookup).decode()
    start = answer.index(f"<{element}>") + len(element) + 2
    end = answer.index(f"</{element}>")
    altered = (answer[:start] + replacement + answer[end:]).encode()
    assert wrong_with(lookup, answer.encode()) is None
    assert f"expected {element} " in wrong_with(lookup, altered)


def test_an_individual_in_an_answer_01_is_wrong(bench):
    lookups = Lookups(bench.registry.people(limit=10), Random(1))
    unknown = next(drawn for drawn in iter(lookups.draw, None) if drawn.code == "01")
    known = next(drawn for drawn in iter(lookups.draw, None) if drawn.code == "00")
    leaking = _answer(bench, known).replace(b"<CodeCR>00<", b"<CodeCR>01<")
    assert "expected NumIdentifiant None" in wrong_with(unknown, leaking)


def test_an_answer_that_is_not_xml_is_wrong(bench):
    lookup = Lookups(bench.registry.people(limit=10), Random(1)).draw()
    assert "expected XML" in wrong_with(lookup, b"<html>maintenance")


def test_nobody_to_look_up_is_an_error():
    with pytest.raises(ValueError, match="expected people"):
        Lookups([], Random(1))
