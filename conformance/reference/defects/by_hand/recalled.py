"""Faults of files that remember what happened to them: a call, a decision, a document, a mark, a fall; see ``by_hand``.

An event is noted for the file (``recall-…``), and an act that comes later looks at the note.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS, LOW_CONFIDENCE_PROOFS
from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.common import all_with

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

    Hand = Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]

_INS = ("matricule", "oid")
_COMPARED = ("birth_name", "first_names", "birth_date", "sex", "birth_place")


def _file(records: list[Record], about: Mapping[str, Any]) -> str:
    file = about.get("file") or {}
    own = records[0].get("id") if records else None
    return str(own or about.get("patient_id") or file.get("id") or "")


def _noting(note: str) -> Hand:
    def hand(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        memory.shared.setdefault(note, set()).add(_file(records, about))
        return records

    return hand


def _forgetting(note: str) -> Hand:
    def hand(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        memory.shared.setdefault(note, set()).discard(_file(records, about))
        return records

    return hand


def _is_noted(note: str, records: list[Record], about: Mapping[str, Any], memory: Memory) -> bool:
    file = _file(records, about)
    return bool(file) and file in memory.shared.get(note, ())


def _status_when_noted(note: str, status: str | None) -> Hand:
    """Give this status to a file with the note; ``None``: the one that it has."""

    def hand(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        if not _is_noted(note, records, about, memory):
            return records
        return all_with(records, status=status or about["before"])

    return hand


def _lost_when_noted(note: str) -> Hand:
    def hand(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        return [] if _is_noted(note, records, about, memory) else records

    return hand


def _refused_unless(note: str, message: str) -> Hand:
    def hand(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        if not _is_noted(note, records, about, memory):
            raise RefusedError("NOT_YET", message, [])
        return records

    return hand


def _refused_when(note: str, message: str) -> Hand:
    def hand(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        if _is_noted(note, records, about, memory):
            raise RefusedError("NOT_ANY_MORE", message, [])
        return records

    return hand


def agreement_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note a file whose traits are those of INSi already."""
    local, insi = about["local"], about["insi"]
    known = [name for name in _COMPARED if local.get(name)]
    memory.shared["agrees"] = all(local.get(name) == insi.get(name) for name in known)
    return records


