"""The events of the state machine as acts at the desk.

Each does its event to the file of somebody laden and returns what may differ afterwards, besides what the case of the
catalogue says: by name, with the value expected or ``ANYTHING``. ``None``: the event did not take place (a software need
not call INSi again for an identity that it has already), so there is nothing to judge.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from conformance.drivers.model import (
    HIGH_CONFIDENCE_PROOFS,
    LOW_CONFIDENCE_PROOFS,
    Attribute,
    CallOutcome,
    Status,
)
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.expect import refused_to_allow
from conformance.suite.desk.people import another_value
from conformance.suite.desk.routes import WITH_INS
from conformance.suite.desk.snapshot import ANYTHING
from conformance.suite.desk.wire import need_request
from conformance.suite.desk.words import insi_values
from conformance.suite.verification.elsewhere import answering, receive, received, spoilt, verify
from conformance.suite.verification.wire import KO, Said, need_verified, verifications
from conformance.verdicts import Departure, UndecidedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.suite.desk.steps import Desk
    from conformance.suite.states.laden import File
    from simulator.client import ExchangeView

Besides: TypeAlias = dict[str, Any]
Act = Callable[["Desk", "File"], "Besides | None"]

STRICT: Final = ("birth_name", "first_names", "birth_date", "sex", "birth_place")


def accept(desk: Desk, file: File) -> Besides | None:
    """INSi answers 00 and the user accepts (E3)."""
    worker = _worker(desk, file)
    if file.patient.status in WITH_INS:
        call, requests = worker.try_call(file.patient)
        if not requests or isinstance(call, RefusedError) or call.outcome is not CallOutcome.FOUND:
            return None
    else:
        call = worker.find(file.patient)
    try:
        worker.lgo.decide_proposal(call.id, accept=True, actor=worker.user)
    except RefusedError as refusal:
        raise refused_to_allow(refusal) from refusal
    return dict(insi_values(file.person))


def decline(desk: Desk, file: File) -> Besides | None:
    """INSi answers 00 and the user refuses, or the answer has to be filtered (E4)."""
    worker = _worker(desk, file)
    call, requests = worker.try_call(file.patient)
    if not _is_made(file, requests):
        return None
    if not isinstance(call, RefusedError) and call.outcome is CallOutcome.FOUND:
        worker.decide(call, accept=False)
    _answered(worker, file, "safety/lunar-both")
    return {}


def no_identity(desk: Desk, file: File) -> Besides | None:
    """INSi answers 01, then 02 (E5)."""
    worker = _worker(desk, file)
    return {} if _is_answered(worker, file, "answers/not-found", "answers/several") else None


def no_answer(desk: Desk, file: File) -> Besides | None:
    """INSi answers with a fault, then not at all (E6)."""
    worker = _worker(desk, file)
    return {} if _is_answered(worker, file, "faults/insi-102", "chaos/connection-reset") else None


def check_high(desk: Desk, file: File) -> Besides | None:
    """The user validates on a high-confidence document (E7)."""
    worker = _worker(desk, file)
    own = [kind for kind in file.shape.documents if kind in HIGH_CONFIDENCE_PROOFS]
    for kind in (*own, *HIGH_CONFIDENCE_PROOFS):
        try:
            worker.lgo.record_proof(file.patient.id, kind, actor=worker.user)
        except RefusedError:
            continue
        try:
            worker.lgo.validate_identity(file.patient.id, actor=worker.user)
        except RefusedError as refusal:
            # Checked once more, an identity that is checked already may refuse: it stays what it is.
            if file.patient.status in {Status.PROV, Status.RECUP}:
                raise refused_to_allow(refusal) from refusal
        return {"proof": kind}
    if file.patient.status in {Status.VALI, Status.QUAL}:
        return {}  # No text asks for a second document on an identity that was checked.
    raise UndecidedError(
        "le logiciel n'enregistre aucun dispositif à haut niveau de confiance",
        "the software records no high-confidence document",
        depends_on=("PRF-01",),
    )


def check_low(desk: Desk, file: File) -> Besides:
    """Documents are shown that are not enough, and the user tries to validate (E8)."""
    worker = _worker(desk, file)
    for kind in ("VITALE_CARD", "DRIVING_LICENCE"):
        if kind in LOW_CONFIDENCE_PROOFS:
            with suppress(RefusedError):
                worker.lgo.record_proof(file.patient.id, kind, actor=worker.user)
            with suppress(RefusedError):
                worker.lgo.validate_identity(file.patient.id, actor=worker.user)
    return {"proof": ANYTHING}


def mark(attribute: Attribute) -> Act:
    """Return the act of setting douteuse (E9) or fictive (E10), beside homonyme where that is allowed."""

    def act(desk: Desk, file: File) -> Besides:
        worker = _worker(desk, file)
        kept = file.patient.attributes & {Attribute.HOMONYME} if attribute is Attribute.DOUTEUSE else set()
        wanted = frozenset({attribute, *kept})
        try:
            set_attributes(worker, file.patient, wanted)
        except RefusedError as refusal:
            raise refused_to_allow(refusal) from refusal
        return {"attributes": wanted, "proof": ANYTHING}

    return act


def unmark(desk: Desk, file: File) -> Besides | None:
    """The attribute is taken away again (E11)."""
    worker = _worker(desk, file)
    try:
        set_attributes(worker, file.patient, frozenset())
    except RefusedError:
        return None
    return {"attributes": None}


def homonym(desk: Desk, file: File) -> Besides:
    """Homonyme is set, or taken away from whom it was set (E12)."""
    worker = _worker(desk, file)
    before = worker.read(file.patient).attributes
    for wanted in (before ^ {Attribute.HOMONYME}, before):
        try:
            set_attributes(worker, file.patient, wanted)
        except RefusedError as refusal:
            raise refused_to_allow(refusal) from refusal
        _need_status(worker, file, f"attributs {', '.join(sorted(wanted)) or '-'}")
    return {}


def edit_locked(desk: Desk, file: File) -> Besides:
    """An ordinary user tries to change each strict trait, and tries again (E13, RECUP and QUAL)."""
    for _ in range(2):
        for field in STRICT:
            with suppress(RefusedError):
                desk.lgo.update_patient(
                    file.patient.id, {field: another_value(desk, file.person, field)}, actor=desk.user
                )
    return {}


def edit(*, entitled: bool) -> Act:
    """Return the change of strict traits by an ordinary user (E13, PROV and VALI) or an entitled one (E14)."""

    def act(desk: Desk, file: File) -> Besides:
        actor = desk.super_user if entitled else desk.user
        changes = _new_traits(desk, file)
        try:
            desk.lgo.update_patient(file.patient.id, dict(changes), actor=actor)
        except RefusedError as refusal:
            raise refused_to_allow(refusal) from refusal
        return {**changes, "proof": ANYTHING}

    return act


def edit_names_in_use(desk: Desk, file: File) -> Besides:
    """A complementary trait is changed, emptied and changed again (E15)."""
    worker = _worker(desk, file)
    changes: dict[str, str | None] = {}
    steps: tuple[dict[str, str | None], ...] = (
        {"used_name": "L'ZELBRUC--KV"},
        {"used_first_name": "KVOR-LAN"},
        {"used_name": None},
        {"used_name": "KVORLAN"},  # What comes after has a name to lose.
    )
    for step in steps:
        changes |= step
        try:
            worker.lgo.update_patient(file.patient.id, dict(step), actor=worker.user)
        except RefusedError as refusal:
            raise refused_to_allow(refusal) from refusal
        got = worker.read(file.patient)
        for name, value in changes.items():
            if getattr(got, name) != value:
                raise Departure(
                    f"{name} : {value or 'vidé'} saisi, {getattr(got, name)} relu",
                    f"{name}: {value or 'emptied'} typed, {getattr(got, name)} read",
                )
    return dict(changes)


def lower(target: Status) -> Act:
    """Return the downgrade by hand to a status (E16); from PROV, where there is nothing lower, an attempt."""

    def act(desk: Desk, file: File) -> Besides | None:
        try:
            desk.lgo.downgrade_status(file.patient.id, target, actor=desk.super_user)
        except RefusedError:
            # No text says that it can be done by hand.
            return {} if file.patient.status is Status.PROV else None
        # That it stops halfway is in no text.
        is_checked = target is not Status.PROV and desk.read(file.patient).status is not Status.PROV
        return {"proof": file.patient.proof and file.patient.proof.kind if is_checked else ANYTHING}

    return act


def verify_ok(desk: Desk, file: File) -> Besides:
    """INSi confirms the INS (E17); an identity that has none is not sent."""
    worker = _worker(desk, file)
    _, exchanges = verify(worker, file.patient)
    if file.patient.status in WITH_INS:
        need_verified(exchanges, Said.OK)
    else:
        _expect_not_sent(exchanges)
    return {}


def verify_ko(desk: Desk, file: File) -> Besides:
    """INSi denies the INS (E18); an identity that has none is not sent."""
    worker = _worker(desk, file)
    with answering(desk, KO):
        _, exchanges = verify(worker, file.patient)
    if file.patient.status not in WITH_INS:
        _expect_not_sent(exchanges)
        return {}
    need_verified(exchanges, Said.KO)
    # Whether a document once checked stays recorded, or the identity is doubtful now, is in no text.
    marked = file.patient.attributes | {Attribute.DOUTEUSE}
    after = worker.read(file.patient).attributes
    return {"proof": ANYTHING, "attributes": ANYTHING if after == marked else file.patient.attributes or None}


def receive_ok(desk: Desk, file: File) -> Besides:
    """The identity is received from another domain, and INSi confirms it (E21)."""
    arrived = receive(desk, received(file.person))
    if file.patient.status in WITH_INS:
        return {}
    need_verified(arrived.exchanges, Said.OK)
    # Left to a person, nothing is taken over (E21 is deduced). Taken over, the INS is; no text says that what the file lacks
    # (an unknown place, a list) comes along with it, nor that it does not.
    own, after = insi_values(file.person), desk.read(file.patient)
    if after.status not in WITH_INS:
        return {}
    return {
        name: value
        for name, value in own.items()
        if name in {"matricule", "oid"} or getattr(after, name) != getattr(file.patient, name)
    }


def receive_ko(desk: Desk, file: File) -> Besides:
    """The patient's traits are received with an INS that INSi denies (E22)."""
    receive(desk, spoilt(desk, file.person, "matricule"))
    return {}


