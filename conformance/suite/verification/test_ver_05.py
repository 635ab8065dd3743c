"""VER-05: a KO lowers the identity, takes the INS out of it and puts it on the worklist; a failure does nothing of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Attribute, Status, Verb
from conformance.drivers.partners import VerificationOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import FROM_INSI
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.delivered import awaited
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.people import NAMES_IN_USE, another_value
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.desk.steps import USERS, preparing
from conformance.suite.response.refusals import altered
from conformance.suite.verification.denied import expect_still_denied
from conformance.suite.verification.elsewhere import (
    answering,
    expect_lowered,
    need_denied,
    new_items,
    nobody,
    speaks_of,
    verify,
)
from conformance.suite.verification.wire import KO, MORE_ERRORS, Said, need_verified, said_by
from simulator.ins.oid import InsOid

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.drivers.partners import WorkItem
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

WITH_INS = routes(Status.RECUP, Status.QUAL)

DENIED = ("matricule", "oid", "birth_name", "first_names", "birth_place")
"""What may be wrong in a file that was fed from INSi, and that the registry then denies."""


@pytest.mark.rule("VER-05")
@pytest.mark.title(
    fr="Un KO ramène à provisoire, efface matricule et OID, ne change rien d'autre, et met le dossier à traiter",
    en="A KO lowers to provisoire, erases matricule and OID, changes nothing else, and puts the file on the worklist",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("route", WITH_INS, ids=str)
def test_ko(desk: Desk, route: Route, user: str) -> None:
    desk = desk.by(user)
    patient = desk.bring(desk.draw(first_names_count=2), route)
    desk.lgo.update_patient(patient.id, NAMES_IN_USE, actor=desk.user)
    with preparing("poser l'attribut homonyme", "set the attribute homonym", depends_on=("ATT-01",)):
        set_attributes(desk, patient, {Attribute.HOMONYME})
    before, items = desk.snapshot(patient), desk.lgo.read_worklist(actor=desk.user)
    moment = Moment(f"vérification KO ({route})", f"verification KO ({route})")
    with answering(desk, KO):
        said, exchanges = verify(desk, patient)
    need_denied(said, exchanges)
    expect_lowered(desk, before, moment)
    expect_queued(desk, items, patient, moment)
    # It stays so for everybody who opens the file and the list.
    other = desk.as_super_user()
    expect_lowered(other, before, moment)
    expect_queued(other, items, patient, moment)


@pytest.mark.rule("VER-05")
@pytest.mark.title(
    fr="Que le KO porte sur le matricule, l'OID ou un trait, le dossier est abaissé de même",
    en="Whether the KO is about the matricule, the OID or a trait, the file is lowered likewise",
)
@pytest.mark.parametrize("route", [Route.IMPORTED, Route.IMPORTED_CHECKED], ids=str)
def test_each_part(desk: Desk, route: Route) -> None:
    def judge(part: str) -> None:
        person = desk.draw(first_names_count=2)
        if part == "matricule":
            wrong = nobody(desk, person)
            alter: dict[str, str | None] = {"number": wrong[:13], "key": wrong[13:]}
        elif part == "oid":
            alter = {"oid": str(InsOid.NIA)}
        else:
            alter = {part: another_value(desk, person, part)}
        # INSi says something else now and the truth later: a correction of the civil register the other way round.
        with desk.answered_by(altered(f"file-{part.replace('_', '-')}", alter), patient=person):
            patient = _brought(desk, person, route)
        before, items = desk.snapshot(patient), desk.lgo.read_worklist(actor=desk.user)
        _, exchanges = verify(desk, patient)
        moment = Moment(f"INSi dément {part} ({route})", f"INSi denies {part} ({route})")
        if said_by(need_verified(exchanges)[-1]) is Said.OK:
            # A part that need not be sent, and was not. What an OK may change is in no text (E17, deduced).
            expect_kept(desk.snapshot(patient), before, moment, inferred=True)
            return
        need_verified(exchanges, Said.KO)
        expect_lowered(desk, before, moment)
        expect_queued(desk, items, patient, moment)

    expect_each({part: partial(judge, part) for part in DENIED})


@pytest.mark.rule("VER-05")
@pytest.mark.title(
    fr="Le KO d'un dossier n'en touche aucun autre, ni celui d'un homonyme né le même jour",
    en="The KO of one file touches no other, nor that of a homonym born on the same day",
)
@FROM_INSI.mark
def test_neighbours(desk: Desk) -> None:
    day = "1958-01-23"
    patient = desk.bring(desk.draw(birth_date=day), Route.IMPORTED_CHECKED)
    name = {"birth_name": patient.birth_name}
    others = [desk.bring(desk.draw(birth_date=day), route) for route in WITH_INS]
    others.append(desk.create(desk.draw(birth_date=day), **name))
    before = [desk.snapshot(other) for other in others]
    items = desk.lgo.read_worklist(actor=desk.user)
    with answering(desk, KO):
        _, exchanges = verify(desk, patient)
    need_verified(exchanges, Said.KO)
    moment = Moment("vérification KO d'un autre dossier", "verification KO of another file")
    for other, kept in zip(others, before, strict=True):
        expect_kept(desk.snapshot(other), kept, moment)
    wrong = [item for item in new_items(desk, items) if item.patient_id in {other.id for other in others}]
    expect(
        not wrong,
        fr=f"{moment.fr}, la liste à traiter désigne un dossier qui n'a pas été vérifié",
        en=f"{moment.en}, the worklist names a file that was not verified",
    )


@pytest.mark.rule("VER-05")
@pytest.mark.title(
    fr="Plusieurs KO de suite : chaque dossier est abaissé et chacun figure dans la liste à traiter",
    en="Several KO in a row: each file is lowered and each is on the worklist",
)
def test_several(desk: Desk) -> None:
    patients = [desk.bring(desk.draw(), route) for route in (Route.IMPORTED, Route.IMPORTED_CHECKED) * 2]
    befores, items = [desk.snapshot(each) for each in patients], desk.lgo.read_worklist(actor=desk.user)
    with answering(desk, KO):
        for patient in patients:
            need_denied(*verify(desk, patient))
    moment = Moment("plusieurs KO de suite", "several KO in a row")
    for before in befores:
        expect_lowered(desk, before, moment)
        expect_queued(desk, items, before.patient, moment)
    # Their screens were open meanwhile: what is saved from them now gives nothing of the INS back.
    expect_still_denied(desk, *(each.patient for each in befores[:3]))


@pytest.mark.rule("VER-05")
@pytest.mark.title(
    fr="Une panne pendant la vérification n'est pas un KO : le dossier ne change pas, le patient garde son INS",
    en="A failure during the verification is no KO: the file does not change, the patient keeps the INS",
)
@pytest.mark.parametrize("route", WITH_INS, ids=str)
def test_failure_is_no_ko(desk: Desk, route: Route) -> None:
    before = desk.snapshot(desk.bring(desk.draw(), route))

    def judge(name: str) -> None:
        moment = Moment(
            f"panne pendant la vérification ({name}, {route})",
            f"failure during the verification ({case_text(name).en}, {route})",
        )
        for _ in range(2):
            with answering(desk, name):
                said, exchanges = verify(desk, before.patient)
            need_verified(exchanges, Said.NOTHING)
            expect_kept(desk.snapshot(before.patient), before, moment, inferred=True)
            expect(
                isinstance(said, RefusedError) or said.outcome is not VerificationOutcome.KO,
                fr=f"{moment.fr}, le résultat annoncé est KO",
                en=f"{moment.en}, the result told is KO",
                inferred=True,
            )

    expect_each({name: partial(judge, name) for name in MORE_ERRORS})


@pytest.mark.rule("VER-05")
@pytest.mark.title(
    fr="Un OK ne met pas le dossier à traiter ; après un KO, INSi peut de nouveau l'alimenter",
    en="An OK does not put the file on the worklist; after a KO, INSi can feed it again",
)
def test_ok_and_after(desk: Desk) -> None:
    patient = desk.bring(desk.draw(), Route.IMPORTED_CHECKED)
    items = desk.lgo.read_worklist(actor=desk.user)
    need_verified(verify(desk, patient)[1], Said.OK)
    expect(
        not any(item.patient_id == patient.id for item in new_items(desk, items)),
        fr="une vérification OK met le dossier dans la liste à traiter",
        en="a verification that is OK puts the file on the worklist",
        inferred=True,
    )
    with answering(desk, KO):
        said, exchanges = verify(desk, patient)
    need_denied(said, exchanges)
    if Attribute.DOUTEUSE in desk.read(patient).attributes:
        return  # A software may doubt an identity that INSi denies; it is then not called for.
    after = desk.feed(patient)
    expect(
        after.status is Status.RECUP and after.matricule == patient.matricule,
        fr=f"alimenté de nouveau après un KO, le dossier est {after.status}",
        en=f"fed again after a KO, the file is {after.status}",
        inferred=True,
    )


def expect_queued(desk: Desk, items: list[WorkItem], patient: Patient, moment: Moment) -> None:
    """Check that the worklist has an entry for a file that it did not have."""
    found = awaited(desk, Verb.READ_WORKLIST, lambda: new_items(desk, items))
    expect(
        any(speaks_of(item, [patient], None) for item in found),
        fr=f"{moment.fr}, le dossier ne figure pas dans la liste à traiter ({_shown(found)})",
        en=f"{moment.en}, the file is not on the worklist ({_shown(found)})",
    )


def _brought(desk: Desk, person: Person, route: Route) -> Patient:
    """Bring a file to a status with whatever INSi answers, and let it hold that."""
    patient = desk.create(person)
    call, _ = desk.call(patient)
    desk.decide(call, accept=True)
    return desk.check_document(patient) if route.status is Status.QUAL else desk.read(patient)


def _shown(items: list[WorkItem]) -> str:
    return ", ".join(f"{item.reason} {item.patient_id}" for item in items) or "-"
