"""SRC-01 and SRC-02, one search after another: what was asked before does not count."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.protocol import RefusedError
from conformance.suite.search.neighbours import expect_search, settle

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk

DAY = "1979-11-21"
NAME, ANOTHER = "VIZKELOR", "DUMBRAZ"


@pytest.mark.rule("SRC-01", "SRC-02")
@pytest.mark.title(
    fr="Une recherche n'hérite rien de celle d'avant : par le nom seul, la même deux fois, puis par la date seule",
    en="A search inherits nothing of the one before: by the name alone, the same twice, then by the date alone",
)
def test_one_after_another(desk: Desk) -> None:
    neighbours = settle(desk, DAY, {"le nom": {"birth_name": NAME}, "un autre": {"birth_name": ANOTHER}})
    for criteria in ({"name_prefix": "VIZ"}, {"first_name_prefix": "XQ"}):
        with suppress(RefusedError):  # A software may want the date first.
            desk.search(**criteria)
        for _ in range(2):
            expect_search(desk, neighbours, birth_date=DAY)
    expect_search(desk, neighbours, birth_date=DAY, name_prefix="VIZ")
    expect_search(desk, neighbours, birth_date=DAY)
