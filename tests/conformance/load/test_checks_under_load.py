"""Checks of the suite beside the users of a load: the very ones, on people of their own."""

from __future__ import annotations

import inspect
from types import SimpleNamespace

import pytest

from conformance.campaign import reference_lgo
from conformance.drivers.http import HttpDriver
from conformance.drivers.model import Verb
from conformance.engine.collecting import collect_suite
from conformance.load.calling.checks import Inspector, lacking
from conformance.load.calling.chosen import CHECKED, CHECKS
from conformance.load.calling.meter import Meter
from conformance.load.options import LoadOptions
from conformance.rules import load_catalogue
from conformance.verdicts import UndecidedError
from simulator.testing import Simulator

from .conftest import profile


@pytest.mark.parametrize("chosen", CHECKS, ids=lambda chosen: f"{chosen.rule}-{chosen.name}")
def test_each_is_a_check_of_the_suite_that_verifies_its_rule(chosen):
    check = chosen.function()
    rules = {key for mark in check.pytestmark if mark.name == "rule" for key in mark.args}
    assert chosen.rule in rules & set(load_catalogue())
    given = {"desk", *dict(chosen.parameters)}
    assert set(inspect.signature(check).parameters) == given


def test_a_software_that_cannot_be_judged_is_told_what_it_lacks():
    # What a method is called elsewhere in the suite must not count: all of it is there.
    collect_suite()
    assert lacking(CHECKED, set(Verb)) == {}
    assert lacking(["CRE-05"], {Verb.READ_PATIENT}) == {"CRE-05": ["create_patient"]}
    # One check of a rule is enough for a verdict.
    without = set(Verb) - {Verb.SEARCH_INSI}
    assert "STA-03" not in lacking(CHECKED, without)


def _inspected(defects, rules, looks):
    """Let checks of these rules run, so many times, beside nobody; return what was told of them."""
    told = []
    with Simulator(people=5) as insi, reference_lgo(defects) as url:
        with HttpDriver(url) as driver:
            driver.reset(insi_url=insi.soap_url)
        options = LoadOptions(
            url=insi.url,
            folder="f",
            profile=profile(target="software"),
            software=url,
            rules=tuple(rules),
            check_rate=1000.0,
            lang="en",
        )

        def emit(line):
            told.append(line)
            inspector.over = len(told) == looks

        inspector = Inspector(options, insi.id, Meter(emit))
        inspector.run()
        inspector.close()
    return told


@pytest.mark.slow
def test_a_software_that_is_right_keeps_them_and_one_that_is_not_departs():
    rules = ["STA-03"]
    kept = _inspected((), rules, 2)
    assert [(line["rule"], line["seen"]) for line in kept] == [("STA-03", "kept")] * 2, kept
    departed = _inspected(("import-sets-validated",), rules, 1)
    assert (departed[0]["seen"], departed[0]["moment"]) == ("departed", "test_import_gives_recovered, user")
    assert departed[0]["problem"]


@pytest.fixture(scope="module")
def insi():
    with Simulator(people=5) as started:
        yield started


def test_none_touches_the_other_users(insi):
    options = LoadOptions(url=insi.url, folder="f", profile=profile(), software="http://127.0.0.1:9")
    inspector = Inspector(options, insi.id, Meter(lambda _: None))
    desk = inspector._desk(CHECKS[0])
    for act in (
        lambda: desk.lgo.reset(insi_url="x"),
        lambda: desk.insi.install("answers/not-found"),
        lambda: desk.insi.advance(1),
    ):
        with pytest.raises(UndecidedError, match="autres utilisateurs"):
            act()
    inspector.close()


def test_while_a_scenario_speaks_none_is_judged(insi):
    told, turns = [], iter([False, False, True, False])
    options = LoadOptions(
        url=insi.url, folder="f", profile=profile(), software="http://127.0.0.1:9", rules=("STA-03",)
    )
    inspector = Inspector(options, insi.id, Meter(told.append))
    inspector._driver = SimpleNamespace(
        capabilities=lambda: SimpleNamespace(verbs=set(Verb)), close=lambda: None
    )

    def is_calm():
        # Calm when a check begins, and not any more when it ends.
        turn = next(turns, None)
        inspector.over = turn is None
        return bool(turn)

    inspector.run(lambda _: None, is_calm)
    inspector.close()
    assert told == []
