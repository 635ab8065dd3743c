"""SEC-05: each trait, at each status, by each user: every change is in the log, at its time, and stays there."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.added import added
from conformance.suite.desk.apart import ATTRIBUTES
from conformance.suite.desk.expect import expect
from conformance.suite.desk.people import another_value, twin
from conformance.suite.desk.routes import Route
from conformance.suite.desk.words import FIELD
from conformance.suite.status.moments import is_apart, is_moment
from conformance.verdicts import UndecidedError
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.drivers.model import Actor, AuditEntry, Patient
    from conformance.suite.desk.steps import Desk

FIELDS: Final = (
    "first_name",
    "birth_name",
    "first_names",
    "birth_date",
    "sex",
    "birth_place",
    "used_name",
    "used_first_name",
)


MANY: Final = 11
"""After so many files, numbers that count from one are a part of others."""
SHORT: Final = 2
"""Longer numbers do not come to be longer by a few files more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """What an act added to the log of one file."""

    entries: Sequence[AuditEntry]
    began: datetime
    ended: datetime


@pytest.mark.rule("SEC-05")
@pytest.mark.title(
    fr="Chaque trait modifié laisse sa trace à son heure, et celles d'avant restent telles quelles",
    en="Each trait changed leaves its entry at its time, and those before stay as they are",
)
@pytest.mark.parametrize(
    ("route", "user"),
    [
        (Route.TYPED, "user"),
        (Route.CHECKED, "user"),
        (Route.CHECKED, "super-user"),
        (Route.IMPORTED, "super-user"),
        (Route.IMPORTED_CHECKED, "super-user"),
    ],
    ids=str,
)
def test_each_trait(desk: Desk, route: Route, user: str) -> None:
    worker = desk.by(user)
    person = desk.draw(first_names_count=2)
    patient = desk.bring(person, route)
    usual = {each.action for each in _during(desk, patient, lambda: worker.read(patient)).entries}
    changes: dict[str, dict[str, str | None]] = {
        field: {field: another_value(desk, person, field)} for field in FIELDS
    }
    # A value that stands for "not known", and one taken away, are changes too.
    changes |= {"lieu inconnu": {"birth_place": "99999"}, "nom utilisé vidé": {"used_name": None}}
    marks: dict[str, Attribute] = {}
    if route is Route.TYPED:
        # What is put back as it was is changed too, and so is what is changed of whoever is marked.
        changes = {"nom changé": {"used_name": "CURBLEZ"}, "nom repris": {"used_name": None}, **changes}
        changes["deux champs"] = {"used_name": "DRIMVAL", "used_first_name": "VIZKELOR"}
        marks = {
            "birth_date": Attribute.DOUTEUSE,
            "sex": Attribute.HOMONYME,
            "lieu inconnu": Attribute.FICTIVE,
        }
    own: list[tuple[AuditEntry, Logged]] = []
    marked = False
    for name, change in changes.items():
        marked = (name in marks and _marked(desk, patient, marks[name])) or marked
        try:
            logged = _during(
                desk,
                patient,
                partial(worker.lgo.update_patient, patient.id, dict(change), actor=worker.user),
            )
        except RefusedError:
            if not marked:
                raise
            continue  # Whether somebody in doubt is changed is in no text.
        finally:
            # A mark may be for good.
            marked = marked and not _marked(desk, patient)
        field = next(iter(change))
        moment = Text(f"{FIELD[field].fr} modifié ({name})", f"{FIELD[field].en} changed ({name})")
        own.append((_expect_logged(logged, usual, worker.user, moment, change), logged))
    _expect_apart(own)


def _marked(desk: Desk, patient: Patient, *attributes: Attribute) -> bool:
    """Set these attributes, and no other, where the software has them; tell whether it was done."""
    with desk.if_at_hand(ATTRIBUTES), suppress(RefusedError):
        desk.lgo.set_attributes(patient.id, frozenset(attributes), actor=desk.user)
        return True
    return False


