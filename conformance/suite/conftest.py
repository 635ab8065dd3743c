"""The desk that every check works at."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from conformance.suite.desk.apart import DENIED_BY_ITSELF, NotOfferedError
from conformance.suite.desk.delivered import switch_off
from conformance.suite.desk.fixtures import memory, new_desk
from conformance.suite.desk.refused import Watched
from conformance.suite.desk.steps import Desk
from conformance.verdicts import Departure, Ending, Verdict

if TYPE_CHECKING:
    from collections.abc import Generator

    from conformance.drivers.protocol import Driver

__all__ = ["desk", "memory", "new_desk"]


@pytest.fixture
def desk(new_desk: Desk) -> Desk:
    """Return the desk, once the software is known to empty itself, and with nothing switched on that validates by itself."""
    new_desk.need_reset()
    switch_off(new_desk)
    return replace(new_desk, lgo=cast("Driver", Watched(new_desk.lgo, new_desk.wire)))


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Let a check that has found nothing tell of what its watch found for one of its rules; the rest is told apart."""
    try:
        result = yield
    except Ending as ending:
        excuse = _excuse(pyfuncitem, ending)
        _tell(pyfuncitem, has_departed=excuse is not None or isinstance(ending, Departure))
        if excuse is not None:
            raise excuse from ending
        raise
    _tell(pyfuncitem, has_departed=False)
    return result


def _excuse(item: pytest.Function, ending: Ending) -> NotOfferedError | None:
    """Return why a check could not be judged, where the software verified by itself what the check made INSi say once."""
    desk = item.funcargs.get("desk")
    if not isinstance(desk, Desk) or ending.verdict not in {Verdict.FAIL, Verdict.INCONCLUSIVE}:
        return None
    if not desk.wire.is_excused and not desk.wire.denied():
        return None
    return NotOfferedError(
        DENIED_BY_ITSELF,
        f"le logiciel a vérifié de lui-même, et INSi a démenti ce que le banc lui avait fait dire : {ending.text.fr}",
        f"the software has verified by itself, and INSi has denied what the bench made it say: {ending.text.en}",
    )


def _tell(item: pytest.Function, *, has_departed: bool) -> None:
    """Tell what the watch of a check found: one departure for its own rules, if it has none itself, the others apart."""
    desk = item.funcargs.get("desk")
    if not isinstance(desk, Desk) or not isinstance(desk.lgo, Watched):
        return
    rules = [key for mark in item.iter_markers("rule") for key in mark.args]
    own = None if has_departed else desk.lgo.first(rules)
    for found in desk.lgo.found:
        if found is not own:
            desk.see_aside(found.aside())
    if own is not None:
        raise own.departure
