"""A file fed by card: its status, its INS, its line in the log and the counters, act by act."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.suite.desk.apart import CARD, DASHBOARD
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.snapshot import ANOTHER, ANYTHING, Moment, expect_kept
from conformance.suite.states.card_life import life, steps_of
from conformance.suite.status.locks import expect_shown_locked
from conformance.verdicts import UndecidedError, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.suite.desk.steps import Desk
    from conformance.suite.states.card_life import Carded

_BESIDES = {
    **dict.fromkeys(("matricule", "oid", "first_names", "proof", "birth_date_uncertain"), ANYTHING),
    "billing_number": ANOTHER,
}
"""What an acceptance or a document may write besides the status; the people of a card are known to INSi as they were typed."""


@pytest.mark.title(
    fr="Récupérée par carte, l'identité se rafraîchit, se qualifie sur pièce et le reste, son INS gardée",
    en="Retrieved by card, the identity is refreshed, is qualified by a document and stays so, its INS kept",
)
@pytest.mark.parametrize(
    "rule", [pytest.param(key, marks=pytest.mark.rule(key), id=key) for key in ("STA-03", "STA-06")]
)
@CARD.mark
def test_statuses(desk: Desk, rule: str) -> None:
    def judge(seen: Carded) -> None:
        after, moment = seen.after.patient, Moment(seen.step.fr, seen.step.en)
        expect(
            after.status in seen.step.leads_to,
            fr=f"{moment.fr}, le statut est {after.status}, attendu {' / '.join(seen.step.leads_to)}",
            en=f"{moment.en}, the status is {after.status}, expected {' / '.join(seen.step.leads_to)}",
        )
        had = seen.before.patient.matricule
        expect_kept(
            seen.after,
            seen.before,
            moment,
            besides={"status": after.status, **_BESIDES},
        )
        expect(
            after.matricule and (not had or after.matricule == had),
            fr=f"{moment.fr}, le matricule est {after.matricule or 'vide'}, attendu {had or 'celui d’INSi'}",
            en=f"{moment.en}, the matricule is {after.matricule or 'empty'}, expected {had or 'that of INSi'}",
        )

    _each(steps_of(life(desk), rule), judge)


@pytest.mark.rule("STA-13")
@pytest.mark.title(
    fr="Les sept traits d'une identité récupérée par carte se montrent verrouillés",
    en="The seven traits of an identity retrieved by card show as locked",
)
@CARD.mark
def test_locks(desk: Desk) -> None:
    fed = [each for each in steps_of(life(desk)) if each.after.patient.matricule]
    _each(fed, lambda seen: expect_shown_locked(desk, seen.after.patient, is_over=True))


@pytest.mark.rule("SEC-06")
@pytest.mark.title(
    fr="Chaque appel par carte d'un même dossier est tracé par carte, une fois, au nom de qui l'a fait",
    en="Each call by card for one file is logged as by card, once, under the name of whoever made it",
)
@CARD.mark
def test_log(desk: Desk) -> None:
    def judge(seen: Carded) -> None:
        if seen.logged is None:
            return
        expect_equal(
            # That the way of a call is logged is in no text; a wrong one is a departure.
            got=[(entry.user, entry.mode or "VITALE") for entry in seen.logged],
            expected=[(seen.user, "VITALE")] * seen.requests,
            fr=f"{seen.step.fr}, appels tracés (utilisateur et mode)",
            en=f"{seen.step.en}, calls logged (user and mode)",
        )
        strangers = {entry.patient_id for entry in seen.logged} - {seen.after.patient.id}
        expect(
            not strangers,
            fr=f"{seen.step.fr}, l'appel est tracé sous un autre dossier ({strangers})",
            en=f"{seen.step.en}, the call is logged under another file ({strangers})",
        )

    seen = steps_of(life(desk))
    if all(each.logged is None for each in seen):
        desk.lgo.read_audit_log(actor=desk.user)  # NOT_TESTED when there is none.
    _each(seen, judge)


@pytest.mark.rule("BLK-05")
@pytest.mark.title(
    fr="Les appels par carte sont comptés comme les autres",
    en="Calls by card are counted like the others",
)
@CARD.mark
@DASHBOARD.mark
def test_counters(desk: Desk) -> None:
    def judge(seen: Carded) -> None:
        assert seen.counted
        before, after = seen.counted
        calls, qualified = after.insi_calls - before.insi_calls, after.qualified - before.qualified
        expect_equal(
            got=calls,
            # That verifications are counted with the calls, or apart, is not said.
            expected=calls if calls == seen.requests + seen.verified else seen.requests,
            fr=f"{seen.step.fr}, appels ajoutés au tableau de bord",
            en=f"{seen.step.en}, calls added to the dashboard",
        )
        expect_equal(
            got=qualified,
            expected=int(seen.after.patient.status == "QUAL") - int(seen.before.patient.status == "QUAL"),
            fr=f"{seen.step.fr}, identités qualifiées ajoutées",
            en=f"{seen.step.en}, identités qualifiées added",
        )

    found = [each for each in steps_of(life(desk)) if each.counted]
    if not found:
        desk.lgo.read_dashboard(actor=desk.user)  # NOT_TESTED when there is none.
        raise UndecidedError(
            "le tableau de bord n'est pas montré à cet utilisateur",
            "the dashboard is not shown to this user",
            verdict=Verdict.NOT_TESTED,
        )
    _each(found, judge)


def _each(seen: list[Carded], judge: Callable[[Carded], None]) -> None:
    expect_each({f"{number} {one.step.fr}": partial(judge, one) for number, one in enumerate(seen, 1)})
