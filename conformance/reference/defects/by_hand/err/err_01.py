"""Faults against ERR-01 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.common.constants import BY_CARD, PAUSED
from conformance.reference.defects.by_hand.common.memory import times_met
from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_FEW = 3
_SOME = 5


def created_noted_while_down(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Note the files made while INSi does not answer."""
    if memory.shared.get("down"):
        memory.shared.setdefault("unknown", set()).update(one["id"] for one in records)
    return records


def last_failure_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note whether the last call failed."""
    memory.shared["down"] = str(about["judged"]) == "ERROR"
    return records


def refused_since_a_failure(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse the act after a failed call.

    Raises:
        RefusedError: the last call failed.
    """
    if memory.shared.get("down"):
        raise RefusedError("INSI_DOWN", "INSi indisponible : réessayez plus tard.")
    return records


def failed_files_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the files whose last call failed."""
    failed = memory.shared.setdefault("failed-files", set())
    for one in records:
        (failed.add if str(about["outcome"]) == "ERROR" else failed.discard)(one["id"])
    return records


def failed_files_hidden(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave them out of the results of a search."""
    return [one for one in records if one["id"] not in memory.shared.get("failed-files", ())]


def failures_of_all_kinds(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Count what failed, calls and verifications together."""
    one = records[0]
    if str(one.get("outcome")) == "BLOCKED":
        return records
    failed = "ERROR" in {str(one.get("outcome")), str(one.get("result"))}
    memory.shared["in-a-row"] = memory.shared.get("in-a-row", 0) + 1 if failed else 0
    memory.shared["worst"] = max(memory.shared.get("worst", 0), memory.shared["in-a-row"])
    return records


def searches_paused(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Search nobody with typed traits after a few failures of any kind."""
    is_over = about["path"] == "typed" and memory.shared.get("worst", 0) >= _FEW
    return records or ([dict(PAUSED)] if is_over else [])


def silent_from_the_third(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Say nothing from the third failure in a row on, whomever it is about."""
    del about
    failed = str(records[0]["outcome"]) == "ERROR"
    memory.own["times"] = memory.own.get("times", 0) + 1 if failed else 0
    return all_with(records, message="", alerts=[]) if memory.own["times"] >= _FEW else records


def verification_failures_counted(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Count the verifications that failed, and whether the last one did."""
    memory.shared["failed"] = str(records[0]["result"]) == "ERROR"
    memory.shared["failures"] = memory.shared.get("failures", 0) + memory.shared["failed"]
    return records


def verifications_paused(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Verify nobody any more after a few failures."""
    return [] if memory.shared.get("failures", 0) >= _FEW else records


def pause_told(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Say that INSi is away while nobody is verified."""
    if memory.shared.get("failures", 0) < _FEW:
        return records
    return all_with(records, outcome="ERROR", code=None, message=PAUSED["message"])


def call_failures_counted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Count the calls that failed, by their way."""
    if str(records[0]["outcome"]) == "ERROR":
        memory.shared[about["way"]] = memory.shared.get(about["way"], 0) + 1
    return records


def card_calls_paused(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make no call by card any more after a few failures."""
    is_over = about["way"] == BY_CARD and memory.shared.get(BY_CARD, 0) >= _FEW
    return records or ([dict(PAUSED)] if is_over else [])


def calls_paused_after_some(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make no call any more after five failures."""
    return records or ([dict(PAUSED)] if memory.shared.get("TRAITS", 0) >= _SOME else [])


def second_failure_silent(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Say nothing of the second failure in a row for a file."""
    key, failed = str(about["patient_id"]), str(records[0]["outcome"]) == "ERROR"
    times = memory.own.get(key, 0) + 1 if failed else 0
    memory.own[key] = times
    return all_with(records, message="", alerts=[]) if times > 1 else records


def failed_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files whose call failed."""
    memory.shared.setdefault("failed", set()).update(one["id"] for one in records)
    return records


def failed_file_locked(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse an act on a file whose call failed: the call still holds it."""
    if about["file"]["id"] in memory.shared.get("failed", ()):
        raise RefusedError("BUSY", "Appel INSi en cours pour ce dossier.")
    return records


def error_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note how the last call of each file ended."""
    if about["event"] == "called":
        memory.shared.setdefault("ended", {})[records[0]["id"]] = str(about["outcome"])
        memory.shared["any-error"] = memory.shared.get("any-error") or about["outcome"] == "ERROR"
    return records


def busy_after_error(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse to change a file whose last call got no answer: "call in progress"."""
    key = (about.get("file") or {}).get("id")
    if about["verb"] == "update" and memory.shared.get("ended", {}).get(key) == "ERROR":
        raise RefusedError("BUSY", "Appel INSi en cours.", ["birth_name"])
    return records


def second_failure_doubts(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Mark douteuse at the second failure in a row."""
    return [
        {**one, "attributes": ["DOUTEUSE"]}
        if times_met(one, memory, meets=str(about["outcome"]) == "ERROR") > 1
        else one
        for one in records
    ]


def failures_in_a_row_counted(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Count the calls in a row that failed."""
    if about["event"] == "called":
        memory.shared["failures"] = memory.shared.get("failures", 0) + 1 if about["outcome"] == "ERROR" else 0
    return records


def closed_after_two_failures(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Create no file while the service is taken for down."""
    if memory.shared.get("failures", 0) > 1:
        raise RefusedError("OFFLINE", "INSi indisponible : mode consultation.", [])
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "failures-in-a-row-counted": failures_in_a_row_counted,
    "closed-after-two-failures": closed_after_two_failures,
    "busy-after-error": busy_after_error,
    "call-failures-counted": call_failures_counted,
    "calls-paused-after-some": calls_paused_after_some,
    "card-calls-paused": card_calls_paused,
    "created-noted-while-down": created_noted_while_down,
    "error-noted": error_noted,
    "failed-file-locked": failed_file_locked,
    "failed-files-hidden": failed_files_hidden,
    "failed-files-noted": failed_files_noted,
    "failed-noted": failed_noted,
    "failures-of-all-kinds": failures_of_all_kinds,
    "last-failure-noted": last_failure_noted,
    "pause-told": pause_told,
    "refused-since-a-failure": refused_since_a_failure,
    "searches-paused": searches_paused,
    "second-failure-doubts": second_failure_doubts,
    "second-failure-silent": second_failure_silent,
    "silent-from-the-third": silent_from_the_third,
    "verification-failures-counted": verification_failures_counted,
    "verifications-paused": verifications_paused,
}
"""What ``hand`` may name."""
