"""A walk: whoever comes, from wherever, meets acts in an order that nobody has thought of.

Each life written down by hand meets the mistakes that its author had in mind. Here the order is drawn: two files of unlike
people, begun in the same way, take turns; each act is one of those of the other lives, or of ``acts``, done by either user, and is
held to what it may change. Between the acts something is shown or made of them (``looks``). What all watches of a check see on
the way is told under the rules that it departs from.

The draw is that of the campaign's seed: the same seed, the same way.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Final

from conformance.suite.desk.apart import NotOfferedError
from conformance.suite.desk.cards import on_own_card
from conformance.suite.desk.found import Found, Owners
from conformance.suite.desk.full import load
from conformance.suite.desk.steps import USERS, preparing
from conformance.suite.states import changing_acts
from conformance.suite.states.changing_acts import Cast
from conformance.suite.states.changing_life import (
    Stopped,
    Turned,
    known_earlier,
    life_of,
    seen_first,
    taken,
    turns_of,
)
from conformance.suite.states.judging import (
    REQUESTS,
    expect_change_logged,
    expect_in_history,
    expect_log_kept,
    expect_not_logged_as_done,
    expect_rest_kept,
)
from conformance.suite.wandering.acts import BY_TWO, OTHERS, RAISING
from conformance.suite.wandering.looks import looked_at
from conformance.suite.wandering.wanderer import Wanderer
from conformance.verdicts import Departure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.suite.desk.cast import Part
    from conformance.suite.desk.steps import Desk
    from conformance.suite.states.changing_turns import Turn
    from conformance.suite.wandering.starts import Start

_LENGTH: Final = 30
"""Acts of a walk."""
_RAISED: Final = 0.5
"""How often the act is one of those that raise a status, where there is one."""


def walked(desk: Desk, start: Start) -> list[Found]:
    """Lead two files by chance, and return the departures, each with the rule that it belongs to.

    Raises:
        NotOfferedError: the software makes no such file.
        Ending: it does none of the acts: what stopped the first.
    """
    both = [_begun(desk, start, part) for part in start.parts]
    chance = Random(both[0].cast.person.identity.matricule.number)  # noqa: S311 - repeatable on purpose
    choice = _Choice(chance)
    found: list[Found] = []
    acts: list[Turned | Stopped | None] = []
    for _ in range(_LENGTH):
        one, other = both if chance.random() < 1 / 2 else reversed(both)
        seen, one.at = taken(desk, one.cast, choice.for_file(one), one.at)
        acts.append(seen)
        departures = list(_judged(seen))
        if not (departures and _is_denied(desk, one)):
            found += departures
        found += looked_at(desk.by(chance.choice(USERS)), chance, one, other)
    if not found:
        # Raises what stopped the first, when none could be done.
        turns_of(life_of([each for each in acts if each is not None]))
    return [_of_walk(start, each) for each in found]


def _begun(desk: Desk, start: Start, part: Part) -> Wanderer:
    people = on_own_card(part, desk.draw)
    cast = Cast(people=people, earlier=known_earlier(desk, people.insured.person))
    with preparing(f"faire un dossier {start.fr}", f"make a file, {start.en}", depends_on=(start.rule,)):
        patient = start.makes(desk, cast)
    if patient is None:
        assert start.path is not None
        raise NotOfferedError(
            start.path, f"dossier {start.fr} : aucun n'est fait", f"file {start.en}: none is made"
        )
    if part is not start.parts[0]:
        load(desk, patient, cast.person)
    return Wanderer(cast=cast, at=seen_first(desk, patient))


class _Choice:
    """Draws acts: half of them raise a status where one can, of the others the one that was longest not done comes first."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._others = chance.sample(OTHERS, len(OTHERS))

    def for_file(self, one: Wanderer) -> Turn:
        """Return an act for a file; whatever an ordinary user may do the other may do too."""
        rising = [turn for turn in RAISING if one.fits(turn)]
        if rising and self._chance.random() < _RAISED:
            turn = self._chance.choice(rising)
        else:
            turn = next(turn for turn in self._others if one.fits(turn))
            self._others.remove(turn)
            self._others.append(turn)
        # What may be done to a doubtful or made up identity is the software's to say.
        turn = replace(turn, must=turn.must and not one.is_marked)
        is_anybodys = turn.by == USERS[0] and turn.does is not changing_acts.try_locked
        return replace(turn, by=self._chance.choice(USERS)) if is_anybodys else turn


def _judged(seen: Turned | Stopped | None) -> Iterator[Found]:
    """Yield the departures of an act, each with its rule."""
    if isinstance(seen, Stopped) and isinstance(seen.error, Departure):
        yield Found(Owners(seen.turn.rule), seen.error)
    if not isinstance(seen, Turned):
        return
    judges: tuple[tuple[str, Callable[[Turned], None]], ...] = (
        (seen.turn.rule, expect_rest_kept),
        *((each, partial(expect_log_kept, each)) for each in (*REQUESTS.values(), "SEC-05")),
        ("SEC-05", expect_change_logged),
        ("SEC-05", expect_not_logged_as_done),
        *(() if seen.turn.does in BY_TWO else (("STA-07", expect_in_history),)),
    )
    for rule, judge in judges:
        try:
            judge(seen)
        except Departure as departure:
            yield Found(Owners(rule), departure)


def _is_denied(desk: Desk, one: Wanderer) -> bool:
    """Return whether the software had an INS verified by itself that INSi knows of a scenario alone."""
    numbers = {person.identity.matricule.value for person in (one.cast.person, one.cast.earlier)}
    return any(map(desk.wire.denied, numbers))


def _of_walk(start: Start, found: Found) -> Found:
    """Return a departure that says whose file it is."""
    text = found.departure.text
    told = Departure(
        f"dossier {start.fr}, {text.fr}", f"file {start.en}, {text.en}", inferred=found.departure.inferred
    )
    return Found(found.owners, told)
