"""The pytest fixtures ``insi`` and ``insi_server``, found by every pytest run where this package is installed.

Nothing of the simulator is imported before a test asks for one of them: runs that do not are neither slower nor
otherwise changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.testing import Insi, Simulator


@pytest.fixture(scope="session")
def insi_server() -> Iterator[Simulator]:
    """Run one simulated INSi teleservice for the whole run (one in each process of pytest-xdist).

    Define a fixture of the same name to start it otherwise::

        @pytest.fixture(scope="session")
        def insi_server():
            server = Simulator(people=1000, mtls=True)
            server.start()
            yield server
            server.stop()
    """
    from simulator.testing import Simulator  # noqa: PLC0415 - see the module

    server = Simulator()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def insi(insi_server: Simulator) -> Iterator[Insi]:
    """Give the test a session of its own: people, scripts, clock and calls of nobody else."""
    with insi_server.session() as session:
        yield session
