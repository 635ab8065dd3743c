"""A journey: what is done at the counter, stage by stage, and what was seen at each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from conformance.drivers.protocol import RefusedError
from conformance.verdicts import Ending, UndecidedError, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conformance.drivers.partners import Document
    from conformance.record.timeline import Entry
    from conformance.suite.desk.steps import Desk
    from simulator.client import ExchangeView
    from simulator.registry.person import Person
    from simulator.text import Text


@dataclass(slots=True)
class Walk:
    """What was seen on a journey, by the name of the stage."""

    desk: Desk
    """At which it was made."""
    _seen: dict[str, Any] = field(default_factory=dict)
    _stopped: dict[str, Ending] = field(default_factory=dict)
    _requests: dict[str, list[ExchangeView]] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()
    """The timeline of the journey, for the evidence of each check."""

    def welcome(self, person: Person) -> Person:
        """Have the sheet of somebody printed where a person does the typing."""
        guide = getattr(self.desk.lgo, "guide", None)
        if guide is not None:
            guide.person(person)
        return person

    def tell(self, text: Text) -> None:
        """Tell a person something that the instruction alone does not."""
        guide = getattr(self.desk.lgo, "guide", None)
        if guide is not None:
            guide.counter.say(text)

    def capture(self, name: str, wanted: Text) -> None:
        """Have a person take a picture of a screen, for other people to judge; see ``need_eyes``."""
        guide = getattr(self.desk.lgo, "guide", None)
        self._seen[name] = () if guide is None else guide.capture(wanted)

    def papers(self, name: str, wanted: Text, produce: Callable[[], Iterable[Document]]) -> None:
        """Have documents produced: a person attaches the files that ``wanted`` names, another driver is asked for them.

        What is seen of the stage is the documents, at least one: judged by their bytes, whoever brought them.
        """
        guide = getattr(self.desk.lgo, "guide", None)

        def act() -> tuple[Document, ...]:
            found = tuple(produce()) if guide is None else guide.documents(wanted)
            if not found:
                raise UndecidedError(
                    f"aucun fichier : {wanted.fr}", f"no file: {wanted.en}", verdict=Verdict.NOT_TESTED
                )
            return found

        self.stage(name, act)

    def wait(self, name: str, wanted: Text, pass_by: Callable[[], object]) -> None:
        """Have time go by: a person says that it has, for another driver ``pass_by`` sets the clocks."""
        guide = getattr(self.desk.lgo, "guide", None)

        def act() -> bool:
            if guide is None:
                pass_by()
            elif not guide.waited(wanted):
                raise UndecidedError(
                    f"le temps n'a pas passé : {wanted.fr}",
                    f"the time has not gone by: {wanted.en}",
                    verdict=Verdict.NOT_TESTED,
                )
            return True

        self.stage(name, act)

    def need_eyes(self, name: str, fr: str, en: str) -> None:
        """End a check that only eyes can judge: ``fr`` and ``en`` say what is to be looked at on the picture of a stage.

        Raises:
            UndecidedError: REVIEW with a picture, which ``banc review`` is for; NOT_TESTED without.
        """
        if kept := self[name]:
            # The evidence of a check is the whole journey: which picture is meant has to be said.
            files = ", ".join(dict.fromkeys(entry.name for entry in kept))
            raise UndecidedError(
                f"à regarder ({files}) : {fr}", f"to be looked at ({files}): {en}", verdict=Verdict.REVIEW
            )
        raise UndecidedError(
            f"aucune capture d'écran pour juger : {fr}",
            f"no picture of a screen to judge by: {en}",
            verdict=Verdict.NOT_TESTED,
        )

    def stage(self, name: str, act: Callable[[], object]) -> None:
        """Do an act and keep what it shows, and what INSi received meanwhile.

        What it could not be done for is kept too, for whoever looks at this stage or at one that rests on it.
        """
        try:
            self._seen[name], self._requests[name] = self.desk.during(act)
        except Ending as ending:
            self._stopped[name] = ending

    def __getitem__(self, name: str) -> Any:
        """Return what was seen at a stage.

        Raises:
            Ending: what kept it from being reached: nothing is then concluded about a rule that rests on it.
        """
        ending = self._stopped.get(name)
        if isinstance(ending, RefusedError):
            raise UndecidedError(
                f"parcours arrêté là ({name}), le logiciel refuse : {ending.message}",
                f"the journey stopped there ({name}), the software refuses: {ending.message}",
            )
        if ending is not None:
            raise ending
        return self._seen[name]

    def seen_at(self, name: str) -> Any:
        """Return what was seen at a stage, ``None`` when it was not reached: what to do next may depend on it."""
        return self._seen.get(name)

    def requests(self, name: str) -> list[ExchangeView]:
        """Return what INSi received at a stage.

        Raises:
            Ending: the stage was not reached.
        """
        _ = self[name]
        return self._requests[name]

    def refusal(self, name: str) -> RefusedError | None:
        """Return the refusal that ended a stage; ``None`` when the software did the act.

        Raises:
            Ending: something else kept it from being done.
        """
        ending = self._stopped.get(name)
        if isinstance(ending, RefusedError):
            return ending
        _ = self[name]
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A journey, and what it costs a person."""

    key: str
    """Kebab-case; also the name of its module."""
    title: Text
    acts: int
    """Acts asked of a person, at most: what is done and what is looked at."""
    minutes: int
    """For somebody who knows the software."""
    make: Callable[[Desk, Walk], None]

    def taken(self, desk: Desk, rules: tuple[str, ...]) -> Walk:
        """Return the walk, made once a campaign; what broke it, were it the bench, breaks it for every check.

        A person is not sent the same way again because the bench has stumbled.
        """
        memory = desk.memory
        if self.key not in memory:
            try:
                memory[self.key] = self.take(desk.apart(self.key), rules)
            except Exception as error:
                memory[self.key] = error
                raise
        found: Walk | Exception = memory[self.key]
        if isinstance(found, Exception):
            raise found
        return found

    def take(self, desk: Desk, rules: tuple[str, ...]) -> Walk:
        """Make the journey.

        Args:
            desk: where; its people are drawn for this journey.
            rules: keys of the rules that will look at it.
        """
        guide = getattr(desk.lgo, "guide", None)
        if guide is not None:
            guide.begin(self.key, self.title, acts=self.acts, minutes=self.minutes, rules=rules)
        walk, start = Walk(desk), len(desk.timeline.entries)
        self.make(desk, walk)
        walk.entries = desk.timeline.entries[start:]
        return walk
