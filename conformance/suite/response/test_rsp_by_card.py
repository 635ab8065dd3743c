"""The rules of the answers, for calls by card: nothing is taken, compared, told or kept otherwise than by traits."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import CallOutcome, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import BESIDE, CARD
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.snapshot import ANOTHER, ANYTHING, Moment, expect_kept
from conformance.suite.desk.told import expect_told, told
from conformance.suite.desk.words import insi_values
from conformance.suite.response.by_card import COMPARISON, ENDINGS, Brought, Ended, card_answers
from conformance.suite.response.proposals import COMPARED, expect_lines
from conformance.suite.response.refusals import ENDINGS as USUAL
from conformance.suite.response.storms import MOST
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.suite.desk.steps import Desk
    from conformance.suite.desk.told import Told

SAID = {CallOutcome.NOT_FOUND: "01", CallOutcome.SEVERAL: "02"}
ANOTHER_ENDING = frozenset({CallOutcome.NOT_FOUND, CallOutcome.SEVERAL, CallOutcome.BLOCKED})
ALSO = {"MAT-01": "safety/wrong-key", "MAT-05": "safety/unknown-oid", "ERR-02": "chaos/http-503"}
"""The rules that say of an answer what the rule that it is given for says too."""
DEDUCED = frozenset({"RSP-12", "RSP-13", "ERR-04", "MAT-06"})
"""The rules of which no text says that nothing else changes."""


@pytest.mark.title(
    fr="Cette réponse à un appel par carte ne change rien au dossier, à aucun statut, et l'utilisateur sait ce qui s'est passé",
    en="This answer to a call by card changes nothing in the file, at any status, and the user knows what happened",
)
@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(key, marks=pytest.mark.rule(key), id=key)
        for key in dict.fromkeys((*(ending.rule for ending in ENDINGS), *ALSO))
    ],
)
@BESIDE.mark
@CARD.mark
def test_nothing_is_taken(desk: Desk, rule: str) -> None:
    usual = desk.usually_told()
    seen = [
        each
        for each in card_answers(desk).ended
        if each.ending.rule == rule or each.ending.scenario == ALSO.get(rule)
    ]
    expect_each({f"{each.ending.scenario} ({each.route})": partial(_judge, each, usual) for each in seen})


_TAKEN_OVER: Final = {"billing_number": ANOTHER}
"""The billing number of the card may come into the file with a call: when it does is in no text, and it is no INS."""


def _judge(seen: Ended, usual: dict[str, Told]) -> None:
    ending, moment = seen.ending, _moment(f"sur la réponse {seen.ending.scenario}", seen.route)
    before, after = seen.before.patient, seen.after.patient
    expect_equal(
        got=(after.matricule, after.oid, after.status),
        expected=(before.matricule, before.oid, before.status),
        fr=f"{moment.fr}, matricule, OID et statut",
        en=f"{moment.en}, matricule, OID and status",
    )
    expect_kept(seen.after, seen.before, moment, besides=_TAKEN_OVER, inferred=ending.rule in DEDUCED)
    if isinstance(seen.call, RefusedError):
        return
    if ending.outcome is CallOutcome.ERROR:
        expect(
            seen.call.outcome in {CallOutcome.ERROR, CallOutcome.BLOCKED},
            fr=f"{moment.fr}, l'issue annoncée est {seen.call.outcome}",
            en=f"{moment.en}, the outcome announced is {seen.call.outcome}",
        )
    elif ending.outcome is not None:
        expect_equal(
            got=seen.call.outcome,
            expected=ending.outcome,
            fr=f"{moment.fr}, issue annoncée",
            en=f"{moment.en}, outcome announced",
        )
    else:
        expect(
            seen.call.outcome not in ANOTHER_ENDING,
            fr=f"{moment.fr}, l'issue annoncée est {seen.call.outcome}",
            en=f"{moment.en}, the outcome announced is {seen.call.outcome}",
        )
    expect(
        not seen.call.candidates,
        fr=f"{moment.fr}, des candidats sont affichés",
        en=f"{moment.en}, candidates are shown",
    )
    own = SAID.get(seen.call.outcome)
    others = {USUAL[code].fr: usual[code] for code in ("00", "01", "02") if code in usual and code != own}
    expect_told(seen.told, others, moment)


@pytest.mark.rule("ERR-05")
@pytest.mark.title(
    fr="Un appel par carte n'est pas répété sans fin, quelle que soit la réponse",
    en="A call by card is not repeated endlessly, whatever the answer",
)
@BESIDE.mark
@CARD.mark
def test_no_storm(desk: Desk) -> None:
    for seen in card_answers(desk).ended:
        expect(
            seen.requests <= MOST,
            fr=f"{seen.requests} requêtes pour un seul appel par carte terminé par {seen.ending.scenario}",
            en=f"{seen.requests} requests for one call by card ended by {seen.ending.scenario}",
        )


@pytest.mark.rule("RSP-01")
@pytest.mark.title(
    fr="L'identité rendue à un appel par carte est comparée trait par trait au dossier, et le refus ne change rien",
    en="The identity returned to a call by card is compared with the file trait by trait, and a refusal changes nothing",
)
@BESIDE.mark
@CARD.mark
@COMPARISON.mark
def test_compared(desk: Desk) -> None:
    def judge(seen: Brought) -> None:
        local = {name: getattr(seen.before.patient, name) for name in COMPARED}
        expect_lines({line.field: line for line in seen.proposal.fields}, local, insi_values(seen.answer))
        refused = _moment("malgré le refus de l'utilisateur", seen.route)
        expect_kept(seen.declined, seen.before, refused, besides=_TAKEN_OVER)

    _each(desk, judge)


@pytest.mark.rule("RSP-02")
@pytest.mark.title(
    fr="L'identité acceptée après un appel par carte alimente les sept données et rien d'autre",
    en="The identity accepted after a call by card feeds the seven data and nothing else",
)
@BESIDE.mark
@CARD.mark
@COMPARISON.mark
def test_fed(desk: Desk) -> None:
    def judge(seen: Brought) -> None:
        if seen.accepted is None:
            return  # A software may not take them for the same person.
        checked = seen.before.patient.status is Status.VALI
        expect_kept(
            seen.accepted,
            seen.before,
            _moment("identité acceptée", seen.route),
            besides={
                **insi_values(seen.answer),
                **_TAKEN_OVER,
                # RSP-18, inferred: what becomes of a checked identity that differs is the software's to say.
                "status": ANYTHING if checked else Status.RECUP,
                "proof": ANYTHING if checked else seen.before.values["proof"],
                "birth_date_uncertain": ANYTHING,
            },
        )

    _each(desk, judge)


@pytest.mark.rule("RSP-05")
@pytest.mark.title(
    fr="Par carte aussi, un 1er prénom qui n'est pas le début de la liste rendue est signalé, et reste",
    en="By card as well, a 1er prénom that is not the start of the list returned is told, and stays",
)
@BESIDE.mark
@CARD.mark
@COMPARISON.mark
def test_first_name(desk: Desk) -> None:
    usual = desk.usually_told()

    def judge(seen: Brought) -> None:
        moment = _moment("1er prénom différent", seen.route)
        if seen.accepted is not None:
            expect_equal(
                got=seen.accepted.patient.first_name,
                expected=seen.before.patient.first_name,
                fr=f"{moment.fr}, 1er prénom",
                en=f"{moment.en}, 1er prénom",
            )
        alerts = [alert.message for alert in seen.proposal.alerts]
        got = told(seen.call, about=seen.before.patient, alerts=alerts)
        expect_told(got, {USUAL["00"].fr: usual["00"]} if "00" in usual else {}, moment)

    _each(desk, judge)


@pytest.mark.rule("RSP-18")
@pytest.mark.title(
    fr="Par carte aussi, une identité validée à laquelle INSi donne d'autres traits n'est pas qualifiée en silence",
    en="By card as well, an identité validée to which INSi gives other traits is not qualified in silence",
)
@BESIDE.mark
@CARD.mark
@COMPARISON.mark
def test_not_in_silence(desk: Desk) -> None:
    def judge(seen: Brought) -> None:
        flagged = any(line.different for line in seen.proposal.fields if line.field in COMPARED)
        warned = bool(seen.call.alerts)
        qualified = seen.accepted is not None and seen.accepted.patient.status is Status.QUAL
        expect(
            flagged or warned or not qualified,
            fr="appel par carte : qualifiée en silence alors que tout diffère de ce qui a été contrôlé",
            en="call by card: qualified in silence although everything differs from what was checked",
        )

    _each(desk, judge)


def _each(desk: Desk, judge: Callable[[Brought], None]) -> None:
    answers = card_answers(desk)
    seen = answers.brought
    if not answers.compares:
        desk.lgo.read_proposal("-", actor=desk.user)  # NOT_TESTED when there is none.
    if not seen:
        raise UndecidedError(
            "l'identité rendue à un appel par carte, qui diffère du dossier en tout, n'est pas proposée",
            "the identity returned to a call by card, which differs from the file in everything, is not proposed",
            depends_on=("RSP-01",),
        )
    expect_each({str(each.route): partial(judge, each) for each in seen})


def _moment(what: str, route: object) -> Moment:
    return Moment(f"appel par carte, {what} ({route})", f"call by card, {case_text(what).en} ({route})")
