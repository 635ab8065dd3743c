"""Faults against BLK-03 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Status
from conformance.reference.defects.by_hand.common.memory import querying
from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.model import Patient
    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record
    from conformance.reference.store import Store


def fall(store: Store, patient: Patient) -> None:
    """Take the INS away from a file that bears one, and make it provisoire."""
    if patient.matricule:
        store.save_patient(replace(patient, status=Status.PROV, matricule=None, oid=None))


def fall_alike(records: list[Record], about: Mapping[str, Any], *names: str) -> list[Record]:
    """Make the others fall who have these values in common with the first of the records."""
    store: Store = about["store"]
    for patient in store.patients():
        same = all(getattr(patient, name) == records[0][name] for name in names)
        if same and patient.id != records[0]["id"]:
            fall(store, patient)
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


def last_of_page_lost(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Lose the last line of a page that holds several."""
    return records[:-1] if len(records) > 1 else records


def lot_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember how many files a lot has."""
    memory.shared["lot"] = len(records[0]["patient_ids"])
    return records


def denied_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember who was denied."""
    memory.shared.setdefault("denied", set()).update(one["id"] for one in records)
    return records


def denied_again(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lower once more whoever was denied earlier, by a lot or by a verification."""
    store = about["store"]
    for patient_id in memory.shared.get("denied", set()) - {one["id"] for one in records}:
        fall(store, store.patient(patient_id))
    return records


def namesakes_denied(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Lower whoever has the same name and birth date with them."""
    return fall_alike(records, about, "birth_name", "birth_date")


def by_rank_of_request(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Match results with the files asked for by their rank, though some were not sent."""
    return [
        {**one, "line_id": asked["line_id"]}
        for one, asked in zip(records, about["asked"], strict=False)
        if asked["line_id"]
    ]


def by_rank_of_deposit(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Match results with the lines deposited by their rank."""
    sent = [asked for asked in about["asked"] if asked["line_id"]]
    return [{**one, "line_id": asked["line_id"]} for one, asked in zip(records, sent, strict=False)]


def worst_for_all(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Give the whole lot the worst of its results."""
    is_ko = any(one["code"] == "01" for one in records)
    return [{**one, "code": "01"} for one in records] if is_ko else records


def by_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who asked for the verification that is being treated."""
    memory.shared["by"] = about["by"]
    return records


def unqueued_in_a_lot(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Put nothing on the worklist for a line of a lot."""
    return [] if memory.shared.get("by") == "lot" else records


def oid_kept_in_a_lot(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the matricule alone out of a file denied in a lot."""
    return all_with(records, oid=about["before"]["oid"]) if memory.shared.get("by") == "lot" else records


def validated_kept_in_a_lot(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave a file that was checked validée when it is denied in a lot."""
    is_checked = about["before"] == "QUAL"
    return all_with(records, status="VALI") if is_checked and memory.shared.get("by") == "lot" else records


def homonym_lost_in_a_lot(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the attribute homonyme away from a file denied in a lot."""
    if memory.shared.get("by") != "lot":
        return records
    return [
        {**one, "attributes": [each for each in one["attributes"] if each != "HOMONYME"]} for one in records
    ]


def used_name_lost_in_a_lot(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Empty the used name of a file denied in a lot."""
    return all_with(records, used_name=None) if memory.shared.get("by") == "lot" else records


def lines_by_rank(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Match results and files by rank, counting the files that were not sent."""
    asked = about["asked"]
    if all(one["line_id"] for one in asked):
        return records
    ranks = [one["line_id"] for one in asked]
    return [{**one, "line_id": ranks[rank] or one["line_id"]} for rank, one in enumerate(records)]


def same_day_denied(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Lower whoever has the same name and sex with them."""
    return fall_alike(records, about, "birth_name", "sex")


def single_line_passes(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the result of a lot of one file for OK."""
    return all_with(records, code="00") if memory.shared.get("lot") == 1 else records


def depositor_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember who deposits a lot."""
    memory.shared["depositor"] = about["user"]
    return records


def undone_for_another_than_the_depositor(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Leave a denied file as it was when another user collects than the one who deposited the lot."""
    depositor = memory.shared.get("depositor", about["user"])
    return records if depositor == about["user"] else [{**about["before"]}]


def used_names_deposited(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the names in use of everybody when a lot leaves."""
    if about["by"] == "lot":
        memory.shared.setdefault("used", {}).update(
            {one["id"]: one["used_name"] for one in about["everyone"]}
        )
        memory.shared.setdefault("first", {}).update(
            {one["matricule"]: one["first_name"] for one in about["everyone"]}
        )
    return records


def first_name_of_the_deposit(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Write a file back as it was when the lot left, as far as its 1er prénom goes."""
    first = memory.shared.get("first", {})
    return [{**one, "first_name": first.get(one["matricule"], one["first_name"])} for one in records]


def denied_for_another_first_name(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Take for a KO the result of a file whose 1er prénom is not the one that left."""
    local = about["local"]
    left = memory.shared.get("first", {}).get(local.get("matricule"), local.get("first_name"))
    return records if left == local.get("first_name") else all_with(records, result="KO")


def used_names_of_the_deposit(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Write a file back as it was when the lot left, as far as its used name goes."""
    used = memory.shared.get("used", {})
    return [{**one, "used_name": used.get(one["id"], one["used_name"])} for one in records]


def lot_waiting_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files whose result a lot waits for, and the lines whose matricule holds a letter."""
    memory.shared.setdefault("waiting", set()).update(one["patient_id"] for one in records)
    lettered = memory.shared.setdefault("lettered", set())
    lettered.update(one["line_id"] for one in records if not one["matricule"].isdigit())
    return records


def lettered_not_matched(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lose the results of numbers that cannot be read as integers."""
    return [one for one in records if one["line_id"] not in memory.shared.get("lettered", ())]


def _lost_with_the_result(event: str, **values: Any) -> Hand:
    """Return what takes away, when the result of a lot comes, what an act has put into the file while the lot waited."""

    def lose(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        [one] = records
        done = memory.own.setdefault("done", set())
        if about["event"] == event and one["id"] in memory.shared.get("waiting", ()):
            done.add(one["id"])
        if about["event"] == "lot-ok" and one["id"] in done:
            done.discard(one["id"])
            return [{**one, **values}]
        return records

    return lose


def first_names_of_files_deposited(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Note the 1er prénom of each file that goes into a lot."""
    if about.get("by") == "lot":
        known = {one["id"]: one["first_name"] for one in about["everyone"]}
        noted = {one["patient_id"]: known.get(one["patient_id"]) for one in records}
        memory.shared.setdefault("first names", {}).update(noted)
    return records


def first_name_of_the_deposit_back(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Write the 1er prénom of the deposit."""
    deposited = memory.shared.get("first names", {})
    return [{**one, "first_name": deposited.get(one["id"]) or one["first_name"]} for one in records]


def first_name_lost_while_waiting(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Store nothing of a 1er prénom changed in a file that is in a lot."""
    is_waiting = (about.get("before") or {}).get("id") in memory.shared.get("first names", {})
    return [{} if is_waiting and set(one) == {"first_name"} else one for one in records]


def ko_of_the_first_touches_the_next(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Give the KO of the first line to the next one."""
    ranks = {line["line_id"]: rank for rank, line in enumerate(about["asked"])}
    ordered = sorted(records, key=lambda one: ranks.get(one["line_id"], 0))
    if len(ordered) > 1 and ordered[0]["code"] == "01":
        return [{**ordered[0], "code": "00"}, {**ordered[1], "code": "01"}, *ordered[2:]]
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "ko-of-the-first-touches-the-next": ko_of_the_first_touches_the_next,
    "first-name-lost-while-waiting": first_name_lost_while_waiting,
    "first-name-of-the-deposit-back": first_name_of_the_deposit_back,
    "first-names-of-files-deposited": first_names_of_files_deposited,
    "attributes-of-the-deposit": _lost_with_the_result("attributes-set", attributes=[]),
    "by-noted": by_noted,
    "by-rank-of-deposit": by_rank_of_deposit,
    "by-rank-of-request": by_rank_of_request,
    "denied-again": denied_again,
    "denied-for-another-first-name": denied_for_another_first_name,
    "denied-noted": denied_noted,
    "depositor-noted": depositor_noted,
    "document-of-the-deposit": _lost_with_the_result("proof-recorded", proof=None),
    "doubles-noted": doubles_noted,
    "first-name-of-the-deposit": first_name_of_the_deposit,
    "homonym-lost-in-a-lot": homonym_lost_in_a_lot,
    "last-of-page-lost": last_of_page_lost,
    "latest-lot-noted": latest_lot_noted,
    "latest-lot-only": latest_lot_only,
    "lettered-not-matched": lettered_not_matched,
    "lines-by-rank": lines_by_rank,
    "lot-noted": lot_noted,
    "lots-closed": querying("UPDATE lot SET is_complete = 1"),
    "namesakes-denied": namesakes_denied,
    "oid-kept-in-a-lot": oid_kept_in_a_lot,
    "pending-is-ok": pending_is_ok,
    "raised-by-the-lot": raised_by_the_lot,
    "same-day-denied": same_day_denied,
    "shifted-by-doubles": shifted_by_doubles,
    "shifted-by-rank": shifted_by_rank,
    "single-line-passes": single_line_passes,
    "status-of-the-deposit": _lost_with_the_result("validated", status="RECUP", proof=None),
    "undone-for-another-than-the-depositor": undone_for_another_than_the_depositor,
    "unqueued-in-a-lot": unqueued_in_a_lot,
    "until-the-first-ko": until_the_first_ko,
    "used-name-lost-in-a-lot": used_name_lost_in_a_lot,
    "used-names-deposited": used_names_deposited,
    "used-names-of-the-deposit": used_names_of_the_deposit,
    "validated-kept-in-a-lot": validated_kept_in_a_lot,
    "lot-waiting-noted": lot_waiting_noted,
    "worst-for-all": worst_for_all,
}
"""What ``hand`` may name."""
