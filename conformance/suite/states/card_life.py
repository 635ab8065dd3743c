"""The life of a file that INSi knows by card: called with it, fed, called again, checked, fed once more, by two users in turn.

What a software does after a call by card is written a second time in most of them: the status that an acceptance gives, the
counter, the line of the log. Here one file is fed by card alone and looked at after each act; the life is lived once a campaign.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.drivers.errors import VerbNotSupportedError
from conformance.drivers.model import Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.added import added
from conformance.suite.desk.apart import CARD, DASHBOARD
from conformance.suite.desk.card_calls import read_card, try_card_call
from conformance.suite.desk.cards import family
from conformance.suite.desk.cast import with_former
from conformance.suite.desk.full import load
from conformance.suite.desk.people import NAMES_IN_USE
from conformance.suite.desk.wire import need_found
from conformance.suite.states.household_log import log_of
from conformance.verdicts import Ending, UndecidedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import AuditEntry, Patient
    from conformance.drivers.screens import Dashboard
    from conformance.suite.desk.cards import Family
    from conformance.suite.desk.snapshot import Snapshot
    from conformance.suite.desk.steps import Desk

PROV, RECUP, QUAL = Status.PROV, Status.RECUP, Status.QUAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One act of the life."""

    does: Callable[[Desk, Patient, Family], int]
    """Does it and returns how many requests INSi had."""
    begins: Status
    leads_to: tuple[Status, ...]
    rule: str
    fr: str
    en: str
    by: str = "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class Carded:
    """One step as it was seen."""

    step: Step
    before: Snapshot
    after: Snapshot
    requests: int
    user: str
    counted: tuple[Dashboard, Dashboard] | None
    """The dashboard before and after; ``None``: there is none."""
    logged: tuple[AuditEntry, ...] | None
    """What the act added to the log about calls; ``None``: the log is not shown."""
    verified: int = 0
    """How many verifications the log says that the act made: a software may verify by itself what it has just taken over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLife:
    """A life as far as it went."""

    steps: tuple[Carded, ...]
    obstacle: Exception | None
    """What it ends with before its end."""


def with_card_attached(desk: Desk, people: Family) -> Patient:
    """Type the holder of a card, and attach the card to the file where cards are read."""
    patient = desk.create(people.insured.person)
    with desk.if_offered(CARD), suppress(RefusedError):
        reading = read_card(desk, people.card())
        desk.lgo.attach_card(patient.id, reading.id, people.insured.rank, actor=desk.user)
    return desk.read(patient)


def fed_by_card(desk: Desk, patient: Patient, people: Family) -> int:
    """Call INSi with the card for a file, accept, and return how many requests INSi had."""
    reading = read_card(desk, people.card())
    call, requests = try_card_call(desk, reading, people.insured, patient)
    if isinstance(call, RefusedError) or not requests:
        raise UndecidedError(
            "l'appel par carte n'a pas eu lieu", "the call by card did not take place", depends_on=("CAL-01",)
        )
    need_found(requests)
    desk.lgo.decide_proposal(call.id, accept=True, actor=desk.user)
    return len(requests)


def _feed_with_document(desk: Desk, patient: Patient, people: Family) -> int:
    """Record a document, which nobody validates, before the card is called with again."""
    desk.record_document(patient)
    if desk.read(patient).status is not RECUP:
        raise UndecidedError(
            "la pièce enregistrée valide d'elle-même ici",
            "the recorded document validates by itself here",
            depends_on=("PRF-05",),
        )
    return fed_by_card(desk, patient, people)


def _check(desk: Desk, patient: Patient, people: Family) -> int:
    del people
    desk.record_document(patient)
    desk.lgo.validate_identity(patient.id, actor=desk.user)
    return 0


_REFRESHED: Final = "identité INSi acceptée de nouveau, par carte", "INSi identity accepted again, by card"

STEPS: Final = (
    Step(
        does=fed_by_card,
        begins=PROV,
        leads_to=(RECUP,),
        rule="STA-03",
        fr="identité INSi acceptée, par carte",
        en="INSi identity accepted, by card",
    ),
    Step(
        does=_feed_with_document,
        begins=RECUP,
        leads_to=(RECUP,),
        rule="STA-03",
        fr=f"pièce enregistrée sans valider, {_REFRESHED[0]}",
        en=f"document recorded and not validated, {_REFRESHED[1]}",
        by="super-user",
    ),
    Step(
        does=_check,
        begins=RECUP,
        leads_to=(QUAL,),
        rule="STA-06",
        fr="pièce contrôlée, l'identité étant récupérée par carte",
        en="document checked, the identity being retrieved by card",
    ),
    Step(does=fed_by_card, begins=QUAL, leads_to=(QUAL,), rule="STA-06", fr=_REFRESHED[0], en=_REFRESHED[1]),
)


def life(desk: Desk) -> CardLife:
    """Return the life of one file; lived once a campaign."""
    return desk.once("card-life", _live)


def _laden(desk: Desk, people: Family) -> Patient:
    """Type the insured person in, with all that a call by card may lose and that a software can hold."""
    # Called by both first names, which no answer makes one (RSP-05).
    both = people.insured.person.identity.traits.first_names
    patient = desk.create(people.insured.person, **NAMES_IN_USE, first_name=both)
    load(desk, patient, people.insured.person)
    return patient


def _live(desk: Desk) -> CardLife:
    people = family(with_former(desk.draw, 2))
    patient = _laden(desk, people)
    lived: list[Carded] = []
    before, log, counters = desk.snapshot(patient, former=True), log_of(desk), _counters(desk)
    for step in STEPS:
        if before.patient.status is not step.begins:
            continue
        worker = desk.by(step.by)
        try:
            requests = step.does(worker, before.patient, people)
        except (Ending, RefusedError, VerbNotSupportedError) as obstacle:
            # That an INS which is there may be asked for again is in no text.
            if step.begins is step.leads_to[0] and not isinstance(obstacle, VerbNotSupportedError):
                continue
            return CardLife(steps=tuple(lived), obstacle=obstacle)
        after, written, counted = desk.snapshot(patient, former=True), log_of(desk), _counters(desk)
        lived.append(
            Carded(
                step=step,
                before=before,
                after=after,
                requests=requests,
                user=worker.user.user,
                counted=(counters, counted) if counters and counted else None,
                logged=None if log is None or written is None else _calls(added(log, written)),
                verified=0 if log is None or written is None else _verifications(added(log, written)),
            )
        )
        before, log, counters = after, written, counted
    return CardLife(steps=tuple(lived), obstacle=None)


def _verifications(entries: list[AuditEntry]) -> int:
    return sum(entry.action == "INSI_VERIFICATION" for entry in entries)


def _calls(entries: list[AuditEntry]) -> tuple[AuditEntry, ...]:
    return tuple(entry for entry in entries if entry.action == "INSI_CALL")


def _counters(desk: Desk) -> Dashboard | None:
    with desk.if_offered(DASHBOARD), suppress(RefusedError):
        return desk.lgo.read_dashboard(actor=desk.user)
    return None


def steps_of(lived: CardLife, rule: str | None = None) -> list[Carded]:
    """Return the steps of a rule, or all.

    Raises:
        Exception: there is none: what the life ended with.
    """
    found = [each for each in lived.steps if rule is None or each.step.rule == rule]
    if not found:
        raise lived.obstacle or UndecidedError(
            "la vie du dossier n'est pas allée jusque-là",
            "the life of the file did not go so far",
            depends_on=("STA-03",),
        )
    return found
