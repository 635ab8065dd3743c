"""Correct software of other manners is judged in parties, and the member at issue is named."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from conformance.matrix import tolerated
from conformance.matrix.parties import Party, parties_of
from conformance.matrix.tolerated import Judgement, judge, rules_of
from conformance.reference.habits.catalogue import HABITS
from conformance.reference.variants import variants
from conformance.rules import load_catalogue
from conformance.verdicts import Verdict
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from conformance.matrix.running import Rig


@dataclass
class Suite:
    """Judges by what a software has, instead of running anything."""

    verdict: Callable[[set[str]], Verdict]
    asked: list[tuple[set[str], Collection[str] | None]] = field(default_factory=list)

    def run(
        self,
        *,
        as_variants: Collection[str],
        habits: Collection[str],
        rules: Collection[str] | None,
        **_: Any,
    ) -> Any:
        self.asked.append(({*as_variants, *habits}, rules))
        found = self.verdict({*as_variants, *habits})
        reason = Text("raison", "reason")
        return SimpleNamespace(
            rules=[SimpleNamespace(rule=SimpleNamespace(key="CRE-01"), verdict=found, reason=reason)]
        )


def judged(verdict: Callable[[set[str]], Verdict], party: Party) -> tuple[Judgement, Suite]:
    suite = Suite(verdict)
    return judge(party, cast("Rig", suite)), suite


THREE = Party(name="three", variants=("a", "b"), habits=("c",))


def test_a_party_that_passes_is_judged_once() -> None:
    found, suite = judged(lambda _: Verdict.PASS, THREE)
    assert found.is_fair
    assert suite.asked == [({"a", "b", "c"}, None)]


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.WARNING, Verdict.INCONCLUSIVE])
def test_the_member_that_is_accused_or_kept_from_a_verdict_is_named(verdict: Verdict) -> None:
    found, suite = judged(lambda names: verdict if "c" in names else Verdict.PASS, THREE)
    assert not found.is_fair
    assert list(found.alone) == ["c"]
    assert suite.asked[1:] == [
        ({"a"}, ["CRE-01"]),
        ({"b", "c"}, ["CRE-01"]),
        ({"b"}, ["CRE-01"]),
        ({"c"}, ["CRE-01"]),
    ]


def test_each_of_several_at_issue_is_named_and_a_half_that_passes_is_judged_once() -> None:
    party = Party(name="many", variants=tuple("abcdefgh"))
    found, suite = judged(lambda names: Verdict.FAIL if names & {"f", "h"} else Verdict.PASS, party)
    assert list(found.alone) == ["f", "h"]
    assert [names for names, _ in suite.asked if names <= set("abcd")] == [set("abcd")]


def test_a_member_that_stands_alone_is_judged_once() -> None:
    found, suite = judged(lambda _: Verdict.FAIL, Party(name="one", variants=("a",)))
    assert list(found.alone) == ["a"]
    assert len(suite.asked) == 1


def test_a_member_may_be_judged_alone_by_the_rules_that_it_comes_near_to() -> None:
    near = [name for name, one in variants().items() if "CRE-01" in one.rules]
    others = [name for name, one in variants().items() if "CRE-01" not in one.rules][: len(near)]
    party = Party(name="many", variants=(*others, *near))
    suite = Suite(lambda names: Verdict.FAIL if names & {others[0], near[0]} else Verdict.PASS)
    found = judge(party, cast("Rig", suite), near=True)
    assert list(found.alone) == near[:1]
    assert not any(names <= set(others) for names, _ in suite.asked)


def test_what_accuses_may_be_said() -> None:
    suite = cast("Rig", Suite(lambda _: Verdict.NOT_TESTED))
    found = judge(THREE, suite, accuses=lambda result: result.verdict is not Verdict.PASS)
    assert list(found.alone) == ["a", "b", "c"]


@pytest.mark.parametrize("verdict", [Verdict.NOT_TESTED, Verdict.REVIEW, Verdict.NOT_APPLICABLE])
def test_what_is_not_tested_or_left_to_a_person_is_no_accusation(verdict: Verdict) -> None:
    assert judged(lambda _: verdict, THREE)[0].is_fair


def test_members_that_only_contradict_each_other_are_not_at_issue() -> None:
    found, _ = judged(lambda names: Verdict.FAIL if len(names) > 1 else Verdict.PASS, THREE)
    assert found.is_fair
    assert found.accused


def test_a_party_that_breaks_the_bench_is_not_fair() -> None:
    def broken(_: set[str]) -> Verdict:
        raise RuntimeError("away")

    found, _ = judged(broken, THREE)
    assert (found.is_fair, found.crash) == (False, "RuntimeError: away")


def test_every_variant_and_habit_is_in_one_party() -> None:
    parties = parties_of()
    assert sorted(chain.from_iterable(one.variants for one in parties)) == sorted(variants())
    borne = [name for name, one in HABITS.items() if not one.still_accused]
    assert sorted(chain.from_iterable(one.habits for one in parties)) == sorted(borne)


def test_a_habit_that_the_suite_does_not_bear_yet_is_judged_when_it_is_named() -> None:
    named = [name for name, one in HABITS.items() if one.still_accused]
    assert sorted(chain.from_iterable(one.habits for one in parties_of(named))) == sorted(named)
    assert not any(one.variants for one in parties_of(named))


def test_habits_come_near_to_rules_that_exist() -> None:
    assert {rule for one in HABITS.values() for rule in one.rules} <= set(load_catalogue())


def test_some_are_chosen_by_name() -> None:
    assert [one.habits for one in parties_of(["lots-of-two"])] == [("lots-of-two",)]
    assert set(rules_of(["VER-1", "CRE-01"]) or ()) >= {"VER-10", "VER-11", "CRE-01"}
    with pytest.raises(KeyError):
        parties_of(["no-such-habit"])
    with pytest.raises(KeyError):
        parties_of(names=["no such party"])
    with pytest.raises(KeyError):
        rules_of(["XYZ"])


def test_a_run_that_was_stopped_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done: list[str] = []

    def judge_now(parties: Collection[Party], *_: Any) -> list[Judgement]:
        done.extend(one.name for one in parties)
        alone = {"lots-of-two": {"VER-11": "FAIL: reason"}}
        return [Judgement(party=one.name, accused=alone["lots-of-two"], alone=alone) for one in parties]

    monkeypatch.setattr(tolerated, "_judged", judge_now)
    arguments = ["--only", "lots-of-two", "--output", str(tmp_path / "judged.ndjson"), "--continue"]
    assert tolerated.main(arguments) == 1
    assert "VER-11 FAIL: reason [lots-of-two]" in capsys.readouterr().out
    assert tolerated.main(arguments) == 0
    assert done == ["partners"]


def test_a_wrong_name_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert tolerated.main(["--only", "no-such-habit"]) == 2
    assert "no-such-habit" in capsys.readouterr().err
