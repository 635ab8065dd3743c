"""The turns of a day at the counter, see ``counter_day``: what is done, by whom, to which file, and what it may lead to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from conformance.drivers.model import Attribute, CallOutcome, InsiCall, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import lift, set_attributes
from conformance.suite.desk.apart import (
    ATTRIBUTES,
    CARD,
    DOUBT_LIFTED,
    FROM_INSI,
    VERIFICATION,
    WITHOUT_WAITING,
    NotOfferedError,
)
from conformance.suite.desk.card_calls import by_card, calls_without_file, read_card, try_card_call
from conformance.suite.desk.people import another_value, typed
from conformance.suite.desk.routes import DISQUALIFYING
from conformance.suite.desk.started import try_started
from conformance.suite.desk.steps import while_waiting
from conformance.suite.desk.words import insi_values
from conformance.suite.verification.elsewhere import answering, verify
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.desk.apart import Apart
    from conformance.suite.desk.cards import Family
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

PROV, RECUP, VALI, QUAL = Status.PROV, Status.RECUP, Status.VALI, Status.QUAL

FAILURE: Final = "ERR-01"
TYPED, CARDED, NOBODY = "typed", "carded", "nobody"
"""Whose turn it is: the file that was typed, that of the insured person of a card, or no file."""


@dataclass(slots=True, kw_only=True)
class Day:
    """What the turns of a day have in hand."""

    person: Person
    people: Family
    files: dict[str, Patient]
    waiting: InsiCall | None = None
    """An answer that nobody has decided yet."""

    def values(self, file: str) -> dict[str, str | None]:
        """Return what INSi knows of somebody."""
        return insi_values(self.person if file == TYPED else self.people.insured.person)


Does = Callable[["Desk", "Day"], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One act."""

    rule: str
    """The rule that says what it leads to."""
    does: Does
    fr: str
    en: str
    file: str = TYPED
    by: str = "user"
    begins: tuple[Status, ...] = (PROV, RECUP, VALI, QUAL)
    """At another status the turn is left out."""
    leads_to: Status | None = None
    """``None``: to no change at all."""
    path: Apart | None = None
    is_silent: bool = False
    """Nothing may leave for INSi."""
    is_free: bool = False
    """What it changes is for other rules."""
    is_deduced: bool = False


# What is done


def _call(key: str, scenario: str | None = None) -> Does:
    def does(desk: Desk, day: Day) -> object:
        with answering(desk, scenario):
            return desk.try_call(day.files[key])[0]

    return does


def _find(desk: Desk, day: Day) -> object:
    day.waiting = desk.find(day.files[TYPED])
    return day.waiting


def _check(key: str) -> Does:
    def does(desk: Desk, day: Day) -> object:
        desk.record_document(day.files[key])
        with while_waiting() if day.waiting else nullcontext():
            return desk.lgo.validate_identity(day.files[key].id, actor=desk.user)

    return does


def _decline(desk: Desk, day: Day) -> object:
    if day.waiting is None:
        raise UndecidedError("aucune réponse n'attend", "no answer waits")
    call, day.waiting = day.waiting, None
    # A document checked meanwhile may have made it out of date.
    with suppress(RefusedError):
        desk.lgo.decide_proposal(call.id, accept=False, actor=desk.user)
    return call


def _feed(key: str) -> Does:
    def does(desk: Desk, day: Day) -> object:
        call = desk.find(day.files[key])
        desk.lgo.decide_proposal(call.id, accept=True, actor=desk.user)
        return call

    return does


def _verify(scenario: str | None) -> Does:
    def does(desk: Desk, day: Day) -> object:
        with answering(desk, scenario):
            return verify(desk, day.files[TYPED])[0]

    return does


def _rename(desk: Desk, day: Day) -> object:
    return desk.lgo.update_patient(day.files[TYPED].id, {"used_name": "ZELBRUC"}, actor=desk.user)


def _correct(desk: Desk, day: Day) -> object:
    other = another_value(desk, day.person, "birth_place")
    return desk.lgo.update_patient(day.files[TYPED].id, {"birth_place": other}, actor=desk.user)


def _put_right(desk: Desk, day: Day) -> object:
    right = day.person.identity.traits.birth_place
    return desk.lgo.update_patient(day.files[TYPED].id, {"birth_place": right}, actor=desk.user)


def _card(scenario: str | None = None, *, accept: bool = False) -> Does:
    def does(desk: Desk, day: Day) -> object:
        patient = day.files[CARDED]
        if scenario is not None:
            about = {"patient": day.people.insured.person} if scenario.startswith("safety/") else {}
            desk.insi.install(by_card(scenario), **about)
        try:
            call, _ = try_card_call(desk, read_card(desk, day.people.card()), day.people.insured, patient)
        finally:
            desk.insi.clear_scenarios()
        if accept and isinstance(call, InsiCall):
            desk.lgo.decide_proposal(call.id, accept=True, actor=desk.user)
        return call

    return does


