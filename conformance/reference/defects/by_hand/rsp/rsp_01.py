"""Faults against RSP-01 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.constants import STRICT_TRAITS
from conformance.reference.defects.by_hand.common.records import all_with
from conformance.reference.soap import FormerIns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def history_in_spite(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the former INS of an answer that was declined."""
    kept = [FormerIns(**one) if isinstance(one, dict) else one for one in about["insi"]["history"]]
    if records[0]["id"]:
        about["store"].write_former(records[0]["id"], kept)
    return records


def declined_files_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the files for which an identity was declined."""
    memory.shared.setdefault("declined", set()).update(one["id"] for one in records)
    return records


def declined_for_good(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Propose nothing more for a file for which an identity was declined."""
    if about["patient_id"] not in memory.shared.get("declined", ()):
        return records
    message = "Identité déjà refusée pour ce dossier."
    return all_with(
        records, outcome="REJECTED", message=message, alerts=[{"code": "DECLINED", "message": message}]
    )


def other_sex_rejected(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Reject an answer of another sex than that of a file which has its INS."""
    local, insi = about["local"], about.get("insi") or {}
    other = local.get("matricule") and insi.get("sex") and insi["sex"] != local.get("sex")
    alert = {"code": "OTHER_SEX", "message": "Le sexe diffère : réponse écartée."}
    return [
        {**one, "outcome": "REJECTED", "alerts": [alert]} if other and one["outcome"] == "FOUND" else one
        for one in records
    ]


def former_ins_erased(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Erase the INS history."""
    about["store"].write_former(records[0]["id"], [])
    return records


def first_proposal_undone(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give the file back as it was before the last import when a later proposal is declined."""
    if about["event"] == "imported" and about.get("before"):
        memory.own[records[0]["id"]] = about["before"]
    elif about["event"] == "import-declined" and records[0]["id"] in memory.own:
        return [memory.own.pop(records[0]["id"])]
    return records


def declined_calls_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the files for which an identity was declined."""
    memory.shared.setdefault("declined-once", set()).update(one["id"] for one in records)
    return records


def blocked_once_declined(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make no call any more for a file for which an identity was declined."""
    is_known = about["patient_id"] in memory.shared.get("declined-once", ())
    reason = {"code": "DECLINED", "message": "L'identité INSi de ce patient a été refusée."}
    return records or ([reason] if is_known and about["patient_id"] else [])


def refused_applied_later(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Apply what the user has refused with the next act that saves the file."""
    waiting: dict[str, Record] = memory.own.setdefault("waiting", {})
    out = []
    for one in records:
        record = one
        if about["event"] == "import-declined":
            waiting[record["id"]] = dict(about["insi"] or {})
        elif about["event"] in {"validated", "updated", "proof-recorded"} and record["id"] in waiting:
            insi = waiting.pop(record["id"])
            record = {**record, **{name: insi[name] for name in STRICT_TRAITS if insi.get(name)}}
        out.append(record)
    return out


def local_of_call_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the traits of the file and the way of the call, at each call."""
    memory.shared["local"] = dict(about.get("local") or {})
    memory.shared["way"] = about.get("way")
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "blocked-once-declined": blocked_once_declined,
    "declined-calls-noted": declined_calls_noted,
    "declined-files-noted": declined_files_noted,
    "declined-for-good": declined_for_good,
    "first-proposal-undone": first_proposal_undone,
    "former-ins-erased": former_ins_erased,
    "history-in-spite": history_in_spite,
    "local-of-call-noted": local_of_call_noted,
    "other-sex-rejected": other_sex_rejected,
    "refused-applied-later": refused_applied_later,
}
"""What ``hand`` may name."""
