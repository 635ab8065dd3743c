"""The lists of typed forms."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import simulator
from simulator.ins.traits import check_first_name, starts_list, to_wire

DATA = Path(simulator.__file__).parent / "population" / "practice" / "data"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_accented_word_is_one_word_with_an_accent_that_the_registry_drops() -> None:
    words = [row["typed"] for row in rows("accented_names.csv")]
    assert len(words) > 200
    for word in words:
        assert re.fullmatch("[A-Z]+", to_wire(word)), word
        assert to_wire(word) != word.upper(), word
    assert len({to_wire(word) for word in words}) == len(words)


def test_every_nickname_can_be_sent_and_is_not_the_start_of_the_first_name() -> None:
    pairs = [(row["first_name"], row["nickname"]) for row in rows("nicknames.csv")]
    assert len({first_name for first_name, _ in pairs}) == len(pairs) > 50
    for first_name, nickname in pairs:
        assert check_first_name(first_name) == check_first_name(nickname) == []
        assert not starts_list(nickname, first_name), first_name
