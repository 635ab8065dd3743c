"""Faults against STA-08 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import STRICT_FIELDS, Status
from conformance.reference.defects.by_hand.common.constants import NUMBER_AND_OID, USED_NAMES
from conformance.reference.defects.by_hand.common.memory import to_others, turn_of_file
from conformance.reference.defects.by_hand.common.notes import came_from_elsewhere
from conformance.reference.defects.by_hand.common.records import all_with
from conformance.reference.defects.by_hand.sta.common import STRICT, file_told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def result_row_kept(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show in the list of the search what the file held when it was first listed."""
    return [
        {
            **one,
            **memory.own.setdefault(one["id"], {name: one[name] for name in ("status", "matricule", "oid")}),
        }
        for one in records
    ]


def third_fall_keeps(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the INS in the file at its third fall."""
    before = about["before"]
    if not before["matricule"] or records[0]["matricule"] or turn_of_file(about, memory, before) < 3:  # noqa: PLR2004 - third
        return records
    return all_with(records, matricule=before["matricule"], oid=before["oid"])


def number_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the number that a file had."""
    if about["before"]["matricule"]:
        number = {name: about["before"][name] for name in ("matricule", "oid")}
        memory.shared.setdefault("numbers", {})[records[0]["id"]] = number
    return records


def used_name_over_the_fall(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the number of a fallen file again with its used name."""
    number = memory.shared.get("numbers", {}).get(records[0]["id"])
    is_used = bool(about["typed"]) and set(about["typed"]) <= USED_NAMES
    return all_with(records, **number) if number and is_used and not records[0]["matricule"] else records


def two_traits_keep(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep the INS when several traits are corrected at once."""
    several = len(set(about["changed"]) & set(STRICT_FIELDS)) > 1
    before = about["before"]
    return all_with(records, matricule=before["matricule"], oid=before["oid"]) if several else records


def number_remembered(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Find a file in the search by matricule by the last number that it held."""
    known: dict[str, Record] = memory.own.setdefault("numbers", {})
    out = []
    for record in records:
        if record["matricule"]:
            known[record["id"]] = {name: record[name] for name in ("matricule", "oid")}
        out.append({**record, **known.get(record["id"], {})})
    return out if about.get("verb") == "search-matricule" else records


def ins_remembered(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the INS of every file that is saved or shown with one."""
    for one in records:
        if one.get("matricule") and one.get("id"):
            memory.shared.setdefault("ins", {})[one["id"]] = {name: one[name] for name in NUMBER_AND_OID}
    return records


def ins_shown_again(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the INS that a file had."""
    former = memory.shared.get("ins", {})
    return [
        {**one, **former.get(one.get("id") or about.get("patient_id"), {})}
        if not one.get("matricule")
        else one
        for one in records
    ]


def ins_on_the_form_again(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the INS that a file had on its screen."""
    former = memory.shared.get("ins", {}).get(about.get("patient_id"), {})
    return [{**one, "value": one["value"] or former.get(one["name"])} for one in records]


def ins_compared_again(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Compare INSi with the INS that files of this name have had."""
    name = about["local"].get("birth_name")
    former = memory.shared.get("ins-by-name", {}).get(name, {})
    return [{**one, "local": one["local"] or former.get(one["field"])} for one in records]


def ins_noted_by_name(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the INS that a fall takes away, by birth name."""
    before = about["before"]
    if before["matricule"] and not records[0]["matricule"]:
        memory.shared.setdefault("ins-by-name", {})[before["birth_name"]] = {
            n: before[n] for n in NUMBER_AND_OID
        }
    return records


def former_files_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the INS that a file had into what leaves of it."""
    former = memory.shared.get("ins", {}).get(about.get("patient_id"))
    return [{**one, **former} if former and not one.get("matricule") else one for one in records]


def loss_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the INS that a fall takes away."""
    before = about["before"]
    if before["matricule"] and not records[0]["matricule"]:
        memory.shared.setdefault("lost", {})[before["id"]] = (before["matricule"], before["oid"])
    return records


def loss_given_back(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give the file back the INS that it had lost."""
    lost = memory.shared.get("lost", {}).get(records[0]["id"])
    if lost is None or records[0]["matricule"]:
        return records
    return all_with(records, matricule=lost[0], oid=lost[1], status=Status.RECUP, noted=True)


def number_of_old_given_back(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Give the file back the number alone."""
    lost = memory.shared.get("lost", {}).get(records[0]["id"])
    return all_with(records, matricule=lost[0], oid=lost[1]) if lost else records


def cleared_once(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Empty matricule and OID at the first fall of a file, and not at the second."""
    counts: dict[str, int] = memory.own.setdefault("clears", {})
    out = []
    for one in records:
        record = one
        before = about["before"]
        if before["matricule"] and not record["matricule"]:
            counts[record["id"]] = counts.get(record["id"], 0) + 1
            if counts[record["id"]] > 1:
                record = {**record, "matricule": before["matricule"], "oid": before["oid"]}
        out.append(record)
    return out


def ins_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the INS that a file had before it was lowered."""
    before = about["before"]
    if before["matricule"] and not records[0]["matricule"]:
        memory.shared.setdefault("ins", {})[records[0]["id"]] = before
    return records


def undone_gives_back(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give status and INS back to a file whose traits are those of before."""
    one = records[0]
    before = memory.shared.get("ins", {}).get(one["id"])
    if before is None or one["matricule"] or any(one[name] != before[name] for name in STRICT):
        return records
    return [{**one, **{name: before[name] for name in ("status", "matricule", "oid", "proof")}}]


def sought_by_noted_ins(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Search by the matricule that a file had."""
    known = memory.shared.get("ins", {})
    return [
        {**one, "matricule": one["matricule"] or known.get(one["id"], {}).get("matricule")} for one in records
    ]


def ins_remembered_by_search(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the last INS of a file in the list of the search, whatever became of it since."""
    known: dict[str, Record] = memory.own.setdefault("known", {})
    out = []
    for record in records:
        if record["matricule"]:
            known[record["id"]] = {name: record[name] for name in NUMBER_AND_OID}
        out.append({**record, **known.get(record["id"], {})} if about["verb"] == "search" else record)
    return out


def used_names_over_the_mark(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write status and number of a fallen file again with any used name."""
    number = memory.shared.get("numbers", {}).get(records[0]["id"])
    is_used = bool(set(about["typed"]) & {"used_name", "used_first_name"})
    if not number or not is_used or records[0]["matricule"]:
        return records
    return all_with(records, status="RECUP", **number)


def came_keeps_ins(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave matricule and OID in a file that came this way, whatever its status."""
    came, before = came_from_elsewhere(memory), about["before"]
    kept = {name: before[name] for name in ("matricule", "oid")}
    return [{**one, **kept} if file_told(one, about) in came else one for one in records]


def hand_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember who had a file in hand, and how it was then."""
    hands: dict[str, tuple[str, Record]] = memory.shared.setdefault("hands", {})
    for one in records:
        hands[str(one["id"])] = (str(about["user"]), dict(one))
    return records


def other_hand_keeps_ins(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the INS in a file that another user lowers than the one who had it in hand."""
    hands: dict[str, tuple[str, Record]] = memory.shared.setdefault("hands", {})
    out = []
    for one in records:
        user, former = hands.get(str(one["id"]), (about["user"], one))
        kept = {name: former[name] for name in ("matricule", "oid")}
        out.append(one if user == about["user"] else {**one, **kept})
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "came-keeps-ins": came_keeps_ins,
    "cleared-once": cleared_once,
    "fall-to-the-number": to_others(
        ("matricule",), ("status", "matricule", "oid"), "attributes-set", "downgraded", "verified-ko"
    ),
    "former-files-kept": former_files_kept,
    "hand-noted": hand_noted,
    "ins-compared-again": ins_compared_again,
    "ins-noted-by-name": ins_noted_by_name,
    "ins-on-the-form-again": ins_on_the_form_again,
    "ins-remembered": ins_remembered,
    "ins-remembered-by-search": ins_remembered_by_search,
    "ins-shown-again": ins_shown_again,
    "loss-given-back": loss_given_back,
    "loss-noted": loss_noted,
    "number-noted": number_noted,
    "number-of-old-given-back": number_of_old_given_back,
    "number-remembered": number_remembered,
    "other-hand-keeps-ins": other_hand_keeps_ins,
    "result-row-kept": result_row_kept,
    "third-fall-keeps": third_fall_keeps,
    "thread-ins-noted": ins_noted,
    "thread-sought-by-noted-ins": sought_by_noted_ins,
    "thread-undone-gives-back": undone_gives_back,
    "two-traits-keep": two_traits_keep,
    "used-name-over-the-fall": used_name_over_the_fall,
    "used-names-over-the-mark": used_names_over_the_mark,
}
"""What ``hand`` may name."""
