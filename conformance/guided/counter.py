"""The conversation with the person at the counter: one question at a time, asked again when the answer makes no sense.

``note``, ``joindre`` and ``stop`` can be said at any question; so can ``?``. Questions and answers are lines of text: a
terminal, a pipe or a test plays the person.
"""

from __future__ import annotations

import queue
import sys
import threading
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Protocol

from simulator.text import Text, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from simulator.text import Lang

MAX_LINE: Final = 4000
"""Characters of one line typed; what a person pastes by mistake may be a whole file."""

_CHUNK: Final = 4096


class Left(KeyboardInterrupt):
    """The person goes away: the campaign stops after the last act done, as with Ctrl-C."""


class Keyboard(Protocol):
    """Where the lines of the person come from."""

    def line(self, seconds: float | None) -> str | None:
        """Return the next line; ``None`` when none came in time.

        Raises:
            Left: no line will come any more.
        """
        ...


class StandardInput:
    """The lines of standard input, read beside the program, so that it can watch the wire meanwhile."""

    def __init__(self) -> None:
        """Begin to read."""
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._ended = False
        threading.Thread(target=self._read, name="banc-keyboard", daemon=True).start()

    def line(self, seconds: float | None) -> str | None:
        """Return the next line; ``None`` when none came in time."""
        if self._ended:
            raise Left
        try:
            # On Windows a wait without time-out would not see Ctrl-C.
            line = self._lines.get(timeout=3600.0 if seconds is None else seconds)
        except queue.Empty:
            return None
        if line is None:
            self._ended = True
            raise Left
        return line

    def _read(self) -> None:
        # Unbuffered: a thread that waits inside a buffered reader keeps the interpreter from ending.
        held = b""
        try:
            with open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as raw:
                while chunk := raw.read(_CHUNK):
                    *whole, held = (held + chunk).split(b"\n")
                    for line in whole:
                        self._lines.put(line[: 4 * MAX_LINE].decode("utf-8", "replace").rstrip("\r"))
                    held = held[: 4 * MAX_LINE]
        except (OSError, ValueError):
            pass
        self._lines.put(None)


class Seen(StrEnum):
    """What the person says of one line."""

    YES = "yes"
    NO = "no"
    """It shows something else."""
    HIDDEN = "hidden"
    """It cannot be seen on the screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line to confirm."""

    label: Text
    shown: Text
    """What is expected."""
    read: Callable[[str], Any] = str
    """Reads what the screen shows instead.

    Raises:
        SenselessError: that cannot be.
    """
    options: tuple[Text, ...] = ()
    """What it can be instead, when that is a choice."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What the person said of a row; ``value`` is what the screen shows instead, or the place of the option."""

    seen: Seen
    value: Any = None


