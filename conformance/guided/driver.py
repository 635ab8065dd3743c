"""The guided driver: a verb becomes an instruction for a person, and what they did and saw becomes its answer."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, get_args

from conformance.drivers import wire
from conformance.drivers.errors import RefusedError, VerbNotSupportedError
from conformance.drivers.model import Patient, Status
from conformance.drivers.verbs import Driver
from conformance.guided import sayings
from conformance.guided.acts import Asked, Done, is_file, is_looked_at
from conformance.guided.counter import MistypedError
from conformance.guided.handing import handed_over
from conformance.guided.instructions import DONE, WAITING, instruction, is_on_the_wire
from conformance.guided.logs import call_entries
from conformance.guided.mistyping import differences
from conformance.guided.names import Names
from conformance.guided.screens import look
from conformance.guided.seeing import ALL_BUT_ID, need_lines_seen, partly_seen, unseen_of
from conformance.guided.sight import french_day
from conformance.guided.twin import Answer, LostError
from conformance.record.events import HumanAct
from conformance.suite.desk.wire import is_disturbed
from conformance.verdicts import UndecidedError, Verdict
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.model import Actor, Capabilities
    from conformance.drivers.verbs import Declaration
    from conformance.guided.counter import Counter
    from conformance.guided.guide import Guide
    from conformance.guided.ledger import Ledger
    from conformance.guided.partner import Program
    from conformance.guided.twin import Twin
    from conformance.guided.window import Window
    from simulator.client import ExchangeView

WATCH_S: Final = 0.3
"""How often the wire is looked at while a person works."""
QUIET_S: Final = 0.8
"""A software that has sent nothing for so long has no further attempt to make."""


class GuidedDriver(Driver):
    """Drives a software by way of a person.

    Args:
        software: what is known of the software, with the verbs that it offers.
        counter: the conversation with the person.
        guide: the journey that is under way, its notes and attachments.
        twin: tells what the screens should show.
        window: the session of the campaign.
        ledger: what was done already.
        program: does some of the verbs in place of the person; ``None``: nobody does.
    """

    def __init__(
        self,
        *,
        software: Capabilities,
        counter: Counter,
        guide: Guide,
        twin: Twin,
        window: Window,
        ledger: Ledger,
        program: Program | None = None,
    ) -> None:
        """Begin; nothing is asked yet."""
        self.guide = guide
        self._software = software
        self._counter = counter
        self._twin = twin
        self._window = window
        self._ledger = ledger
        self._program = program
        self._names = Names()
        self._files: dict[str, Mapping[str, Any]] = {}
        self._calls: list[tuple[str | None, str, tuple[ExchangeView, ...]]] = []
        self._missing: dict[str, str] = {}
        self._is_set_up = False
        self._read = window.begin
        """The last exchange that was there when an act began."""

    def carry(self, declaration: Declaration, actor: Actor | None, arguments: Mapping[str, Any]) -> Any:
        """Have one verb done, or take it from the record when it was done before the campaign was resumed."""
        if declaration.name == "capabilities":
            return self._software
        if declaration.name == "reset":
            # People are drawn afresh for each journey: nobody has to empty a database more than once.
            if self._is_set_up:
                return None
            self._is_set_up = True
        if declaration.name in self._missing and declaration.verb is not None:
            raise VerbNotSupportedError(declaration.verb, self._missing[declaration.name])
        user = actor.user if actor else ""
        # The preparation is for the whole campaign, whichever journey comes first: a full database is never emptied again.
        prepares = declaration.name == "reset"
        journey, request = ("", {}) if prepares else (self.guide.journey, declaration.request(arguments))
        key = self._ledger.key(journey, declaration.name, user, request)
        asked = Asked(declaration=declaration, actor=actor, arguments=arguments, key=key)
        done = self._ledger.done(key)
        if done is not None:
            return self._again(asked, done)
        act = self._by_program(asked) or self._by_hand(asked)
        act = replace(act, **self.guide.collected())
        self._ledger.add(act)
        return self._answer(asked, act)

    # What was done before

    def _again(self, asked: Asked, act: HumanAct) -> Any:
        self._window.hide(act.void)
        self._window.show(act.exchanges)
        self.guide.repeat(act)
        exchanges = self._exchanges(act.exchanges)
        self._remember_call(asked, exchanges)
        if act.outcome == "done" and self._follow(asked, exchanges) is None and is_file(asked.declaration):
            self._unexpected(asked)
        return self._answer(asked, act)

    def _exchanges(self, numbers: tuple[int, ...]) -> tuple[ExchangeView, ...]:
        if not numbers:
            return ()
        return tuple(each for each in self._window.exchanges(after=numbers[0] - 1) if each.id in numbers)

    # What a person does

    def _by_hand(self, asked: Asked) -> HumanAct:
        declaration = asked.declaration
        self.guide.count(declaration.title, counts=declaration.verb is not None)
        who = {name: _words(patient) for name, patient in self._files.items()}
        files = handed_over(asked.arguments, self.guide.folder)
        self._counter.say(*instruction(declaration, asked.actor, asked.arguments, who, files))
        done = self._at_the_counter(asked)
        self._remember_call(asked, done.exchanges)
        act = HumanAct(
            at=datetime.now(UTC),
            journey=self.guide.journey,
            key=asked.key,
            verb=declaration.name,
            outcome=done.outcome,
            message=done.message,
            exchanges=tuple(exchange.id for exchange in done.exchanges),
            void=done.void,
        )
        return self._seen(asked, act, done.exchanges) if done.outcome == "done" else act

    def _at_the_counter(self, asked: Asked) -> Done:
        start, void = self._last(), list[int]()
        while True:
            done = self._wait(asked.declaration, start)
            # What arrives by itself is typed by nobody: it has no sheet.
            sheet = self._sheet(asked) if is_on_the_wire(asked.declaration) else {}
            wrong = differences(done.exchanges, sheet) if sheet else []
            if not wrong or not self._is_mistyped(wrong):
                return replace(done, void=tuple(void))
            mistaken = [exchange.id for exchange in done.exchanges]
            void += mistaken
            self._window.hide(mistaken)
            start = mistaken[-1]
            self._counter.say(sayings.AGAIN)

    def _wait(self, declaration: Declaration, start: int) -> Done:
        """Wait until the wire shows the act, or the person says what became of it."""
        watches = is_on_the_wire(declaration)
        self._counter.say(WAITING if watches else DONE, "> ")
        while True:
            typed = self._counter.listen(WATCH_S if watches else None)
            if watches and (exchanges := self._settled(start)):
                codes = ", ".join(exchange.code for exchange in exchanges)
                self._counter.say(
                    Text(
                        f"  ✓ vu : INSi a reçu l'appel (réponse {codes}).",
                        f"  ✓ seen: INSi received the call (answer {codes}).",
                    )
                )
                return Done(exchanges=exchanges)
            match typed and typed.casefold():
                case None:
                    continue
                case "":
                    return Done()
                case "r":
                    return Done(outcome="refused", message=self._counter.text(sayings.REFUSAL))
                case "x":
                    return Done(outcome="not_supported", message=self._counter.text(sayings.ABSENT))
                case _:
                    self._counter.say(sayings.SENSELESS, "> ")

    def _settled(self, start: int) -> tuple[ExchangeView, ...]:
        """Return what INSi received since ``start``, once the software has no further attempt to make."""
        seen = self._window.exchanges(after=start)
        while seen:
            time.sleep(QUIET_S)
            now = self._window.exchanges(after=start)
            if len(now) == len(seen):
                break
            seen = now
        return tuple(seen)

    def _last(self) -> int:
        exchanges = self._window.exchanges(after=self._read)
        self._read = exchanges[-1].id if exchanges else self._read
        return self._read

    def _is_mistyped(self, wrong: list[Text]) -> bool:
        self._counter.say(
            Text(
                "  ✗ Ce qu'INSi a reçu n'est pas ce que dit la fiche :",
                "  ✗ What INSi received is not what the sheet says:",
            ),
            *(Text(f"      {line.fr}", f"      {line.en}") for line in wrong),
        )
        return self._counter.choose(sayings.WHOSE, (sayings.MINE, sayings.THEIRS)) == 0

    def _sheet(self, asked: Asked) -> Mapping[str, str | None]:
        traits = asked.arguments.get("traits")
        if traits is not None:
            return {name: getattr(traits, name) for name in traits.__dataclass_fields__}
        return self._files.get(asked.arguments.get("patient_id") or "", {})

    # What they see

    def _seen(self, asked: Asked, act: HumanAct, exchanges: tuple[ExchangeView, ...]) -> HumanAct:
        expected = self._expected(asked, exchanges)
        if expected is None:
            if asked.declaration.answer is NoneType or is_file(asked.declaration):
                return replace(act, answer=self._unexpected(asked), unseen=ALL_BUT_ID)
            return replace(act, outcome="undecided")
        if not is_looked_at(asked.declaration):
            return replace(act, answer=expected, unseen=ALL_BUT_ID if is_file(asked.declaration) else ())
        self._counter.say(sayings.LOOK)
        while True:
            try:
                sight = look(self._counter, asked.declaration, expected)
            except MistypedError:
                continue
            return replace(act, answer=sight.answer, unseen=tuple(dict.fromkeys(sight.unseen)))

    def _expected(self, asked: Asked, exchanges: tuple[ExchangeView, ...]) -> Any:
        """Return what a screen should show: what the twin shows, or for a file that it has not, what was typed."""
        expected = self._follow(asked, exchanges)
        if expected is None and asked.declaration.name == "read_patient":
            return self._files.get(asked.arguments["patient_id"])
        return expected

    def _follow(self, asked: Asked, exchanges: tuple[ExchangeView, ...]) -> Any:
        """Let the twin do the same, and return what a screen should then show; ``None`` when it would refuse, or cannot tell."""
        heard = [exchange for exchange in exchanges if not is_disturbed(exchange)]
        answer = Answer(status=heard[-1].http_status, body=heard[-1].response_xml.encode()) if heard else None
        if asked.declaration.name == "reset":
            return {}
        try:
            expected = self._twin.do(
                asked.declaration, asked.actor, self._names.translated(asked.arguments), answer=answer
            )
        except (LostError, RefusedError):
            return None
        expected = self._names.returned(expected, asked.key[:8])
        if asked.declaration.name == "read_audit_log":
            expected = self._log(asked, expected)
        self._remember_file(asked.declaration, expected)
        return expected if expected is not None else {}

    def _log(self, asked: Asked, expected: Any) -> Any:
        patient = asked.arguments.get("patient_id")
        # One of each kind is enough to look for: how often a software notes an access is its own affair.
        kinds = {
            (entry["action"], entry["user"]): entry
            for entry in expected["entries"]
            if entry["action"] in _LOGGED and patient is not None
        }
        entries = list(kinds.values())
        calls = [entry for call in self._calls if patient in {None, call[0]} for entry in call_entries(*call)]
        return {"entries": [*entries, *calls]}

    def _unexpected(self, asked: Asked) -> Any:
        """Return the answer to an act that a software which keeps to the rules refuses: that it was done, no more."""
        if asked.declaration.answer is NoneType:
            return None
        patient = asked.arguments.get("patient_id") or f"patient-{asked.key[:8]}"
        typed = asked.declaration.request(asked.arguments)
        file = {
            **wire.to_json(Patient(id=patient, status=Status.PROV)),
            **self._files.get(patient, {}),
            **{
                name: value
                for each in ("traits", "changes")
                for name, value in (typed.get(each) or {}).items()
            },
            "id": patient,
        }
        self._files[patient] = file
        key = asked.declaration.answer_key
        return file if key is None else {key: file}

    # What a program does

    def _by_program(self, asked: Asked) -> HumanAct | None:
        if self._program is None:
            return None
        start = self._last()
        done = self._program.do(asked.declaration, asked.actor, asked.arguments, self._files, asked.key[:8])
        if done is None:
            return None
        exchanges = tuple(self._window.exchanges(after=start))
        self._remember_call(asked, exchanges)
        if done.outcome == "done":
            self._follow(asked, exchanges)
        return HumanAct(
            at=datetime.now(UTC),
            journey=self.guide.journey,
            key=asked.key,
            verb=asked.declaration.name,
            answer=done.answer,
            outcome=done.outcome,
            message=done.message,
            exchanges=tuple(exchange.id for exchange in exchanges),
        )

    # Afterwards

    def _remember_call(self, asked: Asked, exchanges: tuple[ExchangeView, ...]) -> None:
        if exchanges:
            self.guide.exchange = exchanges[-1].id
            user = asked.actor.user if asked.actor else ""
            self._calls.append((asked.arguments.get("patient_id"), user, exchanges))

    def _remember_file(self, declaration: Declaration, expected: Any) -> None:
        inner = expected if declaration.answer_key is None else expected.get(declaration.answer_key)
        if is_file(declaration) and inner:
            self._files[inner["id"]] = inner
        elif Patient in get_args(declaration.answer):
            # Found, and perhaps made by something that arrived: from now on the person can be told which one is meant.
            self._files = {each["id"]: each for each in inner or ()} | self._files

    def _answer(self, asked: Asked, act: HumanAct) -> Any:
        declaration = asked.declaration
        match act.outcome:
            case "refused":
                raise RefusedError("REFUSED", act.message)
            case "not_supported" if declaration.verb is not None:
                self._missing[declaration.name] = act.message or _NOT_OFFERED
                raise VerbNotSupportedError(declaration.verb, self._missing[declaration.name])
            case "done":
                answer = declaration.read_answer(wire.Node(declaration.name, act.answer))
                known = getattr(type(answer), "__dataclass_fields__", {})
                need_lines_seen(declaration.title, act.unseen)
                return partly_seen(answer, unseen_of(act.unseen, known))
            case _:
                raise UndecidedError(
                    f"le banc ne peut pas dire ce que l'écran devrait montrer ({declaration.title.fr})",
                    f"the bench cannot tell what the screen should show ({declaration.title.en})",
                    verdict=Verdict.INCONCLUSIVE,
                )


_LOGGED: Final = frozenset({"IDENTITY_READ", "IDENTITY_CHANGED"})
_NOT_OFFERED: Final = "la personne au comptoir dit que le logiciel ne l'offre pas"


def _words(patient: Mapping[str, Any]) -> str:
    names = " ".join(patient.get(name) or "" for name in ("birth_name", "first_name")).strip()
    return f"{names}, {french_day(patient.get('birth_date'))}"
