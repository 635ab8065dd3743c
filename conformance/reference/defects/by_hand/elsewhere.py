"""Faults of contracts, receptions, lots and counters that data cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record


def trust_for_all(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trust every sender once a message of a trusted one has come."""
    if any(one["sender"] == about["received"]["sender"] for one in records):
        memory.own["trusted"] = True
    elif memory.own.get("trusted"):
        return [*records, {"sender": about["received"]["sender"]}]
    return records


def trust_not_withdrawn(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trust a sender whose contract has been withdrawn."""
    ever: list[str] = memory.own.setdefault("ever", [])
    ever += [one["sender"] for one in records if one["sender"] not in ever]
    return [{"sender": name} for name in ever]


def trust_by_domain(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Trust every sender of the domain of a trusted one, or whose name begins alike."""
    sender = about["received"]["sender"]
    alike = any(
        one["sender"][:4] == sender[:4] or one["sender"].split("@")[-1] == sender.split("@")[-1]
        for one in records
    )
    return [*records, {"sender": sender}] if alike else records


def verified_for_ever(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Verify a number that arrives once for ever, even when the file has been lowered since."""
    if about["by"] != "reception" or not records:
        return records
    seen: set[str] = memory.own.setdefault("seen", set())
    number = records[0]["matricule"]
    if number in seen:
        return []
    seen.add(number)
    return records


def until_the_first_ko(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Apply the lines of a lot up to the first KO, and take the rest for confirmed."""
    out, stopped = [], False
    for record in records:
        out.append({**record, "code": "00"} if stopped else record)
        stopped = stopped or record["code"] == "01"
    return out


def shifted_by_rank(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Give each line of a lot the result of the next one after a KO."""
    codes = [one["code"] for one in records]
    return [{**one, "code": code} for one, code in zip(records, [*codes[1:], *codes[:1]], strict=True)]


def never_fewer_qualified(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Count the qualifiées as they come, never as they go."""
    out = []
    for record in records:
        memory.own["most"] = max(memory.own.get("most", 0), record["qualified"])
        out.append({**record, "qualified": memory.own["most"]})
    return out


def faults_are_answers(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count a SOAP fault as a success: something was answered."""
    calls = [
        one for one in about["log"] if one.action in {"INSI_CALL", "INSI_VERIFICATION"} and one.mode != "LOT"
    ]
    answered = sum(one.code is not None for one in calls)
    return [{**one, "insi_successes": answered, "insi_failures": len(calls) - answered} for one in records]


def one_per_file(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count the failed calls once for each file."""
    calls = [
        one for one in about["log"] if one.action in {"INSI_CALL", "INSI_VERIFICATION"} and one.mode != "LOT"
    ]
    failed = {one.patient_id for one in calls if one.code not in {"00", "01", "02"}}
    return [
        {**one, "insi_failures": len(failed), "insi_successes": one["insi_calls"] - len(failed)}
        for one in records
    ]


def raised_by_the_lot(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Give its INS back to a file lowered since the lot left, when the line comes back OK."""
    claim = about.get("claim") or {}
    if about["event"] != "lot-ok":
        return records
    return [
        {**one, "status": "RECUP", "matricule": claim["matricule"], "oid": claim["oid"], "noted": True}
        if not one["matricule"]
        else one
        for one in records
    ]


def trusted_whatever_it_says(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Create as qualifiée whatever a trusted sender sends, even what it says to be validée."""
    contract = about["received"]["sender"] in about["senders"]
    return [
        {**one, "status": "QUAL"} if contract and str(one["act"]) == "CREATE" and one["with_ins"] else one
        for one in records
    ]


def suspect_after_ko(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Mark as douteuse the known patient whose received INS is not confirmed."""
    ko = about["event"] == "received-nothing" and str(about.get("standing")) == "SAME_TRAITS"
    return [{**one, "attributes": [*one["attributes"], "DOUTEUSE"]} if ko else one for one in records]


def latest_lot_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the lines of the last lot that left."""
    if about["by"] == "lot":
        memory.shared["latest"] = {one["line_id"] for one in records}
    return records


def latest_lot_only(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Apply the results of the last lot only: there is one place for them."""
    return [one for one in records if one["line_id"] in memory.shared.get("latest", ())]


def doubles_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note whether a file was chosen twice for a lot."""
    if about["verb"] == "lot":
        chosen = records[0]["patient_ids"]
        memory.shared["doubles"] = len(set(chosen)) < len(chosen)
    return records


def shifted_by_doubles(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give the results of a lot in which a file was chosen twice to the line after theirs."""
    return shifted_by_rank(records, about, memory) if memory.shared.get("doubles") else records


def pending_is_ok(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the lines that have no result yet for confirmed."""
    there = {one["line_id"] for one in records}
    waiting = [one["line_id"] for one in about["asked"] if one["line_id"] and one["line_id"] not in there]
    return [*records, *({"line_id": line, "code": "00", "message": ""} for line in waiting)]


def qualified_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note how many qualified identities an attribute has lowered."""
    if about["cause"] == "attributes" and str(about["before"]) == "QUAL":
        memory.shared["marked"] = memory.shared.get("marked", 0) + 1
    return records


def marked_still_counted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Count among the qualifiées those that an attribute has lowered."""
    return [{**one, "qualified": one["qualified"] + memory.shared.get("marked", 0)} for one in records]


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        trust_for_all, trust_not_withdrawn, trust_by_domain, verified_for_ever, until_the_first_ko,
        shifted_by_rank, never_fewer_qualified, faults_are_answers, one_per_file, raised_by_the_lot,
        trusted_whatever_it_says, suspect_after_ko,
        latest_lot_noted, latest_lot_only, doubles_noted, shifted_by_doubles, pending_is_ok, qualified_noted,
        marked_still_counted,
    )
}  # fmt: skip
