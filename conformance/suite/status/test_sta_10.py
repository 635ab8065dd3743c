"""STA-10: connected software is told of the change and of the downgrade, by messages that leave by themselves."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.documents.numbers import compact
from conformance.drivers.model import Attribute, Status
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import ATTRIBUTES, DOWNGRADE
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.lowering import lowered_by
from conformance.suite.desk.mllp import neighbour
from conformance.suite.desk.people import adult, another_value
from conformance.suite.desk.routes import Route
from conformance.suite.desk.steps import preparing
from conformance.verdicts import UndecidedError
from simulator.ins.matricule import NUMBER_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.drivers.model import Patient
    from conformance.suite.desk.mllp import Neighbour
    from conformance.suite.desk.steps import Desk

_IDENTIFIERS, _NAMES, _BIRTH_DATE, _SEX, _ADDRESS, _RELIABILITY = 3, 5, 7, 8, 11, 32
_PLACES = {"birth_name": _NAMES, "birth_date": _BIRTH_DATE, "sex": _SEX, "birth_place": _ADDRESS}
"""The fields of PID that tell a trait."""
_UPDATE = "ADT^A31"


@pytest.mark.rule("STA-10")
@pytest.mark.title(
    fr="Un trait changé par un utilisateur habilité, et l'INS perdue, parviennent au logiciel relié, pour chaque trait",
    en="A trait changed by an entitled user, and the INS lost, reach the connected software, for each trait",
)
@pytest.mark.parametrize("route", [Route.IMPORTED, Route.IMPORTED_CHECKED, Route.CHECKED_IMPORTED], ids=str)
def test_change_and_downgrade_are_told(desk: Desk, route: Route) -> None:
    with neighbour(desk) as other:

        def judge(field: str) -> None:
            person = adult(desk)
            patient = desk.bring(person, route)
            value = another_value(desk, person, field)
            before = len(other.messages)
            with preparing("modifier un trait strict", "change a strict trait", depends_on=("STA-09",)):
                desk.lgo.update_patient(patient.id, {field: value}, actor=desk.super_user)
            after = desk.read(patient)
            if after.status is Status.QUAL or after.matricule:
                raise UndecidedError(
                    "l'identité n'est pas déclassée : il n'y a rien à propager",
                    "the identity is not downgraded: there is nothing to propagate",
                    depends_on=("STA-09",),
                )
            _expect_told(
                other.awaited(
                    lambda found: (
                        _tells(found, field, value)
                        and _updates_tell(found, field, value)
                        and _is_without_ins(found, patient)
                    ),
                    before,
                ),
                field,
                value,
                patient,
            )
            _expect_status_told(other, before, after)

        expect_each({field: partial(judge, field) for field in _PLACES})


@pytest.mark.rule("STA-10")
@pytest.mark.title(
    fr="Un nom utilisé changé, puis un doute qui retire l'INS, parviennent au logiciel relié",
    en="A used name changed, and then a doubt that takes the INS away, reach the connected software",
)
@pytest.mark.parametrize("mark", [Attribute.DOUTEUSE, Attribute.FICTIVE], ids=str)
@ATTRIBUTES.mark
def test_other_changes_are_told(desk: Desk, mark: Attribute) -> None:
    # What is told of a name in use does not hang on the status.
    way = Route.IMPORTED_CHECKED if mark is Attribute.DOUTEUSE else Route.CHECKED
    patient = desk.bring(adult(desk), way)
    name = {Attribute.DOUTEUSE: "ZELBRUC", Attribute.FICTIVE: "DRIMVAK"}[mark]
    with neighbour(desk) as other:
        with preparing("modifier le nom utilisé", "change the used name", depends_on=("STA-14",)):
            field = "used_name" if mark is Attribute.DOUTEUSE else "used_first_name"
            desk.lgo.update_patient(patient.id, {field: name}, actor=desk.user)
        named = other.awaited(lambda found: any(name in one for one in found))
        expect(
            any(name in one for one in named),
            fr=f"aucun message ne porte le nom utilisé {name} ; reçu : {len(named)} message(s)",
            en=f"no message holds the used name {name}; received: {len(named)} message(s)",
            # Règle 27 asks it of what changes a status; that complementary traits follow is E15, in part inferred.
            inferred=True,
        )
        _expect_emptying_told(desk, other, patient, field, name)
        if mark is Attribute.FICTIVE:
            patient = desk.feed(desk.read(patient))
            with desk.if_offered(DOWNGRADE):
                _expect_lowering_told(desk, other, patient)
        before = len(other.messages)
        with preparing("poser l'attribut", "set the attribute", depends_on=("ATT-03",)):
            set_attributes(desk, patient, {mark})
        if desk.read(patient).matricule:
            raise UndecidedError(
                "l'identité a gardé son INS : il n'y a rien à propager",
                "the identity has kept its INS: there is nothing to propagate",
                depends_on=("ATT-05",),
            )
        told = other.awaited(lambda found: _is_without_ins(found, patient), before)
        expect(
            _is_without_ins(told, patient),
            fr=f"l'identité devenue {mark} a perdu son INS, et aucun message ne le dit ; reçu : {len(told)} message(s)",
            en=f"the identity made {mark} has lost its INS, and no message says so; received: {len(told)} message(s)",
            # Events E9 and E10: the propagation itself is second-hand.
            inferred=True,
        )


@pytest.mark.rule("STA-10")
@pytest.mark.title(
    fr="Une identité validée dont un trait change n'est plus dite validée au logiciel relié",
    en="A validée identity of which a trait changes is no longer called validée to the connected software",
)
def test_fall_of_a_validated_identity_is_told(desk: Desk) -> None:
    person = adult(desk)
    patient = desk.bring(person, Route.CHECKED)
    value = another_value(desk, person, "birth_name")
    with neighbour(desk) as other:
        before = len(other.messages)
        with preparing("modifier un trait strict", "change a strict trait", depends_on=("STA-09",)):
            desk.lgo.update_patient(patient.id, {"birth_name": value}, actor=desk.super_user)
        after = desk.read(patient)
        told = other.awaited(lambda found: _tells(found, "birth_name", value), before)
        if _tells(told, "birth_name", value):
            # That nothing is told of a file without INS is for whoever reads the rule: it had none before either.
            _expect_status_told(other, before, after)


def _expect_status_told(other: Neighbour, before: int, patient: Patient) -> None:
    """Check that the last message that tells a reliability tells that of the file as it is now."""
    wanted = {"VALI" if patient.status in {Status.VALI, Status.QUAL} else "PROV"}
    told = _reliability(other.messages[before:])
    if told in (wanted, set()):
        return  # A message need not say it.
    # The change and the fall may go in a message each.
    told = _reliability(other.awaited(lambda found: _reliability(found) == wanted, before))
    expect(
        told == wanted,
        fr=f"l'identité est {patient.status}, et le dernier message la dit {', '.join(sorted(told))} (PID-32)",
        en=f"the identity is {patient.status}, and the last message calls it {', '.join(sorted(told))} (PID-32)",
        # Which of the two codes goes with which status is inferred (ATT-07).
        inferred=True,
    )


def _reliability(messages: Iterable[str]) -> set[str]:
    """Return whether the last message that tells it calls the identity provisional or validated."""
    told = [_field(pid, _RELIABILITY) for one in messages for pid in _pids(one)]
    return next(
        (found for codes in reversed(told) if (found := set(codes.split("~")) & {"PROV", "VALI"})), set()
    )


def _expect_emptying_told(desk: Desk, other: Neighbour, patient: Patient, field: str, name: str) -> None:
    """Empty a name in use and check that the connected software hears of it."""

    def forgets(found: list[str]) -> bool:
        named = [_field(pid, _NAMES) for one in found for pid in _pids(one)]
        return bool(named) and name not in named[-1]

    before = len(other.messages)
    with preparing("vider le nom utilisé", "empty the used name", depends_on=("STA-14",)):
        desk.lgo.update_patient(patient.id, {field: None}, actor=desk.user)
    told = other.awaited(forgets, before)
    expect(
        forgets(told),
        fr=f"le nom utilisé {name} est retiré, et aucun message ne le dit ; reçu : {len(told)} message(s)",
        en=f"the used name {name} was taken away, and no message says so; received: {len(told)} message(s)",
        # As above.
        inferred=True,
    )


def _expect_lowering_told(desk: Desk, other: Neighbour, patient: Patient) -> None:
    """Lower by hand and check that the connected software hears of the INS lost; then feed again, to lose it a second time."""
    before = len(other.messages)
    lowered_by(desk, patient, Status.VALI, desk.super_user)
    told = other.awaited(lambda found: _is_without_ins(found, patient), before)
    expect(
        _is_without_ins(told, patient),
        fr=f"l'identité ramenée à validée à la main a perdu son INS, et aucun message ne le dit ; reçu : {len(told)} message(s)",
        en=f"the identity brought back to validée by hand has lost its INS, and no message says so; received: {len(told)} message(s)",
        # Event E16: a general clause.
        inferred=True,
    )
    desk.feed(desk.read(patient))


def _expect_told(messages: list[str], field: str, value: str, before: Patient) -> None:
    shown = f"{len(messages)} message(s)" + "".join(f", {_event(one)}" for one in messages[:5])
    expect(
        _tells(messages, field, value),
        fr=f"aucun message ne porte la nouvelle valeur {value} ({field}) ; reçu : {shown}",
        en=f"no message holds the new value {value} ({field}); received: {shown}",
    )
    expect(
        _updates_tell(messages, field, value),
        fr=f"le message de mise à jour (A31) ne porte pas la nouvelle valeur {value} ({field}) ; reçu : {shown}",
        en=f"the message of update (A31) does not hold the new value {value} ({field}); received: {shown}",
        # That the change itself goes by A31 is what the text suggests; another message may tell it.
        inferred=True,
    )
    expect(
        _is_without_ins(messages, before),
        fr=f"le dernier message porte encore l'INS que l'identité a perdue ; reçu : {shown}",
        en=f"the last message still holds the INS that the identity has lost; received: {shown}",
    )


def _tells(messages: Iterable[str], field: str, value: str) -> bool:
    """Tell whether a message holds the new value where PID tells it."""
    wanted = value.replace("-", "") if field == "birth_date" else value
    return any(
        wanted in re.split(r"[\^~&]", _field(pid, _PLACES[field]))
        or _field(pid, _PLACES[field]).startswith(wanted)
        for one in messages
        for pid in _pids(one)
    )


def _updates_tell(messages: list[str], field: str, value: str) -> bool:
    """Tell whether the messages of update, if any, hold the new value: those of acts before may still come from a queue."""
    updates = [one for one in messages if _event(one).startswith(_UPDATE)]
    return not updates or _tells(updates, field, value)


def _is_without_ins(messages: list[str], before: Patient) -> bool:
    """Tell whether the last message about identifiers has the INS of before no more."""
    lists = [_field(pid, _IDENTIFIERS) for one in messages for pid in _pids(one)]
    number = (before.matricule or "")[:NUMBER_LENGTH]
    return bool(lists) and number not in compact(lists[-1])


def _pids(message: str) -> Iterator[list[str]]:
    for line in re.split(r"[\r\n]+", message):
        fields = line.split("|")
        if fields[0] == "PID":
            yield fields


def _field(pid: list[str], number: int) -> str:
    return pid[number] if number < len(pid) else ""


def _event(message: str) -> str:
    """Return MSH-9 of a message, short, for a reason."""
    fields = message.split("|")
    return fields[8][:16] if len(fields) > 8 else "?"  # noqa: PLR2004 - MSH-9
