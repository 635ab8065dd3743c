"""The real suite on the reference LGO: one simulator and one LGO for the whole run, a session for each campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.matrix.running import Rig, rig

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def campaigns() -> Iterator[Rig]:
    with rig() as one:
        yield one
