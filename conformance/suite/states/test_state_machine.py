"""The state machine, case by case: what an event makes of a status, and that it changes nothing else, for laden people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import Status
from conformance.suite.desk.apart import CHECKED, DOWNGRADE
from conformance.suite.states.walks import MOVES, STAYS, judge, met, walked

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk

RULES: Final = {
    "E4": ("RSP-01",),
    "E5": ("RSP-12", "RSP-13"),
    "E6": ("ERR-02",),
    "E8": ("PRF-08",),
    "E9": ("ATT-03", "ATT-05"),
    "E10": ("ATT-03", "ATT-05"),
    "E12": ("ATT-01",),
    "E13": ("STA-12",),
    "E14": ("STA-09",),
    "E15": ("STA-14",),
    "E16": ("STA-08",),
    "E17": ("VER-01",),
    "E18": ("VER-05",),
    "E21": ("VER-09",),
    "E22": ("VER-06",),
    "E3/PROV": ("STA-03",),
    "E3/RECUP": ("STA-03", "RSP-02"),
    "E3/VALI": ("STA-05",),
    "E3/QUAL": ("STA-05", "RSP-02"),
    "E7/PROV": ("STA-04", "PRF-04"),
    "E7/RECUP": ("STA-06", "PRF-04"),
    "E7/VALI": ("STA-04",),
    "E7/QUAL": ("STA-06",),
}
"""Which rules each case belongs to: those of its event that say what becomes of the status."""


def _case(address: str) -> object:
    event, _, status = address.partition("/")
    keys = RULES.get(address) or RULES[event]
    marks = [pytest.mark.rule(*keys)]
    # A status that the software does not reach is nobody's yet; that it can be lowered by hand is in no text.
    if Status(status) in {Status.VALI, Status.QUAL}:
        marks.append(CHECKED.mark)
    if event == "E16":
        marks.append(DOWNGRADE.mark)
    return pytest.param(address, marks=marks, id=address)


@pytest.mark.title(
    fr="L'événement laisse le statut tel quel et rien d'autre ne change, pour des personnes chargées",
    en="The event leaves the status as it is and nothing else changes, for laden people",
)
@pytest.mark.parametrize(
    "address", [_case(f"{event}/{status}") for status, acts in STAYS.items() for event, _ in acts]
)
def test_stays(desk: Desk, address: str) -> None:
    event, _, status = address.partition("/")
    judge(desk, address, walked(desk, Status(status))[event])


@pytest.mark.title(
    fr="L'événement mène au statut prévu et rien d'autre ne change, pour des personnes chargées",
    en="The event leads to the status foreseen and nothing else changes, for laden people",
)
@pytest.mark.parametrize("address", [_case(address) for address in MOVES])
def test_moves(desk: Desk, address: str) -> None:
    judge(desk, address, met(desk, address))