def _card_declined(desk: Desk, day: Day) -> object:
    if not calls_without_file(desk):
        raise UndecidedError("pas d'appel par carte sans dossier", "no call by card without a file")
    call, _ = try_card_call(desk, read_card(desk, day.people.card()), day.people.member("child"))
    if isinstance(call, InsiCall):
        desk.lgo.decide_proposal(call.id, accept=False, actor=desk.user)
    return call


def _search_declined(desk: Desk, day: Day) -> object:
    del day
    call, _ = desk.try_search_insi(typed(desk.draw(first_names_count=1)))
    if isinstance(call, InsiCall):
        desk.lgo.decide_proposal(call.id, accept=False, actor=desk.user)
    return call


def _search_failed(desk: Desk, day: Day) -> object:
    del day
    with answering(desk, "chaos/http-503"):
        return desk.try_search_insi(typed(desk.draw(first_names_count=1)))[0]


def _mark(attribute: Attribute) -> Does:
    return lambda desk, day: set_attributes(desk, day.files[CARDED], frozenset({attribute}))


def _unmark(desk: Desk, day: Day) -> object:
    return lift(desk, day.files[CARDED])


def _start(key: str, scenario: str | None = None, *, accept: bool = False) -> Does:
    def does(desk: Desk, day: Day) -> object:
        with answering(desk, scenario):
            call, _ = try_started(desk, day.files[key])
        is_found = not isinstance(call, RefusedError) and call.outcome is CallOutcome.FOUND
        if accept and not is_found and DISQUALIFYING & desk.read(day.files[key]).attributes:
            raise NotOfferedError(DOUBT_LIFTED, "l'attribut est encore là", "the attribute is still there")
        if isinstance(call, RefusedError):
            raise call
        if accept:
            desk.lgo.decide_proposal(call.id, accept=True, actor=desk.user)
        return call

    return does


_OTHER: Final = "super-user"
_NOBODY, _SEVERAL, _FAULT, _AWAY = "answers/not-found", "answers/several", "faults/insi-102", "chaos/http-503"


def _pair(turn: Turn) -> tuple[Turn, Turn]:
    """Return a turn, and the same by the other user: what counts, counts to two."""
    again = replace(
        turn,
        fr=f"{turn.fr}, de nouveau",
        en=f"{turn.en}, again",
        by=_OTHER if turn.by == "user" else "user",
    )
    return turn, again


def _nobody(begins: Status, *, by: str = "user") -> tuple[Turn, Turn]:
    return _pair(
        Turn(
            rule="RSP-12",
            does=_call(TYPED, _NOBODY),
            fr="réponse 01",
            en="answer 01",
            begins=(begins,),
            by=by,
        )
    )


def _failing(begins: Status, *, by: str = "user") -> tuple[Turn, ...]:
    first, _ = _pair(
        Turn(
            rule=FAILURE,
            does=_call(TYPED, _FAULT),
            fr="appel en échec",
            en="failed call",
            begins=(begins,),
            by=by,
        )
    )
    second = Turn(
        rule=FAILURE,
        does=_call(TYPED, _AWAY),
        fr="appel sans réponse",
        en="call without answer",
        begins=(begins,),
        by=_OTHER if by == "user" else "user",
    )
    return first, second


