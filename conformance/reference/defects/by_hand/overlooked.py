"""Faults of traces, rights and settings that overlook a user, a file or an act; see ``by_hand``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS, LOW_CONFIDENCE_PROOFS
from conformance.reference.defects.by_hand.common import all_with

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_HIGH, _LOW = "high_confidence_proofs", "low_confidence_proofs"
_STRONG_RIGHT = "CHANGE_STRICT_TRAITS"


def status_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the status that a file gets."""
    memory.shared.setdefault("statuses", {})[about["patient_id"]] = str(records[0]["status"])
    return records


def unless_retrieved(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log no access to a récupérée identity."""
    known = memory.shared.get("statuses", {})
    return [one for one in records if known.get(one["patient_id"]) != "RECUP"]


def last_access_erased(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the entry of this access out of the log."""
    about["store"].rows("DELETE FROM audit WHERE id = (SELECT MAX(id) FROM audit)")
    return records


def found_counted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note how many files a search finds."""
    memory.shared["found"] = len(records)
    return records


def unless_several(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log a list of results with one file only."""
    return [] if memory.shared.get("found", 0) > 1 else records


def reader_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who opens a file."""
    for one in records:
        memory.shared.setdefault("readers", {})[one["patient_id"]] = one["user"]
    return records


def as_reader(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log under whoever opened the file last."""
    readers = memory.shared.get("readers", {})
    return [{**one, "user": readers.get(one["patient_id"], one["user"])} for one in records]


def change_author_is_reader(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Historise under whoever opened the file last."""
    reader = memory.shared.get("readers", {}).get(about["patient_id"])
    return all_with(records, author=reader) if reader else records


def maker_remembered(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who creates a file."""
    for one in records:
        memory.shared.setdefault("creators", {}).setdefault(one["patient_id"], one["user"])
    return records


def as_creator(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log under whoever created the file."""
    creators = memory.shared.get("creators", {})
    return [{**one, "user": creators.get(one["patient_id"], one["user"])} for one in records]


def sign_in_remembered(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who signs in."""
    memory.shared["signed-in"] = about["user"]
    memory.shared.setdefault("ever-signed-in", set()).add(about["user"])
    return records


def as_signed_in(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log under whoever signed in last."""
    user = memory.shared.get("signed-in")
    return all_with(records, user=user) if user else records


def free_once_signed_in(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let everybody do everything who has signed in."""
    return [] if about["user"] in memory.shared.get("ever-signed-in", ()) else records


def settings_saved_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that settings were saved."""
    memory.shared["saved"] = True
    return records


def free_once_saved(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Forget the rights of everybody with the first setting saved."""
    return [] if memory.shared.get("saved") else records


def strong_right_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who had the right to change strict traits."""
    if _STRONG_RIGHT in about["given"]:
        memory.shared.setdefault("strong", set()).add(about["user"])
    return records


def strong_once_passes(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let whoever had that right change strict traits."""
    return [] if about["user"] in memory.shared.get("strong", ()) else records


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


def code_as_number(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Log the code of an answer as a number."""
    return [
        {**one, "code": str(int(one["code"]))} if str(one["code"] or "").isdecimal() else one
        for one in records
    ]


def date_as_shown(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Log the day of birth before its year, as on screen, without the century."""
    return [
        {**one, "birth_date": "/".join((one["birth_date"][2:4], *one["birth_date"].split("-")[1:]))}
        if one.get("birth_date")
        else one
        for one in records
    ]


def recipient_once(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trace a recipient once, whichever patient it is about."""
    met = memory.own.setdefault("met", set())
    fresh = [one for one in records if one["recipient"] not in met]
    met.update(one["recipient"] for one in records)
    return fresh


def known_weak_only(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take every kind for strong that is not among the weak ones delivered."""
    return records if about.get("kind") in LOW_CONFIDENCE_PROOFS else []


def weak_as_delivered(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Know the weak kinds that were delivered only."""
    return all_with(records, **{_LOW: ",".join(LOW_CONFIDENCE_PROOFS)})


def strong_as_delivered(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Validate automatically with the strong kinds that were delivered."""
    if memory.shared.pop("automatic", False):
        return all_with(records, **{_HIGH: ",".join(HIGH_CONFIDENCE_PROOFS)})
    return records


def automatic_remembered(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that the validation comes by itself."""
    memory.shared["automatic"] = records[0].get("automatic_validation") == "true"
    return records


def choices_as_delivered(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Offer the documents that were offered first."""
    out = []
    for one in records:
        choices = (
            memory.own.setdefault("choices", one["choices"]) if one["name"] == "kind" else one["choices"]
        )
        out.append({**one, "choices": choices})
    return out


def first_of_changed_list(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Preselect the first document of a list that the site has changed."""
    out = []
    for one in records:
        is_changed = one["name"] == "kind" and one["choices"] != memory.own.setdefault("list", one["choices"])
        out.append({**one, "value": one["choices"][0]} if is_changed else one)
    return out


def refused_validation_noted(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Note that a validation was refused."""
    memory.shared["refused"] = True
    return records


def strong_preselected(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Preselect a strong document once a validation was refused."""
    if not memory.shared.get("refused"):
        return records
    return [{**one, "value": "CNI"} if one["name"] == "kind" else one for one in records]


def automatic_for_who_had_it(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep validating automatically for the users who have seen it."""
    had = memory.own.setdefault("had", set())
    if records[0].get("automatic_validation") == "true":
        had.add(about["user"])
    return all_with(records, automatic_validation="true") if about["user"] in had else records


def used_names_look_locked(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the names in use as locked with the others."""
    is_locked = any(one["name"] == "birth_name" and not one["editable"] for one in records)
    return [
        {**one, "editable": False} if is_locked and one["name"].startswith("used_") else one
        for one in records
    ]


def _looks_open_with(*names: str) -> Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]:
    def hand(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        has_one = any(one["name"] in names and one["value"] for one in records)
        return all_with(records, editable=True) if has_one else records

    return hand


def blocked_as_failed(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count a call that was blocked as a failed one."""
    blocked = sum(one.action == "INSI_CALL_BLOCKED" for one in about["log"])
    return [
        {
            **one,
            "insi_calls": one["insi_calls"] + blocked,
            "insi_failures": one["insi_failures"] + blocked,
        }
        for one in records
    ]


def trust_adds_up(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trust whoever was ever trusted."""
    ever = memory.own.setdefault("ever", set())
    ever.update(one["sender"] for one in records)
    return [{"sender": name} for name in sorted(ever)]


def combination_asked_again(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Accept a combination of attributes for a file that was refused it before."""
    refused = memory.own.setdefault("refused", set())
    key = (about["user"], about["combination"], about["status"])
    if key in refused:
        return []
    refused.add(key)
    return records


def withdrawal_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that a document is withdrawn."""
    memory.shared["withdrawn"] = True
    return records


def unless_withdrawal(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trace no withdrawal."""
    return [] if memory.shared.pop("withdrawn", False) else records


def nobody_of_several(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log a list of several files without the files."""
    return all_with(records, patient_id=None) if memory.shared.get("found", 0) > 1 else records


def last_found_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the last file that a search finds."""
    memory.shared["last-found"] = records[-1]["id"] if records else None
    return records


def last_found_only(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log the last file of a list only."""
    return [one for one in records if one["patient_id"] == memory.shared.get("last-found")]


def withdrawal_of_nobody(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trace a withdrawal without its patient."""
    return all_with(records, patient_id=None) if memory.shared.pop("withdrawn", False) else records


def billed_name_looks_open(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the birth name of a file with a billing number as editable."""
    is_billed = any(one["name"] == "billing_number" and one["value"] for one in records)
    return [
        {**one, "editable": is_billed or one["editable"]} if one["name"] == "birth_name" else one
        for one in records
    ]


def as_many_choices(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Offer no more documents than at first, the newest ones among them."""
    out = []
    for one in records:
        most = memory.own.setdefault("most", len(one["choices"])) if one["name"] == "kind" else None
        out.append({**one, "choices": one["choices"][:most]} if most else one)
    return out


def last_of_changed_list(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Preselect the last document of a list that the site has changed."""
    out = []
    for one in records:
        is_changed = one["name"] == "kind" and one["choices"] != memory.own.setdefault("list", one["choices"])
        out.append({**one, "value": one["choices"][-1]} if is_changed else one)
    return out


def weak_preselected(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Preselect the Vitale card once a validation was refused."""
    if not memory.shared.get("refused"):
        return records
    return [{**one, "value": "VITALE_CARD"} if one["name"] == "kind" else one for one in records]


def automatic_once_used(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep validating automatically once that was done."""
    return all_with(records, automatic_validation="true") if memory.shared.get("automatic") else records


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    "status-noted": status_noted,
    "unless-retrieved": unless_retrieved,
    "last-access-erased": last_access_erased,
    "found-counted": found_counted,
    "unless-several": unless_several,
    "reader-noted": reader_noted,
    "as-reader": as_reader,
    "change-author-is-reader": change_author_is_reader,
    "maker-remembered": maker_remembered,
    "as-creator": as_creator,
    "sign-in-remembered": sign_in_remembered,
    "as-signed-in": as_signed_in,
    "free-once-signed-in": free_once_signed_in,
    "settings-saved-noted": settings_saved_noted,
    "free-once-saved": free_once_saved,
    "strong-right-noted": strong_right_noted,
    "strong-once-passes": strong_once_passes,
    "change-path-noted": change_path_noted,
    "unless-validated": unless_validated,
    "unless-super-user": unless_super_user,
    "code-as-number": code_as_number,
    "date-as-shown": date_as_shown,
    "recipient-once": recipient_once,
    "known-weak-only": known_weak_only,
    "weak-as-delivered": weak_as_delivered,
    "strong-as-delivered": strong_as_delivered,
    "automatic-remembered": automatic_remembered,
    "choices-as-delivered": choices_as_delivered,
    "first-of-changed-list": first_of_changed_list,
    "refused-validation-noted": refused_validation_noted,
    "strong-preselected": strong_preselected,
    "automatic-for-who-had-it": automatic_for_who_had_it,
    "used-names-look-locked": used_names_look_locked,
    "billed-looks-open": _looks_open_with("billing_number"),
    "used-looks-open": _looks_open_with("used_name", "used_first_name"),
    "blocked-as-failed": blocked_as_failed,
    "trust-adds-up": trust_adds_up,
    "nobody-of-several": nobody_of_several,
    "last-found-noted": last_found_noted,
    "last-found-only": last_found_only,
    "withdrawal-of-nobody": withdrawal_of_nobody,
    "billed-name-looks-open": billed_name_looks_open,
    "as-many-choices": as_many_choices,
    "last-of-changed-list": last_of_changed_list,
    "weak-preselected": weak_preselected,
    "automatic-once-used": automatic_once_used,
    "combination-asked-again": combination_asked_again,
    "withdrawal-noted": withdrawal_noted,
    "unless-withdrawal": unless_withdrawal,
}
"""By the name used under ``hand``."""
