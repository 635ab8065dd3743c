"""The audit log of INSi calls, counted against what INSi received."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.wire import need_answer, need_request

if TYPE_CHECKING:
    from conformance.drivers.model import AuditEntry
    from conformance.suite.desk.steps import Desk

ENDINGS = {
    "00": None,
    "00-filtered": "safety/lunar-both",
    "01": "answers/not-found",
    "02": "answers/several",
    "insi_102": "faults/insi-102",
    "desir_1020": "faults/desir-1020",
}
"""How a call may end, and the scenario that makes it end so."""


@pytest.mark.rule("SEC-02")
@pytest.mark.title(
    fr="Chaque appel INSi est tracé au nom de celui des deux utilisateurs qui l'a fait",
    en="Each INSi call is logged under the name of the one of two users who made it",
)
def test_call_is_logged_with_its_user(desk: Desk) -> None:
    for user in (desk.user, desk.super_user, desk.user):
        patient = desk.create(desk.draw())
        before = _logged_calls(desk)
        _, requests = desk.call(patient, user)
        need_request(requests)
        users = [entry.user for entry in _logged_calls(desk)[len(before) :]]
        expect_equal(
            got=users,
            expected=[user.user] * len(requests),
            fr=f"utilisateurs tracés pour {len(requests)} requête(s) de {user.user}",
            en=f"users logged for {len(requests)} request(s) of {user.user}",
        )


@pytest.mark.rule("SEC-06")
@pytest.mark.title(
    fr="Autant de traces que de requêtes reçues par INSi, avec le code retour de chacune",
    en="As many log entries as requests received by INSi, each with its answer code",
)
@pytest.mark.parametrize(("ending", "scenario"), ENDINGS.items(), ids=ENDINGS.keys())
def test_every_request_is_logged(desk: Desk, ending: str, scenario: str | None) -> None:
    # Three first names: a software that tries them in turn has several requests to log.
    person = desk.draw(first_names_count=3)
    patient = desk.create(person)
    if scenario == "safety/lunar-both":
        desk.insi.install(scenario, patient=person)
    elif scenario:
        desk.insi.install(scenario)
    _, requests = desk.call(patient)
    if scenario:
        need_answer(requests, scenario)
    need_request([request for request in requests if request.code == ending.partition("-")[0]])

    traced = _logged_calls(desk)
    expect_equal(
        got=len(traced),
        expected=len(requests),
        fr=f"nombre de traces pour {len(requests)} requête(s) terminée(s) par {requests[-1].code}",
        en=f"number of log entries for {len(requests)} request(s) ended by {requests[-1].code}",
    )
    expect_equal(
        got=[entry.code for entry in traced],
        expected=[request.code for request in requests],
        fr="codes retour tracés",
        en="answer codes logged",
        # No text says how the code of a SOAP fault is logged.
        inferred=ending.startswith(("insi", "desir")),
    )
    for entry in traced:
        expect(
            entry.code != "00" or entry.returned.get("matricule"),
            fr="la trace d'un retour 00 ne porte pas les données renvoyées",
            en="the log entry of an answer 00 does not hold the data returned",
        )


def _logged_calls(desk: Desk) -> list[AuditEntry]:
    return [entry for entry in desk.lgo.read_audit_log(actor=desk.user) if entry.action == "INSI_CALL"]
