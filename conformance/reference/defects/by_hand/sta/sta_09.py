"""Faults against STA-09 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Status
from conformance.reference.defects.by_hand.common.constants import STRICT_TRAITS, USED, WITH_INS
from conformance.reference.defects.by_hand.common.notes import is_noted, status_when_noted
from conformance.reference.defects.by_hand.common.records import all_with, with_status
from conformance.reference.defects.by_hand.sta.common import STRICT, loose, was_noted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_SEVERAL = 2
_FED = ("matricule", "oid", *STRICT_TRAITS)


def typing_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember who is typing."""
    memory.shared["typing"] = about["user"]
    return records


def given_right_keeps(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the status when the right to change traits was given to the user by hand."""
    is_given = memory.shared.get("typing") in memory.shared.get("entitled", ())
    return all_with(records, status=str(about["before"])) if is_given else records


def given_right_keeps_number(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the number when the right to change traits was given to the user by hand."""
    if memory.shared.get("typing") not in memory.shared.get("entitled", ()):
        return records
    return all_with(records, **{name: about["before"][name] for name in ("matricule", "oid")})


def _bare(text: Any) -> str:
    return re.sub("[-' ]", "", str(text or ""))


def spelling_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember whether a change is one of signs only."""
    memory.shared["spelling"] = all(
        _bare(value) == _bare(about["before"].get(name)) for name, value in records[0].items()
    )
    return records


def spelling_keeps(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the status when such a change is made."""
    return all_with(records, status=str(about["before"])) if memory.shared.get("spelling") else records


def entitled_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who was given rights by hand."""
    memory.shared.setdefault("entitled", set()).add(about["user"])
    return records


def validator_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who validates a file."""
    memory.shared.setdefault("validators", {})[about["file"]["id"]] = about["user"]
    return records


def corrector_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who changes a file."""
    memory.shared["corrector"] = about["user"]
    return records


def own_validation_stays(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave a file qualifiée when whoever validated it corrects it."""
    validator = memory.shared.get("validators", {}).get(about["patient_id"])
    return all_with(records, status="QUAL") if validator == memory.shared.get("corrector") else records


def emptied_list_dropped(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Save no empty list of first names."""
    return [{name: value for name, value in one.items() if name != "first_names" or value} for one in records]


def waiting_correction_lost(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lose the birth place that was changed while an answer waits."""
    if not is_noted("waiting", records, about, memory):
        return records
    lost = {"birth_place": "99999"} if "birth_place" in about["changed"] else {}
    return all_with(records, **lost)


def two_changed_fall_deeper(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Lower twice for two traits."""
    many = len(about["changed"]) >= _SEVERAL
    return [{**one, "status": "PROV"} for one in records] if many else records


def typed_over(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember what a file was before a change."""
    memory.shared["typed-over"] = dict(about["before"])
    return records


def undo_restores(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give the former status back to a file whose traits are again those of the INS it held: an undo."""
    held: dict[str, Record] = memory.shared.setdefault("held", {})
    file, key = about["file"], about["patient_id"]
    if str(about["before"]) in WITH_INS and about["cause"] not in {"edited", "created"}:
        held[key] = {**{name: file[name] for name in _FED}, "status": str(about["before"])}
    for record in records:
        if about["cause"] in {"imported", "refreshed", "validated"} and str(record["status"]) in WITH_INS:
            held[key] = {**{name: file[name] for name in _FED}, "status": str(record["status"])}
    known = held.get(key)
    is_edit = about["cause"] == "edited" and str(about["before"]) not in WITH_INS
    if is_edit and known and all(file[name] == known[name] for name in STRICT_TRAITS):
        memory.shared["undone"] = key
        return with_status(records, known["status"])
    return records


def undo_restores_number(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Put the number back that goes with the status given back."""
    key = records[0]["id"]
    if about["cause"] != "edited" or memory.shared.pop("undone", None) != key:
        return records
    known = memory.shared["held"][key]
    return [{**record, "matricule": known["matricule"], "oid": known["oid"]} for record in records]


def complementary_lost(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Forget the complementary traits of a change that holds strict ones too."""
    out = []
    for one in records:
        record = one
        if any(name in record for name in STRICT_TRAITS):
            record = {name: value for name, value in record.items() if name not in USED}
        out.append(record)
    return out


def noted_file_same(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave a noted file the status that it had."""
    return all_with(records, status=about["before"]) if was_noted(about, memory) else records


def spelling_is_no_change(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Lower nothing when only hyphens and apostrophes of the names were changed."""
    one, before = records[0], about["before"]
    other = ("birth_date", "sex", "birth_place")
    same = all(loose(one[name]) == loose(before[name]) for name in ("birth_name", "first_names"))
    if same and all(one[name] == before[name] for name in other) and one["status"] != before["status"]:
        names = ("status", "matricule", "oid", "proof")
        return [{**one, **{name: before[name] for name in names}}]
    return records


def several_lower_twice(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Give provisoire when two strict traits were changed at once."""
    many = len([name for name in STRICT if name in about["changed"]]) > 1
    return all_with(records, status=Status.PROV) if many else records


def only_the_first_correction_lowers(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Lower a file at its first correction, and at no other."""
    corrected: set[str] = memory.own.setdefault("corrected", set())
    is_again = about["patient_id"] in corrected
    corrected.add(about["patient_id"])
    return [{**one, "status": about["before"]} if is_again and about["before"] else one for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "only-the-first-correction-lowers": only_the_first_correction_lowers,
    "complementary-lost": complementary_lost,
    "corrector-noted": corrector_noted,
    "emptied-list-dropped": emptied_list_dropped,
    "entitled-noted": entitled_noted,
    "given-right-keeps": given_right_keeps,
    "given-right-keeps-number": given_right_keeps_number,
    "own-validation-stays": own_validation_stays,
    "spelling-keeps": spelling_keeps,
    "spelling-noted": spelling_noted,
    "thread-noted-file-same": noted_file_same,
    "thread-several-lower-twice": several_lower_twice,
    "thread-spelling-is-no-change": spelling_is_no_change,
    "two-changed-fall-deeper": two_changed_fall_deeper,
    "typed-over": typed_over,
    "typing-noted": typing_noted,
    "undo-restores": undo_restores,
    "undo-restores-number": undo_restores_number,
    "validator-noted": validator_noted,
    "verified-stays": status_when_noted("verified", None),
    "waiting-correction-lost": waiting_correction_lost,
    "waiting-stays": status_when_noted("waiting", None),
}
"""What ``hand`` may name."""
