"""What keeps a judge of the user's from working at all: the set-up is at fault, and no document."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.text import Text


class OutsideError(Exception):
    """A schematron that does not compile, a library or a command that is not there."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text
