"""ERR-02 by a verification: no technical error is a KO."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.partners import VerificationOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.bulk.lots import file, own_time
from conformance.suite.bulk.lots import read as read_lot
from conformance.suite.bulk.lots import start as start_lot
from conformance.suite.desk.apart import LOTS, RECEPTION, SHORT_WAIT, VERIFICATION, WORKLIST
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.full import bring_full
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.response.storms import MOST
from conformance.suite.response.test_err_02 import NO_ANSWER, TIME_OUT, shorten_time_out
from conformance.suite.verification.elsewhere import answering, receive, received, verify
from conformance.suite.verification.wire import KO
from simulator.contract.names import VERIFICATION_ANSWER
from simulator.contract.soap import envelope
from simulator.scripting.loader import scenario_data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.suite.desk.steps import Desk

USUAL: Final = ("fault-insi-102", "chaos/http-503", "chaos/truncated-body")
UNKNOWN: Final = "code inconnu"
ERRORS: Final = (
    "fault-insi-102",
    "fault-desir-1020",
    "fault-insi-24",
    "chaos/http-503",
    "chaos/truncated-body",
    "chaos/html-maintenance",
    UNKNOWN,
)


@contextmanager
def answering_unknown(desk: Desk) -> Iterator[None]:
    """Have INSi answer verifications with a code that is neither OK nor KO."""
    data = dict(scenario_data(KO))
    data.pop("outcome")
    [rule] = data["rules"]
    body = envelope(
        f'<Resultat xmlns="{VERIFICATION_ANSWER}"><CR><CodeCR>77</CodeCR><LibelleCR>Code inconnu</LibelleCR></CR></Resultat>'
    )
    with desk.answered_by(
        {**data, "id": "suite/unknown-code", "rules": [{**rule, "then": {"raw": {"text": body}}}]}
    ):
        yield


@pytest.mark.rule("ERR-02")
@VERIFICATION.mark
@pytest.mark.title(
    fr="Une vérification qui finit en erreur technique n'est pas un KO : rien ne change, et rien n'est dit infirmé",
    en="A verification that ends with a technical error is no KO: nothing changes, and nothing is told as denied",
)
@pytest.mark.parametrize("route", [Route.IMPORTED, Route.IMPORTED_CHECKED], ids=str)
def test_error_is_no_ko(desk: Desk, route: Route) -> None:
    part = {Route.IMPORTED: "apostrophe-1912", Route.IMPORTED_CHECKED: "waiting-number-four-first-names"}[
        route
    ]
    before = desk.snapshot(bring_full(desk, desk.play(PARTS[part]), route))

    def judge(name: str) -> None:
        with answering_unknown(desk) if name == UNKNOWN else answering(desk, name):
            told, _ = verify(desk, before.patient)
        expect_kept(
            desk.snapshot(before.patient),
            before,
            Moment(f"vérification finie par {name}", f"verification ended by {case_text(name).en}"),
        )
        if isinstance(told, RefusedError):
            return  # An error that is shown as a refusal changes nothing either.
        expect(
            told.outcome not in {VerificationOutcome.OK, VerificationOutcome.KO},
            fr=f"vérification finie par {name}, issue annoncée : {told.outcome}",
            en=f"verification ended by {case_text(name).en}, outcome announced: {told.outcome}",
        )

    # An identité qualifiée meets the usual ones, and others in the day at the counter.
    names = ERRORS if route is Route.IMPORTED else USUAL
    cases = {name: partial(judge, name) for name in names}
    with desk.if_offered(SHORT_WAIT):
        # Only where it need not be waited for.
        if route is Route.IMPORTED and TIME_OUT in desk.lgo.read_settings():
            cases[NO_ANSWER] = partial(_without_answer, desk, judge)
    expect_each(cases)


def _without_answer(desk: Desk, judge: Callable[[str], None]) -> None:
    shorten_time_out(desk)
    judge(NO_ANSWER)


@pytest.mark.rule("ERR-05")
@VERIFICATION.mark
@pytest.mark.title(
    fr="Une vérification qui échoue n'est pas répétée sans fin, ni la suivante",
    en="A verification that fails is not repeated endlessly, nor is the next one",
)
def test_no_storm_of_verifications(desk: Desk) -> None:
    patient = desk.bring(desk.draw(), Route.IMPORTED)
    for name in ("fault-insi-102", "chaos/connection-reset", None):
        for times in (1, 2):
            with answering(desk, name):
                _, requests = verify(desk, patient)
                # Nothing may go on by itself once the result has been told.
                _, later = desk.during(lambda: desk.read(patient))
            count = len(requests) + len(later)
            expect(
                count <= MOST,
                fr=f"{count} requêtes pour une vérification ({name or 'INSi revenu'}, essai {times})",
                en=f"{count} requests for one verification ({name or 'INSi back'}, attempt {times})",
            )


@pytest.mark.rule("ERR-05")
@RECEPTION.mark
@pytest.mark.title(
    fr="La vérification d'une identité reçue, qui échoue, n'est pas répétée sans fin, ni quand la liste à traiter est lue",
    en="The verification of an identity received, which fails, is not repeated endlessly, nor when the worklist is read",
)
def test_no_storm_of_receptions(desk: Desk) -> None:
    def go_on() -> None:
        with desk.if_offered(WORKLIST):
            desk.lgo.read_worklist(actor=desk.user)

    for name in ("fault-insi-102", "chaos/connection-reset"):
        with answering(desk, name):
            arrival = receive(desk, received(desk.draw()))
            # Nothing may go on by itself.
            _, later = desk.during(go_on)
        count = len(arrival.exchanges) + len(later)
        expect(
            count <= MOST,
            fr=f"{count} requêtes pour une identité reçue dont la vérification échoue ({name})",
            en=f"{count} requests for one identity received whose verification fails ({name})",
        )


@pytest.mark.rule("ERR-05")
@LOTS.mark
@pytest.mark.title(
    fr="Un lot dont le relevé échoue n'est pas demandé sans fin",
    en="A lot whose collection fails is not asked for endlessly",
)
def test_no_storm_of_collections(desk: Desk) -> None:
    lot = start_lot(desk, [file(desk, Route.IMPORTED)])
    with own_time(desk), answering(desk, "chaos/http-503"):
        desk.insi.advance(900)
        for times in (1, 2):
            before = len(lot.exchanges)
            read_lot(desk, lot)
            count = len(lot.exchanges) - before
            expect(
                count <= MOST,
                fr=f"{count} requêtes pour un relevé qui échoue (essai {times})",
                en=f"{count} requests for one collection that fails (attempt {times})",
            )
