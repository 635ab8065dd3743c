"""The state machine, events that make a file or give a status up for good: E1, E2, E11, E19, E20, E23.

An event that makes a file has no status before it. Its cases of the other columns say that a file of this status that is
there already, of the same person or of a namesake, stays what it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import FROM_INSI, LADEN
from conformance.suite.desk.cast import Part
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.people import PLAIN, typed
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.desk.words import insi_values
from conformance.suite.states import events
from conformance.suite.states.laden import SHAPES, Shape, laden
from conformance.suite.verification.elsewhere import files_of, receive, received, spoilt
from conformance.suite.verification.wire import Said, need_verified

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

HELD: Final = (Status.RECUP, Status.VALI, Status.QUAL)
NOT_FED: Final[dict[str, str | None]] = {"matricule": None, "oid": None}


def _addresses(event: str) -> list[object]:
    return [pytest.param(status, id=f"{event}/{status}") for status in HELD]


def _each(judge: Callable[[Shape], object]) -> None:
    expect_each({shape.key: lambda shape=shape: judge(shape) for shape in SHAPES})  # type: ignore[misc] # bound now


@pytest.mark.rule("CRE-05")
@pytest.mark.title(
    fr="Saisie à la main, l'identité est provisoire, sans INS, quelle que soit la personne",
    en="Typed by hand, the identity is provisoire, without INS, whoever the person",
)
@pytest.mark.parametrize("address", ["E1/PROV"])
def test_typed(desk: Desk, address: str) -> None:
    def judge(shape: Shape) -> None:
        person = desk.play(shape.part)
        worker = desk.by(shape.user)
        _expect(worker.create(person, **shape.typed), {Status.PROV}, NOT_FED, address)

    _each(judge)


@pytest.mark.rule("CRE-05")
@pytest.mark.title(
    fr="La même personne saisie une seconde fois ne change pas son dossier, et le second n'hérite de rien",
    en="The same person typed a second time does not change their file, and the second inherits nothing",
)
@pytest.mark.parametrize("status", _addresses("E1"))
@LADEN.mark
def test_typed_again(desk: Desk, status: Status) -> None:
    file = laden(desk, SHAPES[0], status)
    before = desk.snapshot(file.patient)
    try:
        again = desk.lgo.create_patient(typed(file.person), actor=desk.user)
    except RefusedError:
        again = None  # To refuse what is there already is as good.
    expect_kept(desk.snapshot(file.patient), before, _again(status), inferred=True)
    if again is not None and again.id != file.patient.id:
        _expect(desk.read(again), {Status.PROV}, NOT_FED, f"E1/{status}")


@pytest.mark.rule("STA-03")
@pytest.mark.title(
    fr="Créée depuis INSi, l'identité est récupérée, avec l'INS rendu, quelle que soit la personne",
    en="Created from INSi, the identity is récupérée, with the INS returned, whoever the person",
)
@pytest.mark.parametrize("address", ["E2/PROV"])
@FROM_INSI.mark
def test_created_from_insi(desk: Desk, address: str) -> None:
    def judge(shape: Shape) -> None:
        person = desk.play(shape.part)
        patient = desk.by(shape.user).arrive(person)
        _expect(patient, {Status.RECUP}, insi_values(person), address)

    _each(judge)


@pytest.mark.rule("STA-03")
@pytest.mark.title(
    fr="La même personne créée depuis INSi une seconde fois ne perd rien de son dossier",
    en="The same person created from INSi a second time loses nothing of their file",
)
@pytest.mark.parametrize("status", _addresses("E2"))
@FROM_INSI.mark
def test_created_again(desk: Desk, status: Status) -> None:
    file = laden(desk, SHAPES[0], status)
    before = desk.snapshot(file.patient)
    call, requests = desk.try_search_insi(typed(file.person))
    again = None if isinstance(call, RefusedError) or not requests else desk.try_accept(call)
    after = desk.snapshot(file.patient)
    # A software may see that the person has a file, and feed that one.
    fed = after.patient.status in {Status.RECUP, Status.QUAL} and status is Status.VALI
    besides = {**insi_values(file.person), "status": Status.QUAL} if fed else {}
    expect_kept(after, before, _again(status), besides=besides, inferred=True)
    if again is not None and not isinstance(again, RefusedError) and again.id != file.patient.id:
        _expect(desk.read(again), {Status.RECUP}, insi_values(file.person), f"E2/{status}")


@pytest.mark.rule("ATT-05")
@pytest.mark.title(
    fr="L'attribut retiré, le statut d'avant ne revient pas, ni l'INS, et rien d'autre ne change",
    en="With the attribute removed, neither the former status nor the INS comes back, and nothing else changes",
)
@pytest.mark.parametrize("attribute", [Attribute.DOUTEUSE, Attribute.FICTIVE])
@pytest.mark.parametrize("status", [pytest.param(status, id=f"E11/{status}") for status in Status])
def test_unmarked(desk: Desk, status: Status, attribute: Attribute) -> None:
    def judge(shape: Shape) -> None:
        file = laden(desk, shape, status)
        events.mark(attribute)(desk, file)
        marked = desk.snapshot(file.patient)
        besides = events.unmark(desk, file)
        if besides is None:
            return
        after = desk.snapshot(file.patient)
        moment = Moment(
            f"identité {status} marquée {attribute} puis démarquée",
            f"identity {status} marked {attribute}, then unmarked",
        )
        expect_kept(after, marked, moment, besides=besides, inferred=True)
        _expect(after.patient, {Status.PROV}, NOT_FED, f"E11/{status}")

    expect_each({shape.key: lambda shape=shape: judge(shape) for shape in SHAPES[:2]})  # type: ignore[misc] # bound now


RECEIVED: Final = {
    "E19": (("VER-09",), {Status.RECUP}),
    "E20": (("VER-07",), {Status.PROV}),
    "E23": (("VER-10",), {Status.RECUP, Status.QUAL}),
}
"""Rules of an event of reception, and the statuses that a file then made may have."""


@pytest.mark.title(
    fr="L'identité reçue d'un patient inconnu fait le dossier prévu, ou aucun, quelle que soit la personne",
    en="The identity received of an unknown patient makes the file foreseen, or none, whoever the person",
)
@pytest.mark.parametrize(
    "event",
    [
        pytest.param(event, marks=pytest.mark.rule(*keys), id=f"{event}/PROV")
        for event, (keys, _) in RECEIVED.items()
    ],
)
def test_received(desk: Desk, event: str) -> None:
    def judge(shape: Shape) -> None:
        person = desk.play(shape.part)
        for patient in _arrive(desk, person, event):
            # A reduced file, provisoire and without INS, that waits for a person (VER-15) is no wrong one either.
            is_reduced = event == "E20" or patient.status is Status.PROV
            wanted = NOT_FED if is_reduced else insi_values(person)
            _expect(patient, RECEIVED[event][1] | {Status.PROV}, wanted, f"{event}/PROV")

    _each(judge)


@pytest.mark.title(
    fr="L'identité reçue d'un inconnu ne touche pas le dossier de quelqu'un qui a les mêmes noms",
    en="The identity received of somebody unknown does not touch the file of somebody of the same names",
)
@pytest.mark.parametrize(
    ("event", "status"),
    [
        pytest.param(event, status, marks=pytest.mark.rule(*keys), id=f"{event}/{status}")
        for event, (keys, _) in RECEIVED.items()
        for status in HELD
    ],
)
def test_received_beside(desk: Desk, event: str, status: Status) -> None:
    person = desk.draw(birth_date="1986-07-30", **PLAIN)
    traits = person.identity.traits
    # Everything the same but the date, and so the INS: the day before.
    twin = Part(
        key="namesake",
        wish={"sex": traits.sex, "birth_date": "1986-07-29"},
        names=lambda _name, _firsts: (traits.birth_name, traits.first_names),
    )
    before = desk.snapshot(desk.bring(desk.play(twin), status))
    _arrive(desk, person, event)
    moment = Moment(
        f"identité d'un inconnu reçue ({event}), dossier {status} de quelqu'un qui a les mêmes noms",
        f"identity of somebody unknown received ({event}), file {status} of somebody of the same names",
    )
    expect_kept(desk.snapshot(before.patient), before, moment)


def _arrive(desk: Desk, person: Person, event: str) -> list[Patient]:
    """Have the identity of somebody unknown arrive as an event says, and return the files then made."""
    day = person.identity.traits.birth_date
    known = set(files_of(desk, day))
    identity = spoilt(desk, person, "matricule") if event == "E20" else received(person)
    if event == "E23":
        desk.lgo.write_trusted_senders(frozenset({identity.sender}), actor=desk.super_user)
    arrived = receive(desk, identity)
    need_verified(arrived.exchanges, Said.KO if event == "E20" else None)
    return [patient for key, patient in files_of(desk, day).items() if key not in known]


def _expect(patient: Patient, allowed: set[Status], values: dict[str, str | None], address: str) -> None:
    expect(
        patient.status in allowed,
        fr=f"{address} : statut {patient.status}, attendu {' / '.join(sorted(allowed))}",
        en=f"{address}: status {patient.status}, expected {' / '.join(sorted(allowed))}",
    )
    wrong = {
        name: getattr(patient, name) for name, value in values.items() if getattr(patient, name) != value
    }
    expect(
        not wrong,
        fr=f"{address} : {', '.join(f'{name} = {value}' for name, value in wrong.items())}",
        en=f"{address}: {', '.join(f'{name} = {value}' for name, value in wrong.items())}",
    )


def _again(status: Status) -> Moment:
    return Moment(
        f"même personne enregistrée une seconde fois, premier dossier {status}",
        f"same person recorded a second time, first file {status}",
    )
