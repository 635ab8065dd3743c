"""What happens to the file of somebody who changes, act by act; each returns what may differ afterwards besides the status."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS, Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.bulk.lots import any_order, finish, need_deposited, own_time, read, results_of, start
from conformance.suite.desk.apart import VERIFICATION
from conformance.suite.desk.card_calls import read_card
from conformance.suite.desk.expect import expect
from conformance.suite.desk.people import another_value
from conformance.suite.desk.routes import DISQUALIFYING
from conformance.suite.desk.snapshot import ANOTHER, ANYTHING
from conformance.suite.desk.words import app_identity, insi_values
from conformance.suite.matricule.arrivals import OK
from conformance.suite.verification.elsewhere import answering, need_denied, receive, received, verify
from conformance.suite.verification.wire import KO, Said, need_verified, verifications
from simulator.ins.identity import HistoricId

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.desk.cards import Family
    from conformance.suite.desk.snapshot import Snapshot
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

PROV, RECUP, VALI, QUAL = Status.PROV, Status.RECUP, Status.VALI, Status.QUAL
DOUBT, HOMONYM = Attribute.DOUTEUSE, Attribute.HOMONYME

Besides = Mapping[str, object]
Act = Callable[["Desk", "Cast", "Snapshot"], "Besides | None"]
"""Does an act and returns what may differ afterwards besides the status; ``None``: it did not take place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Whose life it is."""

    people: Family
    earlier: Person
    """As INSi knew them first: under a waiting number, with another name, list, sex and place."""

    @property
    def person(self) -> Person:
        """As INSi knows them now: the earlier number is in their history."""
        person, earlier = self.people.insured.person, self.earlier.identity
        former = HistoricId(
            matricule=earlier.matricule, oid=earlier.oid, date_from="2019-02-01", date_to="2026-01-31"
        )
        return replace(person, key=f"{person.key}/now", identity=replace(person.identity, history=(former,)))


FAULT: Final = "faults/insi-102"
CLEARED: Final[Besides] = {"matricule": None, "oid": None, "proof": ANYTHING}


def attach(desk: Desk, cast: Cast, before: Snapshot) -> Besides:
    """Attach the card of the family to the file."""
    reading = read_card(desk, cast.people.card())
    desk.lgo.attach_card(before.patient.id, reading.id, cast.people.insured.rank, actor=desk.user)
    return {"billing_number": ANYTHING, "proof": ANOTHER}


def show(*kinds: str, validates: bool = False) -> Act:
    """Return the act of recording the first of these documents that the software knows, and perhaps trying to validate."""

    def act(desk: Desk, cast: Cast, before: Snapshot) -> Besides | None:
        del cast
        recorded = None
        for kind in kinds:
            with suppress(RefusedError):
                desk.lgo.record_proof(before.patient.id, kind, actor=desk.user)
                recorded = kind
                break
        if validates:
            with suppress(RefusedError):
                desk.lgo.validate_identity(before.patient.id, actor=desk.user)
        return {"proof": ANYTHING} if recorded else None

    return act


def try_all_in_doubt(desk: Desk, cast: Cast, before: Snapshot) -> Besides | None:
    """Call INSi, which is blocked, and show a document."""
    with suppress(RefusedError):
        desk.lgo.call_insi_traits(before.patient.id, actor=desk.user)
    return show(*HIGH_CONFIDENCE_PROOFS, validates=True)(desk, cast, before)


def check(desk: Desk, cast: Cast, before: Snapshot) -> Besides:
    """Record a document that is enough, and validate."""
    del cast
    desk.record_document(before.patient)
    desk.lgo.validate_identity(before.patient.id, actor=desk.user)
    return {"proof": ANYTHING}


def ask(ending: str) -> Act:
    """Return the act of calling INSi, which answers so and brings nobody; a verification meets a fault as well."""

    def act(desk: Desk, cast: Cast, before: Snapshot) -> Besides:
        del cast
        with desk.answered_by(ending):
            desk.try_call(before.patient)
        if ending == FAULT and before.patient.status in {RECUP, QUAL}:
            with desk.if_offered(VERIFICATION), answering(desk, "fault-insi-102"):
                verify(desk, before.patient)
        return {}

    return act


def decline(desk: Desk, cast: Cast, before: Snapshot) -> Besides | None:
    """Decline an identity that differs from the file in everything, and save the file: nothing of it comes with that either."""
    call = _called(desk, cast.earlier, before.patient)
    if call is None:
        return None
    desk.lgo.decide_proposal(call, accept=False, actor=desk.user)
    change = {"used_name": "VORLKAN" if before.patient.used_name != "VORLKAN" else "KVORLAN"}
    desk.lgo.update_patient(before.patient.id, change, actor=desk.user)
    return change


def feed(which: Callable[[Cast], Person], *, again: bool = False) -> Act:
    """Return the act of accepting what INSi answers; ``again``: it says what the file holds already."""

    def act(desk: Desk, cast: Cast, before: Snapshot) -> Besides | None:
        call = _called(desk, which(cast), before.patient)
        if call is None:
            return None
        desk.lgo.decide_proposal(call, accept=True, actor=desk.user)
        known = {} if again else {"proof": ANYTHING, "birth_date_uncertain": ANYTHING, "former": ANYTHING}
        return {**insi_values(which(cast)), **known}

    return act


def _called(desk: Desk, person: Person, patient: Patient) -> str | None:
    """Call INSi, which answers with this person; ``None``: the software does not call, as it need not for an INS that it has.

    Nor for a doubt that nobody may lift: how that is done is not established.
    """
    if DISQUALIFYING & patient.attributes:
        return None
    with desk.answered_by("answers/whatever-traits", patient=person):
        call, requests = desk.try_call(patient)
    if patient.status in {PROV, VALI}:
        expect(
            requests,
            fr=f"INSi n'est pas appelé : {call.message or '-'}",
            en=f"INSi is not called: {call.message or '-'}",
            inferred=True,
        )
    return None if isinstance(call, RefusedError) or not requests else call.id


def rename(*changes: Mapping[str, str | None]) -> Act:
    """Return the act of changing names in use, one change after the other."""

    def act(desk: Desk, cast: Cast, before: Snapshot) -> Besides:
        del cast
        made: dict[str, str | None] = {}
        for change in changes:
            desk.lgo.update_patient(before.patient.id, change, actor=desk.user)
            made |= change
        return made

    return act


def mark(*wanted: Attribute, documented: bool = False) -> Act:
    """Return the act of setting attributes, beside homonyme where it is there and may stay."""

    def act(desk: Desk, cast: Cast, before: Snapshot) -> Besides:
        del cast
        kept = frozenset() if Attribute.FICTIVE in wanted else before.patient.attributes & {HOMONYM}
        marks = frozenset({*wanted, *kept})
        set_attributes(desk, before.patient, marks, documented=documented)
        cleared = CLEARED if marks - {HOMONYM} else {}
        return {**cleared, "attributes": marks or None, "proof": ANYTHING}

    return act


def unmark(desk: Desk, cast: Cast, before: Snapshot) -> Besides | None:
    """Lift a doubt, homonyme staying."""
    if DOUBT not in before.patient.attributes:
        return None
    with suppress(RefusedError):
        return mark(documented=True)(desk, cast, before)
    return mark(documented=True)(desk.as_super_user(), cast, before)


def unmark_all(desk: Desk, cast: Cast, before: Snapshot) -> Besides | None:
    """Take every attribute away."""
    del cast
    for worker in (desk, desk.as_super_user()):
        with suppress(RefusedError):
            worker.lgo.set_attributes(before.patient.id, frozenset(), actor=worker.user)
            return {"attributes": None, "proof": ANYTHING}
    return None


def confirm(desk: Desk, cast: Cast, before: Snapshot) -> Besides:
    """Have INSi confirm the INS."""
    del cast
    with answering(desk, OK):
        _, exchanges = verify(desk, before.patient)
    need_verified(exchanges, Said.OK)
    return {}


def in_a_lot(*, in_error: bool = False) -> Act:
    """Return the act of having the INS confirmed in a lot, or of a lot whose lines all meet a technical error."""

    def act(desk: Desk, cast: Cast, before: Snapshot) -> Besides | None:
        del cast
        lot = start(desk, [before.patient])
        need_deposited(lot)
        if in_error:
            if not lot.deposited or lot.collections:
                return None  # Verified one by one, or collected at once: no result is still to come.
            codes = {claimed.values["matricule"]: "insi_914" for claimed in lot.deposited}
            with desk.answered_by(any_order(lot, codes)), own_time(desk):
                desk.insi.advance(900)
                read(desk, lot)
            return {}
        finish(desk, lot)
        return {} if results_of(lot).get(before.patient.matricule or "") is Said.OK else None

    return act


def deny(desk: Desk, cast: Cast, before: Snapshot) -> Besides:
    """Have INSi deny the INS."""
    del cast
    with answering(desk, KO):
        said, exchanges = verify(desk, before.patient)
    need_denied(said, exchanges)
    # Whether a document stays recorded, or the identity is doubtful now, is in no text.
    doubted = before.patient.attributes | {DOUBT}
    after = desk.read(before.patient).attributes
    return {**CLEARED, "attributes": after if after == doubted else before.patient.attributes or None}


def correct(desk: Desk, cast: Cast, before: Snapshot) -> Besides:
    """Change strict traits, and a complementary one with them."""
    changes = {
        **{
            name: another_value(desk, cast.person, name)
            for name in ("birth_name", "birth_date", "sex", "birth_place")
        },
        "used_first_name": "KVORLANW",
    }
    try:
        desk.lgo.update_patient(before.patient.id, changes, actor=desk.user)
    except RefusedError:
        # How many strict traits a correction may have is in no text.
        for name, value in changes.items():
            desk.lgo.update_patient(before.patient.id, {name: value}, actor=desk.user)
    return {**CLEARED, **changes}


def there_and_back(desk: Desk, cast: Cast, before: Snapshot) -> Besides:
    """Change a strict trait that is locked no longer, and put it right."""
    for place in (another_value(desk, cast.person, "birth_place"), str(before.patient.birth_place)):
        desk.lgo.update_patient(before.patient.id, {"birth_place": place}, actor=desk.user)
    return {"proof": ANYTHING}


def put_right(desk: Desk, cast: Cast, before: Snapshot) -> Besides:
    """Give the strict trait its true value back."""
    right = cast.person.identity.traits.birth_place
    desk.lgo.update_patient(before.patient.id, {"birth_place": right}, actor=desk.user)
    return {"birth_place": right, "proof": ANYTHING}


def lower(desk: Desk, cast: Cast, before: Snapshot) -> Besides | None:
    """Lower the status by hand."""
    del cast
    try:
        desk.lgo.downgrade_status(before.patient.id, PROV, actor=desk.user)
    except RefusedError:
        return None  # No text says that it can be done by hand.
    return CLEARED


def raise_by_hand(desk: Desk, cast: Cast, before: Snapshot) -> Besides:
    """Try to make an identity validée by the act that lowers a status: nobody has checked a document."""
    del cast
    with suppress(RefusedError):
        desk.lgo.downgrade_status(before.patient.id, VALI, actor=desk.user)
    # What came from INSi may fall as far as it can.
    fell = before.patient.status is RECUP and desk.read(before.patient).status is PROV
    return CLEARED if fell else {}


def try_locked(desk: Desk, cast: Cast, before: Snapshot) -> Besides:
    """Try to change locked traits, some of them along with a complementary one."""
    for change in (
        {"used_name": "NALROVK", "birth_date": another_value(desk, cast.person, "birth_date")},
        {"sex": another_value(desk, cast.person, "sex"), "birth_name": "KVORLANZ"},
    ):
        with suppress(RefusedError):
            desk.lgo.update_patient(before.patient.id, change, actor=desk.user)
    return {"used_name": ANYTHING}


def import_app(desk: Desk, cast: Cast, before: Snapshot) -> Besides | None:
    """Take the identity over from the Appli carte Vitale."""
    identity = app_identity(cast.person)
    try:
        desk.lgo.import_app_identity(identity, patient_id=before.patient.id, actor=desk.user)
    except RefusedError:
        if before.patient.attributes:
            return None
        raise
    return {
        **insi_values(cast.person),
        "proof": ANYTHING,
        "birth_date_uncertain": ANYTHING,
        "former": ANYTHING,
    }


def arrive(desk: Desk, cast: Cast, before: Snapshot) -> Besides | None:
    """Have the identity arrive from another domain, and INSi confirm it."""
    receive(desk, received(cast.person))
    if desk.read(before.patient).status not in {RECUP, QUAL}:
        return {}
    return {**insi_values(cast.person), "former": ANYTHING}


def arrive_denied(desk: Desk, cast: Cast, before: Snapshot) -> Besides:
    """Have the identity arrive from another domain, and INSi deny it: the file is that of somebody known."""
    del before
    with answering(desk, KO):
        need_verified(receive(desk, received(cast.person)).exchanges, Said.KO)
    return {}


def arrive_under_former(desk: Desk, cast: Cast, before: Snapshot) -> Besides | None:
    """Have the identity arrive that the file had once: its number is RECUP or QUAL nowhere here, and has to be verified."""
    if before.patient.matricule == cast.earlier.identity.matricule.value:
        return None  # No search has replaced the number: a software may make none for an identité qualifiée.
    with answering(desk, KO):
        arrived = receive(desk, received(cast.earlier))
    if isinstance(arrived.said, RefusedError):
        return None
    expect(
        verifications(arrived.exchanges),
        fr="une identité reçue sous l'ancien numéro d'un dossier n'a pas été vérifiée",
        en="an identity received under the former number of a file was not verified",
    )
    return {}
