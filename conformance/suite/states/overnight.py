"""What a night leaves of what is no file: the log, the histories, the worklist, the trace of sendings, refusals and rights.

Jobs that purge, archive or restore run at night, over tables that no user has opened. What is written down for somebody to
find later is there the next morning, whatever the software has added; what a patient refused and what a user may not do
last until somebody says otherwise. How long logs are kept is the software's to say, so nobody looks after a year.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.drivers.model import Actor, Status, Verb
from conformance.drivers.partners import Channel, MessageFormat, SendingOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import EXPORTS, HISTORY, INS_HISTORY, SETTINGS, WORKLIST, path
from conformance.suite.journeys.papers import VACCINATION_NOTE, kind_of
from conformance.suite.states.changing_life import LOG
from conformance.suite.states.household_log import log_of, past_of, waiting_for
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.model import AuditEntry, Patient
    from conformance.suite.desk.apart import Apart
    from conformance.suite.desk.steps import Desk

TRACES: Final = path(
    "trace des envois", "trace of sendings", Verb.SEND_DOCUMENT, Verb.READ_TRANSMISSIONS, Verb.READ_SETTINGS
)
REFUSALS: Final = path(
    "refus du patient",
    "refusal of the patient",
    Verb.SEND_DOCUMENT,
    Verb.RECORD_OPPOSITION,
    Verb.READ_SETTINGS,
)
RIGHTS: Final = path("droits des utilisateurs", "rights of users", Verb.WRITE_RIGHTS)

OF_RULE: Final[Mapping[str, tuple[str, Apart]]] = {
    "SEC-05": ("changes", LOG),
    "SEC-06": ("calls", LOG),
    "STA-07": ("statuses", HISTORY),
    "RSP-15": ("numbers", INS_HISTORY),
    "VER-05": ("waiting", WORKLIST),
    "SEC-08": ("sent", TRACES),
    "TRA-16": ("held_back", REFUSALS),
    "SEC-03": ("hidden", RIGHTS),
    "TRA-02": ("leaving", EXPORTS),
}
"""What each rule looks at, and the path that only some software has."""

_NOBODY: Final = Actor(user="banc-de-nuit")
"""A user without any right."""
_REQUESTS: Final = frozenset({"INSI_CALL", "INSI_VERIFICATION"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Whose sendings, refusal and rights are looked at."""

    qualified: Patient | None
    """Whose INS leaves."""
    sent: Patient | None
    """About whom something was sent."""
    refuses: Patient | None
    """Who got mails, refuses them now, and gets none."""
    is_shut_out: bool
    """Whether the user without rights is shown nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What was there at one moment; empty where the software does not tell, or there was nothing."""

    changes: Counter[str]
    calls: Counter[str]
    statuses: Counter[str]
    numbers: Counter[str]
    waiting: Counter[str]
    sent: Counter[str]
    held_back: Counter[str]
    hidden: Counter[str]
    leaving: Counter[str]

    def of(self, rule: str) -> Counter[str]:
        """Return what a rule looks at."""
        found: Counter[str] = getattr(self, OF_RULE[rule][0])
        return found


def prepared(desk: Desk, files: Mapping[str, Patient]) -> Prepared:
    """Send something about whoever is qualifié, have them refuse mails then, and take all rights from a user."""
    qualified = next((one for one in files.values() if one.status is Status.QUAL), None)
    is_sent, refuses = False, None
    if qualified is not None:
        with desk.if_at_hand(TRACES), desk.if_at_hand(SETTINGS), suppress(UndecidedError, RefusedError):
            is_sent = _mail(desk, qualified)
        if is_sent:
            with desk.if_at_hand(REFUSALS), suppress(RefusedError):
                desk.lgo.record_opposition(
                    qualified.id, frozenset({Channel.MSSANTE_PATIENT}), actor=desk.user
                )
                refuses = None if _mail(desk, qualified) else qualified
    is_shut_out = False
    with desk.if_at_hand(RIGHTS), suppress(RefusedError):
        if not desk.lgo.write_rights(_NOBODY.user, frozenset()):
            is_shut_out = _is_shut_out(desk, files)
    return Prepared(
        qualified=qualified,
        sent=qualified if is_sent else None,
        refuses=refuses,
        is_shut_out=is_shut_out,
    )


def rest_of(desk: Desk, files: Mapping[str, Patient], ready: Prepared, denied: Patient | None) -> Rest:
    """Return what is there now.

    Args:
        desk: who looks.
        files: whose past is looked at.
        ready: see ``prepared``.
        denied: who is on the worklist, ``None``: nobody is.
    """
    entries = log_of(desk) or []
    past = past_of(desk, dict(files))
    sent: Counter[str] = Counter()
    if ready.sent is not None:
        with desk.if_offered(TRACES), suppress(RefusedError):
            traced = desk.lgo.read_transmissions(patient_id=ready.sent.id, actor=desk.user)
            sent = Counter(f"{one.recipient} {one.at}" for one in traced)
    is_held_back = ready.refuses is not None and not _mail(desk, ready.refuses)
    return Rest(
        changes=Counter(_line(one) for one in entries if one.action not in _REQUESTS),
        calls=Counter(_line(one) for one in entries if one.action in _REQUESTS),
        statuses=Counter(f"{key} {one}" for key, each in past.statuses.items() for one in each),
        numbers=Counter(f"{key} {one.matricule}" for key, each in past.numbers.items() for one in each),
        # Under another number perhaps, when the list was made again.
        waiting=Counter(["dossier à traiter"] if denied and waiting_for(desk, denied) else []),
        sent=sent,
        held_back=Counter(["courriel retenu"] if is_held_back else []),
        hidden=Counter(["dossier caché"] if ready.is_shut_out and _is_shut_out(desk, files) else []),
        leaving=_leaving(desk, ready.qualified),
    )


def _leaving(desk: Desk, patient: Patient | None) -> Counter[str]:
    """Return the number under which a message tells of somebody qualified."""
    if patient is not None and patient.matricule:
        with desk.if_offered(EXPORTS), suppress(RefusedError):
            message = desk.lgo.export_message(patient.id, MessageFormat.HL7V2, actor=desk.user)
            if patient.matricule in message.content.decode("utf-8", "replace"):
                return Counter([patient.matricule])
    return Counter()


def _mail(desk: Desk, patient: Patient) -> bool:
    """Try to send a mail to a patient; tell whether it left."""
    try:
        answer = desk.lgo.send_document(
            patient.id,
            kind_of(desk, VACCINATION_NOTE),
            Channel.MSSANTE_PATIENT,
            recipient=None,
            actor=desk.user,
        )
    except RefusedError:
        return False
    return answer.outcome is SendingOutcome.SENT


def _is_shut_out(desk: Desk, files: Mapping[str, Patient]) -> bool:
    """Tell whether the user without rights is shown none of these files."""
    for patient in files.values():
        with suppress(RefusedError):
            if desk.read(patient, _NOBODY).birth_name:
                return False
    return True


def _line(entry: AuditEntry) -> str:
    return f"{entry.at} {entry.user} {entry.action} {entry.patient_id} {entry.code}"
