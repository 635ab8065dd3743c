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
    """Let a check that has found nothing tell of what was refused and done all the same; whatever other rules say of it is told apart."""
    watch = _watch_of(pyfuncitem)
    rules = [key for mark in pyfuncitem.iter_markers("rule") for key in mark.args]
    try:
        result = yield
    except Departure:
        raise
    except Ending:
        if watch is not None:
            watch.tell(rules)
        raise
    finally:
        for found in watch.found if watch is not None else ():
            if not found.owners.concern(rules):
                see_aside = cast("Callable[[Aside], None]", pyfuncitem.funcargs["see_aside"])
                see_aside(found.aside())
    if watch is not None:
        watch.tell(rules)
    return result


def _watch_of(item: pytest.Function) -> Watched | None:
    at = item.funcargs.get("desk")
    return at.lgo if isinstance(at, Desk) and isinstance(at.lgo, Watched) else None
