"""Somebody at the counter, played by a program: reads what a guided campaign writes, works in the reference LGO, answers.

They see only what the terminal shows and what the software shows (its driver API stands for the screens), and they are
honest: a line that the software shows otherwise is said to differ.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pharmacist_eyes import FIELDS, NOTHING, Eyes

from conformance.drivers.cards import AppIdentity, Beneficiary, VitaleCard
from conformance.drivers.errors import RefusedError
from conformance.drivers.model import (
    Actor,
    Attribute,
    CallOutcome,
    PatientTraits,
    Role,
    SearchCriteria,
)
from conformance.drivers.partners import Document, MessageFormat
from conformance.drivers.verbs import ALWAYS, VERBS
from conformance.guided.instructions import is_on_the_wire

CRITERIA = {
    "date de naissance": "birth_date",
    "premières lettres d'un nom": "name_prefix",
    "premières lettres d'un prénom": "first_name_prefix",
}
BY_TITLE = {each.title.fr: each for each in (*VERBS.values(), *ALWAYS.values())}
ON_CARD = re.compile(
    r"      (\d+) · (.+?) · (.+?) · (\S+) · (.) · NIR (\S+), gémellaire (\S+?)(?:, propre NIR (\S+))?$"
)
SAYS_IT_IS_DONE = "Entrée : fait"
WIRE = "INSi attend l'appel"


def iso(text):
    return "-".join(reversed(text.split("/"))) if re.fullmatch(r"\d\d/\d\d/\d{4}", text) else text


def typed_value(text):
    """Return what a value of an instruction says to type; ``None``: nothing."""
    return None if text in {"(vide)", NOTHING} else iso(text)


@dataclass
class Pharmacist(Eyes):
    """Answers one question at a time."""

    lgo: object
    """A driver of the reference LGO."""
    mistype: dict = field(default_factory=dict)
    """By title of an act: the fields that they type wrongly the first time, with what they type."""
    say: dict = field(default_factory=dict)
    """By number of an act: lines to say before it is done."""
    hidden: set = field(default_factory=set)
    """Labels of lines that their screens do not show."""
    absent: dict = field(default_factory=dict)
    """Why, by title, of the acts that the software does not offer."""
    first_answers: list = field(default_factory=list)
    """What they say first when something is to be confirmed."""
    office: object = lambda *_: []
    """Produces the files that an instruction asks for, and returns their paths."""
    queue: list = field(default_factory=list)
    brought: bool = False
    created: str = ""
    """The file that they typed in last."""
    pictures: list = field(default_factory=list)
    """What they say when a picture is asked for, in turn."""
    acts: list = field(default_factory=list)
    """Titles of the acts asked for."""
    called: object = None
    answer: object = None
    refusal: str = ""
    rows: list = field(default_factory=list)
    mended: dict = field(default_factory=dict)
    differing: dict = field(default_factory=dict)
    declaration: object = None
    block: list = field(default_factory=list)
    commands: list = field(default_factory=list)
    left: list = field(default_factory=list)

    def reply(self, text):
        """Return what they type at a prompt, given what was written since the last; ``None``: nothing, they only act."""
        lines = [line.rstrip() for line in text.splitlines() if line.strip()]
        start = next((i for i, line in enumerate(lines) if line.startswith("── ")), None)
        if start is not None:
            self._begin(lines[start:])
        if "Corrigez la saisie" in text or "Corrigez dans le logiciel" in text:
            self._mend()
        last = lines[-1] if lines else ""
        for words, answer in self._answers().items():
            if words in last:
                return answer(lines)
        if any(words in last for words in ("attendu", "✓ noté", "✓ joint", "✗")):
            # The same question again, after something that was not its answer.
            return self.asked(self.block)
        raise AssertionError(f"a question that the script does not know:\n{text}")

    def _answers(self):
        return {
            "L'écran le montre-t-il ainsi": self._confirm,
            "Que montre l'écran": self._differs,
            "Corrigez dans le logiciel": lambda _: "",
            "joindre FICHIER, puis Entrée": self._files,
            "Vingt minutes ont passé": self._wait,
            "L'utilisateur est-il alerté": lambda _: "o" if self.answer.alerts else "n",
            "Lesquels, dans l'ordre": lambda _: ", ".join(f"{e.previous} {e.status}" for e in self.left),
            "Chacun avec date, heure et auteur": lambda _: "o",
            "Le message du refus": lambda _: self.refusal,
            "Le message affiché": lambda _: self.answer.message,
            "Pourquoi le logiciel ne l'offre pas": lambda _: self.absent[self.declaration.title.fr],
            "Lequel ?": self._choose,
            SAYS_IT_IS_DONE: self._act,
            WIRE: self._act,
        }

    # Acting

    def _picture(self, _lines):
        self.asked = self._picture
        return self.pictures.pop(0) if self.pictures else ""

    def _files(self, lines):
        """Attach a picture, or what they are asked to produce."""
        wanted = next((line for line in lines if line.strip().startswith("Pour le patient")), None)
        if wanted is None:
            return self._picture(lines)
        self.asked = self._files
        if not self.queue and not self.brought:
            self.queue, self.brought = self.office(self, wanted.strip()), True
        if self.queue:
            return f"joindre {self.queue.pop(0)}"
        self.brought = False
        return ""

    def _wait(self, _lines):
        self.lgo.set_clock(now=(datetime.now(UTC) + timedelta(minutes=21)).isoformat(timespec="seconds"))
        return "o"

    def _begin(self, lines):
        self.asked = self._act
        title = lines[0].split(" · ", 1)[1]
        if lines[0].startswith("── Acte"):
            self.acts.append(title)
        self.declaration = BY_TITLE.get(title)
        self.block = lines[1:]
        self.commands = list(self.say.get(len(self.acts), ()))

    def _act(self, _lines):
        if self.commands:
            return self.commands.pop(0)
        if self.declaration.title.fr in self.absent:
            return "x"
        try:
            self.answer = self._done()
        except RefusedError as refusal:
            self.refusal = refusal.message
            return "r"
        if is_on_the_wire(self.declaration) and self.answer.outcome is not CallOutcome.BLOCKED:
            return None
        return ""

    def _done(self):
        name = self.declaration.name
        if name == "reset":
            return self.lgo.reset(insi_url=next(v for k, v in self._said() if k == "adresse d'INSi"))
        arguments = self._arguments()
        wrong = self.mistype.pop(self.declaration.title.fr, None)
        if wrong:
            self.mended = {each: getattr(arguments["traits"], each) for each in wrong}
            arguments["traits"] = type(arguments["traits"])(
                **{each: getattr(arguments["traits"], each) for each in PatientTraits.__dataclass_fields__}
                | wrong
            )
        answer = getattr(self.lgo, name)(
            **arguments, **({"actor": self._actor()} if self.declaration.has_actor else {})
        )
        if is_on_the_wire(self.declaration):
            self.called = answer
        if name == "read_card":
            self.reading = answer
        self.subject = arguments.get("patient_id")
        if name == "create_patient":
            self.created = answer.id
        return answer

    def _mend(self):
        """Type in what was mistyped, and look again."""
        self.lgo.update_patient(self.subject, self.mended, actor=self._actor())
        self.mended = {}
        if self.declaration.name == "read_patient":
            self.answer = self.lgo.read_patient(self.subject, actor=self._actor())

    def _actor(self):
        entitled = any("utilisateur habilité" in line for line in self.block)
        return (
            Actor(user="referent.banc", role=Role.SUPER_USER) if entitled else Actor(user="pharmacien.banc")
        )

    def _said(self):
        for line in self.block:
            if match := re.match(r"    (\S.*?)(?: : |\s{2,})(.*)$", line):
                yield match.groups()

    def _arguments(self):
        said = dict(self._said())
        return {
            each.name: self._argument(each.name, said)
            for each in self.declaration.arguments
            if each.is_required or (each.name == "patient_id" and "dossier" in said)
        }

    def _argument(self, name, said):
        typed = {FIELDS[label]: typed_value(value) for label, value in said.items() if label in FIELDS}
        words = said.get("attributs", "").replace(",", " ").split()
        read = {
            "patient_id": lambda: self._file(said["dossier"]),
            "call_id": lambda: self.called.id,
            "reading_id": lambda: self.reading.id,
            "rank": lambda: said["bénéficiaire"],
            "matricule": lambda: said["matricule INS"],
            "card": self._card,
            "identity": lambda: AppIdentity(**typed, rank=said["bénéficiaire"]),
            "accept": lambda: said["décision"] == "accepter",
            "traits": lambda: PatientTraits(**typed),
            "changes": lambda: typed,
            "criteria": lambda: SearchCriteria(
                **{CRITERIA[label]: typed_value(value) for label, value in said.items() if label in CRITERIA}
            ),
            "kind": lambda: said["type"],
            "message": self._handed,
            "sender": lambda: next(value for label, value in said.items() if label == "émetteur"),
            "attributes": lambda: frozenset(Attribute(word) for word in words if word != "aucun"),
        }
        return read[name]()

    def _handed(self):
        form, path = next(
            m.groups() for line in self.block if (m := re.search(r"fichier \((\w+)\) : (.+)$", line))
        )
        return Document(name=Path(path).name, format=MessageFormat(form), content=Path(path).read_bytes())

    def _card(self):
        number = next(line.split("n° ")[1] for line in self.block if "carte n° " in line)
        found = []
        for line in self.block:
            if match := ON_CARD.match(line):
                rank, name, first, day, sex, nir, twin, own = match.groups()
                found.append(
                    Beneficiary(
                        rank=rank,
                        birth_name=name,
                        first_name=first,
                        birth_date=iso(day),
                        sex=sex,
                        billing_number=nir,
                        birth_rank=twin,
                        own_number=own,
                    )
                )
        return VitaleCard(number=number, beneficiaries=tuple(found))

    def _file(self, words):
        names, _, day = words.rpartition(", ")
        found = self.lgo.search_patients(SearchCriteria(birth_date=iso(day)), actor=self._actor())
        found += [] if found else self._all()
        [same] = [each for each in found if f"{each.birth_name} {each.first_name}" == names] or found[:1]
        return same.id

    def _all(self):
        return self.lgo.search_patients(SearchCriteria(name_prefix=""), actor=self._actor())