def _worker(desk: Desk, file: File) -> Desk:
    return desk.by(file.shape.user)


def _is_answered(worker: Desk, file: File, *scenarios: str) -> bool:
    """Call INSi once for each scenario and tell whether it was called.

    Raises:
        UndecidedError: no call was made. When a later one is not, the file that the first left behind says why.
    """
    made = [_answered(worker, file, scenarios[0])]
    for scenario in scenarios[1:]:
        try:
            made.append(_answered(worker, file, scenario))
        except UndecidedError:
            if not any(made):
                raise
    return any(made)


def _answered(worker: Desk, file: File, scenario: str) -> bool:
    """Call INSi while it answers as a scenario says, try to accept, and tell whether it was called."""
    # Those of this pack speak of a patient.
    about = {"patient": file.person} if scenario.startswith("safety/") else {}
    with worker.answered_by(scenario, **about):
        call, requests = worker.try_call(file.patient)
    if requests and not isinstance(call, RefusedError):
        worker.try_accept(call)
    return _is_made(file, requests)


def _is_made(file: File, requests: Sequence[ExchangeView]) -> bool:
    """Tell whether INSi was called; where the identity is not from INSi yet, it has to be, or nothing is proved.

    Raises:
        UndecidedError: it was not.
    """
    if file.patient.status not in WITH_INS:
        need_request(requests)
    return bool(requests)


def _new_traits(desk: Desk, file: File) -> dict[str, str | None]:
    """Return what is typed over: a value that carries a feature itself, a name with one in use."""
    match field := file.shape.corrects[file.patient.status]:
        case "birth_place":
            # Corsica has letters since 1976; who was born before was not born there in so many words.
            is_later = str(file.patient.birth_date) >= "1976"
            return {field: "2A247" if is_later else another_value(desk, file.person, field)}
        case "birth_name":
            name = another_value(desk, file.person, field).replace(" ", "-")
            return {field: f"{name}-KV", "used_name": "KVORLANW"}
        case _:
            return {field: another_value(desk, file.person, field)}


def _need_status(worker: Desk, file: File, said: str) -> None:
    status = worker.read(file.patient).status
    if status is not file.patient.status:
        raise Departure(
            f"statut passé de {file.patient.status} à {status} ({said})",
            f"status gone from {file.patient.status} to {status} ({said})",
            inferred=True,
        )


def _expect_not_sent(exchanges: Any) -> None:
    if verifications(exchanges):
        raise Departure(
            "une identité sans INS a été envoyée à la vérification",
            "an identity without INS was sent to the verification",
            inferred=True,
        )
