"""People of the same names born the same day, whose files differ in all the rest: what finds one of them finds them all.

A search goes wrong for some files only: those of a status, of an attribute, of a past, of a sex, of a place. Checks that
bring each of those into a search of its own see the one they thought of. Here everybody answers to the same letters, so
that each search, whatever its criteria, is asked of every sort of file at once; beside them stand people who differ in
one criterion only. They are settled and searched once a campaign, by two users, and the rules of the search judge what
came.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import ATTRIBUTES, BY_MATRICULE, DOWNGRADE, FROM_INSI
from conformance.suite.desk.cast import Part
from conformance.suite.desk.people import now_known_by, typed
from conformance.suite.desk.routes import Route
from conformance.suite.desk.steps import USERS, preparing
from conformance.suite.search.neighbours import MAY, MUST, MUST_NOT, Neighbour, by_letters, looked_for
from conformance.verdicts import Departure, UndecidedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

DAY, OTHER_DAY = "1972-10-27", "1972-10-28"
NAME, ANOTHER = "VIZ-KE'LOR", "MABRUT"
START, SECOND, THIRD = "QOL", "HUZBERT", "YEMDRAL"
"""The first letters of the 1er prénom of everybody, and the two names that follow it in the list."""
IN_USE: Final = {"used_name": "D'UMBRAZ-KOR", "used_first_name": "TI-VARDO"}


SURNAMES: Final = ("VIZ", "VIZ-KE'LOR", "D'U", "D'UMBRAZ-K")
FIRST_NAMES: Final = ("QOL", "TIV", "TI-VARD", "HUZ", "YEM")
SIGNS: Final = ("DUM", "D UMBRAZ KOR", "DUMBRAZKOR", "D'UMBRAZ--KOR", "VIZKELOR", "VIZ KE LOR")
BOTH: Final = (("VIZ", "QOL"), ("VIZ", "TIV"), ("D'U", "QOL"), ("D'U", "TIV"), ("VIZ", "HUZ"))

Criteria = tuple[str | None, str | None]
"""First letters of a surname and of a first name; ``None``: not given."""

CRITERIA: Final[Mapping[str, tuple[Criteria, ...]]] = {
    "SRC-01": ((None, None),),
    "SRC-02": tuple((letters, None) for letters in SURNAMES),
    "SRC-03": (*((None, letters) for letters in FIRST_NAMES), *BOTH),
    "SRC-04": tuple((letters, None) for letters in SIGNS),
}
"""What is looked for beside the date, by rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """The files, those beside them, and what the searches gave."""

    files: tuple[Neighbour, ...]
    others: tuple[Neighbour, ...]
    """Each differs from everybody in one criterion: the day, the surnames or the first names."""
    found: Mapping[tuple[str, Criteria], frozenset[str] | RefusedError]
    """The identifiers that came, by user and by what was asked."""
    by_number: Mapping[str, frozenset[str] | RefusedError]
    """Those that the matricule of each file found, by its label; empty where there is no such search."""


def alike(desk: Desk) -> Alike:
    """Return the files and the searches, made once a campaign."""
    return desk.once("search-alike", _live)


def asked(criteria: Criteria) -> dict[str, str]:
    """Return these criteria by name, with the date."""
    names = zip(("name_prefix", "first_name_prefix"), criteria, strict=True)
    return {"birth_date": DAY, **{name: letters for name, letters in names if letters}}


def expect_all(settled: Alike, user: str, criteria: Criteria) -> None:
    """Check that everybody came who must, that nobody did who must not, and that the rest came all or not at all.

    Raises:
        Departure: inferred where the texts leave open whether these letters are looked for at all.
    """
    said = " + ".join(f"« {value} »" for value in asked(criteria).values())
    found = settled.found[user, criteria]
    if isinstance(found, RefusedError):
        raise Departure(
            f"la recherche {said} est refusée : {found.message}",
            f"the search {said} is refused: {found.message}",
        )
    everybody = (*settled.files, *settled.others)
    due = {each.label: looked_for(each.patient, asked(criteria)) for each in everybody}
    came = {each.label for each in everybody if each.patient.id in found}
    missing = [name for name, expected in due.items() if expected == MUST and name not in came]
    wrong = [name for name, expected in due.items() if expected == MUST_NOT and name in came]
    if missing or wrong:
        raise _departure(said, missing, wrong, inferred=False)
    open_ones = [each.label for each in settled.files if due[each.label] == MAY]
    lost = [name for name in open_ones if name not in came]
    if lost and (came.intersection(open_ones) or _are_found_without_surname(settled, user, criteria, lost)):
        raise _departure(said, lost, [], inferred=True)


