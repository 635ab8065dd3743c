"""The morning after, and later: each rule says what it finds of what somebody went on with, or left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import Status
from conformance.suite.desk.apart import BESIDE, CLOCK, LOG
from conformance.suite.desk.expect import expect
from conformance.suite.desk.snapshot import ANYTHING, Moment, expect_kept
from conformance.suite.states.morning import morning

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk

MORNING: Final = Moment("le lendemain matin", "the morning after")


@pytest.mark.rule("STA-12")
@pytest.mark.title(
    fr="Le lendemain, les traits d'une identité qualifiée sont encore verrouillés à un utilisateur ordinaire",
    en="The next day the traits of an identité qualifiée are still locked to an ordinary user",
)
@BESIDE.mark
@CLOCK.mark
def test_still_locked(desk: Desk) -> None:
    before, after = morning(desk).locked
    expect_kept(after, before, Moment("lieu modifié le lendemain", "place changed the next day"))


@pytest.mark.rule("STA-14")
@pytest.mark.title(
    fr="Le lendemain, un prénom utilisé modifié ne change que lui",
    en="The next day a change of used first name changes that alone",
)
@BESIDE.mark
@CLOCK.mark
def test_renamed(desk: Desk) -> None:
    seen = morning(desk)
    if seen.renamed is None:
        return  # That it can be changed is for other checks; that a user may have to sign in again is in no text.
    before, after = seen.renamed
    expect_kept(after, before, MORNING, besides={"used_first_name": seen.new_name})


@pytest.mark.rule("RSP-02")
@pytest.mark.title(
    fr="Une réponse d'INSi acceptée le lendemain de l'appel écrit tout ce qu'elle dit",
    en="An answer of INSi accepted the day after the call writes all that it says",
)
@BESIDE.mark
@CLOCK.mark
def test_accepted_the_next_day(desk: Desk) -> None:
    seen = morning(desk)
    if seen.waited is None:
        return  # An answer of the day before may be refused.
    before, after = seen.waited
    if after.values == before.values:
        return  # Told so without a refusal.
    expect_kept(
        after,
        before,
        Moment("réponse acceptée le lendemain", "answer accepted the next day"),
        besides={**seen.fed, "status": Status.RECUP, "birth_date_uncertain": ANYTHING},
    )


@pytest.mark.rule("PRF-08")
@pytest.mark.title(
    fr="Une nuit ne fait pas d'un dispositif insuffisant une pièce qui qualifie",
    en="A night does not make a document that is not enough one that qualifies",
)
@BESIDE.mark
@CLOCK.mark
def test_weak_stays_weak(desk: Desk) -> None:
    if (seen := morning(desk).weak) is not None:  # Else the software records none of those.
        expect_kept(seen[1], seen[0], MORNING)


@pytest.mark.rule("RSP-14")
@pytest.mark.title(
    fr="Le lendemain, le journal dit encore ce qu'INSi avait rendu",
    en="The next day the log still says what INSi had returned",
)
@BESIDE.mark
@CLOCK.mark
@LOG.mark
def test_log_of_the_day_before(desk: Desk) -> None:
    seen = morning(desk).log
    if seen is None:
        desk.lgo.read_audit_log(actor=desk.user)  # NOT_TESTED when there is none.
        return
    lost = seen[0] - seen[1]
    expect(
        not lost,
        fr=f"{MORNING.fr}, {lost.total()} trace(s) d'appels INSi ont disparu ou changé",
        en=f"{MORNING.en}, {lost.total()} entries of INSi calls have vanished or changed",
    )


@pytest.mark.rule("STA-05")
@pytest.mark.title(
    fr="Ni la majorité d'un enfant, ni des années, ne déclassent une identité qualifiée",
    en="Neither the coming of age of a child nor years lower an identité qualifiée",
)
@BESIDE.mark
@CLOCK.mark
def test_time_lowers_nobody(desk: Desk) -> None:
    seen = morning(desk)
    for pair, moment in (
        (seen.grown, Moment("devenu majeur", "come of age")),
        (seen.old, Moment("plus de cinq ans après", "more than five years later")),
    ):
        if pair is not None:
            # No event of the state machine is called so; what a software does with old files is in no text.
            expect_kept(pair[1], pair[0], moment, inferred=True)
