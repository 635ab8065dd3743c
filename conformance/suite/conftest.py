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
    ending: Ending | None = None
    try:
        result = yield
    except Ending as error:
        result, ending = None, error
    watch = _watch_of(pyfuncitem)
    if watch is not None:
        rules = [key for mark in pyfuncitem.iter_markers("rule") for key in mark.args]
        own = None if isinstance(ending, Departure) else watch.first(rules)
        see_aside = cast("Callable[[Aside], None]", pyfuncitem.funcargs["see_aside"])
        for found in watch.found:
            if found is not own:
                see_aside(found.aside())
        if own is not None:
            raise own.departure
    if ending is not None:
        raise ending
    return result


def _watch_of(item: pytest.Function) -> Watched | None:
    at = item.funcargs.get("desk")
    return at.lgo if isinstance(at, Desk) and isinstance(at.lgo, Watched) else None
