"""Steps that the checks of an answer 00 share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect
from conformance.suite.desk.needs import held_already, need_no_new_check
from conformance.suite.desk.people import typed
from conformance.suite.desk.wire import need_answer
from conformance.suite.desk.words import FIELD, expect_values, shown
from conformance.suite.display.labels import says_sex
from conformance.verdicts import Departure, UndecidedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.model import ComparedField, InsiCall, Patient
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

COMPARED: Final = ("birth_name", "first_names", "birth_date", "sex", "birth_place")
"""The strict traits that the comparison shows on both sides."""

WHATEVER: Final = "answers/whatever-traits"
"""INSi answers with the patient whatever is asked."""


def other_place(desk: Desk, person: Person) -> str:
    """Return a birth place, in force on the person's birth date, that is not theirs."""
    traits = person.identity.traits
    other = desk.draw_where(
        lambda other: other.identity.traits.birth_place != traits.birth_place, birth_date=traits.birth_date
    )
    place = other.identity.traits.birth_place
    if place is None:
        raise UndecidedError("aucun autre lieu de naissance tiré", "no other birth place drawn")
    return place


def proposed(desk: Desk, patient: Patient, person: Person) -> InsiCall:
    """Call INSi, which answers ``person`` whatever is asked, and return the call, which has to propose them."""
    with desk.answered_by(WHATEVER, patient=person):
        call, requests = desk.try_call(patient)
        need_answer(requests, WHATEVER)
    return need_proposed(call)


def proposed_for_creation(desk: Desk, person: Person, **others: str | None) -> InsiCall:
    """Search INSi, which answers ``person`` whatever is asked, with their traits, some replaced."""
    with desk.answered_by(WHATEVER, patient=person):
        call, requests = desk.try_search_insi(typed(person, **others))
        need_answer(requests, WHATEVER)
    return need_proposed(call)


def accepted(desk: Desk, call: InsiCall) -> Patient:
    """Accept, which has to be possible, and return the file as read."""
    try:
        patient = desk.lgo.decide_proposal(call.id, accept=True, actor=desk.user)
    except RefusedError as refusal:
        need_no_new_check(desk, call, refusal)
        if (held := held_already(desk, call)) is not None:
            return held
        raise
    expect(
        patient,
        fr="aucun dossier n'est rendu après l'acceptation",
        en="no file is given back after the acceptance",
    )
    assert patient is not None
    return desk.read(patient)


def need_proposed(call: InsiCall | RefusedError) -> InsiCall:
    """Return the call, which has to propose the identity that INSi returned."""
    if isinstance(call, RefusedError) or call.outcome != "FOUND":
        said = call.message if isinstance(call, RefusedError) else f"{call.outcome}, {call.message}"
        raise Departure(
            f"INSi rend une identité complète (00) et le logiciel ne la propose pas : {said}",
            f"INSi returns a complete identity (00) and the software does not propose it: {said}",
        )
    return call


def expect_comparison(
    desk: Desk, call: InsiCall, local: Mapping[str, str | None], insi: Mapping[str, str | None]
) -> None:
    lines = desk.lgo.read_proposal(call.id, actor=desk.user).fields
    expect_lines({line.field: line for line in lines}, local, insi)


def expect_lines(
    lines: Mapping[str, ComparedField], local: Mapping[str, str | None], insi: Mapping[str, str | None]
) -> None:
    for name in COMPARED:
        if insi[name] is None:
            continue
        label = FIELD[name]
        if name not in lines and local[name] == insi[name]:
            continue  # A comparison may show the differences only.
        expect(
            name in lines,
            fr=f"la comparaison ne montre pas une différence : {label.fr}",
            en=f"the comparison does not show a difference: {label.en}",
        )
        line = lines[name]
        expect_values({name: line.local}, {name: local[name]}, fr="côté local faux", en="wrong local side")
        expect_values({name: line.insi}, {name: insi[name]}, fr="côté INSi faux", en="wrong INSi side")
        is_different = local[name] != insi[name]
        sides_fr = f"{shown(local[name]).fr} / {shown(insi[name]).fr}"
        sides_en = f"{shown(local[name]).en} / {shown(insi[name]).en}"
        expect(
            line.different == is_different,
            fr=f"{label.fr} : la comparaison {'ne signale pas la' if is_different else 'signale une'} différence ({sides_fr})",
            en=f"{label.en}: the comparison flags {'no' if is_different else 'a'} difference ({sides_en})",
        )
        if is_different:
            _expect_displayed(name, line)
    for name in ("matricule", "oid"):
        # Neither is a trait: they need not be shown. Shown on both sides and unlike, they are not told to be the same.
        number = lines.get(name)
        if number is not None and number.local and number.insi and number.local != number.insi:
            expect(
                number.different,
                fr=f"{FIELD[name].fr} : la comparaison ne signale pas la différence ({number.local} / {number.insi})",
                en=f"{FIELD[name].en}: the comparison flags no difference ({number.local} / {number.insi})",
                inferred=True,
            )


def _expect_displayed(name: str, line: ComparedField) -> None:
    """Check that both sides are shown as what they are, whatever else is written with them.

    How a date is shown is RSP-04's; a place may be shown in words.
    """
    if name in {"birth_date", "birth_place"}:
        return
    for value, told in ((line.local, line.local_display), (line.insi, line.insi_display)):
        if value and told:
            expect(
                says_sex(value, told) if name == "sex" else _letters(value) in _letters(told),
                fr=f"{FIELD[name].fr} : la comparaison affiche {shown(told).fr} pour {shown(value).fr}",
                en=f"{FIELD[name].en}: the comparison displays {shown(told).en} for {shown(value).en}",
            )


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).upper()
