"""Time that goes by over files that nobody touches: a night, with the jobs that a software does then, and more than a year.

What a file holds, and what the site has set, is what somebody typed, did or wrote. No event of the state machine is called
"the next morning": a document that was recorded validates nobody at night, an attribute and a status last until somebody
changes them, and who was born on a day is found by it a year later too.
"""

from __future__ import annotations

from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.drivers import site
from conformance.drivers.errors import DriverError
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import SETTINGS
from conformance.suite.desk.clocks import passing
from conformance.suite.site.settings import parts, restored

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from conformance.suite.states.overnight import Rest

SPANS: Final = {1: ("une nuit", "a night"), 400: ("plus d'un an", "more than a year")}
"""Days, and what they are called."""
NEW_KIND: Final = "PIECE_DU_SITE"
"""A document that no software knows before its site names it."""
LISTS: Final = (site.HIGH_CONFIDENCE_PROOFS, site.LOW_CONFIDENCE_PROOFS)
_DISPLAYED: Final = "first_names"
"""What the site shows besides the four traits that evening."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What was seen after so many days."""

    days: int
    before: Mapping[str, Patient]
    after: Mapping[str, Patient]
    """Without those that are gone."""
    found: frozenset[str]
    """Those whom the search by their birth date showed then."""
    settings: tuple[Mapping[str, str], Mapping[str, str]] | None
    """Those of the site about documents and display, before and after; ``None``: it has none, or they cannot be changed."""
    rest: tuple[Rest, Rest] | None = None
    """What is no file, before and after; looked at after the first night alone."""


def nights_of(
    desk: Desk, files: Mapping[str, Patient], rest: Callable[[], Rest] | None = None
) -> tuple[Night, ...]:
    """Let time go by over these files, by the clock of the software; both clocks show the real time again at the end.

    Args:
        desk: who looks.
        files: the files.
        rest: what tells of the rest, ``None``: nobody asks.

    Raises:
        VerbNotSupportedError: the clock of this software cannot be set.
    """
    before = {key: desk.read(patient) for key, patient in files.items()}
    nights = []
    with restored(desk, *LISTS, site.DISPLAYED_FIELDS) if _has_lists(desk) else nullcontext():
        written = _write_lists(desk)
        with passing(desk) as time:
            told = rest() if rest else None
            for days in SPANS:
                time.passes(days=days)
                after = _still_there(desk, before)
                there = {
                    each.id
                    for day in {str(one.birth_date) for one in before.values()}
                    for each in desk.born_on(day)
                }
                nights.append(
                    Night(
                        days=days,
                        before=before,
                        after=after,
                        found=frozenset(key for key, one in files.items() if one.id in there),
                        settings=None if written is None else (written, _lists_of(desk)),
                        rest=(told, rest())
                        if rest and told and days == 1 and len(after) == len(before)
                        else None,
                    )
                )
                if len(after) < len(before):
                    break  # The files that are gone have been seen.
    return tuple(nights)


def _still_there(desk: Desk, before: Mapping[str, Patient]) -> dict[str, Patient]:
    """Return these files as they are now, without those that are neither read nor found at their birth date any more."""
    found = {}
    for key, patient in before.items():
        try:
            found[key] = desk.read(patient)
        except DriverError:
            if patient.id in {each.id for each in desk.born_on(str(patient.birth_date))}:
                raise
    return found


def _has_lists(desk: Desk) -> bool:
    with desk.if_offered(SETTINGS):
        return set(LISTS) <= desk.lgo.read_settings().keys()
    return False


def _lists_of(desk: Desk) -> dict[str, str]:
    settings = desk.lgo.read_settings()
    names = [name for name in (*LISTS, site.DISPLAYED_FIELDS) if name in settings]
    return {name: ",".join(parts(settings[name])) for name in names}


def _write_lists(desk: Desk) -> dict[str, str] | None:
    """Have the site add a document of its own to its list, and return the lists as they are read then."""
    with desk.if_offered(SETTINGS), suppress(RefusedError):
        now = desk.lgo.read_settings()
        low = now.get(site.LOW_CONFIDENCE_PROOFS)
        if site.DISPLAYED_FIELDS in now:
            with suppress(RefusedError):
                desk.lgo.write_settings({site.DISPLAYED_FIELDS: _DISPLAYED})
        if low is not None:
            desk.lgo.write_settings({site.LOW_CONFIDENCE_PROOFS: ",".join((*parts(low), NEW_KIND))})
            return _lists_of(desk)
    return None