class SenselessError(ValueError):
    """An answer that makes no sense; the text says what was expected."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.fr)
        self.text = text


class MistypedError(Exception):
    """The person made the mistake, and has mended it: the same is to be asked again."""


_YES: Final = frozenset({"o", "oui", "y", "yes"})
_NO: Final = frozenset({"n", "non", "no"})
_STOP: Final = frozenset({"stop", "quitter", "quit"})
_TYPO: Final = frozenset({"faute", "typo"})
_HIDDEN: Final = ("v", "nv")


@dataclass(slots=True)
class Counter:
    """Puts questions to the person.

    Args:
        keyboard: where their answers come from.
        write: shows one line.
        lang: the language of the questions.
        commands: what can be said at any question beside ``stop``, by its first word; gets the rest of the line.
    """

    keyboard: Keyboard
    write: Callable[[str], None]
    lang: Lang = "fr"
    commands: Mapping[str, Callable[[str], None]] = field(default_factory=dict)

    def say(self, *texts: Text | str) -> None:
        """Show lines."""
        for text in texts:
            self.write(text if isinstance(text, str) else text[self.lang])

    def listen(self, seconds: float | None = None) -> str | None:
        """Return what the person types, commands done; ``None`` when nothing came in time.

        Raises:
            Left: they go away.
        """
        while True:
            line = self.keyboard.line(seconds)
            if line is None:
                return None
            typed = line.strip()[:MAX_LINE]
            word, _, rest = typed.partition(" ")
            if word.casefold() in _STOP and not rest:
                raise Left
            if typed == "?":
                self.say(HELP)
            elif word.casefold() in self.commands and rest:
                self.commands[word.casefold()](rest.strip())
            else:
                return typed
            self.say("> ")

    def ask(self, question: Text, read: Callable[[str], Any]) -> Any:
        """Ask until the answer makes sense, and return it as read.

        Raises:
            Left: the person goes away.
        """
        self.say(question)
        while True:
            self.say("> ")
            typed = None
            while typed is None:
                typed = self.listen()
            try:
                return read(typed)
            except SenselessError as error:
                said = visible(typed)
                self.say(
                    Text(
                        f"  ✗ « {said} » : attendu {error.text.fr}.",
                        f"  ✗ “{said}”: expected {error.text.en}.",
                    )
                )

    def text(self, question: Text) -> str:
        """Return words of the person, perhaps none."""
        return str(self.ask(question, str))

    def yes(self, question: Text) -> bool:
        """Return whether the person says yes."""
        return bool(self.ask(Text(f"{question.fr} [o/n]", f"{question.en} [y/n]"), _yes_or_no))

    def choose(self, question: Text, options: Sequence[Text]) -> int:
        """Return the place of the option chosen, from 0."""
        self.say(question)
        for number, option in enumerate(options, start=1):
            self.say(Text(f"   {number}  {option.fr}", f"   {number}  {option.en}"))

        def read(typed: str) -> int:
            if typed.isdecimal() and 1 <= int(typed) <= len(options):
                return int(typed) - 1
            raise SenselessError(
                Text(f"un numéro de 1 à {len(options)}", f"a number from 1 to {len(options)}")
            )

        chosen: int = self.ask(Text("Lequel ?", "Which one?"), read)
        return chosen

    def confirm(self, rows: Sequence[Row]) -> list[Mark]:
        """Have each line confirmed: yes, no, or not visible; ask what the screen shows where it differs.

        Raises:
            Left: the person goes away.
            MistypedError: what differs was a mistake of the person, and is mended.
        """
        width = max(len(row.label[self.lang]) for row in rows)
        for number, row in enumerate(rows, start=1):
            self.write(f"  {number:>3}  {row.label[self.lang]:<{width}}  {visible(row.shown[self.lang])}")
        marks: list[Seen] = self.ask(_CONFIRM, lambda typed: _marks(typed, len(rows)))
        return [
            self._differing(row) if seen is Seen.NO else Mark(seen)
            for row, seen in zip(rows, marks, strict=True)
        ]

    def _differing(self, row: Row) -> Mark:
        if row.options:
            return Mark(Seen.NO, self.choose(row.label, row.options))
        question = Text(
            f"{row.label.fr} : attendu « {visible(row.shown.fr)} ». Que montre l'écran ? (Entrée : rien ; faute : j'ai mal saisi)",
            f"{row.label.en}: expected “{visible(row.shown.en)}”. What does the screen show? (Enter: nothing; typo: I mistyped)",
        )

        def read(typed: str) -> Any:
            if typed.casefold() in _TYPO:
                raise MistypedError
            return row.read(typed)

        try:
            return Mark(Seen.NO, self.ask(question, read))
        except MistypedError:
            self.text(
                Text(
                    "Corrigez dans le logiciel, puis Entrée : la question sera reposée.",
                    "Mend it in the software, then Enter: you will be asked again.",
                )
            )
            raise


def _yes_or_no(typed: str) -> bool:
    word = typed.casefold()
    if word in _YES | _NO:
        return word in _YES
    raise SenselessError(Text("o (oui) ou n (non)", "y (yes) or n (no)"))


def _marks(typed: str, count: int) -> list[Seen]:
    """Read ``o``, or the numbers of the lines that differ (``3 7``) and of those that are not visible (``v5``)."""
    words = typed.casefold().replace(",", " ").split()
    marks = [Seen.YES] * count
    if len(words) == 1 and words[0] in _YES:
        return marks
    for word in words:
        prefix = next((each for each in ("nv", "v") if word.startswith(each)), "")
        number = word.removeprefix(prefix)
        if not number.isdecimal() or not 1 <= int(number) <= count or marks[int(number) - 1] is not Seen.YES:
            raise _not_lines(count)
        marks[int(number) - 1] = Seen.HIDDEN if prefix else Seen.NO
    if not words:
        raise _not_lines(count)
    return marks


def _not_lines(count: int) -> SenselessError:
    return SenselessError(
        Text(
            f"o, ou des numéros de ligne de 1 à {count} (v devant ceux qui ne se voient pas), chacun une fois",
            f"y, or numbers of lines from 1 to {count} (v before those not visible), each once",
        )
    )


_CONFIRM: Final = Text(
    "L'écran le montre-t-il ainsi ? o : tout · sinon les lignes qui diffèrent (3 7) et, avec v, celles qui ne se voient pas (v5)",
    "Does the screen show it so? y: all · else the lines that differ (3 7) and, with v, those not visible (v5)",
)

HELP: Final = Text(
    """  À toute question :
    note TEXTE       une remarque, gardée avec l'acte
    joindre FICHIER  une capture d'écran ou un autre fichier, gardé avec son empreinte SHA-256 et lié au dernier appel INSi
    stop             s'arrêter là ; banc run PLAN --resume DOSSIER reprend à cet acte (Ctrl-C fait de même)
  Devant un acte : Entrée quand il est fait · r : le logiciel le refuse · x : le logiciel ne l'offre pas.
  Un acte qu'INSi voit est reconnu tout seul.""",
    """  At any question:
    note TEXT        a remark, kept with the act
    attach FILE      a screenshot or another file, kept with its SHA-256 and bound to the last INSi call
    stop             stop here; banc run PLAN --resume FOLDER goes on at this act (so does Ctrl-C)
  Before an act: Enter when it is done · r: the software refuses it · x: the software does not offer it.
  An act that INSi sees is recognised by itself.""",
)
