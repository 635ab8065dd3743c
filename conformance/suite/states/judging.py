"""What the acts of a life are held to: where each leads, what it leaves alone, what the log and the history say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.drivers.model import IDENTITY_FIELDS
from conformance.suite.desk.added import added
from conformance.suite.desk.apart import LOTS, RECEPTION, VERIFICATION
from conformance.suite.desk.expect import expect
from conformance.suite.desk.snapshot import Moment, Snapshot, expect_kept

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.drivers.model import StatusChange
    from conformance.suite.states.changing_life import Turned

REQUESTS = {"INSI_CALL": "SEC-06", "INSI_VERIFICATION": "VER-02", "IDENTITY_READ": "SEC-01"}
"""The rule that asks for each sort of entry; the rest are changes, SEC-05."""

_VERIFYING = frozenset({VERIFICATION, LOTS, RECEPTION})
"""The paths of acts that have an INS verified."""


def expect_rest_kept(seen: Turned) -> None:
    """Check that an act led where it has to and changed nothing else, for whoever did it and for the other."""
    turn, before, after = seen.turn, seen.before.patient.status, seen.after.patient.status
    moment = Moment(f"{turn.fr}, identité {before}", f"{turn.en}, identity {before}")
    allowed = turn.leads_to.get(before, (before,))
    expect(
        after in allowed,
        fr=f"{moment.fr}, le statut est {after}, attendu {' / '.join(allowed)}",
        en=f"{moment.en}, the status is {after}, expected {' / '.join(allowed)}",
        inferred=turn.is_deduced,
    )
    expect_kept(
        seen.after,
        seen.before,
        moment,
        besides={**seen.besides, "status": after},
        inferred=turn.is_deduced,
    )
    colleague = Snapshot(patient=seen.after.patient, history=None)
    expect_kept(
        seen.own,
        colleague,
        Moment(f"{moment.fr}, vu par un autre", f"{moment.en}, as somebody else sees it"),
    )


def expect_log_kept(rule: str, seen: Turned) -> None:
    """Check that what the log had said of the file before an act stays in it; ``rule`` asks for these entries."""
    if seen.log is None:
        return
    lost = [line for line in seen.log[0] - seen.log[1] if REQUESTS.get(line[0], "SEC-05") == rule]
    shown = "; ".join(" ".join(filter(None, line)) for line in lost[:2])
    expect(
        not lost,
        fr=f"{seen.turn.fr} : {len(lost)} entrée(s) du journal ont disparu ou changé ({shown})",
        en=f"{seen.turn.en}: {len(lost)} entries of the log have vanished or changed ({shown})",
    )


def expect_change_logged(seen: Turned) -> None:
    """Check that traits that changed left more of a trace than the call and the reading, under the name of whoever did it."""
    before, after = seen.before.values, seen.after.values
    # A change of status is in the history of the statuses, with its author and time.
    changed = [name for name in IDENTITY_FIELDS if before[name] != after[name]]
    if seen.log is None or not changed or before["status"] != after["status"]:
        return
    written = [line for line in seen.log[1] - seen.log[0] if line[0] not in REQUESTS]
    expect(
        any(line[2] == seen.user for line in written),
        fr=f"{seen.turn.fr} : {', '.join(changed)} ont changé, sans trace au nom de {seen.user}",
        en=f"{seen.turn.en}: {', '.join(changed)} changed, without a trace under the name of {seen.user}",
    )


def expect_not_logged_as_done(seen: Turned) -> None:
    """Check that the log does not say that an identity was changed by what changed nothing."""
    if seen.log is None or not seen.turn.is_quiet or seen.after.values != seen.before.values:
        return
    said = [line for line in seen.log[1] - seen.log[0] if line[0] == "IDENTITY_CHANGED"]
    # An attempt may be logged, as what it is: under which name is the software's own affair.
    expect(
        not said,
        fr=f"{seen.turn.fr} : le journal dit l'identité modifiée ({len(said)} fois)",
        en=f"{seen.turn.en}: the log says that the identity was changed ({len(said)} times)",
        inferred=True,
    )


def expect_credited(seen: Turned) -> None:
    """Check that each request is under the name of whoever made it."""
    if seen.log is None:
        return
    written = seen.log[1] - seen.log[0]
    # Whoever opens the file in between may have it verified by that, unless the act is a verification.
    lookers = (
        set[str]()
        if seen.turn.path in _VERIFYING
        else {line[2] for line in written if not line[0].startswith("INSI_")}
    )
    wrong = sorted(
        {
            line[2] or "-"
            for line in written
            if line[0].startswith("INSI_")
            and line[2] != seen.user
            and not (line[0] == "INSI_VERIFICATION" and line[2] in lookers)
        }
    )
    expect(
        not wrong,
        fr=f"{seen.turn.fr} : fait par {seen.user}, tracé pour {', '.join(wrong)}",
        en=f"{seen.turn.en}: done by {seen.user}, logged for {', '.join(wrong)}",
    )


def expect_in_history(seen: Turned) -> None:
    """Check that a change of status is in the history, from what it was, under the name of whoever made it."""
    before, after = seen.before, seen.after
    if before.history is None or after.history is None or before.patient.status is after.patient.status:
        return
    changes = [each for each in added(before.history, after.history) if each.previous != each.status]
    # What another domain brought about may be signed by whatever received it.
    is_own = seen.turn.rule != "VER-09"
    expect(
        bool(changes) and not (is_own and any(each.author != seen.user for each in changes)),
        fr=f"{seen.turn.fr} : de {before.patient.status} à {after.patient.status}, historisé {_signed(changes)}, par {seen.user}",
        en=f"{seen.turn.en}: from {before.patient.status} to {after.patient.status}, in the history {_signed(changes)}, by {seen.user}",
    )


def _signed(changes: Sequence[StatusChange]) -> str:
    return ", ".join(f"{each.previous}→{each.status} ({each.author or '-'})" for each in changes) or "-"
