"""How far a lot is, as arithmetic."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.lots.progress import Lot, LotSettings, LotState, plan


def lot(lines: int = 10_000, **settings: Any) -> Lot:
    return plan(lot_id="x", session="s", now=1_000_000, lines=lines, settings=LotSettings(**settings))


@pytest.mark.parametrize(
    ("after_ms", "state", "available"),
    [
        (-5000, LotState.RECEIVED, 0),
        (0, LotState.RECEIVED, 0),
        (999, LotState.RECEIVED, 0),
        (1000, LotState.IN_PROGRESS, 0),
        (1002, LotState.IN_PROGRESS, 1),
        (11_000, LotState.IN_PROGRESS, 5000),
        (20_999, LotState.IN_PROGRESS, 9999),
        (21_000, LotState.FINISHED, 10_000),
        (21_000 + 7 * 86_400_000 - 1, LotState.FINISHED, 10_000),
        (21_000 + 7 * 86_400_000, LotState.EXPIRED, 10_000),
    ],
)
def test_ten_thousand_lines_take_21_seconds_and_stay_a_week(
    after_ms: int, state: LotState, available: int
) -> None:
    one = lot()
    assert (one.state(1_000_000 + after_ms), one.available(1_000_000 + after_ms)) == (state, available)


@given(
    lines=st.integers(1, 20_000),
    rate=st.floats(0.1, 1e6),
    delay=st.floats(0, 100),
    first=st.integers(0, 10**7),
    more=st.integers(0, 10**7),
)
def test_lines_only_ever_become_available(
    lines: int, rate: float, delay: float, first: int, more: int
) -> None:
    one = lot(lines, lines_per_s=rate, start_delay_s=delay)
    early, late = one.available(1_000_000 + first), one.available(1_000_000 + first + more)
    assert 0 <= early <= late <= lines
    finished = one.state(1_000_000 + first + more) in {LotState.FINISHED, LotState.EXPIRED}
    assert finished == (late == lines)


@pytest.mark.parametrize(("lines", "pages"), [(1, 1), (999, 1), (1000, 1), (1001, 2), (10_000, 10)])
def test_pages_hold_a_thousand_lines(lines: int, pages: int) -> None:
    assert lot(lines).pages == pages


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_lines": 0},
        {"max_open": 0},
        {"lines_per_s": 0},
        {"lines_per_s": float("nan")},
        {"page_lines": -1},
        {"kept_days": 0},
        {"start_delay_s": -1},
    ],
)
def test_senseless_settings_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        LotSettings(**wrong)
