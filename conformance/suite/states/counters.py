"""An afternoon at two counters: two users, two files much alike, and acts whose memory a form or a query may keep.

A form that was sent back, a value that was put back, a search that was made before, a copy that another user opened: what
is kept of them comes out with the *next* act, in the same file or in another. So the acts here follow one another, both
files are looked at after each of them, by both users, and each has to be what it was but for what was just typed.

The afternoon is lived once a campaign; the rule that each step belongs to judges it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from conformance.drivers.model import Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import ATTRIBUTES
from conformance.suite.desk.cast import LONG, Part
from conformance.suite.desk.people import PLAIN, another_value, sharing
from conformance.suite.desk.snapshot import ANYTHING, Snapshot
from conformance.suite.desk.steps import USERS
from conformance.verdicts import Departure, Ending, UndecidedError

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

DAY: Final = "1984-05-07"
ONE, OTHER = "one", "other"
LABELS: Final = {ONE: ("le dossier", "the file"), OTHER: ("le dossier du jumeau", "the file of the twin")}
USED_NAME: Final = "KVORLAN"
"""Both bear it: a query by its value reaches both."""

_AWKWARD: Final = Part(
    key="at-two-counters",
    wish={"birth_date": DAY, "birth_place": "06027"},
    names=lambda name, firsts: (
        f"L'{name}-D'{firsts[3]}",
        f"{firsts[0]}-{firsts[1]} {firsts[2]} {' '.join(['MARIE-CLAUDE'] * 5)}"[: LONG - 1] + "E",
    ),
)
"""What is cut, counted or doubled when another field is saved is then seen."""

Besides = Mapping[str, Mapping[str, object]]
"""What may differ afterwards, by file."""
Does = Callable[["Desk", "Files"], Besides]


@dataclass(slots=True, kw_only=True)
class Files:
    """The two files and whose they are."""

    people: Mapping[str, Person]
    patients: dict[str, Patient]
    """As they were seen last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One act, and who looks afterwards."""

    rule: str
    does: Does
    fr: str
    en: str
    by: str = "user"
    looks: tuple[str, ...] = USERS
    is_deduced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepped:
    """One step as it was seen: the files expected, and as each user saw them."""

    step: Step
    besides: Besides
    before: Mapping[str, Snapshot]
    after: Mapping[tuple[str, str], Snapshot]
    """By user and file."""


@dataclass(slots=True, kw_only=True)
class Afternoon:
    """What was seen."""

    steps: list[Stepped] = field(default_factory=list)
    departures: list[tuple[Step, Departure]] = field(default_factory=list)
    obstacles: list[tuple[Step, Exception]] = field(default_factory=list)


def _change(which: str, **changes: str | None) -> Does:
    def does(desk: Desk, files: Files) -> Besides:
        desk.lgo.update_patient(files.patients[which].id, dict(changes), actor=desk.user)
        return {which: changes}

    return does


def _correct(*fields: str) -> Does:
    def does(desk: Desk, files: Files) -> Besides:
        changes = {name: another_value(desk, files.people[ONE], name) for name in fields}
        desk.lgo.update_patient(files.patients[ONE].id, dict(changes), actor=desk.user)
        return {ONE: changes}

    return does


def _of_a_colleague(desk: Desk, files: Files) -> Besides:
    """Change what the form of another user holds as it was."""
    names = files.people[ONE].identity.traits.first_names.split()
    # Still the start of the list, as it must be.
    changes = {
        "used_first_name": "DRIMVAL",
        "first_name": " ".join(names[:2]),
        "birth_place": another_value(desk, files.people[ONE], "birth_place"),
    }
    desk.lgo.update_patient(files.patients[ONE].id, dict(changes), actor=desk.user)
    return {ONE: changes}


def _put_back(*fields: str) -> Does:
    def does(desk: Desk, files: Files) -> Besides:
        traits = files.people[ONE].identity.traits
        changes = {name: str(getattr(traits, name)) for name in fields}
        desk.lgo.update_patient(files.patients[ONE].id, dict(changes), actor=desk.user)
        return {ONE: changes}

    return does


def _wrong_date(date: str) -> Does:
    """Return the act of typing a date that is none along with a name in use, twice: a refusal is no question."""

    def does(desk: Desk, files: Files) -> Besides:
        changes = {"used_name": "ZELBRUC", "used_first_name": "DRIMVALZ", "birth_date": date}
        for _ in range(2):
            with suppress(RefusedError):
                desk.lgo.update_patient(files.patients[ONE].id, dict(changes), actor=desk.user)
                after = desk.read(files.patients[ONE]).birth_date
                if after != files.patients[ONE].birth_date:
                    raise Departure(
                        f"la date {date}, saisie avec un nom utilisé, n'est pas refusée : {after} dans le dossier",
                        f"the date {date}, typed with a used name, is not refused: {after} in the file",
                    )
                # What could be stored of it may have been.
                return {ONE: {"used_name": ANYTHING, "used_first_name": ANYTHING}}
        return {}

    return does


def _wrong_names(fr: str, en: str, **changes: str) -> Does:
    """Return the act of typing names that must not get in as they are, twice: a refusal is no question."""

    def does(desk: Desk, files: Files) -> Besides:
        for _ in range(2):
            with suppress(RefusedError):
                desk.lgo.update_patient(files.patients[ONE].id, dict(changes), actor=desk.user)
                after = desk.read(files.patients[ONE])
                kept = [
                    name
                    for name, value in changes.items()
                    if name in _CHECKED and _WRONG.search(value) and getattr(after, name) == value
                ]
                if kept:
                    raise Departure(
                        f"{fr}, plusieurs saisis ensemble : {changes[kept[0]]} est dans le dossier",
                        f"{en}, several typed together: {changes[kept[0]]} is in the file",
                    )
                # Converted, as a software may; what it made of them is for other checks to say.
                return {ONE: dict.fromkeys(changes, ANYTHING)}
        return {}

    return does


_WRONG: Final = re.compile(r"[^A-Z '-]")
_CHECKED: Final = frozenset({"birth_name", "first_name", "first_names"})
"""How names in use are written is in no text."""


def _document(desk: Desk, files: Files) -> Besides:
    desk.record_document(files.patients[ONE])
    kind = desk.read(files.patients[ONE]).proof
    return {ONE: {"proof": kind.kind if kind else "?", "status": ANYTHING}}


def _validated(desk: Desk, files: Files) -> Besides:
    with suppress(UndecidedError):  # One is recorded already: a software may want no other.
        desk.record_document(files.patients[ONE])
    kind = desk.lgo.validate_identity(files.patients[ONE].id, actor=desk.user).proof
    return {ONE: {"proof": kind.kind if kind else "?", "status": Status.VALI}}


def _homonym(desk: Desk, files: Files) -> Besides:
    with desk.if_offered(ATTRIBUTES):
        marks = frozenset({Attribute.HOMONYME})
        set_attributes(desk, files.patients[ONE], marks)
        return {ONE: {"attributes": marks}}
    return {}


def _step(rule: str, does: Does, fr: str, en: str, **more: object) -> Step:
    return Step(rule=rule, does=does, fr=fr, en=en, **more)  # type: ignore[arg-type] # the fields by name


STEPS: Final = (
    _step(
        "FLD-01", _of_a_colleague, "prénoms et lieu saisis par l'un", "first names and place typed by one",
        by="super-user", looks=("super-user",),
    ),
    _step(
        "FLD-01", _correct("sex"), "sexe saisi par l'autre ensuite", "sex typed by the other afterwards",
        is_deduced=True,
    ),
    _step(
        "TRT-05",
        _wrong_date("1984-13-05"),
        "mois 13 avec un autre champ, deux fois", "month 13 with another field, twice",
    ),
    _step(
        "FLD-01", _change(OTHER, used_first_name="HUZBERT"), "après un refus, l'autre dossier modifié",
        "after a refusal, the other file changed",
    ),
    _step(
        "TRT-05",
        _wrong_date("1984-05-32"),
        "jour 32 avec un autre champ, deux fois", "day 32 with another field, twice",
    ),
    _step(
        "FLD-01", _change(ONE, used_first_name="CURBLEZ"), "après un refus, le même dossier modifié",
        "after a refusal, the same file changed",
    ),
    _step("FLD-01", _change(ONE, used_name="VIZ-KELOR"), "nom utilisé changé", "used name changed"),
    _step("FLD-01", _change(ONE, used_name=USED_NAME), "nom utilisé remis", "used name put back", by="super-user"),
    _step("FLD-01", _correct("birth_date"), "date corrigée", "date corrected"),
    _step(
        "FLD-01", _put_back("birth_date", "sex", "birth_place"), "date, sexe et lieu remis", "date, sex and place put back"
    ),
    _step("ATT-01", _homonym, "attribut homonyme posé", "attribute homonyme set"),
    _step(
        "TRT-06", _wrong_names("chiffre", "digit", birth_name="VIZKEL0R", used_name="ZELBRUC"), "chiffre, deux fois",
        "digit, twice",
    ),
    _step(
        "TRT-01",
        _wrong_names(
            "minuscules", "small letters",
            birth_name="VIZKELOR", first_name="huzbert", first_names="huzbert drimval",
        ),
        "minuscules dans trois noms, deux fois", "small letters in three names, twice",
    ),
    _step(
        "TRT-02",
        _wrong_names(
            "accents", "accents",
            birth_name="VIZKELOR", first_names="ÉLVIN DRIMVAL",
        ),
        "accents dans deux noms, deux fois", "accents in two names, twice",
    ),
    _step("PRF-01", _document, "pièce enregistrée, l'autre dossier ouvert", "document recorded, the other file open"),
    _step("STA-04", _validated, "identité validée", "identity validated", by="super-user"),
    _step(
        "TRT-06", _wrong_names("chiffre", "digit", birth_name="VIZKEL0R", used_name="ZELBRUC"),
        "identité validée, chiffre, deux fois", "validated identity, digit, twice",
    ),
    _step("TRT-05", _wrong_date("1984-13-05"), "identité validée, mois 13, deux fois", "validated identity, month 13, twice"),
    _step("FLD-01", _change(ONE, used_name=None), "nom utilisé vidé", "used name emptied", by="super-user"),
    _step("FLD-01", _change(ONE, used_first_name=None), "prénom utilisé vidé", "used first name emptied"),
)  # fmt: skip


def afternoon(desk: Desk) -> Afternoon:
    """Return what was seen; lived once a campaign."""
    return desk.once("two-counters", _live)


def _live(desk: Desk) -> Afternoon:
    one = desk.play(_AWKWARD)
    other = desk.draw(
        shape=sharing(one, "birth_name", "birth_place"), birth_date=DAY, sex=str(one.identity.traits.sex),
        first_names_count=2, where=lambda each: each.first_name[:1] != one.first_name[:1], **PLAIN,
    )  # fmt: skip
    people = {ONE: one, OTHER: other}
    files = Files(
        people=people,
        patients={key: desk.create(person, used_name=USED_NAME) for key, person in people.items()},
    )
    # Each user has opened both.
    before = {
        key: Snapshot(patient=one, history=None) for key, one in _seen(desk.as_super_user(), files).items()
    }
    _seen(desk, files)
    lived = Afternoon()
    for step in STEPS:
        try:
            besides = step.does(desk.by(step.by), files)
        except Departure as departure:
            lived.departures.append((step, departure))
            besides = None
        except (RefusedError, Ending) as obstacle:
            lived.obstacles.append((step, obstacle))
            besides = None
        after = {
            (user, key): Snapshot(patient=patient, history=None)
            for user in step.looks
            for key, patient in _seen(desk.by(user), files).items()
        }
        if besides is not None:
            lived.steps.append(Stepped(step=step, besides=besides, before=before, after=after))
        before = {key: after[step.looks[-1], key] for key in files.patients}
        files.patients = {key: one.patient for key, one in before.items()}
    return lived


def _seen(desk: Desk, files: Files) -> dict[str, Patient]:
    return {key: desk.read(patient) for key, patient in files.patients.items()}
