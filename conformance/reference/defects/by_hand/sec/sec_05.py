"""Faults against SEC-05 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import on_first_file, querying
from conformance.reference.store import TracedAct, now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def emptied_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember whether a change only empties."""
    memory.shared["emptied"] = all(value is None for value in records[0].values())
    return records


def emptied_unlogged(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log no change that only empties."""
    return [] if memory.shared.pop("emptied", False) else records


def local_as_utc(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the time of Paris as if it were universal."""
    out = []
    for record in records:
        at = datetime.fromisoformat(record["at"]) + timedelta(hours=1)
        out.append({**record, "at": at.isoformat(timespec="milliseconds")})
    return out


def imports_not_logged(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Log neither the change of an identity that an import has made, nor that it was accepted."""
    return [
        one
        for one in records
        if one["action"] != "INSI_DECISION"
        and not (one["action"] == "IDENTITY_CHANGED" and "matricule" in one["detail"])
    ]


def refusal_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note a refused change: the log has it already."""
    if about["verb"] == "update" and records and about.get("file"):
        memory.shared["refused"] = {"patient_id": about["file"]["id"], "user": about["user"]}
    return records


def refused_change_logged(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log a change before it is made, and leave it there when it is refused."""
    refused = memory.shared.pop("refused", None)
    ghost = {**records[-1], "action": "IDENTITY_CHANGED", "detail": "birth_name", "code": None, "mode": None}
    return [*records, {**ghost, **refused}] if refused and records else records


def lost_with_the_name(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Find in the log of a file nothing that is older than the last change of its name."""
    last: dict[str, int] = {}
    for index, record in enumerate(records):
        if record["action"] == "IDENTITY_CHANGED" and "birth_name" in record["detail"].split(", "):
            last[str(record["patient_id"])] = index
    return [one for index, one in enumerate(records) if index >= last.get(str(one["patient_id"]), 0)]


def log_of_everybody(_records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the whole log when that of one file is asked for."""
    return list(about["whole"])


def reader_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who opens a file."""
    for one in records:
        memory.shared.setdefault("readers", {})[one["patient_id"]] = one["user"]
    return records


def as_reader(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log under whoever opened the file last."""
    readers = memory.shared.get("readers", {})
    return [{**one, "user": readers.get(one["patient_id"], one["user"])} for one in records]


def change_path_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the status and the role of a change."""
    memory.shared["change"] = (str(about.get("status")), str(about.get("role")))
    return records


def unless_validated(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log no change of a validée identity."""
    return [] if memory.shared.pop("change", ("", ""))[0] == "VALI" else records


def unless_super_user(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log no change of a super-user."""
    return [] if memory.shared.pop("change", ("", ""))[1] == "SUPER_USER" else records


def log_by_birth_date(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show for one file the log of those who were born the same day."""
    asked, days = about["asked"], memory.shared.get("days", {})
    if asked is None or asked not in days:
        return records
    same = {key for key, day in days.items() if day == days[asked]}
    return [one for one in about["whole"] if one["patient_id"] in same]


def days_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember who was born when."""
    memory.shared.setdefault("days", {}).update({one["id"]: one["birth_date"] for one in records})
    return records


def same_change_merged(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log a change only if the one logged before was of another file or user."""
    out = []
    for one in records:
        if one["action"] == "IDENTITY_CHANGED":
            who = (one["user"], one["patient_id"])
            if memory.own.get("who") == who:
                continue
            memory.own["who"] = who
        out.append(one)
    return out


def signed_as_the_one_before(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Sign an entry as the one before it was."""
    authors: dict[str, str] = memory.own.setdefault("authors", {})
    out = []
    for one in records:
        key = str(about.get("patient_id") or one.get("patient_id") or "")
        name = "author" if "author" in one else "user"
        out.append({**one, name: authors.get(key, one[name])})
        authors[key] = one[name]
    return out


def refused_logged_as_done(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Log a refused change as made."""
    about["store"].add_audit(
        TracedAct(at=now(), user=about["user"], action="IDENTITY_CHANGED", patient_id=records[0]["id"])
    )
    return records


def first_change_of_a_user(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log the first change of a file by each user."""
    seen = memory.own.setdefault("seen", set())
    out = []
    for one in records:
        key = one["user"], one["patient_id"], one["action"]
        if key not in seen:
            out.append(one)
        seen.add(key)
    return out


def changes_on_first_file(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log all changes on the file that was opened first."""
    return on_first_file("IDENTITY_CHANGED", records, memory)


def changes_by_creator(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log the changes of a file under the name of the user who created it."""
    owners: dict[str, str] = memory.own.setdefault("owners", {})
    out = []
    for one in records:
        owner = owners.setdefault(str(one["patient_id"]), one["user"])
        out.append({**one, "user": owner} if one["action"] == "IDENTITY_CHANGED" else one)
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "as-reader": as_reader,
    "change-path-noted": change_path_noted,
    "changes-by-creator": changes_by_creator,
    "changes-on-first-file": changes_on_first_file,
    "days-noted": days_noted,
    "emptied-noted": emptied_noted,
    "emptied-unlogged": emptied_unlogged,
    "imports-not-logged": imports_not_logged,
    "local-as-utc": local_as_utc,
    "log-by-birth-date": log_by_birth_date,
    "log-of-everybody": log_of_everybody,
    "log-of-others-emptied": querying(
        "DELETE FROM audit WHERE user <> (SELECT user FROM audit ORDER BY id DESC)"
    ),
    "lost-with-the-name": lost_with_the_name,
    "reader-noted": reader_noted,
    "refusal-noted": refusal_noted,
    "refused-change-logged": refused_change_logged,
    "refused-logged-as-done": refused_logged_as_done,
    "same-change-merged": same_change_merged,
    "signed-as-the-one-before": signed_as_the_one_before,
    "thread-first-change-of-a-user": first_change_of_a_user,
    "unless-super-user": unless_super_user,
    "unless-validated": unless_validated,
}
"""What ``hand`` may name."""
