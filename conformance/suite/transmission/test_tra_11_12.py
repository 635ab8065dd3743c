"""TRA-11 and TRA-12: the DMP is opened and fed for an *identité qualifiée* only."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS, Attribute, Status
from conformance.drivers.partners import Channel
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import (
    ATTRIBUTES,
    CHECKED,
    DOWNGRADE,
    FROM_INSI,
    PRINTING,
    STAND_INS,
    VERIFICATION,
)
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.expect import expect, expect_each, expect_refused
from conformance.suite.desk.lowering import lowered
from conformance.suite.desk.people import CHILD_AND_OLD
from conformance.suite.desk.routes import Route
from conformance.suite.desk.sinks import BRIEFLY_S, SUBMISSION, connected, of_kind
from conformance.suite.desk.steps import preparing
from conformance.suite.journeys.papers import MEDICATION_REVIEW, VACCINATION_NOTE, kind_of, sent
from conformance.suite.verification.elsewhere import verify
from conformance.verdicts import UndecidedError, Verdict

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk


_OPENED: Final = {
    Route.IMPORTED_CHECKED: "waiting-number-four-first-names",
    Route.CHECKED_IMPORTED: "child-several-separators",
    Route.ARRIVED_CHECKED: "one-former-number-corsica-2a",
}
"""Whose DMP is opened, by how they were qualified."""


@pytest.mark.rule("TRA-11")
@pytest.mark.title(
    fr="L'accès contextuel au DMP s'ouvre pour une identité qualifiée, et pour aucune autre",
    en="Contextual access to the DMP opens for an identité qualifiée, and for no other",
)
def test_access_by_status(desk: Desk) -> None:
    def allowed(route: Route) -> None:
        # Neither a waiting number nor a namesake keeps from being qualified; nor do sex, age or birth abroad.
        used = {"used_name": "KVORLAN"} if route is Route.CHECKED_IMPORTED else {}
        patient = desk.bring(desk.play(PARTS[_OPENED[route]]), route, **used)
        desk.lgo.open_dmp(patient.id, actor=desk.user)
        with preparing("poser l'attribut homonyme", "set the attribute homonym", depends_on=("ATT-01",)):
            marked = set_attributes(desk, patient, {Attribute.HOMONYME})
        if marked.status is Status.QUAL:
            desk.lgo.open_dmp(patient.id, actor=desk.user)

    def refused(route: Route, fall: Status | Attribute | None = None) -> None:
        person = (
            desk.play(PARTS["apostrophe-1912"])
            if route is Route.CHECKED
            else desk.draw(**CHILD_AND_OLD[route is Route.ARRIVED])
        )
        patient = desk.bring(person, route)
        if fall is None and route is not Route.CHECKED:
            # A document that is recorded has validated nothing yet.
            with desk.if_offered(CHECKED), suppress(RefusedError):
                desk.lgo.record_proof(patient.id, HIGH_CONFIDENCE_PROOFS[0], actor=desk.user)
        if route is Route.IMPORTED:
            # Nor is an INS that INSi confirms an identity that somebody has checked.
            with desk.if_offered(VERIFICATION):
                verify(desk, patient)
        if fall is not None:
            # An access granted before is no access for ever; whether it is granted is looked at elsewhere.
            with suppress(RefusedError):
                desk.lgo.open_dmp(patient.id, actor=desk.user)
            lowered(desk, patient, fall)
        # The right to change strict traits is none to open the DMP of whoever is not qualified.
        for actor in (desk.user, desk.super_user):
            expect_refused(
                lambda actor=actor: desk.lgo.open_dmp(patient.id, actor=actor),  # type: ignore[misc]
                fr="le DMP s'ouvre alors que l'identité n'est pas qualifiée",
                en="the DMP opens although the identity is not qualified",
            )

    qualified = (Route.IMPORTED_CHECKED, Route.CHECKED_IMPORTED, Route.ARRIVED_CHECKED)
    others = (Route.TYPED, Route.IMPORTED, Route.ARRIVED, Route.CHECKED)
    expect_each(
        {
            **{str(route): lambda route=route: allowed(route) for route in qualified},  # type: ignore[misc]
            **{str(route): lambda route=route: refused(route) for route in others},  # type: ignore[misc]
            "lowered": lambda: refused(Route.IMPORTED_CHECKED, Status.VALI),
            "doubtful": lambda: refused(Route.IMPORTED_CHECKED, Attribute.DOUTEUSE),
        },
        desk=desk,
        paths=(FROM_INSI, DOWNGRADE, ATTRIBUTES),
    )


@pytest.mark.rule("TRA-12")
@pytest.mark.title(
    fr="Rien ne part au DMP sans identité qualifiée ; tout peut partir avec",
    en="Nothing goes to the DMP without an identité qualifiée; everything can with one",
)
def test_feeding_by_status(desk: Desk) -> None:
    fed = False
    for subject in sent(desk):
        labels = {label for label in subject.went if label.startswith("DMP ")}
        if not subject.is_qualified:
            desk.attach(subject.entries)
            expect(
                not labels,
                fr=f"[{subject.key}] {', '.join(sorted(labels))} part alors que l'identité n'est pas qualifiée",
                en=f"[{subject.key}] {', '.join(sorted(labels))} is sent although the identity is not qualified",
            )
        fed = fed or bool(labels)
    if not fed:
        raise UndecidedError(
            "rien ne part au DMP, même pour une identité qualifiée",
            "nothing goes to the DMP, not even for an identité qualifiée",
            verdict=Verdict.NOT_TESTED,
        )
    for subject in sent(desk):
        stopped = {**subject.not_sent, **{key: one.message for key, one in subject.refused.items()}}
        for label, why in stopped.items():
            expect(
                not subject.is_qualified or not label.startswith("DMP "),
                fr=f"[{subject.key}] identité qualifiée, et {label} ne part pas : {why}",
                en=f"[{subject.key}] identity qualified, and {label} is not sent: {why}",
            )


@pytest.mark.rule("TRA-12")
@pytest.mark.title(
    fr="Imprimer une note de vaccination d'une identité non qualifiée n'envoie rien",
    en="Printing the vaccination note of an identity that is not qualified sends nothing",
)
@pytest.mark.parametrize("status", [Status.PROV, Status.RECUP, Status.VALI])
@PRINTING.mark
def test_nothing_by_itself(desk: Desk, status: Status) -> None:
    patient = desk.bring(desk.draw(), status)
    try:
        desk.lgo.render_document(patient.id, kind_of(desk, VACCINATION_NOTE), actor=desk.user)
    except RefusedError:
        return
    traced = desk.lgo.read_transmissions(patient_id=patient.id, actor=desk.user)
    # The paper itself may be traced, as what it is.
    went = [one for one in traced if not one.channel or one.channel in {each.value for each in Channel}]
    expect(
        not went,
        fr=f"un envoi est tracé pour une identité {status} : {[one.recipient for one in went]}",
        en=f"a sending is logged for a {status} identity: {[one.recipient for one in went]}",
    )


@pytest.mark.rule("TRA-12")
@pytest.mark.title(
    fr="Une identité qui n'est plus qualifiée n'alimente plus le DMP : ni ce qui s'imprime, ni ce que le DMP avait refusé",
    en="An identity no longer qualifiée feeds the DMP no more: neither by what is printed, nor by what the DMP had refused",
)
@STAND_INS.mark
@PRINTING.mark
@DOWNGRADE.mark
def test_no_longer_by_itself(desk: Desk) -> None:
    note, review = kind_of(desk, VACCINATION_NOTE), kind_of(desk, MEDICATION_REVIEW, VACCINATION_NOTE)
    with connected(desk) as sinks:
        patient = desk.bring(desk.draw(**CHILD_AND_OLD[0]), Route.IMPORTED_CHECKED)
        with suppress(RefusedError):
            desk.lgo.render_document(patient.id, note, actor=desk.user)
        sinks.awaited(SUBMISSION, patience_s=BRIEFLY_S)
        sinks.tell("iti-41", error="XDSRegistryError")
        with suppress(RefusedError):
            desk.lgo.send_document(patient.id, note, Channel.DMP, recipient=None, actor=desk.user)
        if lowered(desk, patient, Status.VALI).status is Status.QUAL:
            return  # For STA-08.
        sinks.settled()
        sinks.tell("iti-41")
        with suppress(RefusedError):
            desk.lgo.render_document(patient.id, review, actor=desk.user)
        # A queue needs a while.
        desk.bring(desk.draw(), Route.IMPORTED_CHECKED)
        came = of_kind(sinks.settled(), SUBMISSION)
        expect(
            not came,
            fr="l'identité n'est plus qualifiée, et un document arrive au DMP de lui-même",
            en="the identity is no longer qualified, and a document reaches the DMP by itself",
        )
