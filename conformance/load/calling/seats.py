"""Who works as which user of Locust: nobody as two at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Seats:
    """Users made beforehand, taken one after the other; more are made when more come, or come again."""

    def __init__(self, make: Callable[[int], Any], count: int) -> None:
        """Make the first ones: certificates and connections take time that no patient waits for.

        Args:
            make: makes a user, given their number from 1.
            count: how many.
        """
        self._make, self._made = make, count
        self._waiting = [make(number) for number in range(1, count + 1)][::-1]

    def take(self) -> Any:
        """Return the next one; it is not given again, as one who leaves has hung up."""
        if not self._waiting:
            self._made += 1
            return self._make(self._made)
        return self._waiting.pop()