def agreement_qualifies(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the agreement of all the traits for a check of the identity."""
    return all_with(records, status="QUAL") if memory.shared.pop("agrees", False) else records


def answer_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note whether the answer holds an INS history, and whether the 1er prénom starts its list."""
    insi, first = about["insi"], str(about["local"].get("first_name") or "")
    memory.shared["has-history"] = bool(insi.get("history"))
    memory.shared["incoherent"] = bool(first) and not str(insi.get("first_names") or "").startswith(first)
    return records


def _stays_when(note: str) -> Hand:
    def hand(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        return all_with(records, status=about["before"]) if memory.shared.pop(note, False) else records

    return hand


def ins_remembered(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the INS of every file that is saved or shown with one."""
    for one in records:
        if one.get("matricule") and one.get("id"):
            memory.shared.setdefault("ins", {})[one["id"]] = {name: one[name] for name in _INS}
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
        memory.shared.setdefault("ins-by-name", {})[before["birth_name"]] = {n: before[n] for n in _INS}
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


def fictive_stashed(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note what fictive takes from a file."""
    before = about["before"]
    if before["matricule"] and "FICTIVE" in records[0]["attributes"]:
        memory.shared.setdefault("stash", {})[records[0]["id"]] = {
            name: before[name] for name in ("status", *_INS)
        }
    return records


def doubt_gives_back(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give it back when fictive makes way for douteuse."""
    one = records[0]
    if one["attributes"] != ["DOUTEUSE"]:
        return records
    return all_with(records, **memory.shared.get("stash", {}).pop(one["id"], {}))


def pair_refused(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse douteuse and homonyme together."""
    if {"DOUTEUSE", "HOMONYME"} <= set(records[0]["attributes"]):
        raise RefusedError("ATTRIBUTE_COMBINATION", "Un seul attribut à ce statut.", ["attributes"])
    return records


def used_names_refused(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse a change of the names in use."""
    if {"used_name", "used_first_name"} & set(records[0]):
        raise RefusedError("LOCKED_FIELD", "Nom utilisé verrouillé.", ["used_name"])
    return records


def document_signed_by_who_acts(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Sign the document with whoever does something to the file."""
    return [
        {**one, "proof": {**one["proof"], "recorded_by": about["user"]}} if one["proof"] else one
        for one in records
    ]


def composite_shown_by_its_head(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Show a composite proof as its first document alone."""
    return [
        {**one, "proof": {**one["proof"], "kind": one["proof"]["kind"].split("_AND_")[0]}}
        if one["proof"]
        else one
        for one in records
    ]


def own_kind_shown_as_other(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Show a kind that the site has added as another one."""
    known = {*HIGH_CONFIDENCE_PROOFS, *LOW_CONFIDENCE_PROOFS}
    return [
        {**one, "proof": {**one["proof"], "kind": "OTHER"}}
        if one["proof"] and one["proof"]["kind"] not in known and "_AND_" not in one["proof"]["kind"]
        else one
        for one in records
    ]


def former_ins_erased(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Erase the INS history."""
    about["store"].write_former(records[0]["id"], [])
    return records


def former_ins_doubled(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Add the INS history to itself."""
    patient_id = records[0]["id"]
    about["store"].write_former(patient_id, [*about["store"].former(patient_id)] * 2)
    return records


def oldest_former_ins_lost(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Lose the first entry of the INS history."""
    patient_id = records[0]["id"]
    about["store"].write_former(patient_id, about["store"].former(patient_id)[1:])
    return records


def former_files_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the INS that a file had into what leaves of it."""
    former = memory.shared.get("ins", {}).get(about.get("patient_id"))
    return [{**one, **former} if former and not one.get("matricule") else one for one in records]


def second_fall_untold(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Tell the connected software of the first fall of a file only."""
    before, after = about["before"], about["after"]
    if before["status"] == after["status"]:
        return records
    told = memory.own.setdefault("told", set())
    if before["id"] in told:
        return []
    told.add(before["id"])
    return records


def lowered_to_validated_untold(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Say nothing of a file lowered to validée whose traits stay."""
    before, after = about["before"], about["after"]
    same = all(before[name] == after[name] for name in _COMPARED)
    return [] if same and (before["status"], after["status"]) == ("QUAL", "VALI") else records


def proof_kept_when_there(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep the document that the file has."""
    held = about["file"]["proof"]
    return [{**one, **held} if held else one for one in records]


def incoherent_is_vali(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make an import validée whose 1er prénom does not start the list."""
    return all_with(records, status="VALI") if memory.shared.pop("incoherent", False) else records


def emptied_list_dropped(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Save no empty list of first names."""
    return [{name: value for name, value in one.items() if name != "first_names" or value} for one in records]


def waiting_correction_lost(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lose the birth place that was changed while an answer waits."""
    if not _is_noted("waiting", records, about, memory):
        return records
    lost = {"birth_place": "99999"} if "birth_place" in about["changed"] else {}
    return all_with(records, **lost)


def lowered_to_validated_stale(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Tell of a file lowered to validée as it was before."""
    if lowered_to_validated_untold(records, about, memory):
        return records
    return all_with(records, stale=True)


def only_traits_told(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Tell of changed traits only."""
    before, after = about["before"], about["after"]
    told = (*_COMPARED, "used_name", "used_first_name")
    return [] if all(before[name] == after[name] for name in told) else records


_NOTES = (
    "waiting", "declined", "nobody", "failed", "refreshed", "verified", "weak", "renewed", "doubted", "started",
    "carded", "called", "announced", "several", "automatic",
)  # fmt: skip

FUNCTIONS: dict[str, Hand] = {
    **{f"recall-{note}": _noting(note) for note in _NOTES},
    "waiting-over": _forgetting("waiting"),
    "waiting-stays": _status_when_noted("waiting", None),
    "verified-stays": _status_when_noted("verified", None),
    "doubted-qualifies": _status_when_noted("doubted", "QUAL"),
    **{f"kept-{note}-is-vali": _status_when_noted(note, "VALI") for note in _NOTES},
    **{f"kept-{note}-is-recup": _status_when_noted(note, "RECUP") for note in _NOTES},
    **{f"kept-{note}-passes": _lost_when_noted(note) for note in _NOTES},
    "only-once-called": _refused_unless("called", "Appelez d'abord INSi."),
    "never-after-weak": _refused_when("weak", "Document insuffisant."),
    "incoherent-is-vali": incoherent_is_vali,
    "emptied-list-dropped": emptied_list_dropped,
    "waiting-correction-lost": waiting_correction_lost,
    "lowered-to-validated-stale": lowered_to_validated_stale,
    "only-traits-told": only_traits_told,
    "agreement-noted": agreement_noted,
    "agreement-qualifies": agreement_qualifies,
    "answer-noted": answer_noted,
    "has-history-stays": _stays_when("has-history"),
    "incoherent-stays": _stays_when("incoherent"),
    "ins-remembered": ins_remembered,
    "ins-shown-again": ins_shown_again,
    "ins-on-the-form-again": ins_on_the_form_again,
    "ins-compared-again": ins_compared_again,
    "ins-noted-by-name": ins_noted_by_name,
    "validator-noted": validator_noted,
    "corrector-noted": corrector_noted,
    "own-validation-stays": own_validation_stays,
    "fictive-stashed": fictive_stashed,
    "doubt-gives-back": doubt_gives_back,
    "pair-refused": pair_refused,
    "used-names-refused": used_names_refused,
    "document-signed-by-who-acts": document_signed_by_who_acts,
    "composite-shown-by-its-head": composite_shown_by_its_head,
    "own-kind-shown-as-other": own_kind_shown_as_other,
    "former-ins-doubled": former_ins_doubled,
    "former-ins-erased": former_ins_erased,
    "oldest-former-ins-lost": oldest_former_ins_lost,
    "former-files-kept": former_files_kept,
    "second-fall-untold": second_fall_untold,
    "lowered-to-validated-untold": lowered_to_validated_untold,
    "proof-kept-when-there": proof_kept_when_there,
}
"""By the name used under ``hand``."""
