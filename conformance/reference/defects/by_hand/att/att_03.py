"""Faults against ATT-03 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import STRICT_FIELDS
from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.att.common import LOCKING
from conformance.reference.defects.by_hand.common.constants import CHECKED, NUMBER_AND_OID, WITH_INS
from conformance.reference.defects.by_hand.common.files import others, written_into
from conformance.reference.defects.by_hand.common.memory import held_since, turn_of_file
from conformance.reference.defects.by_hand.common.notes import seen_under
from conformance.reference.defects.by_hand.common.records import all_with, with_status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def third_doubt_lowers_not(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lower nothing when a file is marked for the third time."""
    if about["before"] == records[0]["status"] or turn_of_file(about, memory, records[0]) < 3:  # noqa: PLR2004 - third
        return records
    return all_with(records, status=about["before"])


def mark_on_namesakes(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Set the attribute on every file of this birth name."""
    for record in records:
        for other in others(about, record, ("birth_name",)):
            written_into(about, other, attributes=record["attributes"])
    return records


def app_stands_doubt(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave a file qualified by the application where it is when it is marked."""
    is_its = about["patient_id"] in memory.shared.get("held", ()) and about["before"] == "QUAL"
    return all_with(records, status="QUAL") if is_its and about["cause"] == "attributes" else records


def replaced_status(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the status that douteuse took away, give it back when homonyme replaces it."""
    fallen = memory.shared.setdefault("fallen", {})
    key, marks = about["patient_id"], set(about["file"]["attributes"])
    if "DOUTEUSE" in marks and str(about["before"]) in WITH_INS:
        fallen[key] = {"status": str(about["before"])}
    elif marks == {"HOMONYME"} and key in fallen:
        return all_with(records, status=fallen[key]["status"])
    return records


def replaced_number(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give the number back with it."""
    numbers = memory.own.setdefault("numbers", {})
    before, record = about["before"], records[0]
    if before["matricule"]:
        numbers[record["id"]] = {name: before[name] for name in ("matricule", "oid")}
    back = str(record["status"]) in WITH_INS and not record["matricule"]
    return all_with(records, **numbers.get(record["id"], {})) if back else records


def replaced_fictive(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the status that fictive took away, give it back when homonyme replaces it."""
    fallen = memory.shared.setdefault("fallen", {})
    key, marks = about["patient_id"], set(about["file"]["attributes"])
    if "FICTIVE" in marks and str(about["before"]) in WITH_INS:
        fallen[key] = {"status": str(about["before"])}
    elif marks == {"HOMONYME"} and key in fallen:
        return all_with(records, status=fallen[key]["status"])
    return records


def lowered_once_only(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let an attribute lower a file the first time, and never again."""
    if about["cause"] != "attributes" or about["before"] == "PROV":
        return records
    once = seen_under(memory, "lowered")
    if about["patient_id"] in once:
        return [{**record, "status": str(about["before"])} for record in records]
    if any(record["status"] == "PROV" for record in records):
        once.add(about["patient_id"])
    return records


def fictive_stashed(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note what fictive takes from a file."""
    before = about["before"]
    if before["matricule"] and "FICTIVE" in records[0]["attributes"]:
        memory.shared.setdefault("stash", {})[records[0]["id"]] = {
            name: before[name] for name in ("status", *NUMBER_AND_OID)
        }
    return records


def doubt_gives_back(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give it back when fictive makes way for douteuse."""
    one = records[0]
    if one["attributes"] != ["DOUTEUSE"]:
        return records
    return all_with(records, **memory.shared.get("stash", {}).pop(one["id"], {}))


def locks_left(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the locks of an identity that an attribute has lowered; the next import settles them."""
    locked = memory.shared.setdefault("locked", set())
    if about["event"] == "attributes-set" and not records[0]["matricule"] and about["before"]["matricule"]:
        locked.add(records[0]["id"])
    elif about["event"] == "imported":
        locked.discard(records[0]["id"])
    return records


def locked_still(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse an ordinary user the traits whose locks were left."""
    held = (about.get("file") or {}).get("id") in memory.shared.get("locked", ())
    wanted = sorted(set(records[0]) & set(STRICT_FIELDS))
    if held and wanted and str(about["role"]) == "USER":
        raise RefusedError("LOCKED_FIELD", "Champ verrouillé.", wanted)
    return records


def homonym_protected(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lower no file that had an attribute already when another one is set."""
    key, marked = about["patient_id"], memory.own.setdefault("marked", {})
    had = marked.get(key)
    if about["cause"] == "attributes":
        marked[key] = list(about["file"]["attributes"])
        if had:
            return with_status(records, str(about["before"]))
    return records


def validation_given_back(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give validée back once the attribute is taken away."""
    if about["cause"] != "attributes":
        return records
    checked: set[str] = memory.own.setdefault("checked", set())
    if str(about["before"]) in CHECKED:
        checked.add(about["patient_id"])
    elif not LOCKING & set(about["file"]["attributes"]) and about["patient_id"] in checked:
        return with_status(records, "VALI")
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "app-stands-doubt": app_stands_doubt,
    "doubt-gives-back": doubt_gives_back,
    "fictive-stashed": fictive_stashed,
    "from-app-noted": held_since("app-imported"),
    "homonym-protected": homonym_protected,
    "locked-still": locked_still,
    "locks-left": locks_left,
    "lowered-once-only": lowered_once_only,
    "mark-on-namesakes": mark_on_namesakes,
    "replaced-fictive": replaced_fictive,
    "replaced-number": replaced_number,
    "replaced-status": replaced_status,
    "third-doubt-lowers-not": third_doubt_lowers_not,
    "validation-given-back": validation_given_back,
}
"""What ``hand`` may name."""
