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
    """Let a check that has found nothing tell of what was refused and done all the same."""
    try:
        result = yield
    except Departure:
        raise
    except Ending:
        _tell(pyfuncitem)
        raise
    _tell(pyfuncitem)
    return result


def _tell(item: pytest.Function) -> None:
    at = item.funcargs.get("desk")
    if isinstance(at, Desk) and isinstance(at.lgo, Watched):
        at.lgo.tell([key for mark in item.iter_markers("rule") for key in mark.args])
