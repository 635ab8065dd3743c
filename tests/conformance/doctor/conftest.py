"""What the tests of this folder share: the reference LGO, a simulator, and a software between the bench and that LGO."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.campaign import own_simulator
from conformance.reference.server import running as running_lgo

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

sys.path.insert(0, str(Path(__file__).parent))

from bent_software import Bent, serving


@pytest.fixture(scope="module")
def lgo() -> Iterator[str]:
    """The address of the reference LGO."""
    with running_lgo() as url:
        yield url


@pytest.fixture(scope="module")
def simulator() -> Iterator[str]:
    with own_simulator() as url:
        yield url


@pytest.fixture
def bent(lgo: str) -> Iterator[Callable[..., str]]:
    """Serve a software whose requests and answers are bent; return its address."""
    with ExitStack() as stack:

        def start(context: ssl.SSLContext | None = None, **hooks: Any) -> str:
            return stack.enter_context(serving(Bent(lgo, **hooks), context))

        yield start
