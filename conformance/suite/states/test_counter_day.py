"""A day at the counter, turn by turn: no turn changes what it may not, and the log, the counters and the histories tell it all."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import InsiCall
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import CARD, DASHBOARD, HISTORY, LADEN, LOG, VERIFICATION, NotOfferedError
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.log import OTHER, Sent, expect_credited, expect_data_kept, expect_logged
from conformance.suite.desk.routes import WITH_INS
from conformance.suite.desk.snapshot import ANOTHER, ANYTHING, Moment, Snapshot, expect_kept
from conformance.suite.states.counter_day import counter_day
from conformance.suite.states.counter_turns import TURNS
from conformance.suite.status.chains import chains_of
from conformance.suite.verification.wire import VERIFY, Said, said_by
from conformance.verdicts import Ending, UndecidedError
from simulator.contract.names import Operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.suite.desk.steps import Desk
    from conformance.suite.states.counter_day import Ended, Taken
    from simulator.client import ExchangeView

SEARCHES: Final = {Operation.SEARCH_BY_TRAITS.value: "TRAITS", Operation.SEARCH_BY_CARD.value: "VITALE"}
FREE: Final = dict.fromkeys(("matricule", "oid", "proof", "birth_date_uncertain"), ANYTHING)
DAY: Final = Moment("au bout d'une journée au comptoir", "at the end of a day at the counter")


def _rules() -> list[object]:
    """Return the rules of the turns; one of which every turn is a path apart says so."""
    found: list[object] = []
    for key in sorted({turn.rule for turn in TURNS if not turn.is_free}):
        paths = {turn.path for turn in TURNS if turn.rule == key and not turn.is_free}
        apart = [] if None in paths else [path.mark for path in paths if path]
        found.append(pytest.param(key, marks=[pytest.mark.rule(key), LADEN.mark, *apart], id=key))
    return found


@pytest.mark.title(
    fr="Une journée au comptoir : à chaque tour le dossier va où la règle le dit, l'autre dossier reste",
    en="A day at the counter: at each turn the file goes where the rule says, the other file stays",
)
@pytest.mark.parametrize("rule", _rules())
def test_turns(desk: Desk, rule: str) -> None:
    day = counter_day(desk)
    taken = [each for each in day.turns if each.turn.rule == rule]
    if not taken:
        _raise_missed(day, rule)

    def judge(one: Taken) -> None:
        turn, moment = one.turn, Moment(one.turn.fr, one.turn.en)
        for key, before in one.before.items():
            after = one.after[key]
            besides: dict[str, object] = {}
            if key == turn.file and turn.leads_to is not None:
                if isinstance(one.answer, (Ending, RefusedError)):
                    raise _undecided(one)
                besides = {
                    **FREE,
                    **day.day.values(key),
                    "status": turn.leads_to,
                    "matricule": ANYTHING,
                    "oid": ANYTHING,
                }
                has = (bool(after.matricule), bool(after.oid))
                expect(
                    has == (turn.leads_to in WITH_INS,) * 2,
                    fr=f"{moment.fr}, identité {after.status}, matricule et OID présents : {has}",
                    en=f"{moment.en}, identity {after.status}, matricule and OID there: {has}",
                )
            if key == turn.file and turn.path is CARD:
                # When the billing number of a card comes into the file is in no text.
                besides |= {"billing_number": ANOTHER}
            expect_kept(
                Snapshot(patient=after, history=None),
                Snapshot(patient=before, history=None),
                moment,
                besides=besides,
                inferred=turn.is_deduced,
            )
        if turn.is_silent:
            expect(
                not one.requests,
                fr=f"{moment.fr}, {len(one.requests)} requête(s) envoyée(s) à INSi",
                en=f"{moment.en}, {len(one.requests)} request(s) sent to INSi",
            )
        expect(
            one.is_found,
            fr=f"{moment.fr}, la recherche ne trouve plus le dossier",
            en=f"{moment.en}, the search no longer finds the file",
        )
        if isinstance(one.answer, InsiCall):
            expect(
                not one.answer.candidates,
                fr=f"{moment.fr}, des candidats sont montrés, alors qu'INSi n'en rend pas",
                en=f"{moment.en}, candidates are shown although INSi returns none",
            )

    expect_each(
        {
            f"{number} {one.turn.fr}": partial(judge, one)
            for number, one in enumerate(taken, 1)
            if not one.turn.is_free
        }
    )


@pytest.mark.title(
    fr="Au bout d'une journée, le journal dit chaque requête : par qui, pour quel dossier, comment, avec quelle réponse",
    en="At the end of a day the log tells each request: by whom, for which file, how, with which answer",
)
@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(key, marks=pytest.mark.rule(key), id=key)
        for key in ("SEC-02", "SEC-06", "RSP-14", "ERR-03")
    ],
)
@LADEN.mark
@LOG.mark
def test_log_of_the_day(desk: Desk, rule: str) -> None:
    day = counter_day(desk)
    if day.log is None:
        desk.lgo.read_audit_log(actor=desk.user)  # NOT_TESTED when there is none.
        return
    entries = [entry for entry in day.log if entry.action == "INSI_CALL"]
    sent = _searches(day)
    match rule:
        case "SEC-02":
            expect_credited(entries, sent, DAY)
        case "RSP-14":
            expect_data_kept(entries, sent, DAY)
        case "ERR-03":
            # How a failure is named is open; that it is there, and under no answer's code, is not.
            expect_logged(entries, sent, DAY)
        case _:
            expect_logged(entries, sent, DAY)
            _expect_modes(day, sent)
            _expect_own_logs(day, sent)


@pytest.mark.rule("ERR-02")
@pytest.mark.title(
    fr="Des vérifications sans réponse ne mettent personne parmi les identités démenties",
    en="Verifications without answer put nobody among the identities denied",
)
@LADEN.mark
@VERIFICATION.mark
def test_nobody_denied(desk: Desk) -> None:
    day = counter_day(desk)
    failed = [each for each in day.turns if each.turn.rule == "ERR-02" and each.requests]
    if not failed:
        _raise_missed(day, "ERR-02")
    for before, after in day.worklist.values():
        known = {item.id for item in before}
        denied = [item for item in after if item.id not in known and item.reason in _denials(desk)]
        expect(
            not denied,
            fr=f"vérification sans réponse, et le dossier est à traiter comme un KO ({denied[:1]})",
            en=f"verification without answer, and the file is on the worklist as a KO ({denied[:1]})",
        )


@pytest.mark.rule("BLK-05")
@pytest.mark.title(
    fr="Au bout d'une journée, le tableau de bord compte chaque appel, avec ou sans dossier, par carte ou par traits",
    en="At the end of a day the dashboard counts each call, with or without a file, by card or by traits",
)
@LADEN.mark
@DASHBOARD.mark
def test_counters_of_the_day(desk: Desk) -> None:
    day = counter_day(desk)
    if day.counted is None:
        desk.lgo.read_dashboard(actor=desk.user)  # NOT_TESTED when there is none.
        raise UndecidedError(
            "le tableau de bord n'est pas montré à cet utilisateur", "the dashboard is not shown to this user"
        )
    before, after = day.counted
    searches = [*_searches(day), *(Sent(exchange=each, user="") for each in day.others if _is_search(each))]
    acts = sum(any(_is_search(each) for each in one.requests) for one in day.turns)
    verified = [each for each in day.received if each.operation == VERIFY]
    calls = after.insi_calls - before.insi_calls
    alone = {len(searches), acts + sum(map(_is_search, day.others))}
    allowed = alone | {count + len(verified) for count in alone}
    expect(
        calls in allowed,
        fr=f"{DAY.fr}, {calls} appels comptés, attendu l'un de {sorted(allowed)}",
        en=f"{DAY.en}, {calls} calls counted, expected one of {sorted(allowed)}",
    )
    failed = sum(each.code == OTHER for each in searches)
    if calls not in alone:
        failed += sum(said_by(each) is Said.NOTHING for each in verified)
    failures = after.insi_failures - before.insi_failures
    expect(
        failures >= failed,
        fr=f"{DAY.fr}, {failures} échecs comptés pour {failed} requêtes sans réponse",
        en=f"{DAY.en}, {failures} failures counted for {failed} requests without answer",
    )


@pytest.mark.rule("STA-07")
@pytest.mark.title(
    fr="Au bout d'une journée, l'historique de chaque dossier dit ses changements, au nom de qui les a faits",
    en="At the end of a day the history of each file tells its changes, under the name of whoever made them",
)
@LADEN.mark
@HISTORY.mark
def test_histories_of_the_day(desk: Desk) -> None:
    day = counter_day(desk)

    def judge(key: str) -> None:
        moved = [each for each in day.turns if each.before[key].status != each.after[key].status]
        if not day.histories[key]:
            desk.lgo.read_status_history(day.day.files[key].id, actor=desk.user)
        ends = [(each.before[key].status, each.after[key].status) for each in moved]
        for chain, one in zip(chains_of(day.histories[key], ends), moved, strict=True):
            for change in chain:
                expect_equal(
                    got=change.author or None,
                    expected=one.user,
                    fr=f"auteur ({one.turn.fr})",
                    en=f"author ({one.turn.en})",
                )

    expect_each({key: partial(judge, key) for key in day.day.files})


def _is_search(exchange: ExchangeView) -> bool:
    return exchange.operation in SEARCHES


def _searches(day: Ended) -> list[Sent]:
    return [
        Sent(exchange=each, user=one.user, patient_id=one.patient_id)
        for one in day.turns
        for each in (*one.requests, *one.looked)
        if _is_search(each)
    ]


def _expect_modes(day: Ended, sent: Sequence[Sent]) -> None:
    entries = [entry for entry in day.log or () if entry.action == "INSI_CALL"]
    if any(not entry.mode for entry in entries):
        return  # That the way of a call is logged is in no text; a wrong one is a departure.
    expect_equal(
        got=Counter(entry.mode for entry in entries),
        expected=Counter(SEARCHES[each.exchange.operation or ""] for each in sent),
        fr=f"{DAY.fr}, modes tracés",
        en=f"{DAY.en}, ways logged",
    )


def _expect_own_logs(day: Ended, sent: Sequence[Sent]) -> None:
    """Check that the log of one file holds its own calls, all of them."""
    expect(
        not day.strangers,
        fr=f"le journal d'un dossier donne des traces d'autres dossiers ({', '.join(day.strangers)})",
        en=f"the log of a file gives entries of other files ({', '.join(day.strangers)})",
        inferred=True,
    )
    for key, entries in day.own_logs.items():
        own = [each for each in sent if each.patient_id == day.day.files[key].id]
        moment = Moment(f"journal d'un seul dossier ({key})", f"log of one file alone ({key})")
        expect_logged(entries, own, moment)


def _denials(desk: Desk) -> frozenset[str]:
    """Return the reasons under which this software puts a KO on its worklist."""
    return desk.once("reasons-of-a-denial", _deny)


def _deny(desk: Desk) -> frozenset[str]:
    from conformance.suite.states.household_log import denied  # noqa: PLC0415 - made once

    waiting = denied(desk)
    return frozenset(item.reason for item in waiting.before) if waiting else frozenset()


def _raise_missed(day: Ended, rule: str) -> None:
    ways = {turn.path for turn in TURNS if turn.rule == rule}
    # One of its own; else one of another rule without which none of its turns comes.
    for turn, missing in sorted(day.missed, key=lambda one: one[0].rule != rule):
        if turn.rule == rule or turn.path is None or turn.path in ways:
            raise missing
    for one in day.turns:
        if isinstance(one.answer, NotOfferedError):
            raise one.answer  # What no text asks for was not done, and what would have followed did not come.
    raise UndecidedError(
        "la journée au comptoir n'est pas allée jusque-là",
        "the day at the counter did not go so far",
        depends_on=("STA-04", "STA-05"),
    )


def _undecided(one: Taken) -> Exception:
    if isinstance(one.answer, UndecidedError):
        return one.answer
    return UndecidedError(
        f"{one.turn.fr} : {one.answer}", f"{one.turn.en}: {one.answer}", depends_on=(one.turn.rule,)
    )
