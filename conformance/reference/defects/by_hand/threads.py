"""Faults of statuses, proofs and settings that follow one file, or one user, from act to act."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS, Status
from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.common import all_with
from conformance.reference.store import now

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_STRICT: Final = ("birth_name", "first_names", "birth_date", "sex", "birth_place")


def _loose(text: str | None) -> str:
    return (text or "").replace("-", " ").replace("'", " ")


def _is_noted(about: Mapping[str, Any], memory: Memory) -> bool:
    return about.get("patient_id") in memory.shared.get("noted", set())


def _year(_about: Mapping[str, Any]) -> int:
    return datetime.now(UTC).year


def checked_once_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note a file that was validée or qualifiée."""
    if about.get("before") in {Status.VALI, Status.QUAL}:
        memory.shared.setdefault("noted", set()).add(about["patient_id"])
    return records


def recovered_once_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note a file that was récupérée."""
    if about.get("before") == Status.RECUP:
        memory.shared.setdefault("noted", set()).add(about["patient_id"])
    return records


def this_file_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the file at hand."""
    number = records[0].get("id") or about.get("patient_id") if records else about.get("patient_id")
    memory.shared.setdefault("noted", set()).add(number)
    return records


def noted_file_qual(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give qualifiée to a noted file."""
    return all_with(records, status=Status.QUAL) if _is_noted(about, memory) else records


def noted_file_vali(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give validée to a noted file."""
    return all_with(records, status=Status.VALI) if _is_noted(about, memory) else records


def noted_file_prov(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give provisoire to a noted file."""
    return all_with(records, status=Status.PROV) if _is_noted(about, memory) else records


def noted_file_same(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave a noted file the status that it had."""
    return all_with(records, status=about["before"]) if _is_noted(about, memory) else records


def spelling_is_no_change(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Lower nothing when only hyphens and apostrophes of the names were changed."""
    one, before = records[0], about["before"]
    other = ("birth_date", "sex", "birth_place")
    same = all(_loose(one[name]) == _loose(before[name]) for name in ("birth_name", "first_names"))
    if same and all(one[name] == before[name] for name in other) and one["status"] != before["status"]:
        names = ("status", "matricule", "oid", "proof")
        return [{**one, **{name: before[name] for name in names}}]
    return records


def spelling_unlocked(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let pass what differs from the file by hyphens and apostrophes only."""
    file, typed = about["file"], about["typed"]
    strict = [name for name in _STRICT if name in typed]
    return [] if strict and all(_loose(typed[name]) == _loose(file[name]) for name in strict) else records


def several_unlocked(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let pass a change of three locked traits or more."""
    return [] if len([name for name in _STRICT if name in about["typed"]]) >= 3 else records  # noqa: PLR2004 - three


def several_lower_twice(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Give provisoire when two strict traits were changed at once."""
    many = len([name for name in _STRICT if name in about["changed"]]) > 1
    return all_with(records, status=Status.PROV) if many else records


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
    if before is None or one["matricule"] or any(one[name] != before[name] for name in _STRICT):
        return records
    return [{**one, **{name: before[name] for name in ("status", "matricule", "oid", "proof")}}]


def proof_by_user_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who has recorded a document of high confidence."""
    if about.get("kind") in HIGH_CONFIDENCE_PROOFS:
        memory.shared.setdefault("noted", set()).add(about["user"])
    return records


def proof_of_another_counts(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let pass the validation by whoever has recorded a document, of whomever."""
    return [] if about["user"] in memory.shared.get("noted", set()) else records


def weak_counted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Count the different documents of a file."""
    memory.shared.setdefault("kinds", {}).setdefault(about["file"]["id"], set()).add(records[0]["kind"])
    return records


def two_weak_are_strong(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let two documents validate that would not do alone."""
    return [] if len(memory.shared.get("kinds", {}).get(about["file"]["id"], ())) > 1 else records


def switched_on_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the automatic validation of a user who had it once."""
    known = memory.own.setdefault("users", set())
    if records[0]["automatic_validation"] == "true":
        known.add(about["user"])
    return all_with(records, automatic_validation="true") if about["user"] in known else records


def last_kind_of_user(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Preselect the document that the user recorded last."""
    kind = memory.shared.get("last", {}).get(about["user"])
    return [{**one, "value": kind} if one["choices"] and kind else one for one in records]


def kind_of_user_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the document that a user records."""
    memory.shared.setdefault("last", {})[about["user"]] = about["kind"]
    return records


def emptied_refused(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse to empty a name in use."""
    one = records[0]
    fields = [name for name in ("used_name", "used_first_name") if name in one and not one[name]]
    if fields:
        raise RefusedError("INVALID_VALUE", "Valeur attendue.", fields)
    return records


def eighteen_this_year(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count the years of birth alone: whoever turns 18 this year is a minor still."""
    year = int((about["file"]["birth_date"] or "0000")[:4])
    is_minor = _year(about) - year <= 18  # noqa: PLR2004 - majority
    names = [records[0]["high_confidence_proofs"], records[0]["minor_proofs"]]
    return all_with(records, high_confidence_proofs=",".join(names)) if is_minor else records


def not_eighteen_all_year(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count the years of birth alone: whoever turns 18 this year is an adult already."""
    year = int((about["file"]["birth_date"] or "0000")[:4])
    return all_with(records, minor_proofs="") if _year(about) - year >= 18 else records  # noqa: PLR2004 - majority


def settings_of_defaults(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let the lists of the vendor count besides those of the site."""
    one = records[0]
    names = dict.fromkeys([*one["high_confidence_proofs"].split(","), *HIGH_CONFIDENCE_PROOFS])
    return [{**one, "high_confidence_proofs": ",".join(name for name in names if name)}]


def vendor_list(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let the list of the vendor count in place of that of the site."""
    return all_with(records, high_confidence_proofs=",".join(HIGH_CONFIDENCE_PROOFS))


def low_cut_with_high(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Put the weak documents back to those of the vendor when the strong ones are set."""
    one = dict(records[0])
    if "high_confidence_proofs" in one:
        one["low_confidence_proofs"] = "VITALE_CARD,DRIVING_LICENCE,BIRTH_CERTIFICATE"
    return [one]


def card_as_proof(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Make a card that is attached the document recorded."""
    proof = {"kind": "VITALE_CARD", "recorded_at": now(), "recorded_by": str(about["role"])}
    return all_with(records, proof=proof)


def cni_from_now(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that somebody was validated."""
    memory.shared["noted_once"] = True
    return records


def cni_if_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Preselect the identity card once noted."""
    return [
        {**one, "value": "CNI"} if one["choices"] and memory.shared.get("noted_once") else one
        for one in records
    ]


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    "thread-checked-once-noted": checked_once_noted,
    "thread-recovered-once-noted": recovered_once_noted,
    "thread-this-file-noted": this_file_noted,
    "thread-noted-file-qual": noted_file_qual,
    "thread-noted-file-vali": noted_file_vali,
    "thread-noted-file-prov": noted_file_prov,
    "thread-noted-file-same": noted_file_same,
    "thread-spelling-is-no-change": spelling_is_no_change,
    "thread-spelling-unlocked": spelling_unlocked,
    "thread-several-unlocked": several_unlocked,
    "thread-several-lower-twice": several_lower_twice,
    "thread-ins-noted": ins_noted,
    "thread-undone-gives-back": undone_gives_back,
    "thread-proof-by-user-noted": proof_by_user_noted,
    "thread-proof-of-another-counts": proof_of_another_counts,
    "thread-weak-counted": weak_counted,
    "thread-two-weak-are-strong": two_weak_are_strong,
    "thread-switched-on-noted": switched_on_noted,
    "thread-last-kind-of-user": last_kind_of_user,
    "thread-kind-of-user-noted": kind_of_user_noted,
    "thread-emptied-refused": emptied_refused,
    "thread-eighteen-this-year": eighteen_this_year,
    "thread-not-eighteen-all-year": not_eighteen_all_year,
    "thread-settings-of-defaults": settings_of_defaults,
    "thread-vendor-list": vendor_list,
    "thread-low-cut-with-high": low_cut_with_high,
    "thread-card-as-proof": card_as_proof,
    "thread-cni-from-now": cni_from_now,
    "thread-cni-if-noted": cni_if_noted,
}
"""By the name used in the defect files."""
