"""What goes with the acts of a person: the journey under way, the sheets of its people, notes and attachments."""

from __future__ import annotations

import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.partners import Document, MessageFormat
from conformance.guided.attachments import AttachmentError, attach
from conformance.guided.counter import SenselessError
from conformance.guided.ledger import Ledger
from conformance.record.events import HumanAct
from conformance.record.timeline import NoteEntry
from simulator.registry.opening import build_registry, open_registry
from simulator.sheet import person_sheet
from simulator.text import Text, visible

if TYPE_CHECKING:
    from conformance.guided.counter import Counter
    from conformance.record.timeline import AttachmentEntry
    from conformance.record.timeline import Timeline as Evidence
    from simulator.registry.person import Person

_CAPTURE: Final = Text("Capturer l'écran", "Take a picture of the screen")
_PAPERS: Final = Text("Joindre ce que le logiciel produit", "Attach what the software produces")
_WAIT: Final = Text("Laisser passer du temps", "Let time go by")
_NO_PICTURE: Final = Text("pas de capture", "no picture")
_NO_FILE: Final = Text("aucun fichier", "no file")

SHEETS: Final = "fiches"
"""Folder of the printable sheets in the folder of a campaign."""


@dataclass(slots=True)
class Guide:
    """Leads the person through the journeys.

    Args:
        counter: the conversation.
        folder: that of the campaign.
    """

    counter: Counter
    folder: Path
    journey: str = ""
    exchange: int = 0
    """The last call that INSi received: what an attachment is bound to."""
    acts: int = 0
    """Asked on this journey so far, those replayed included."""
    total: int = 0
    asked: int = 0
    """Asked of the person in this process."""
    ledger: Ledger = field(default_factory=Ledger)
    evidence: Evidence | None = None
    """Of the check that runs."""
    _notes: list[str] = field(default_factory=list)
    _files: list[AttachmentEntry] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Let the person add notes and files at any question."""
        self.counter.commands = {"note": self.note, "joindre": self.attach, "attach": self.attach}

    def begin(self, key: str, title: Text, *, acts: int, minutes: int, rules: tuple[str, ...]) -> None:
        """Announce a journey and what it costs."""
        self.journey, self.acts, self.total, self.exchange = key, 0, acts, 0
        listed = ", ".join(rules)
        self.counter.say(
            "",
            Text(f"═══ Parcours : {title.fr}", f"═══ Journey: {title.en}"),
            Text(
                f"    {acts} actes au plus, environ {minutes} minutes, {len(rules)} règles : {listed}",
                f"    {acts} acts at most, about {minutes} minutes, {len(rules)} rules: {listed}",
            ),
        )

    def person(self, person: Person) -> None:
        """Write the printable sheet of somebody who is about to come to the counter."""
        path = self.folder / SHEETS / f"{person.key.replace('/', '-')}.html"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_sheet(person, self.counter.lang), encoding="utf-8")
        self.counter.say(Text(f"    fiche à imprimer : {path}", f"    sheet to print: {path}"))

    def count(self, title: Text, *, counts: bool) -> None:
        """Say which act it is; what prepares the campaign is none of the journey."""
        if not counts:
            self.counter.say("", Text(f"── Préparation · {title.fr}", f"── Preparation · {title.en}"))
            return
        self.acts += 1
        self.asked += 1
        number = f"{self.acts}/{self.total}" if self.total else "·"
        self.counter.say("", Text(f"── Acte {number} · {title.fr}", f"── Act {number} · {title.en}"))

    def repeat(self, act: HumanAct) -> None:
        """Take an act from the record."""
        self.acts += act.verb != "reset"
        self.exchange = act.exchanges[-1] if act.exchanges else self.exchange
        for note in act.notes:
            self._tell(note)
        if self.evidence is not None:
            for file in act.files:
                self.evidence.add(file)

    def collected(self) -> dict[str, Any]:
        """Return the notes and files since the last act, for the record."""
        collected = {"notes": tuple(self._notes), "files": tuple(self._files)}
        self._notes, self._files = [], []
        return collected

    def capture(self, wanted: Text) -> tuple[AttachmentEntry, ...]:
        """Ask for a picture of a screen, for people to judge, and return what was attached; nothing when there is none.

        Raises:
            Left: the person goes away.
        """
        return self._files_of("capture", _CAPTURE, wanted, _NO_PICTURE)

    def documents(self, wanted: Text) -> tuple[Document, ...]:
        """Ask for the files of documents that the software produced, and return them, to be judged by their bytes.

        Raises:
            Left: the person goes away.
        """
        return tuple(
            Document(
                name=entry.name, format=MessageFormat.OTHER, content=(self.folder / entry.file).read_bytes()
            )
            for entry in self._files_of("papers", _PAPERS, wanted, _NO_FILE)
        )

    def waited(self, wanted: Text) -> bool:
        """Ask whether time has gone by, and return the answer.

        Raises:
            Left: the person goes away.
        """
        key = self.ledger.key(self.journey, "wait", "", {"wanted": wanted.en})
        act = self.ledger.done(key)
        if act is None:
            self.count(_WAIT, counts=True)
            done = self.counter.yes(Text(f"  {wanted.fr}", f"  {wanted.en}"))
            act = HumanAct(
                at=datetime.now(UTC),
                journey=self.journey,
                key=key,
                verb="wait",
                outcome="done" if done else "undecided",
                **self.collected(),
            )
            self.ledger.add(act)
        else:
            self.repeat(act)
        return act.outcome == "done"

    def _files_of(self, verb: str, title: Text, wanted: Text, none: Text) -> tuple[AttachmentEntry, ...]:
        key = self.ledger.key(self.journey, verb, "", {"wanted": wanted.en})
        act = self.ledger.done(key)
        if act is not None:
            self.repeat(act)
            return act.files
        self.count(title, counts=True)
        self.counter.ask(
            Text(
                f"  {wanted.fr}\n  joindre FICHIER, puis Entrée ; Entrée seule : {none.fr}",
                f"  {wanted.en}\n  attach FILE, then Enter; Enter alone: {none.en}",
            ),
            _nothing,
        )
        act = HumanAct(at=datetime.now(UTC), journey=self.journey, key=key, verb=verb, **self.collected())
        self.ledger.add(act)
        return act.files

    def note(self, text: str) -> None:
        """Keep a remark."""
        self._notes.append(text)
        self._tell(text)
        self.counter.say(Text("  ✓ noté", "  ✓ noted"))

    def attach(self, path: str) -> None:
        """Keep a file."""
        try:
            entry = attach(Path(path.strip("'\"")).expanduser(), self.folder, exchange=self.exchange)
        except AttachmentError as error:
            self.counter.say(Text(f"  ✗ {visible(error.text.fr)}", f"  ✗ {visible(error.text.en)}"))
            return
        self._files.append(entry)
        if self.evidence is not None:
            self.evidence.add(entry)
        bound = (
            Text(f", lié à l'échange {entry.exchange}", f", bound to exchange {entry.exchange}")
            if entry.exchange
            else Text("", "")
        )
        self.counter.say(
            Text(
                f"  ✓ joint : {entry.name} (SHA-256 {entry.sha256[:16]}…{bound.fr})",
                f"  ✓ attached: {entry.name} (SHA-256 {entry.sha256[:16]}…{bound.en})",
            )
        )

    def _tell(self, note: str) -> None:
        if self.evidence is not None:
            self.evidence.add(NoteEntry(at=datetime.now(UTC), text=Text.same(note)))


def _nothing(typed: str) -> None:
    if typed:
        raise SenselessError(
            Text("joindre FICHIER (ou Entrée quand c'est fini)", "attach FILE (or Enter when that is done)")
        )


def _sheet(person: Person, lang: Any) -> str:
    with tempfile.TemporaryDirectory(prefix="banc-", ignore_cleanup_errors=True) as folder:
        target = Path(folder) / "registry.sqlite"
        build_registry(target, [person], "sheet")
        with closing(open_registry(target)) as registry:
            return person_sheet(person, registry, lang)
