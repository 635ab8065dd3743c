"""What is shown or made of a file between two acts of a walk: what is wrong with it the watches of the check tell too."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Final

from conformance.drivers.model import Verb
from conformance.drivers.partners import MessageFormat
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Form
from conformance.suite.bulk.lots import finish, own_time
from conformance.suite.bulk.lots import start as start_lot
from conformance.suite.desk.apart import BY_MATRICULE, EXPORTS, LOTS, SCREENS, path
from conformance.suite.desk.expect import expect
from conformance.suite.desk.found import Found, Owners
from conformance.suite.desk.papers import Artefact, Subject, asides_of, expected_of
from conformance.suite.desk.routes import WITH_INS
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.display.labels import expect_shown
from conformance.suite.journeys.papers import kinds_of
from conformance.suite.states.changing_life import seen_first
from conformance.suite.status.locks import editable_traits
from conformance.suite.verification.elsewhere import TRAITS
from conformance.suite.verification.wire import claims_of
from conformance.suite.wandering.acts import bears_traits_of
from conformance.verdicts import Departure, UndecidedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from conformance.drivers.partners import Document
    from conformance.suite.desk.steps import Desk
    from conformance.suite.wandering.wanderer import Wanderer

_LOOKED: Final = 0.7
"""How often a file is looked at between two acts."""
_HALF: Final = 0.5
_PRINTS: Final = path("impression", "printing", Verb.RENDER_DOCUMENT, Verb.READ_SETTINGS)


def looked_at(desk: Desk, chance: Random, one: Wanderer, other: Wanderer) -> Iterator[Found]:
    """Look at a file in one way or not at all, and yield what departs from what the look has to show."""
    if chance.random() > _LOOKED:
        return
    look = chance.choice((*_LOOKS, _tell))
    rule, way = _LOOKS[look]
    with nullcontext() if way is None else desk.if_at_hand(way), suppress(RefusedError, UndecidedError):
        try:
            look(desk, chance, one, other)
        except Departure as departure:
            yield Found(Owners(rule), departure)


def _search(desk: Desk, chance: Random, one: Wanderer, _other: Wanderer) -> None:
    """Search by the date, and perhaps by the beginning of a name (SRC-02) or of a first name (SRC-03)."""
    patient = one.patient
    names = [each for each in (patient.birth_name, patient.used_name) if each]
    firsts = [each for each in (patient.first_name, patient.used_first_name) if each]
    criteria, rule = {"birth_date": str(patient.birth_date)}, "SRC-01"
    if chance.random() < _HALF:
        criteria["name_prefix"], rule = chance.choice(names)[:_LETTERS], "SRC-02"
    elif chance.random() < _HALF:
        criteria["first_name_prefix"], rule = chance.choice(firsts)[:_LETTERS], "SRC-03"
    shown = desk.search(**criteria)
    if all(each.id != patient.id for each in shown):
        said = ", ".join(criteria.values())
        departure = Departure(
            f"la recherche ({said}) ne trouve pas le dossier {patient.status}",
            f"the search ({said}) does not find the file {patient.status}",
        )
        desk.tell([Found(Owners(rule), departure)])


def _search_by_number(desk: Desk, _chance: Random, one: Wanderer, _other: Wanderer) -> None:
    if one.patient.matricule:
        shown = desk.lgo.search_by_matricule(one.patient.matricule, actor=desk.user)
        expect(
            any(each.id == one.patient.id for each in shown),
            fr="la recherche par matricule ne trouve pas le dossier",
            en="the search by matricule does not find the file",
        )


def _screen(desk: Desk, _chance: Random, one: Wanderer, _other: Wanderer) -> None:
    patient = one.patient
    fields = {
        each.name: each for each in desk.lgo.read_form(Form.PATIENT, patient_id=patient.id, actor=desk.user)
    }
    for name in ("birth_name", "first_name", "birth_date", "sex"):
        expect_shown(fields, name, patient)


def _locks(desk: Desk, _chance: Random, one: Wanderer, _other: Wanderer) -> None:
    """Look whether the screen offers to change what an ordinary user may not, where it tells of locks at all."""
    fields = desk.lgo.read_form(Form.PATIENT, patient_id=one.patient.id, actor=desk.user)
    open_ones = editable_traits(fields)
    tells = any(not each.editable and each.name in TRAITS for each in fields)
    is_locked = one.patient.status in WITH_INS and desk.user is not desk.super_user
    expect(
        not (is_locked and tells and open_ones),
        fr=f"montrés modifiables à l'écran en {one.patient.status} : {', '.join(open_ones)}",
        en=f"shown as editable on screen in {one.patient.status}: {', '.join(open_ones)}",
    )


def _tell(desk: Desk, chance: Random, one: Wanderer, _other: Wanderer) -> None:
    """Have a message made about the person of a file."""
    form = chance.choice((MessageFormat.HL7V2, MessageFormat.FHIR, MessageFormat.CDA))
    _hold(desk, one, form.value, desk.lgo.export_message(one.patient.id, form, actor=desk.user))


def _print(desk: Desk, chance: Random, one: Wanderer, _other: Wanderer) -> None:
    """Have a document printed about the person of a file."""
    kind = chance.choice(kinds_of(desk))
    _hold(desk, one, kind, desk.lgo.render_document(one.patient.id, kind, actor=desk.user))


def _lot(desk: Desk, _chance: Random, one: Wanderer, other: Wanderer) -> None:
    """Have both files verified in a lot: only an INS that is held by nobody marked is sent; INSi confirms it."""
    both = (one, other)
    if not all(each.is_as_born for each in both) or not any(each.patient.matricule for each in both):
        return
    with own_time(desk):
        lot = start_lot(desk, [each.patient for each in both])
        sent = {
            claimed.values["matricule"]
            for claimed in (*lot.deposited, *(one for unit in lot.units for one in claims_of(unit)))
        }
        finish(desk, lot)
    wrong = [each for each in both if not each.patient.matricule and each.number in sent]
    for each in both:
        before, each.at = each.at, seen_first(desk, each.patient)
        expect_kept(each.at.state, before.state, Moment("après un lot OK", "after a lot OK"), inferred=True)
    expect(
        not wrong,
        fr="une identité sans INS est dans le lot envoyé",
        en="an identity without INS is in the lot that was sent",
    )


_LOOKS: Final = {
    _search: ("SRC-01", None),
    _search_by_number: ("SRC-09", BY_MATRICULE),
    _screen: ("DIS-01", SCREENS),
    _locks: ("STA-13", SCREENS),
    _tell: ("TRA-02", EXPORTS),
    _print: ("DOC-01", _PRINTS),
    _lot: ("BLK-03", LOTS),
}
"""The looks, with the rule that says what they show, and the path that not all software has."""
_LETTERS: Final = 3
"""Of a beginning of a name."""


def _hold(desk: Desk, one: Wanderer, label: str, document: Document) -> None:
    """Hold a document against the person of a file, who is one of those whom INSi knows by now."""
    held = next(
        (
            person
            for person in (one.cast.person, one.cast.earlier)
            if bears_traits_of(one.patient, person)
            and one.patient.matricule in {None, person.identity.matricule.value}
        ),
        None,
    )
    if held is not None:
        subject = Subject(key=held.key, person=held, patient=one.patient)
        artefact = Artefact(label=label, document=document, expected=expected_of(held, one.patient))
        for aside in asides_of(subject, artefact):
            desk.see_aside(aside)