@pytest.mark.rule("SEC-05")
@pytest.mark.title(
    fr="Une modification refusée n'est pas tracée comme faite",
    en="A change that was refused is not logged as made",
)
@pytest.mark.parametrize("route", [Route.IMPORTED, Route.IMPORTED_CHECKED], ids=str)
def test_refused_change(desk: Desk, route: Route) -> None:
    person = desk.draw()
    patient = desk.bring(person, route)
    usual = {each.action for each in _during(desk, patient, lambda: desk.read(patient)).entries}
    made = _during(
        desk, patient, lambda: desk.lgo.update_patient(patient.id, {"used_name": "KVORLAN"}, actor=desk.user)
    )
    changing = {each.action for each in made.entries} - usual
    tried = _during(desk, patient, lambda: _refused(desk, patient))
    if desk.read(patient).birth_name != patient.birth_name:
        raise UndecidedError("la modification est passée", "the change went through", depends_on=("STA-12",))
    wrong = {each.action for each in tried.entries} & changing
    expect(
        not wrong,
        fr=f"modification refusée d'une identité {route.status}, tracée comme une modification ({', '.join(wrong)})",
        en=f"change of an identity {route.status} refused, logged as a change ({', '.join(wrong)})",
        # A software may write what was tried under the same word, with a text that the driver does not tell.
        inferred=True,
    )


@pytest.mark.rule("SEC-05")
@pytest.mark.title(
    fr="Les traces d'un dossier restent quand il est déclassé, marqué ou relu plus tard par un autre",
    en="The entries of a file stay when it is downgraded, marked or read later by somebody else",
)
def test_entries_stay(desk: Desk) -> None:
    patient = desk.bring(desk.draw(), Route.IMPORTED_CHECKED)
    desk.lgo.update_patient(patient.id, {"used_name": "KVORLAN"}, actor=desk.user)
    other = desk.bring(desk.draw(), Route.TYPED)
    acts: tuple[Callable[[], object], ...] = (
        lambda: desk.lgo.update_patient(other.id, {"used_name": "NALROVK"}, actor=desk.super_user),
        lambda: desk.lgo.update_patient(patient.id, {"birth_place": "99999"}, actor=desk.super_user),
        lambda: desk.lgo.downgrade_status(patient.id, Status.PROV, actor=desk.super_user),
        lambda: desk.try_call(desk.read(patient)),
    )
    for act in acts:
        with suppress(RefusedError):
            _during(desk, patient, act)


@pytest.mark.rule("SEC-05")
@pytest.mark.title(
    fr="Le journal d'un dossier ne donne que ses traces : ni celles d'un jumeau, ni celles d'un numéro qui commence comme le sien",
    en="The log of a file gives its entries alone: neither those of a twin nor those of a number that begins like its own",
)
def test_log_of_one_file(desk: Desk) -> None:
    person = desk.draw()
    files = [desk.create(each) for each in (person, twin(desk, person))]
    for patient in files:
        desk.lgo.update_patient(patient.id, {"used_name": "KVORLAN"}, actor=desk.user)
    # Numbers that begin like others come with the tenth file, where they are short.
    while not (pairs := _alike(desk)) and len(files) < MANY and len(files[0].id) <= SHORT:
        files.append(desk.create(desk.draw()))
    for patient_id in dict.fromkeys([*(each.id for each in files[:2]), *pairs[:2]]):
        entries = desk.lgo.read_audit_log(actor=desk.user, patient_id=patient_id)
        strangers = {each.patient_id or patient_id for each in entries} - {patient_id}
        expect(
            not strangers,
            fr=f"le journal du dossier {patient_id} donne aussi les traces de {', '.join(sorted(strangers))}",
            en=f"the log of the file {patient_id} gives the entries of {', '.join(sorted(strangers))} too",
            inferred=True,
        )


