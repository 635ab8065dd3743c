"""Faults against CAL-11 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.constants import BY_CARD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_BLOCKING = frozenset({"DOUTEUSE", "FICTIVE"})
_DISQUALIFYING = frozenset({"DOUTEUSE", "FICTIVE"})


def attributes_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember who marked a file, and how often it was."""
    file = about["file"]
    if _BLOCKING.intersection(records[0]["attributes"]):
        memory.shared.setdefault("setters", {})[file["id"]] = about["user"]
        memory.shared.setdefault("seen", set()).difference_update({(file["id"], None)})
        if not _BLOCKING.intersection(file["attributes"]):
            times = memory.shared.setdefault("times", {})
            times[file["id"]] = times.get(file["id"], 0) + 1
    return records


def colleague_not_heard(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Call for a file that a colleague has marked, as long as one has not opened it."""
    key, user = about.get("patient_id"), about.get("user")
    setter = memory.shared.get("setters", {}).get(key)
    is_unheard = setter is not None and setter != user and (key, user) not in memory.shared.get("seen", ())
    return [] if is_unheard else records


def second_mark_unheard(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Call for a file that is marked for the second time."""
    return [] if memory.shared.get("times", {}).get(about.get("patient_id"), 0) > 1 else records


def blocked_call_waits(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Put the call that is blocked aside."""
    if any(one["code"] == "CALL_FORBIDDEN" for one in records):
        memory.shared["waiting"] = dict(about["local"])
    return records


def waiting_call_leaves(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send what was put aside with the next call."""
    waiting = memory.shared.pop("waiting", None)
    if not waiting:
        return records
    return [{name: None if name == "birth_place" else waiting.get(name) for name in records[0]}, *records]


def still_blocked(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep a call blocked for a file that was once called while doubtful or fictitious."""
    once: set[str] = memory.own.setdefault("once", set())
    file = str(about.get("patient_id") or "")
    if _BLOCKING.intersection(about.get("attributes") or ()):
        once.add(file)
    if records or file not in once:
        return records
    return [{"code": "CALL_FORBIDDEN", "message": "Identité douteuse : pas d'appel INSi."}]


def lifted_without_homonym(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let a doubtful identity be called once it is no longer a homonym."""
    homonyms: set[str] = memory.own.setdefault("homonyms", set())
    file, attributes = str(about.get("patient_id") or ""), about.get("attributes") or ()
    if "HOMONYME" in attributes:
        homonyms.add(file)
        return records
    return [] if file in homonyms else records


def blocked_like_namesake(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Look for the attribute by birth name and date: the call of a twin is blocked."""
    marked: set[tuple[Any, Any]] = memory.own.setdefault("marked", set())
    key = (about["local"].get("birth_name"), about["local"].get("birth_date"))
    if _DISQUALIFYING.intersection(about.get("attributes") or ()):
        marked.add(key)
    if records or key not in marked:
        return records
    return [{"code": "CALL_FORBIDDEN", "message": "Identité douteuse : pas d'appel INSi."}]


def blocks_the_next(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Block the call of the file that comes after a blocked one."""
    if records:
        memory.own["blocked"] = about["patient_id"]
        return records
    if memory.own.pop("blocked", about["patient_id"]) == about["patient_id"]:
        return records
    return [{"code": "CALL_FORBIDDEN", "message": "Identité douteuse : pas d'appel INSi."}]


def mark_counted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files of which a mark was taken away."""
    before, marks = about["before"]["attributes"], {"DOUTEUSE", "FICTIVE"}
    if marks.intersection(before) and not marks.intersection(records[0]["attributes"]):
        memory.shared.setdefault("cleared", set()).add(records[0]["id"])
    return records


def cleared_not_blocked(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let the call go for a file that was once cleared of its mark."""
    return [] if about["patient_id"] in memory.shared.get("cleared", ()) else records


def changed_not_blocked(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let the call go for a file that was changed."""
    return [] if about["patient_id"] in memory.shared.get("changed", ()) else records


def blocked_for_ever(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Go on blocking the calls of a file that was blocked once."""
    blocked: dict[str, list[Record]] = memory.own.setdefault("blocked", {})
    key = str(about.get("patient_id"))
    if records and about.get("attributes"):
        blocked[key] = records
    return blocked.get(key, records)


def blocked_once_more(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Block the first call by card for a file that was fictitious at its last call."""
    marked: set[str] = memory.own.setdefault("marked", set())
    file = str(about.get("patient_id") or "")
    if "FICTIVE" in (about.get("attributes") or ()):
        marked.add(file)
    elif about.get("way") == BY_CARD and file in marked:
        marked.discard(file)
        return [{"code": "CALL_FORBIDDEN", "message": "Identité fictive : pas d'appel INSi."}]
    return records


def just_marked_called(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Call for a file as it was on the screen before it was marked."""
    marked = memory.shared.get("just-marked")
    return [] if marked and marked == about["patient_id"] else records


def doubtful_number_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the INS of a file that is marked."""
    before = about.get("before") or {}
    if about["event"] == "attributes-set" and before.get("matricule"):
        memory.shared.setdefault("marked", {})[records[0]["id"]] = before
    return records


def chosen_lot_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files chosen for a lot."""
    memory.shared["lot"] = records[0].get("patient_ids")
    return records


def marked_goes_with_lot(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send the last INS of a marked file with the lot."""
    names = (
        "matricule",
        "oid",
        "birth_name",
        "first_name",
        "first_names",
        "birth_date",
        "sex",
        "birth_place",
    )
    marked = memory.shared.get("marked", {})
    more = [marked[one] for one in memory.shared.get("lot") or () if one in marked]
    return records + [{**{name: one[name] for name in names}, "patient_id": one["id"]} for one in more]


FUNCTIONS: Final[dict[str, Hand]] = {
    "doubtful-number-noted": doubtful_number_noted,
    "chosen-lot-noted": chosen_lot_noted,
    "marked-goes-with-lot": marked_goes_with_lot,
    "attributes-noted": attributes_noted,
    "blocked-call-waits": blocked_call_waits,
    "blocked-for-ever": blocked_for_ever,
    "blocked-like-namesake": blocked_like_namesake,
    "blocked-once-more": blocked_once_more,
    "blocks-the-next": blocks_the_next,
    "changed-not-blocked": changed_not_blocked,
    "cleared-not-blocked": cleared_not_blocked,
    "colleague-not-heard": colleague_not_heard,
    "just-marked-called": just_marked_called,
    "lifted-without-homonym": lifted_without_homonym,
    "mark-counted": mark_counted,
    "second-mark-unheard": second_mark_unheard,
    "still-blocked": still_blocked,
    "waiting-call-leaves": waiting_call_leaves,
}
"""What ``hand`` may name."""
