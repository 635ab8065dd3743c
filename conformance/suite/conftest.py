"""The desk that every check works at."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from conformance.suite.desk.delivered import switch_off
from conformance.suite.desk.fixtures import memory, new_desk
from conformance.suite.desk.refused import Watched
from conformance.suite.desk.steps import Desk
from conformance.verdicts import Departure, Ending

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from conformance.drivers.protocol import Driver
    from conformance.verdicts import Aside

__all__ = ["desk", "memory", "new_desk"]


@pytest.fixture
def desk(new_desk: Desk, see_aside: object) -> Desk:  # noqa: ARG001 - what watches the desk tells by it
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
        _tell(pyfuncitem, has_departed=isinstance(ending, Departure))
        raise
    _tell(pyfuncitem, has_departed=False)
    return result


def _tell(item: pytest.Function, *, has_departed: bool) -> None:
    """Tell what the watch of a check found: one departure for its own rules, if it has none itself, the others apart."""
    watch = _watch_of(item)
    if watch is None:
        return
    own = (
        None
        if has_departed
        else watch.first([key for mark in item.iter_markers("rule") for key in mark.args])
    )
    see_aside = cast("Callable[[Aside], None]", item.funcargs["see_aside"])
    for found in watch.found:
        if found is not own:
            see_aside(found.aside())
    if own is not None:
        raise own.departure


def _watch_of(item: pytest.Function) -> Watched | None:
    at = item.funcargs.get("desk")
    return at.lgo if isinstance(at, Desk) and isinstance(at.lgo, Watched) else None