def _alike(desk: Desk) -> list[str]:
    """Return the numbers of files that are a part of another number in the log."""
    known = {each.patient_id for each in desk.lgo.read_audit_log(actor=desk.user) if each.patient_id}
    return sorted(one for one in known if any(one != other and one in other for other in known))


def _refused(desk: Desk, patient: Patient) -> None:
    with suppress(RefusedError):
        desk.lgo.update_patient(patient.id, {"birth_name": "KVORLAN"}, actor=desk.user)


def _during(desk: Desk, patient: Patient, act: Callable[[], object]) -> Logged:
    """Do an act and return what it adds to the log of a file; what was there has to stay."""
    before = _log_of(desk, patient)
    began = datetime.now(UTC)
    act()
    ended = datetime.now(UTC)
    after = _log_of(desk, patient)
    gone = added(after, before)
    expect(
        not gone,
        fr=f"des traces du dossier ont disparu ou changé ({len(before)} avant, {len(after)} après"
        f"{', la première : ' + gone[0].action if gone else ''})",
        en=f"entries of the file are gone or changed ({len(before)} before, {len(after)} after"
        f"{', the first: ' + gone[0].action if gone else ''})",
    )
    return Logged(entries=added(before, after), began=began, ended=ended)


def _log_of(desk: Desk, patient: Patient) -> list[AuditEntry]:
    entries = desk.lgo.read_audit_log(actor=desk.user, patient_id=patient.id)
    strangers = {each.patient_id for each in entries} - {patient.id, None}
    expect(
        not strangers,
        fr=f"le journal du dossier {patient.id} donne des traces d'autres dossiers ({len(strangers)})",
        en=f"the log of the file {patient.id} gives entries of other files ({len(strangers)})",
        inferred=True,
    )
    return entries


def _expect_logged(
    logged: Logged, usual: set[str], actor: Actor, moment: Text, change: dict[str, str | None]
) -> AuditEntry:
    """Check that a change left an entry of its own, and return it."""
    new = [each for each in logged.entries if each.action not in usual]
    own = [each for each in new if each.user == actor.user]
    expect(
        own,
        fr=f"{moment.fr} par {actor.user} : aucune trace à son nom ({', '.join(each.user for each in new) or '-'})",
        en=f"{moment.en} by {actor.user}: no entry under their name ({', '.join(each.user for each in new) or '-'})",
    )
    for entry in own:
        expect(
            is_moment(entry.at, logged.began, logged.ended),
            fr=f"{moment.fr} : « {entry.at} » n'est pas le moment de la modification ({logged.began:%H:%M:%S} UTC)",
            en=f"{moment.en}: “{entry.at}” is not the moment of the change ({logged.began:%H:%M:%S} UTC)",
        )
        wrong = {
            name: entry.changes[name]
            for name, value in change.items()
            if value and name in entry.changes and value not in entry.changes[name]
        }
        expect(
            not wrong,
            fr=f"{moment.fr} : la trace dit {wrong}, la valeur donnée est {change}",
            en=f"{moment.en}: the entry says {wrong}, the value given is {change}",
        )
    # Where the log names what was changed, it names all of it.
    named = {name for entry in own for name in entry.changes}.intersection(change)
    unnamed = sorted({name for name, value in change.items() if value} - named) if named else []
    expect(
        not unnamed,
        fr=f"{moment.fr} : la trace nomme {', '.join(sorted(named))}, et non {', '.join(unnamed)}",
        en=f"{moment.en}: the entry names {', '.join(sorted(named))}, and not {', '.join(unnamed)}",
        inferred=True,
    )
    return own[-1]


def _expect_apart(own: list[tuple[AuditEntry, Logged]]) -> None:
    (first, began), (last, ended) = own[0], own[-1]
    expect(
        is_apart(first.at, last.at, began.ended, ended.began),
        fr=f"des modifications faites à des moments différents sont toutes datées de « {last.at} »",
        en=f"changes made at different times are all dated “{last.at}”",
    )
