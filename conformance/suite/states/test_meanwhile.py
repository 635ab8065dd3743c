"""Two counters, one file: what a colleague changes meanwhile is not undone by a form that was opened before.

That a change be kept is FLD-01; how a software goes about it is its own: the second save may be refused, or told to look
again. What it may not do is to write back, without a word, fields that its user did not touch.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pytest

from conformance.drivers.model import Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import ATTRIBUTES, CARD, CHECKED
from conformance.suite.desk.cards import family
from conformance.suite.desk.expect import expect_each
from conformance.suite.desk.full import load
from conformance.suite.desk.people import another_value
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import ANYTHING, Moment, expect_kept
from conformance.suite.desk.steps import preparing, while_waiting
from conformance.suite.desk.words import insi_values
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanwhile:
    """What a colleague does between two acts of the user."""

    does: Callable[[Desk, Patient], object]
    leaves: Mapping[str, object]


def _changes(**changes: str | None) -> Meanwhile:
    return Meanwhile(
        does=lambda desk, patient: desk.lgo.update_patient(patient.id, dict(changes), actor=desk.user),
        leaves=changes,
    )


COLLEAGUE: Final = {
    "nom utilisé": _changes(used_name="ZELBRUC"),
    "prénom utilisé": _changes(used_first_name="DRIMVAL"),
    "noms utilisés vidés": _changes(used_name=None, used_first_name=None),
}


@pytest.mark.rule("FLD-01")
@pytest.mark.title(
    fr="Un champ enregistré par un utilisateur ne rétablit pas ce qu'un collègue a modifié entre-temps",
    en="A field saved by a user does not put back what a colleague has changed meanwhile",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.IMPORTED_CHECKED], ids=str)
def test_saved_by_two(desk: Desk, route: Route) -> None:
    colleague = desk.as_super_user()

    def judge(meanwhile: Meanwhile) -> None:
        patient = desk.bring(
            desk.draw(first_names_count=2), route, used_name="KVORLAN", used_first_name="NALROVK"
        )
        desk.read(patient)
        with preparing("modifier un nom utilisé", "change a name in use", depends_on=("STA-14",)):
            meanwhile.does(colleague, patient)
        before = colleague.snapshot(patient)
        mine = {
            name: value
            for name, value in {"used_first_name": "HUZBERT", "used_name": "VIZKELOR"}.items()
            if name not in meanwhile.leaves
        } or {"first_name": "-".join((patient.first_names or "").split()[:2])}
        try:
            desk.lgo.update_patient(patient.id, dict(mine), actor=desk.user)
        except RefusedError:
            mine = {}  # Told to look again: nothing is lost.
        expect_kept(
            desk.snapshot(patient),
            before,
            Moment(
                f"{', '.join(mine)} enregistré après la modification d'un collègue",
                f"{', '.join(mine)} saved after the change of a colleague",
            ),
            besides=mine,
            # No text speaks of two users at once.
            inferred=True,
        )

    expect_each({name: partial(judge, each) for name, each in COLLEAGUE.items()})


@pytest.mark.rule("RSP-05", "RSP-02", "FLD-04", "PRF-01")
@pytest.mark.title(
    fr="Accepter n'écrit que ce qu'INSi a rendu : 1er prénom, noms utilisés, attribut et pièce changés depuis l'appel restent",
    en="Accepting writes what INSi returned only: 1er prénom, names in use, attribute and document changed since the call stay",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED], ids=str)
def test_changed_between_call_and_acceptance(desk: Desk, route: Route) -> None:
    person = desk.draw(first_names_count=3)
    patient = desk.bring(person, route, used_name="KVORLAN")
    call = desk.find(patient)
    colleague = desk.as_super_user()
    # Still the start of the list, as it must be.
    first_name = " ".join(person.identity.traits.first_names.split()[:2])
    changes: dict[str, str | None] = {
        "first_name": first_name, "used_name": "ZELBRUC", "used_first_name": "DRIMVAL",
    }  # fmt: skip
    with while_waiting():
        desk.lgo.update_patient(patient.id, changes, actor=colleague.user)
    with colleague.if_offered(ATTRIBUTES), preparing("poser homonyme", "set homonym", depends_on=("ATT-01",)):
        desk.lgo.set_attributes(patient.id, frozenset({Attribute.HOMONYME}), actor=colleague.user)
    # Another document than the one that may have checked the identity.
    with colleague.if_offered(CHECKED), suppress(RefusedError):
        desk.lgo.record_proof(patient.id, "PASSPORT", actor=colleague.user)
    if route is Route.TYPED:
        with colleague.if_offered(CARD), suppress(RefusedError):
            people = family(desk.draw)
            reading = desk.lgo.read_card(people.card(), actor=colleague.user)
            desk.lgo.attach_card(patient.id, reading.id, people.insured.rank, actor=colleague.user)
    before = desk.snapshot(patient)
    if isinstance(desk.try_accept(call), RefusedError):
        return  # A proposal that is out of date may be refused.
    fed: dict[str, Any] = {**insi_values(person), "status": ANYTHING, "birth_date_uncertain": ANYTHING}
    expect_kept(
        desk.snapshot(patient),
        before,
        Moment("dossier modifié entre l'appel et l'acceptation", "file changed between call and acceptance"),
        besides=fed,
    )


@pytest.mark.rule("STA-12")
@pytest.mark.title(
    fr="Dossier ouvert provisoire puis alimenté par un collègue : ses traits sont verrouillés pour qui l'a encore à l'écran",
    en="File opened as provisoire, then fed by a colleague: its traits are locked to whoever still has it on screen",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED], ids=str)
def test_locked_while_open(desk: Desk, route: Route) -> None:
    person = desk.draw(first_names_count=2)
    patient = desk.bring(person, route)
    desk.read(patient)
    colleague = desk.as_super_user()
    colleague.feed(patient)
    before = colleague.snapshot(patient)
    if before.patient.status is not (Status.RECUP if route is Route.TYPED else Status.QUAL):
        raise UndecidedError(
            f"une identité {patient.status} alimentée est devenue {before.patient.status}",
            f"an identity {patient.status} that was fed has become {before.patient.status}",
            depends_on=("STA-03", "STA-05"),
        )
    changes = {"birth_place": another_value(desk, person, "birth_place")}
    with suppress(RefusedError):
        desk.lgo.update_patient(patient.id, dict(changes), actor=desk.user)
    moment = Moment(
        "lieu modifié, un collègue ayant alimenté le dossier",
        "place changed, a colleague having fed the file",
    )
    expect_kept(colleague.snapshot(patient), before, moment)


@pytest.mark.rule("STA-14", "ATT-01", "PRF-01")
@pytest.mark.title(
    fr="Un nom utilisé enregistré d'un dossier ouvert avant ne défait rien de ce qu'un collègue y a fait depuis",
    en="A used name saved from a file opened before undoes nothing of what a colleague has done to it since",
)
def test_saved_after_a_colleague(desk: Desk) -> None:
    person = desk.draw(first_names_count=2)
    patient = desk.create(person)
    desk.read(patient)
    colleague = desk.as_super_user()
    colleague.feed(patient)
    load(colleague, patient, person)
    colleague.record_document(patient)
    before = colleague.snapshot(patient)
    changes: dict[str, str | None] = {"used_name": "ZELBRUC"}
    try:
        desk.lgo.update_patient(patient.id, dict(changes), actor=desk.user)
    except RefusedError:
        changes = {}  # Told to look again: nothing is lost.
    moment = Moment(
        "nom utilisé enregistré, un collègue ayant travaillé le dossier",
        "used name saved, a colleague having worked on the file",
    )
    expect_kept(colleague.snapshot(patient), before, moment, besides=changes, inferred=True)


@pytest.mark.rule("STA-14")
@pytest.mark.title(
    fr="Les noms utilisés d'une identité récupérée ou qualifiée se modifient aussi par qui n'a ni créé ni alimenté le dossier",
    en="The names in use of an identité récupérée or qualifiée can be changed by whoever neither made nor fed the file as well",
)
@pytest.mark.parametrize("route", [Route.IMPORTED, Route.IMPORTED_CHECKED], ids=str)
def test_used_names_of_a_colleague(desk: Desk, route: Route) -> None:
    colleague = desk.as_super_user()
    before = colleague.snapshot(colleague.bring(desk.draw(), route))

    def judge(worker: Desk, name: str) -> None:
        worker.lgo.update_patient(before.patient.id, {"used_name": name}, actor=worker.user)
        moment = Moment("nom utilisé modifié par un autre utilisateur", "used name changed by another user")
        expect_kept(desk.snapshot(before.patient), before, moment, besides={"used_name": name})

    expect_each(
        {"collègue": partial(judge, desk, "ZELBRUC"), "créateur": partial(judge, colleague, "DRIMVAL")}
    )
