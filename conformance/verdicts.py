"""Verdicts of checks, the exceptions that carry one, and how the verdict of a rule follows from those of its checks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable


class Verdict(StrEnum):
    """What the bench concludes about a rule or about one check of it."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    """Verified: the check ran to its end and everything it asserts was true."""
    FAIL = "FAIL"
    """The software under test broke a rule that binds it (MUST)."""
    WARNING = "WARNING"
    """The software departs from a recommendation (SHOULD) or from a rule that is only inferred."""
    REVIEW = "REVIEW"
    """A human has to look: the evidence is attached."""
    NOT_APPLICABLE = "NOT_APPLICABLE"
    """The rule does not bind this software, as declared in the plan."""
    NOT_TESTED = "NOT_TESTED"
    """The software cannot be driven through this rule; the reason is given. Never a PASS."""
    INCONCLUSIVE = "INCONCLUSIVE"
    """The bench, the set-up or the network failed: nothing is concluded about the software."""


_WORST_FIRST = (
    Verdict.FAIL,
    Verdict.WARNING,
    Verdict.INCONCLUSIVE,
    Verdict.REVIEW,
    Verdict.NOT_TESTED,
    Verdict.PASS,
    Verdict.NOT_APPLICABLE,
)


def combine(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict of a rule from the verdicts of its checks: the worst one.

    A departure that was found is a departure, whatever else could not be judged. A rule with one check not tested is itself not
    tested, however many others passed. No check at all gives ``NOT_TESTED``.
    """
    seen = set(verdicts)
    return next((verdict for verdict in _WORST_FIRST if verdict in seen), Verdict.NOT_TESTED)


class Ending(Exception):  # noqa: N818 - what a check came to; not an error of the program
    """What ends a check before its last line, with the verdict that follows from it.

    Everything that a check, a step or a driver raises on purpose is one, so that the engine reads the verdict instead
    of knowing the classes by name.
    """

    verdict: Verdict = Verdict.INCONCLUSIVE
    """What is concluded about the rules of the check."""
    text: Text
    """Why, in both languages."""
    inferred: bool = False
    """A FAIL that rests on an inferred part of a rule: it becomes a WARNING."""
    depends_on: tuple[str, ...] = ()
    """Keys of the rules whose departure would explain this ending (*consequence of*)."""

    def aside(self) -> Aside | None:
        """Return the departure from another rule that this ending shows, if any: the software did not do a step as that rule says.

        The check was not made to judge it, so it is a WARNING at most.
        """
        if self.verdict is not Verdict.INCONCLUSIVE or not self.depends_on:
            return None
        return Aside(rules=self.depends_on, reason=self.text, inferred=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """A departure that a check saw on its way from rules that it is not about."""

    rules: tuple[str, ...]
    """Keys of the rules that say it must not be. The first one that is judged is told of it, unless the checks of one of them have found a departure."""
    reason: Text
    inferred: bool = False
    """It rests on an inferred part of the rule, or on a check that was not made to judge it: a WARNING."""


class Departure(Ending, AssertionError):  # noqa: N818 - what a check found out about the software; not an error of the program
    """The software does not do what the rule says."""

    verdict = Verdict.FAIL

    def __init__(self, fr: str, en: str, *, inferred: bool = False) -> None:
        """Keep the reason in both languages.

        ``inferred`` marks the part of a rule that no text states: the verdict is then WARNING, not FAIL.
        """
        super().__init__(fr)
        self.text = Text(fr, en)
        self.inferred = inferred


class UndecidedError(Ending):
    """The check could not get to what its rule is about: nothing is concluded about that rule."""

    def __init__(
        self,
        fr: str,
        en: str,
        *,
        verdict: Verdict = Verdict.INCONCLUSIVE,
        depends_on: tuple[str, ...] = (),
    ) -> None:
        """Keep the reason in both languages.

        Args:
            fr: the reason in French.
            en: the same in English.
            verdict: ``NOT_TESTED`` when the software does not tell what the check needs to know, ``REVIEW`` when a
                human has to look.
            depends_on: keys of the rules that the step which failed rests on. When one of them is departed from, the
                report says *consequence of STA-03* instead of blaming the set-up; when the checks of none of them found
                anything, the first is told of this (``Aside``).
        """
        super().__init__(fr)
        self.text = Text(fr, en)
        self.verdict = verdict
        self.depends_on = depends_on
