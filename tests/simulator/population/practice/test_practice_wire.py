"""The expected answers are those of the teleservice itself, asked with real XML."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import etree

from simulator.population.practice.answers import answer_line, wanted_traits

LINES = 400


def test_the_teleservice_answers_each_line_as_expected(practice, bench, ask) -> None:
    scope = bench.sessions.get("default").scope
    bench.registry.add([*practice.people, *practice.file.namesakes], scope)
    # The ambiguous ones are rare: take them wherever they are.
    picked = [answer for answer in practice.answers if answer.line.number <= LINES or answer.code == "02"]
    wrong = []
    for answer in picked:
        sent = wanted_traits(answer.line.record)
        exchange = ask(
            birth_name=sent.birth_name,
            first_names=sent.first_names,
            sex=sent.sex or None,
            birth_date=sent.birth_date,
            birth_place=sent.birth_place,
        )
        found = etree.fromstring(exchange.response).findtext(".//{*}INSACTIF/{*}IdIndividu/{*}NumIdentifiant")
        expected = answer.person.identity.matricule.number if answer.person else None
        if (exchange.code, found) != (answer.code, expected):
            wrong.append((answer.line.number, exchange.code, answer.code, found, expected))
    assert wrong == []
    assert {answer.code for answer in picked} >= {"00", "01", "02", "insi_24"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"birth_name": ""}, "insi_19"),
        ({"first_name": ""}, "insi_901"),
        ({"sex": "", "birth_date": ""}, "insi_24"),
        ({"birth_date": ""}, "insi_902"),
        ({"birth_name": "ESSAI 2"}, "insi_904"),
        ({"birth_name": "ESSAI 2", "sex": ""}, "insi_24"),
        ({"first_name": "ANNE."}, "insi_905"),
    ],
)
def test_a_record_that_cannot_be_searched_gets_the_fault_of_the_teleservice(
    practice, ask, changes, code
) -> None:
    line = practice.file.lines[0]
    broken = replace(line, record=replace(line.record, **{"sex": "F", **changes}))
    sent = wanted_traits(broken.record)
    exchange = ask(
        birth_name=sent.birth_name or None,
        first_names=sent.first_names or (),
        sex=sent.sex or None,
        birth_date=sent.birth_date or None,
        birth_place=sent.birth_place,
    )
    assert exchange.code == code
    answer = answer_line(broken, practice.registry)
    assert answer.code == code
    assert answer.why_fr
    assert answer.why_en
