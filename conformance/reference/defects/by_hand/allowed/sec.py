"""Right behaviours near rules SEC that data cannot say; see ``conformance.reference.variants``."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.store import TracedAct, now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_CALLS = frozenset({"call_insi_traits", "search_insi", "start_insi_call", "call_insi_card"})


def call_summed_up(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write a second entry for each request, under an action of one's own, with the same words."""
    del about
    return [
        each
        for one in records
        for each in (
            (one, {**one, "action": "APPEL_TELESERVICE"}) if one.get("action") == "INSI_CALL" else (one,)
        )
    ]


def night_logged(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Log the job of the night."""
    about["store"].add_audit(TracedAct(at=now(), user="nuit", action="NIGHT_JOB", patient_id=None))
    return records


def caller_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let a user without the right to INSi begin a call, and note them."""
    if records and str(about["act"]) in _CALLS and records[0]["rights"] == ["CALL_INSI"]:
        memory.shared.setdefault("without", set()).add(about["user"])
        return []
    if not records:
        memory.shared.setdefault("without", set()).discard(about["user"])
    return records


def caller_blocked(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Block the call of a user without the right to INSi, instead of refusing it."""
    if about["user"] in memory.shared.get("without", ()):
        return [{"code": "NOT_ENTITLED", "message": "Vous n'avez pas le droit d'appeler INSi."}]
    return records


def validating_right_for_documents(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Ask the right to validate for recording a document."""
    wanted = str(about["act"]) == "record_proof" and "VALIDATE_IDENTITY" not in about["given"]
    return records or ([{"verb": about["act"], "rights": ["VALIDATE_IDENTITY"]}] if wanted else [])


def calling_right_for_decisions(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Ask the right to INSi for accepting what it has answered, and for what arrives."""
    wanted = (
        str(about["act"]) in {"decide_proposal", "receive_identity"} and "CALL_INSI" not in about["given"]
    )
    return records or ([{"verb": about["act"], "rights": ["CALL_INSI"]}] if wanted else [])


def half_a_minute_slow(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Go by a clock that is half a minute slow."""
    return [
        {**one, "at": (datetime.fromisoformat(one["at"]) - timedelta(seconds=30)).isoformat()}
        for one in records
    ]


def recipient_with_name(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Log a recipient as mail programs show one: a name, and the address behind it."""
    return [{**one, "recipient": f"Dr KVORLAN <{one['recipient'].upper()}>"} for one in records]


def line_for_each_field(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write an entry for each field that a change touches."""
    return [
        {**one, "detail": name, "changes": {name: one["changes"][name]} if name in one["changes"] else {}}
        for one in records
        for name in one["detail"].split(", ")
    ]


def technical_line(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write an entry of the technical account before that of the user."""
    return [
        each
        for one in records
        for each in (
            {
                **one,
                "action": "FLUX_HTTPS",
                "user": "SYSTEM",
                "patient_id": None,
                "mode": None,
                "code": None,
                "returned": {},
            },
            one,
        )
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "call-summed-up": call_summed_up,
    "caller-blocked": caller_blocked,
    "caller-noted": caller_noted,
    "calling-right-for-decisions": calling_right_for_decisions,
    "half-a-minute-slow": half_a_minute_slow,
    "line-for-each-field": line_for_each_field,
    "night-logged": night_logged,
    "recipient-with-name": recipient_with_name,
    "technical-line": technical_line,
    "validating-right-for-documents": validating_right_for_documents,
}
"""What ``hand`` may name."""
