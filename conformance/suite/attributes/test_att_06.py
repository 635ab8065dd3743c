"""ATT-06: a doubtful or fictitious identity is not validated."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS, Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import DISQUALIFYING_SETS, mark, named
from conformance.suite.desk.expect import expect_each, expect_equal, expect_refused
from conformance.suite.desk.people import NAMES_IN_USE
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import ANYTHING, Moment, expect_kept
from conformance.verdicts import Departure, UndecidedError

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk


@pytest.mark.rule("ATT-06")
@pytest.mark.title(
    fr="La validation d'une identité douteuse ou fictive est refusée à tous et ne change rien ; sans l'attribut elle est permise",
    en="Validating a doubtful or fictitious identity is refused to everybody and changes nothing; without it, it is allowed",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED, Route.IMPORTED], ids=str)
def test_validation_is_refused(desk: Desk, route: Route) -> None:
    def judge(attributes: frozenset[Attribute], *, entitled: bool) -> None:
        patient = desk.bring(desk.draw(), route, **NAMES_IN_USE)
        desk.record_document(patient)
        actor = desk.super_user if entitled else desk.user

        def refused() -> None:
            expect_refused(
                lambda: desk.lgo.validate_identity(patient.id, actor=actor),
                fr=f"une identité {named(attributes)} a été validée",
                en=f"an identity {named(attributes)} was validated",
            )

        # On one way at once, before the file is read again.
        mark(desk, patient, attributes, at_once=refused if route is Route.CHECKED else None)
        # Once more, for a software that forgets the document with the status.
        with suppress(RefusedError, UndecidedError):
            desk.record_document(patient)
        before = desk.snapshot(patient)
        expect_equal(
            got=before.patient.status,
            expected=Status.PROV,
            fr=f"statut d'une identité {named(attributes)} dont une pièce est enregistrée",
            en=f"status of an identity {named(attributes)} of which a document is recorded",
            inferred=True,
        )
        refused()
        expect_kept(
            desk.snapshot(patient),
            before,
            Moment("après le refus de valider", "after the refusal to validate"),
        )
        # Whatever the document: none of them lifts the attribute.
        for kind in HIGH_CONFIDENCE_PROOFS:
            with suppress(RefusedError):
                desk.lgo.record_proof(patient.id, kind, actor=actor)
            with suppress(RefusedError):
                desk.lgo.validate_identity(patient.id, actor=actor)
            expect_kept(
                desk.snapshot(patient),
                before,
                Moment(f"{kind} présenté à une identité marquée", f"{kind} shown for a marked identity"),
                besides={"proof": ANYTHING},
                inferred=True,
            )
        lifted = mark(desk, patient, frozenset())
        expect_equal(
            got=lifted.patient.status,
            expected=Status.PROV,
            fr="statut, attribut retiré, avant toute nouvelle validation",
            en="status, attribute removed, before it is validated anew",
            inferred=True,
        )
        _expect_validated(desk, patient.id, "attribut retiré", "attribute removed")

    cases = {}
    for kinds in DISQUALIFYING_SETS:
        cases[named(kinds)] = partial(judge, kinds, entitled=False)
        cases[f"{named(kinds)}, super-utilisateur"] = partial(judge, kinds, entitled=True)
    expect_each(cases)


@pytest.mark.rule("ATT-06")
@pytest.mark.title(
    fr="L'attribut homonyme seul n'empêche pas de valider",
    en="The attribute homonym alone does not keep from validating",
)
def test_homonym_can_be_validated(desk: Desk) -> None:
    patient = desk.create(desk.draw())
    mark(desk, patient, {Attribute.HOMONYME})
    _expect_validated(desk, patient.id, "attribut homonyme", "attribute homonym")


def _expect_validated(desk: Desk, patient_id: str, fr: str, en: str) -> None:
    patient = desk.lgo.read_patient(patient_id, actor=desk.user)
    desk.record_document(patient)
    try:
        desk.lgo.validate_identity(patient.id, actor=desk.user)
    except RefusedError as refusal:
        # That it is possible is the sentence before the exception: the texts forbid it for two attributes only.
        raise Departure(
            f"la validation est refusée ({fr}) : {refusal.message}",
            f"validating is refused ({en}): {refusal.message}",
            inferred=True,
        ) from refusal
    after = desk.read(patient)
    expected = Status.QUAL if patient.status is Status.RECUP else Status.VALI
    expect_equal(
        got=after.status,
        expected=expected,
        fr=f"statut après validation, {fr}",
        en=f"status after validation, {en}",
    )
