"""What a campaign did not test of a rule that it tested otherwise."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.text import Lang, Text

NOTHING = Text("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A path apart that was not tested, because the software does not have it."""

    path: Text
    """As the suite calls it: ``par carte``, ``by card``."""
    verb: str = ""
    """The verb that it alone needs and that the software does not offer; empty: it has the verb, and lets nobody take the path."""
    reason: Text = NOTHING
    """What the software says about it, or how that was seen."""

    def shown(self, lang: Lang) -> str:
        """Return ``par carte (read_card)``."""
        return f"{self.path[lang]} ({self.verb})" if self.verb else self.path[lang]
