"""Faults against RSP-14 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.constants import STRICT_TRAITS
from conformance.reference.files import identity_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.drivers.model import Patient
    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def first_returned(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write what the first call for a file returned, for all further calls too."""
    kept: dict[str, dict[str, str]] = memory.own.setdefault("returned", {})
    return [{**one, "returned": kept.setdefault(str(one["patient_id"]), one["returned"])} for one in records]


def trace_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember that the data of traces are purged from now on."""
    memory.shared["purged"] = datetime.now(UTC).isoformat()
    return records


def trace_purged(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show no data of the answers that came before the night."""
    purged = memory.shared.get("purged", "")
    return [{**one, "returned": {}} if one["at"] < purged else one for one in records]


def filtered_as_unknown(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Log an answer that the filters stop under the code of nobody found."""
    insi = about.get("insi")
    stopped = insi is not None and not (insi.birth_name and insi.first_names and insi.sex)
    return [{**one, "code": "01", "returned": {}} if stopped else one for one in records]


def number_of_former_file(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep in the trace the number of the file that was answered before."""
    out = []
    for one in records:
        former: Record = memory.own.get("former") or {}
        memory.own["former"] = {"patient": about["patient_id"], "matricule": one.get("matricule")}
        is_other = former.get("patient") != about["patient_id"] and former.get("matricule")
        out.append({**one, "matricule": former["matricule"]} if is_other else one)
    return out


def same_answer_once(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show one call for each answer of one file: the next ones said the same."""
    seen, out = set(), []
    for one in records:
        key = (one["patient_id"], one["code"], *sorted(one["returned"].items()))
        if one["action"] == "INSI_CALL" and one["returned"] and key in seen:
            continue
        seen.add(key)
        out.append(one)
    return out


def local_as_returned(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Fill the columns of what was returned with the traits that were asked for."""
    local = {
        name: value for name, value in (about.get("local") or {}).items() if value and name in STRICT_TRAITS
    }
    return [{**one, "returned": local} for one in records]


def nothing_of_it(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Log nothing of what came."""
    return [dict.fromkeys(one) for one in records]


def _with_trace(
    records: list[Record], memory: Memory, shown: Callable[[dict[str, str], Patient], dict[str, str]]
) -> list[Record]:
    """Return the entries of a log, what each answer returned as ``shown`` makes it from the file as it is now."""
    store = memory.shared.get("store")
    return [
        {**one, "returned": shown(one["returned"], store.patient(one["patient_id"]))}
        if one["returned"] and one["patient_id"] and store is not None
        else one
        for one in records
    ]


def trace_follows(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show in the trace of an answer what the file holds now."""

    def shown(returned: dict[str, str], patient: Patient) -> dict[str, str]:
        now = identity_of(patient)
        return {name: now.get(name) or value for name, value in returned.items()}

    return _with_trace(records, memory, shown)


def trace_loses_number(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the number out of the traces of a file that has lost it."""

    def shown(returned: dict[str, str], patient: Patient) -> dict[str, str]:
        lost = () if patient.matricule else ("matricule", "oid")
        return {name: value for name, value in returned.items() if name not in lost}

    return _with_trace(records, memory, shown)


def declined_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember an answer that was declined."""
    memory.shared.setdefault("declined", set()).add((about.get("insi") or {}).get("matricule"))
    return records


def trace_of_declined_emptied(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Empty the trace of an answer that was declined."""
    declined = memory.shared.get("declined", ())
    return [
        {**one, "returned": {}} if one["returned"].get("matricule") in declined else one for one in records
    ]


def last_answer_in_every_entry(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Show with every call of a file what INSi returned last."""
    last = {one["patient_id"]: one["returned"] for one in records if one["returned"]}
    return [{**one, "returned": last[one["patient_id"]]} if one["returned"] else one for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "declined-noted": declined_noted,
    "filtered-as-unknown": filtered_as_unknown,
    "first-returned": first_returned,
    "last-answer-in-every-entry": last_answer_in_every_entry,
    "local-as-returned": local_as_returned,
    "nothing-of-it": nothing_of_it,
    "number-of-former-file": number_of_former_file,
    "same-answer-once": same_answer_once,
    "trace-follows": trace_follows,
    "trace-loses-number": trace_loses_number,
    "trace-noted": trace_noted,
    "trace-of-declined-emptied": trace_of_declined_emptied,
    "trace-purged": trace_purged,
}
"""What ``hand`` may name."""
