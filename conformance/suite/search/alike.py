"""People of the same names born the same day, whose files differ in all the rest: what finds one of them finds them all.

A search goes wrong for some files only: those of a status, of an attribute, of a past, of a sex, of a place. Checks that
bring each of those into a search of its own see the one they thought of. Here everybody answers to the same letters, so
that each search, whatever its criteria, is asked of every sort of file at once; beside them stand people who differ in
one criterion only. They are settled once a campaign and searched by the checks of all the rules of the search.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import ATTRIBUTES, DOWNGRADE, FROM_INSI
from conformance.suite.desk.cast import Part
from conformance.suite.desk.people import typed
from conformance.suite.desk.routes import Route
from conformance.suite.desk.steps import preparing
from conformance.suite.search.neighbours import MAY, MUST, MUST_NOT, Neighbour, looked_for
from conformance.verdicts import Departure
from simulator.ins.identity import HistoricId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

DAY, OTHER_DAY = "1972-10-27", "1972-10-28"
NAME, ANOTHER = "VIZKELOR", "MABRUT"
START, SECOND, THIRD = "QOL", "HUZBERT", "YEMDRAL"
"""The first letters of the 1er prénom of everybody, and the two names that follow it in the list."""
IN_USE: Final = {"used_name": "D'UMBRAZ-KOR", "used_first_name": "TIVARDO"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """The files, and those beside them."""

    files: tuple[Neighbour, ...]
    others: tuple[Neighbour, ...]
    """Each differs from everybody in one criterion: the day, the surnames or the first names."""

    @property
    def everybody(self) -> tuple[Neighbour, ...]:
        """All of them."""
        return (*self.files, *self.others)


def alike(desk: Desk) -> Alike:
    """Return the files, settled once a campaign."""
    return desk.once("search-alike", _settle)


def expect_all(desk: Desk, settled: Alike, **criteria: str) -> None:
    """Search, and check that everybody has come who must, that nobody has who must not, and that the rest came all or not at all.

    Raises:
        Departure: inferred where the texts leave open whether these letters are looked for at all.
    """
    asked = {"birth_date": DAY, **criteria}
    said = " + ".join(f"« {value} »" for value in asked.values())
    try:
        found = {patient.id for patient in desk.search(**asked)}
    except RefusedError as refusal:
        raise Departure(
            f"la recherche {said} est refusée : {refusal.message}",
            f"the search {said} is refused: {refusal.message}",
        ) from refusal
    due = {each.label: looked_for(each.patient, asked) for each in settled.everybody}
    came = {each.label for each in settled.everybody if each.patient.id in found}
    open_ones = [each.label for each in settled.files if due[each.label] == MAY]
    missing = [name for name, expected in due.items() if expected == MUST and name not in came]
    wrong = [name for name, expected in due.items() if expected == MUST_NOT and name in came]
    if missing or wrong:
        raise _departure(said, missing, wrong, inferred=False)
    if came.intersection(open_ones):
        lost = [name for name in open_ones if name not in came]
        if lost:
            raise _departure(said, lost, [], inferred=True)


def _departure(said: str, missing: list[str], wrong: list[str], *, inferred: bool) -> Departure:
    lines_fr = [f"absent(s) : {', '.join(missing)}"] * bool(missing) + [
        f"en trop : {', '.join(wrong)}"
    ] * bool(wrong)
    lines_en = [f"missing: {', '.join(missing)}"] * bool(missing) + [f"too many: {', '.join(wrong)}"] * bool(
        wrong
    )
    return Departure(
        f"recherche {said}, dossiers de mêmes noms : {' ; '.join(lines_fr)}",
        f"search {said}, files of the same names: {'; '.join(lines_en)}",
        inferred=inferred,
    )


def _part(key: str, **wish: Any) -> Part:
    return Part(
        key=f"alike-{key}",
        wish={"birth_date": DAY, **wish},
        names=lambda _name, firsts: (NAME, f"{START}{firsts[0][:4]} {SECOND} {THIRD}"),
    )


def _settle(desk: Desk) -> Alike:
    files: dict[str, Patient] = {
        f"{route.status}": desk.bring(desk.play(_part(str(route), sex=sex)), route, **IN_USE)
        for route, sex in (
            (Route.TYPED, "F"),
            (Route.IMPORTED, "M"),
            (Route.CHECKED, "F"),
            (Route.IMPORTED_CHECKED, "M"),
        )
    }
    worker = desk.as_super_user()
    abroad = desk.play(_part("abroad", birth_place="99352", sex="F"))
    files["né à l'étranger, saisi par un autre"] = worker.bring(abroad, Route.CHECKED, **IN_USE)
    files["lieu inconnu"] = desk.create(desk.play(_part("unknown")), birth_place="99999", **IN_USE)
    files["numéro remplacé"] = _renumbered(desk)
    files["noms corrigés"] = _corrected(desk)
    with desk.if_offered(FROM_INSI):
        patient = desk.bring(desk.play(_part("arrived", sex="F")), Route.ARRIVED)
        with preparing("modifier les noms utilisés", "change the names in use", depends_on=("STA-14",)):
            desk.lgo.update_patient(patient.id, dict(IN_USE), actor=desk.user)
        files["créé depuis INSi"] = patient
    with desk.if_offered(ATTRIBUTES):
        for attribute, route in (
            (Attribute.HOMONYME, Route.CHECKED_IMPORTED),
            (Attribute.DOUTEUSE, Route.IMPORTED),
        ):
            patient = desk.bring(desk.play(_part(attribute.lower())), route, **IN_USE)
            with preparing("poser l'attribut", "set the attribute", depends_on=("ATT-01",)):
                desk.lgo.set_attributes(patient.id, frozenset({attribute}), actor=desk.user)
            files[str(attribute)] = patient
    with desk.if_offered(DOWNGRADE), suppress(RefusedError):
        patient = desk.bring(desk.play(_part("lowered")), Route.IMPORTED_CHECKED, **IN_USE)
        files["abaissé"] = patient
        desk.lgo.downgrade_status(patient.id, Status.PROV, actor=desk.super_user)
    return Alike(files=_neighbours(desk, files), others=_neighbours(desk, _beside(desk)))


def _beside(desk: Desk) -> dict[str, Patient]:
    names = {"first_names": f"{START}VIN {SECOND} {THIRD}", "first_name": f"{START}VIN", **IN_USE}
    surnames = {"birth_name": NAME, **IN_USE}
    return {
        "né un autre jour": desk.create(desk.draw(birth_date=OTHER_DAY), **{**names, "birth_name": NAME}),
        "autres noms": desk.create(
            desk.draw(birth_date=DAY), **{**names, "birth_name": ANOTHER, "used_name": ANOTHER}
        ),
        "autres prénoms": desk.create(
            desk.draw(birth_date=DAY),
            **{**surnames, "first_name": "BAZ", "first_names": "BAZ JULVER", "used_first_name": "BAZOR"},
        ),
    }


def _renumbered(desk: Desk) -> Patient:
    """Return the file of somebody known by a waiting number first and by another number now."""
    waiting = desk.play(_part("waiting", nia=True, sex="M"))
    patient = desk.feed(desk.create(waiting, **IN_USE))
    later = desk.draw(birth_date=DAY, sex="M", nia=False)
    answered(desk, patient, _known_by(waiting, later))
    return patient


def _corrected(desk: Desk) -> Patient:
    """Return a file that was typed under other names, searched under them, and put right since."""
    person = desk.play(_part("corrected"))
    right = typed(person, **IN_USE)
    wrong: dict[str, str | None] = {
        "birth_name": ANOTHER,
        "first_name": "BAZ",
        "first_names": "BAZ JULVER",
        "used_name": ANOTHER,
        "used_first_name": "BAZOR",
    }
    patient = desk.create(person, **wrong)
    desk.born_on(DAY)
    with preparing("corriger les noms", "correct the names", depends_on=("FLD-01",)):
        desk.lgo.update_patient(patient.id, {name: getattr(right, name) for name in wrong}, actor=desk.user)
    return patient


def answered(desk: Desk, patient: Patient, person: Person) -> None:
    """Call INSi, which answers with this person whatever is asked, and accept."""
    desk.insi.install("answers/whatever-traits", patient=person)
    try:
        call = desk.find(patient)
    finally:
        desk.insi.clear_scenarios()
    desk.decide(call, accept=True)


def _known_by(person: Person, other: Person) -> Person:
    """Return the person under the number of another, their own among the former ones."""
    old, new = person.identity, other.identity
    former = HistoricId(matricule=old.matricule, oid=old.oid, date_from="2019-02-01", date_to="2026-01-31")
    return replace(
        person,
        key=f"{person.key}/now",
        identity=replace(old, matricule=new.matricule, oid=new.oid, history=(former,)),
    )


def _neighbours(desk: Desk, files: Mapping[str, Patient]) -> tuple[Neighbour, ...]:
    return tuple(Neighbour(label=label, patient=desk.read(patient)) for label, patient in files.items())
