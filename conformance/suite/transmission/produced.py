"""What the checks of transmission look at: the messages, mails and submissions of the status matrix."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from conformance.suite.desk.apart import EXPORTS, SENDINGS, NotOfferedError
from conformance.suite.desk.papers import asides_of
from conformance.suite.desk.together import kept_together
from conformance.suite.journeys.papers import sent, told
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from conformance.documents import Problem
    from conformance.suite.desk.papers import Artefact, Subject
    from conformance.suite.desk.steps import Desk

Found: TypeAlias = list["tuple[Subject, Artefact]"]
"""Whose, and what."""


@kept_together("papers")
def messages(desk: Desk, *, qualified: bool | None = None) -> Found:
    """Return the messages produced, about those who are qualified, those who are not, or everybody."""
    return list(_of(desk, told, qualified=qualified))


@kept_together("papers")
def sendings(desk: Desk, channel: str = "", *, qualified: bool | None = None) -> Found:
    """Return what was sent by a channel, or by any."""
    return [
        one
        for one in _of(desk, sent, qualified=qualified)
        if one[1].label.startswith(f"{channel} " if channel else "")
    ]


@kept_together("papers")
def everything(desk: Desk, *, qualified: bool) -> Found:
    """Return messages and sendings, of whichever the software produces.

    Raises:
        VerbNotSupportedError: it produces neither.
    """
    stopped: list[UndecidedError] = []

    def tried(look: Callable[..., Found]) -> Found:
        try:
            return look(desk, qualified=qualified)
        except NotOfferedError:
            raise
        except UndecidedError as ending:
            stopped.append(ending)
            return []

    made = desk.each_offered({EXPORTS: partial(tried, messages), SENDINGS: partial(tried, sendings)})
    found = [one for each in made for one in each]
    if stopped and not found:
        raise stopped[0]
    return found


def _of(
    desk: Desk, journey: Callable[[Desk], Sequence[Subject]], *, qualified: bool | None
) -> Iterator[tuple[Subject, Artefact]]:
    for subject in journey(desk):
        if qualified is None or subject.is_qualified is qualified:
            desk.attach(subject.documents)
            for one in subject.artefacts:
                for aside in asides_of(subject, one):
                    desk.see_aside(aside)
                yield subject, one


def differs(problem: Problem) -> bool:
    """Tell whether a document says another value than INSi, or a number of before, whatever its format."""
    return "F12" in problem.rules or problem.code == "former-matricule"