def _are_found_without_surname(settled: Alike, user: str, criteria: Criteria, lost: list[str]) -> bool:
    """Tell whether the letters of a first name found these files before a surname, theirs too, stood beside them."""
    surname, first_name = criteria
    if not (surname and first_name):
        return False
    found = settled.found.get((user, (None, first_name)), frozenset[str]())
    alone = frozenset[str]() if isinstance(found, RefusedError) else found
    due = {each.label: looked_for(each.patient, asked((surname, None))) for each in settled.files}
    return any(
        due[each.label] == MUST and each.patient.id in alone for each in settled.files if each.label in lost
    )


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
    # Each has a first name of their own: INSi tells them apart by it.
    first = f"{START}{_ENDS[key]}"
    return Part(
        key=f"alike-{key}",
        wish={"birth_date": DAY, **wish},
        names=lambda _name, _firsts: (NAME, f"{first} {SECOND} {THIRD}"),
    )


_ENDS: Final = {
    str(Route.TYPED): "BAR",
    str(Route.IMPORTED): "DINE",
    str(Route.CHECKED): "FUZ",
    str(Route.IMPORTED_CHECKED): "GAMO",
    "abroad": "JEK",
    "unknown": "LOPA",
    "waiting": "MIR",
    "corrected": "NUVE",
    "arrived": "PAS",
    "homonyme": "RETO",
    "douteuse": "SOK",
    "lowered": "TIBA",
}
"""How the 1er prénom of each ends."""


def _live(desk: Desk) -> Alike:
    files, others = _settle(desk), _neighbours(desk, _beside(desk))
    by_number: dict[str, frozenset[str] | RefusedError] = {}
    with desk.if_offered(BY_MATRICULE):
        for each in files:
            if number := each.patient.matricule:
                by_number[each.label] = _ids(partial(desk.lgo.search_by_matricule, number, actor=desk.user))
    found = {
        (user, criteria): _ids(partial(by_letters, desk.by(user), **asked(criteria)))
        for user in USERS
        for criteria in dict.fromkeys(chain.from_iterable(CRITERIA.values()))
    }
    return Alike(files=files, others=others, found=found, by_number=by_number)


def _ids(search: Callable[[], list[Patient]]) -> frozenset[str] | RefusedError:
    try:
        return frozenset(patient.id for patient in search())
    except RefusedError as refusal:
        return refusal


def _settle(desk: Desk) -> tuple[Neighbour, ...]:
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
            files[str(attribute)] = patient
            if attribute in desk.read(patient).attributes:
                continue  # A software may mark namesakes by itself.
            with preparing("poser l'attribut", "set the attribute", depends_on=("ATT-01",)):
                set_attributes(desk, patient, {attribute})
    with desk.if_offered(DOWNGRADE), suppress(RefusedError):
        patient = desk.bring(desk.play(_part("lowered")), Route.IMPORTED_CHECKED, **IN_USE)
        files["abaissé"] = patient
        desk.lgo.downgrade_status(patient.id, Status.PROV, actor=desk.super_user)
    return _neighbours(desk, files)


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
    # A software need not ask INSi again for an INS that it has: the file then keeps its number.
    with suppress(UndecidedError):
        answered(desk, patient, now_known_by(waiting, later))
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
    with desk.answered_by("answers/whatever-traits", patient=person):
        call = desk.find(patient)
    desk.decide(call, accept=True)


def _neighbours(desk: Desk, files: Mapping[str, Patient]) -> tuple[Neighbour, ...]:
    return tuple(Neighbour(label=label, patient=desk.read(patient)) for label, patient in files.items())
