"""TRA-17, in part: what goes to the pharmaceutical record (DP) goes for an identité qualifiée only."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS, Attribute, Status, Verb
from conformance.drivers.partners import Channel, SendingOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import ATTRIBUTES, CHECKED, DOWNGRADE, VERIFICATION, path
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.lowering import lowered_by
from conformance.suite.desk.papers import expect_right
from conformance.suite.desk.people import CHILD_AND_OLD, NAMES_IN_USE, adult
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.steps import USERS, preparing
from conformance.suite.journeys.papers import VACCINATION_NOTE, kind_of
from conformance.suite.transmission.produced import differs, sendings
from conformance.suite.verification.elsewhere import verify
from conformance.verdicts import UndecidedError, Verdict

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk

SHOWN: Final = path("contenu de l'échange", "content of the exchange", Verb.SEND_DOCUMENT)
TRACE: Final = path("trace des partenaires", "trace of partners", Verb.READ_TRANSMISSIONS)


@pytest.mark.rule("TRA-17")
@pytest.mark.title(
    fr="Rien ne part vers le dossier pharmaceutique pour une identité qui n'est pas qualifiée",
    en="Nothing leaves for the pharmaceutical record for an identity that is not qualifiée",
)
@pytest.mark.parametrize("user", USERS)
def test_only_qualified(desk: Desk, user: str) -> None:
    desk = desk.by(user)
    need_exchange(desk)

    def judge(route: Route) -> None:
        # Whoever it is about: one at each status is a child born abroad, the other an old man under a waiting number.
        life = CHILD_AND_OLD[(route is Route.IMPORTED) is (user == USERS[0])]
        patient = desk.bring(desk.draw(**life), route, **NAMES_IN_USE)
        if route is not Route.CHECKED:
            # A document that is recorded has validated nothing yet.
            with desk.if_offered(CHECKED), suppress(RefusedError):
                desk.lgo.record_proof(patient.id, HIGH_CONFIDENCE_PROOFS[0], actor=desk.user)
        if route is Route.IMPORTED:
            # Nor is an INS that INSi confirms an identity that somebody has checked.
            with desk.if_offered(VERIFICATION):
                verify(desk, patient)
        _expect_nothing(desk, patient, str(route))

    ways = [route for route in routes(Status.PROV, Status.RECUP, Status.VALI) if route.apart is None]
    expect_each({str(route): partial(judge, route) for route in ways})


@pytest.mark.rule("TRA-17")
@pytest.mark.title(
    fr="Ce qui part vers le dossier pharmaceutique dit l'identité du patient, telle qu'INSi l'a rendue",
    en="What leaves for the pharmaceutical record tells the identity of the patient, as INSi returned it",
)
@SHOWN.mark
def test_exchange_is_right(desk: Desk) -> None:
    # The format of the exchange is in no text that we read: what is judged is whose it is, and what can be read of it.
    expect_right(
        sendings(desk, Channel.DP, qualified=True),
        lambda problem, _: (
            differs(problem) or bool({"F13", "MAT-04", "MAT-05", "MAT-07"} & set(problem.rules))
        ),
        nothing=(
            "rien n'est montré de ce qui part vers le dossier pharmaceutique",
            "nothing is shown of what leaves for the pharmaceutical record",
        ),
    )


@pytest.mark.rule("TRA-17")
@pytest.mark.title(
    fr="Une identité qui n'est plus qualifiée ne part plus vers le dossier pharmaceutique, quoi qu'il soit parti avant",
    en="An identity no longer qualifiée leaves for the pharmaceutical record no more, whatever left before",
)
@pytest.mark.parametrize(
    "fall",
    [pytest.param("lowered", marks=DOWNGRADE.mark), pytest.param("doubtful", marks=ATTRIBUTES.mark)],
)
def test_no_longer_qualified(desk: Desk, fall: str) -> None:
    patient = need_exchange(desk)
    with preparing("abaisser le statut", "lower the status", depends_on=("STA-12", "ATT-03")):
        if fall == "lowered":
            lowered_by(desk, patient, Status.VALI)
        else:
            desk.lgo.set_attributes(patient.id, frozenset({Attribute.DOUTEUSE}), actor=desk.user)
    if desk.read(patient).status is Status.QUAL:
        raise UndecidedError(
            "l'identité est restée qualifiée : il n'y a rien à juger",
            "the identity has stayed qualifiée: there is nothing to judge",
            verdict=Verdict.NOT_TESTED,
        )
    _expect_nothing(desk, patient, fall)


def need_exchange(desk: Desk) -> Patient:
    """Return somebody qualified for whom the exchange takes place.

    Raises:
        UndecidedError: a software need not offer it (NOT_TESTED).
    """
    patient = desk.bring(adult(desk), Route.IMPORTED_CHECKED)
    why = _try(desk, patient)
    if why is None:
        return patient
    raise UndecidedError(
        f"pas d'échange avec le dossier pharmaceutique, même pour une identité qualifiée : {why}",
        f"no exchange with the pharmaceutical record, not even for an identité qualifiée: {why}",
        verdict=Verdict.NOT_TESTED,
    )


def _try(desk: Desk, patient: Patient) -> str | None:
    """Ask for the exchange; return why it does not take place, ``None`` when it does."""
    try:
        answer = desk.lgo.send_document(
            patient.id, kind_of(desk, VACCINATION_NOTE), Channel.DP, recipient=None, actor=desk.user
        )
    except RefusedError as refusal:
        return refusal.message
    return None if answer.outcome is SendingOutcome.SENT else answer.message or answer.outcome.value


def _expect_nothing(desk: Desk, patient: Patient, moment: str) -> None:
    before = _traced(desk, patient)
    status = desk.read(patient).status
    expect(
        _try(desk, patient) is not None,
        fr=f"l'identité est {status} ({moment}), et l'échange avec le dossier pharmaceutique a lieu",
        en=f"the identity is {status} ({moment}), and the exchange with the pharmaceutical record takes place",
    )
    expect(
        _traced(desk, patient) == before,
        fr=f"l'identité est {status} ({moment}), et la trace des partenaires dit qu'elle est partie",
        en=f"the identity is {status} ({moment}), and the trace of partners says that it has left",
    )


def _traced(desk: Desk, patient: Patient) -> int:
    """Return how many exchanges with the DP the trace of partners holds about somebody."""
    with desk.if_offered(TRACE):
        entries = desk.lgo.read_transmissions(patient_id=patient.id, actor=desk.user)
        return sum(entry.channel == Channel.DP for entry in entries)
    return 0
