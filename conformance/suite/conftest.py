"""The desk that every check works at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.suite.desk.delivered import switch_off
from conformance.suite.desk.fixtures import memory, new_desk

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk

__all__ = ["desk", "memory", "new_desk"]


@pytest.fixture
def desk(new_desk: Desk) -> Desk:
    """Return the desk, once the software is known to empty itself, and with nothing switched on that validates by itself."""
    new_desk.need_reset()
    switch_off(new_desk)
    return new_desk
