"""What the plan chooses of how checks are made, as fixtures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conformance.engine.context import BenchContext


class Choices:
    """A pytest plugin beside that of the engine.

    Args:
        context: the campaign.
    """

    def __init__(self, context: BenchContext) -> None:
        """Take what the campaign says."""
        self._context = context

    @pytest.fixture(scope="session")
    def mails_by_mailbox(self) -> bool:
        """Return whether every mail of the checks comes by the mailbox that the software fetches."""
        return self._context.mails_by_mailbox
