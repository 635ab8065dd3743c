"""The share of the mutants of data that every test run takes, and proof that their judge can say no."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest
from fuzz_data import SHARES, Targets, ViolationError, attack, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def targets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Targets]:
    opened = Targets(tmp_path_factory.mktemp("fuzz-data"))
    yield opened
    opened.close()


def test_every_mutant_is_read_or_refused_as_promised(targets: Targets) -> None:
    came: Counter[tuple[str, str]] = Counter()
    for number in range(300):
        try:
            came[attack(targets, 1, number)] += 1
        except Exception as error:
            error.add_note(f"mutant {number} ({kind_of(number)}): {targets.mutant[:2000]!r}")
            raise
    # Mutants that are all refused, or all right, would test nothing.
    wanted = {("scenario", "refused"), ("scenario", "right"), ("segment", "some"), ("api", "400")}
    wanted |= {("driver", "refused"), ("driver", "right"), ("driver", "no JSON")}
    assert wanted <= set(came)


def test_the_kinds_come_in_their_shares() -> None:
    assert Counter(kind_of(number) for number in range(100)) == SHARES


def test_the_same_number_is_the_same_mutant(targets: Targets) -> None:
    first = []
    for _ in range(2):
        targets.driver(Random("1/2"))
        first.append(targets.mutant)
    assert first[0] == first[1]


def test_the_judge_refuses_a_record_that_nobody_wrote(
    targets: Targets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(targets, "_kept", [])
    monkeypatch.setattr("fuzz_data.mutate_bytes", lambda _chance, data: data)
    with pytest.raises(ViolationError, match="an exchange that nobody wrote"):
        targets.segment(Random(1))


def test_the_judge_refuses_a_failure_of_the_control_api(
    targets: Targets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fuzz_data.mutate_data", lambda _chance, data, _others: data)
    monkeypatch.setattr("fuzz_data.mutate_bytes", lambda _chance, data: data)
    monkeypatch.setattr("simulator.web.api.library._check_data", lambda _data: 1 / 0)
    document = ("POST", "/api/v1/scenarios/check", {"scenario": {}}, "application/json")
    monkeypatch.setattr(targets, "_documents", [document])
    with pytest.raises((ViolationError, ZeroDivisionError)):
        targets.api(Random(1))
