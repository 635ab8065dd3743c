"""The acts that chance may choose for a file: those of the other lives, and some that these have no room for."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import CARD, MESSAGES, SCAN
from conformance.suite.desk.card_calls import by_card, read_card, try_card_call
from conformance.suite.desk.expect import refused_to_allow
from conformance.suite.desk.full import attach_card_of_another
from conformance.suite.desk.people import another_value
from conformance.suite.desk.snapshot import ANOTHER, ANYTHING
from conformance.suite.desk.words import insi_values
from conformance.suite.incoming.letter import Letter
from conformance.suite.matricule.arrivals import OK, Way, hand_over
from conformance.suite.states import changing_acts as acts
from conformance.suite.states import changing_turns as turns
from conformance.suite.states import origins
from conformance.suite.states.changing_acts import CLEARED, PROV, QUAL, RECUP, VALI
from conformance.suite.states.changing_turns import Turn
from conformance.suite.verification.elsewhere import TRAITS, answering, received

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.desk.snapshot import Snapshot
    from conformance.suite.desk.steps import Desk
    from conformance.suite.states.changing_acts import Act, Besides, Cast
    from simulator.registry.person import Person


def bears_traits_of(patient: Patient, person: Person) -> bool:
    """Return whether a file bears the traits that INSi knows somebody by."""
    traits = person.identity.traits
    return all(getattr(patient, name) == getattr(traits, name) for name in TRAITS)


def _left_open(desk: Desk, cast: Cast, before: Snapshot) -> Besides:
    """Call INSi and leave its answer to be decided by nobody."""
    del cast
    desk.try_call(before.patient)
    return {}


def _decided_by_another(desk: Desk, cast: Cast, before: Snapshot) -> Besides | None:
    """Call INSi; a colleague accepts what it answers."""
    call, requests = desk.try_call(before.patient)
    if isinstance(call, RefusedError) or not requests or not call.id:
        return None
    with suppress(RefusedError):
        desk.as_super_user().lgo.decide_proposal(call.id, accept=True, actor=desk.super_user)
        return {
            **insi_values(cast.person),
            **dict.fromkeys(("proof", "birth_date_uncertain", "former"), ANYTHING),
        }
    return {}


def _saved_as_is(desk: Desk, cast: Cast, before: Snapshot) -> Besides:
    """Save a file without having changed anything in it."""
    del cast
    same = {name: getattr(before.patient, name) for name in ("used_name", "used_first_name")}
    desk.lgo.update_patient(before.patient.id, same, actor=desk.user)
    return {}


def _renamed(**change: str | None) -> Turn:
    """Return the act of changing names in use, where that changes anything."""

    def act(desk: Desk, cast: Cast, before: Snapshot) -> Besides | None:
        del cast
        made = {name: value for name, value in change.items() if getattr(before.patient, name) != value}
        if not made:
            return None
        desk.lgo.update_patient(before.patient.id, made, actor=desk.user)
        return made

    return Turn(does=act, rule="STA-14", fr="noms utilisés modifiés", en="names in use changed", must=True)


def _put_right(desk: Desk, cast: Cast, before: Snapshot) -> Besides | None:
    own = cast.person.identity.traits
    # The place existed on the day when they were born, and maybe not on another.
    if before.patient.birth_place == own.birth_place or before.patient.birth_date != own.birth_date:
        return None
    return acts.put_right(desk, cast, before)


def _corrected(field: str) -> Act:
    """Return the act of changing one strict trait, which the file gives up its INS for, where it has one."""

    def act(desk: Desk, cast: Cast, before: Snapshot) -> Besides | None:
        value = another_value(desk, cast.person, field)
        if value == getattr(before.patient, field):
            value = str(getattr(cast.person.identity.traits, field))
        try:
            desk.lgo.update_patient(before.patient.id, {field: value}, actor=desk.user)
        except RefusedError as refusal:
            if not bears_traits_of(before.patient, cast.person):
                return None  # Its traits need not go together.
            raise refused_to_allow(refusal) from refusal
        # Whether the 1er prénom follows the list is the software's own affair.
        follows = {"first_name": ANYTHING} if field == "first_names" else {}
        return {**CLEARED, field: value, **follows}

    return act


def _billed_to_another(desk: Desk, cast: Cast, before: Snapshot) -> Besides:
    """Attach the card of an insured person who is not the patient."""
    attach_card_of_another(desk, before.patient, cast.people.insured.person)
    return {"billing_number": ANYTHING, "proof": ANOTHER}


def _arrives_by(way: Way) -> Act:
    """Return the act of having the identity arrive in a message or on a symbol, which INSi confirms."""

    def act(desk: Desk, cast: Cast, before: Snapshot) -> Besides:
        with answering(desk, OK), suppress(RefusedError):
            hand_over(desk, Letter(identity=received(cast.person)), way)
        is_held = before.patient.status in {RECUP, QUAL}
        if is_held or desk.read(before.patient).status not in {RECUP, QUAL}:
            return {}
        return {**insi_values(cast.person), "former": ANYTHING}

    return act


def _failed_by_card(desk: Desk, cast: Cast, before: Snapshot) -> Besides:
    """Call INSi with the card, which answers with a fault: what it answers in vain a software need not ask it again."""
    reading = read_card(desk, cast.people.card())
    with desk.answered_by(by_card(acts.FAULT)):
        try_card_call(desk, reading, cast.people.insured, before.patient)
    # When the billing number of a card comes into the file is in no text.
    return {"billing_number": ANYTHING}


ARRIVING: Final = {way: _arrives_by(way) for way in (Way.ADT, Way.SCAN, Way.CDA, Way.ORU)}


def _came(way: Way) -> Turn:
    return Turn(
        does=ARRIVING[way],
        rule="VER-09",
        fr=f"identité reçue par {way} et confirmée",
        en=f"identity received by {way} and confirmed",
        leads_to={PROV: (PROV, RECUP), VALI: (VALI, QUAL)},
        path=SCAN if way is Way.SCAN else MESSAGES,
        is_deduced=True,
    )


_FED: Final = {PROV: (PROV, RECUP), VALI: (VALI, QUAL, RECUP), QUAL: (QUAL, RECUP)}
_FALLS: Final = {RECUP: (PROV,), QUAL: (VALI,), VALI: (PROV, VALI)}

RAISING: Final = (
    replace(turns.NOW, begins=frozenset({PROV, VALI})),
    turns.QUALIFIED,
    replace(turns.QUALIFIED, rule="STA-04", begins=frozenset({PROV}), leads_to={PROV: (VALI,)}),
    replace(turns.FED_EARLIER, begins=frozenset({PROV, VALI})),
    replace(origins.FED_BY_CARD, begins=frozenset({PROV})),
)
"""The acts that raise a status: half of all, without them every file ends provisoire."""
OTHERS: Final = (
    turns.NOW, turns.CARDED, turns.WEAK, turns.SHOWN, turns.RAISED, *turns.SILENCE, turns.DECLINED, turns.DENIED_ELSEWHERE,
    turns.CONFIRMED, turns.HOMONYMOUS, turns.SHOWN_AGAIN, turns.FORMER_ARRIVED, *turns.IN_LOTS, turns.CORRECTED, replace(turns.PUT_RIGHT, does=_put_right),
    origins.DENIED, turns.FROM_APP, turns.LOCKED, turns.DOUBTFUL, turns.LIFTED, turns.UNLOCKED, turns.ARRIVED, turns.LOWERED,
    turns.FICTITIOUS, turns.UNMARKED, turns.DOUBTED, origins.FED_BY_CARD, origins.FED_LATER,
    _renamed(used_name="L'ZELBRUC--KV", used_first_name=None), _renamed(used_name=None, used_first_name="NALROVK"),
    _renamed(used_name="ZELBRUC KV"), _renamed(used_first_name="D'KVORLAN"),
    *(_came(way) for way in ARRIVING),
    Turn(
        does=_failed_by_card, rule="ERR-02", fr="appel par carte en échec", en="failed call by card", path=CARD, is_deduced=True,
        is_quiet=True,
    ),
    Turn(
        does=_left_open, rule="RSP-01", fr="réponse d'INSi laissée ouverte", en="answer of INSi left open", is_deduced=True,
        is_quiet=True,
    ),
    Turn(
        does=_decided_by_another, rule="RSP-02", fr="identité INSi acceptée par un autre", en="INSi identity accepted by another",
        leads_to=_FED,
    ),
    Turn(does=_saved_as_is, rule="STA-14", fr="dossier enregistré tel quel", en="file saved as it is", is_deduced=True),
    Turn(
        does=_billed_to_another, rule="FLD-03", fr="carte d'un autre assuré rattachée", en="card of another insured person attached",
        path=CARD,
    ),
    *(
        Turn(
            does=_corrected(field), rule="STA-09", fr=f"{field} corrigé", en=f"{field} corrected", by="super-user",
            leads_to=_FALLS,
        )
        for field in TRAITS
    ),
)  # fmt: skip

OF_MARKED: Final = frozenset(
    {acts.unmark, acts.unmark_all, acts.try_all_in_doubt, acts.raise_by_hand, acts.attach, _billed_to_another}
)
"""What is done to a file that bears a doubt, besides changes of names in use."""
NEED_MARK: Final = frozenset({acts.unmark, acts.unmark_all, acts.try_all_in_doubt})
BY_TRAITS: Final = frozenset(
    {
        acts.arrive, acts.arrive_denied, acts.there_and_back, acts.arrive_under_former, acts.import_app, origins.feed_by_card, _decided_by_another,
        *ARRIVING.values(), *(turn.does for turn in turns.IN_LOTS),
    }
)  # fmt: skip
"""What finds a file, or somebody at INSi, by the traits that its person bears, or changes one of them alone."""
BY_TWO: Final = frozenset(
    {
        _decided_by_another, acts.unmark, acts.unmark_all,
        *(turn.does for turn in (turns.HOMONYMOUS, turns.DOUBTFUL, turns.FICTITIOUS)),
    }
)  # fmt: skip
"""What is not done by one person alone, or by the entitled user where the other may not."""
