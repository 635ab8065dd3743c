"""PRF-03, PRF-04 and PRF-08: who validates need not be who recorded the document, and that of one file is no other's."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import LOW_CONFIDENCE_PROOFS, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect_each
from conformance.suite.desk.people import adult, another_value
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.proof.kinds import kinds_known

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk

AFTER = {Status.PROV: Status.VALI, Status.RECUP: Status.QUAL}


@pytest.mark.rule("PRF-04")
@pytest.mark.title(
    fr="La pièce enregistrée par l'un, l'identité se valide par un autre, avant comme après l'import INSi",
    en="With the document recorded by one user, the identity is validated by another, before and after the INSi import",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.IMPORTED, Route.ARRIVED], ids=str)
def test_recorded_by_one_validated_by_another(desk: Desk, route: Route) -> None:
    def judge(recorder: str, validator: str) -> None:
        patient = desk.bring(adult(desk), route)
        desk.by(recorder).record_document(patient)
        before = desk.snapshot(patient)
        try:
            desk.lgo.validate_identity(patient.id, actor=desk.by(validator).user)
        except RefusedError:
            # Who validates may have to have seen the document: no text says whose hand records it.
            desk.by(validator).record_document(patient)
            before = desk.snapshot(patient)
            desk.lgo.validate_identity(patient.id, actor=desk.by(validator).user)
        expect_kept(
            desk.snapshot(patient),
            before,
            Moment(
                f"pièce enregistrée par {recorder}, identité validée par {validator}",
                f"document recorded by {recorder}, identity validated by {validator}",
            ),
            besides={"status": AFTER[route.status]},
        )

    pairs = (("user", "super-user"), ("super-user", "user"))
    expect_each({f"{one}→{other}": partial(judge, one, other) for one, other in pairs})


@pytest.mark.rule("PRF-04")
@pytest.mark.title(
    fr="Qu'INSi n'ait pas répondu, n'ait trouvé personne ou plusieurs, ou qu'on ait refusé sa réponse, la pièce contrôlée valide l'identité",
    en="Whether INSi did not answer, found nobody or several, or its answer was declined, the document checked validates the identity",
)
def test_whatever_insi_said(desk: Desk) -> None:
    patient = desk.create(adult(desk))
    desk.decline(patient)
    for ending in ("faults/insi-102", "answers/not-found", "answers/several"):
        with desk.answered_by(ending):
            desk.try_call(patient)
    # Nor does a document that was not enough stand in the way of one that is.
    for kind in [kind for kind in kinds_known(desk) if kind in LOW_CONFIDENCE_PROOFS][:1]:
        desk.lgo.record_proof(patient.id, kind, actor=desk.user)
        with suppress(RefusedError):
            desk.lgo.validate_identity(patient.id, actor=desk.user)
    desk.record_document(patient)
    before = desk.snapshot(patient)
    desk.lgo.validate_identity(patient.id, actor=desk.user)
    expect_kept(
        desk.snapshot(patient),
        before,
        Moment(
            "pièce contrôlée après des appels sans identité", "document checked after calls without identity"
        ),
        besides={"status": AFTER[Status.PROV]},
    )


@pytest.mark.rule("PRF-03", "PRF-04")
@pytest.mark.title(
    fr="La pièce d'un jumeau, ou d'un homonyme né un autre jour, ne valide personne d'autre",
    en="The document of a twin, or of a homonym born on another day, validates nobody else",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.IMPORTED], ids=str)
def test_document_of_a_homonym(desk: Desk, route: Route) -> None:
    person = adult(desk)
    desk.check_document(desk.create(person, first_name="KVORLAN", first_names="KVORLAN"))
    desk.check_document(desk.create(person, birth_date=another_value(desk, person, "birth_date")))
    before = desk.snapshot(desk.bring(person, route))
    for actor in (desk.user, desk.super_user):
        with suppress(RefusedError):
            desk.lgo.validate_identity(before.patient.id, actor=actor)
        expect_kept(
            desk.snapshot(before.patient),
            before,
            Moment(
                "validation sans pièce, un homonyme en ayant une",
                "validation with no document, a homonym having one",
            ),
        )


@pytest.mark.rule("PRF-04", "PRF-08")
@pytest.mark.title(
    fr="Deux dossiers traités tour à tour : la pièce de l'un ne valide pas l'autre, et ne lui ôte pas la sienne",
    en="Two files worked on in turn: the document of one does not validate the other, nor take its own from it",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.IMPORTED], ids=str)
def test_two_files_in_turn(desk: Desk, route: Route) -> None:
    weak, strong = (desk.bring(adult(desk), route) for _ in range(2))
    low = [kind for kind in kinds_known(desk) if kind in LOW_CONFIDENCE_PROOFS]

    def show_low() -> None:
        for kind in low[:1]:
            with suppress(RefusedError):
                desk.lgo.record_proof(weak.id, kind, actor=desk.user)

    show_low()
    desk.record_document(strong)
    before = desk.snapshot(weak)
    with suppress(RefusedError):
        desk.lgo.validate_identity(weak.id, actor=desk.user)
    expect_kept(
        desk.snapshot(weak),
        before,
        Moment(
            "validation juste après qu'une pièce d'identité a été enregistrée dans un autre dossier",
            "validation right after an identity document was recorded in another file",
        ),
    )
    before = desk.snapshot(strong)
    show_low()
    desk.lgo.validate_identity(strong.id, actor=desk.user)
    expect_kept(
        desk.snapshot(strong),
        before,
        Moment(
            "validation juste après qu'une pièce sans haut niveau de confiance a été montrée dans un autre dossier",
            "validation right after a document of low confidence was shown in another file",
        ),
        besides={"status": AFTER[route.status]},
    )