TURNS: Final = (
    Turn(rule="RSP-13", does=_call(TYPED, _SEVERAL), fr="réponse 02", en="answer 02", by=_OTHER),
    *_failing(PROV),
    *_nobody(PROV, by=_OTHER),
    Turn(rule="RSP-01", does=_find, fr="réponse 00, non décidée", en="answer 00, not decided", begins=(PROV,)),
    Turn(
        rule="STA-04", does=_check(TYPED), fr="pièce contrôlée, une réponse attendant", en="document checked while an answer waits",
        begins=(PROV,), leads_to=VALI, by=_OTHER,
    ),
    Turn(rule="RSP-01", does=_decline, fr="réponse refusée ensuite", en="answer declined then", begins=(PROV, VALI)),
    # What a change makes of a validée is in no text: where it falls, the document is checked again.
    Turn(rule="FLD-01", does=_correct, fr="lieu modifié", en="place changed", begins=(VALI,), is_free=True),
    Turn(rule="FLD-01", does=_put_right, fr="lieu rétabli", en="place put right", is_free=True, by=_OTHER),
    Turn(
        rule="STA-04", does=_check(TYPED), fr="pièce contrôlée de nouveau", en="document checked again",
        begins=(PROV,), leads_to=VALI,
    ),
    *_nobody(VALI),
    Turn(
        rule="STA-05", does=_feed(TYPED), fr="acceptée après un refus", en="accepted after a refusal",
        begins=(VALI,), leads_to=QUAL, by=_OTHER,
    ),
    Turn(
        rule="STA-14", does=_rename, fr="nom utilisé modifié par un autre", en="used name changed by another",
        begins=(QUAL,), is_free=True,
    ),
    Turn(
        rule="ERR-02", does=_verify("fault-desir-1020"), fr="vérification en échec", en="verification failed",
        begins=(QUAL,), path=VERIFICATION,
    ),
    Turn(
        rule="ERR-02", does=_verify(_AWAY), fr="vérification sans réponse", en="verification without answer",
        begins=(QUAL,), path=VERIFICATION, by=_OTHER,
    ),
    Turn(rule="VER-02", does=_verify(None), fr="vérification OK", en="verification OK", begins=(QUAL,), path=VERIFICATION),
    *_nobody(QUAL),
    *_failing(QUAL, by=_OTHER),
    Turn(
        rule="RSP-13", does=_start(TYPED, _SEVERAL), fr="réponse 02, sans attendre", en="answer 02, without waiting",
        path=WITHOUT_WAITING,
    ),
    Turn(
        rule="RSP-01", does=_search_declined, fr="recherche INSi refusée", en="INSi search declined", file=NOBODY,
        path=FROM_INSI,
    ),
    Turn(
        rule=FAILURE, does=_search_failed, fr="recherche INSi sans réponse", en="INSi search without answer", file=NOBODY,
        path=FROM_INSI, by=_OTHER,
    ),
    Turn(
        rule="RSP-01", does=_card_declined, fr="carte, sans dossier, refusée", en="card, no file, declined", file=NOBODY,
        path=CARD,
    ),
    Turn(
        rule="STA-03", does=_card(accept=True), fr="acceptée par carte", en="accepted by card", file=CARDED,
        begins=(PROV,), leads_to=RECUP, path=CARD, by=_OTHER,
    ),
    # Whoever calls by traits alone has the same come.
    Turn(
        rule=FAILURE, does=_call(CARDED, _AWAY), fr="appel sans réponse, sans carte", en="call without answer, without card",
        file=CARDED, begins=(PROV,),
    ),
    Turn(
        rule="STA-03", does=_feed(CARDED), fr="acceptée après un échec", en="accepted after a failure", file=CARDED,
        begins=(PROV,), leads_to=RECUP, by=_OTHER,
    ),
    Turn(rule="RSP-13", does=_card(_SEVERAL), fr="réponse 02 par carte", en="answer 02 by card", file=CARDED, path=CARD),
    Turn(
        rule="RSP-08", does=_card("safety/lunar-both"), fr="date incomplète par carte", en="incomplete date by card",
        file=CARDED, path=CARD, by=_OTHER,
    ),
    *_pair(Turn(rule="RSP-12", does=_card(_NOBODY), fr="réponse 01 par carte", en="answer 01 by card", file=CARDED, path=CARD)),
    *_pair(Turn(rule=FAILURE, does=_card(_AWAY), fr="carte sans réponse", en="card without answer", file=CARDED, path=CARD)),
    Turn(
        rule="RSP-14", does=_card(), fr="carte, non décidée", en="card, not decided", file=CARDED, path=CARD, by=_OTHER,
    ),
    Turn(
        rule="ATT-03", does=_mark(Attribute.DOUTEUSE), fr="devenue douteuse", en="made doubtful", file=CARDED,
        path=ATTRIBUTES, is_free=True, by=_OTHER,
    ),
    Turn(
        rule="CAL-11", does=_call(CARDED), fr="appel d'une douteuse par un autre", en="call for a doubtful by another",
        file=CARDED, path=ATTRIBUTES, is_silent=True,
    ),
    Turn(rule="ATT-05", does=_unmark, fr="attribut retiré", en="attribute removed", file=CARDED, path=ATTRIBUTES, is_free=True),
    Turn(
        rule="ATT-03", does=_mark(Attribute.FICTIVE), fr="marquée une deuxième fois", en="marked a second time", file=CARDED,
        path=ATTRIBUTES, is_free=True,
    ),
    Turn(
        rule="CAL-11", does=_call(CARDED), fr="appel d'une fictive par un autre", en="call for a fictitious by another",
        file=CARDED, path=ATTRIBUTES, is_silent=True, by=_OTHER,
    ),
    Turn(
        rule="CAL-11", does=_start(CARDED), fr="appel d'une fictive sans attendre", en="call for a fictitious without waiting",
        file=CARDED, path=WITHOUT_WAITING, is_silent=True,
    ),
    Turn(rule="ATT-05", does=_unmark, fr="attribut retiré", en="attribute removed", file=CARDED, path=ATTRIBUTES, is_free=True),
    Turn(
        rule="STA-03", does=_start(CARDED, accept=True), fr="acceptée après deux doutes", en="accepted after two doubts",
        file=CARDED, begins=(PROV,), leads_to=RECUP, path=WITHOUT_WAITING, by=_OTHER, is_deduced=True,
    ),
)  # fmt: skip
"""The turns, in order."""
