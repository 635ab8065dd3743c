"""Faults in the long life of a file that data cannot say: what is remembered, restored, kept or lost by status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.drivers.protocol import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_WITH_INS = frozenset({"RECUP", "QUAL"})
_CHECKED = frozenset({"VALI", "QUAL"})
_LOCKING = frozenset({"DOUTEUSE", "FICTIVE"})
_TRAITS = ("birth_name", "first_names", "birth_date", "sex", "birth_place")
_FED = ("matricule", "oid", *_TRAITS)
_USED = ("used_name", "used_first_name")


def _status(records: list[Record], status: str) -> list[Record]:
    return [{**record, "status": status} for record in records]


def _fallen(about: Mapping[str, Any], memory: Memory) -> bool:
    """Tell whether the file has been lowered before this act."""
    fallen: set[str] = memory.own.setdefault("fallen", set())
    was = about["patient_id"] in fallen
    if about["cause"] in {"attributes", "downgraded", "verification-ko"} or (
        about["cause"] == "edited" and str(about["before"]) in _WITH_INS
    ):
        fallen.add(about["patient_id"])
    return was


def once_validated_only(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Forget, after a fall, that the document has been checked again: the next import gives récupérée."""
    was = _fallen(about, memory)
    lost = was and about["cause"] == "imported" and str(about["before"]) == "VALI"
    return _status(records, "RECUP") if lost else records


def once_qualified_only(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let the check of a document promote a récupérée identity the first time only."""
    was = _fallen(about, memory)
    lost = was and about["cause"] == "validated" and str(about["before"]) == "RECUP"
    return _status(records, "RECUP") if lost else records


def undo_restores(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give the former status back to a file whose traits are again those of the INS it held: an undo."""
    held: dict[str, Record] = memory.shared.setdefault("held", {})
    file, key = about["file"], about["patient_id"]
    if str(about["before"]) in _WITH_INS and about["cause"] not in {"edited", "created"}:
        held[key] = {**{name: file[name] for name in _FED}, "status": str(about["before"])}
    for record in records:
        if about["cause"] in {"imported", "refreshed", "validated"} and str(record["status"]) in _WITH_INS:
            held[key] = {**{name: file[name] for name in _FED}, "status": str(record["status"])}
    known = held.get(key)
    is_edit = about["cause"] == "edited" and str(about["before"]) not in _WITH_INS
    if is_edit and known and all(file[name] == known[name] for name in _TRAITS):
        memory.shared["undone"] = key
        return _status(records, known["status"])
    return records


def undo_restores_number(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Put the number back that goes with the status given back."""
    key = records[0]["id"]
    if about["cause"] != "edited" or memory.shared.pop("undone", None) != key:
        return records
    known = memory.shared["held"][key]
    return [{**record, "matricule": known["matricule"], "oid": known["oid"]} for record in records]


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


def homonym_protected(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lower no file that had an attribute already when another one is set."""
    key, marked = about["patient_id"], memory.own.setdefault("marked", {})
    had = marked.get(key)
    if about["cause"] == "attributes":
        marked[key] = list(about["file"]["attributes"])
        if had:
            return _status(records, str(about["before"]))
    return records


def validation_given_back(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give validée back once the attribute is taken away."""
    if about["cause"] != "attributes":
        return records
    checked: set[str] = memory.own.setdefault("checked", set())
    if str(about["before"]) in _CHECKED:
        checked.add(about["patient_id"])
    elif not _LOCKING & set(about["file"]["attributes"]) and about["patient_id"] in checked:
        return _status(records, "VALI")
    return records


def number_given_back(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give matricule and OID back, at the status provisoire, once the attribute is taken away."""
    known: dict[str, Record] = memory.own.setdefault("numbers", {})
    out = []
    for record in records:
        if about["before"]["matricule"]:
            known[record["id"]] = {name: about["before"][name] for name in ("matricule", "oid")}
        freed = about["cause"] == "attributes" and not _LOCKING & set(record["attributes"])
        out.append({**record, **known.get(record["id"], {})} if freed else record)
    return out


def refused_applied_later(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Apply what the user has refused with the next act that saves the file."""
    waiting: dict[str, Record] = memory.own.setdefault("waiting", {})
    out = []
    for one in records:
        record = one
        if about["event"] == "import-declined":
            waiting[record["id"]] = dict(about["insi"] or {})
        elif about["event"] in {"validated", "updated", "proof-recorded"} and record["id"] in waiting:
            insi = waiting.pop(record["id"])
            record = {**record, **{name: insi[name] for name in _TRAITS if insi.get(name)}}
        out.append(record)
    return out


def proposal_cached(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the comparison of the first call of a file at each later one."""
    local = about["local"]
    key = f"{local.get('birth_name')} {local.get('birth_date')}"
    first: list[Record] = memory.own.setdefault(key, records)
    return [dict(one) for one in first]


def import_cached(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write at each later import of a file what its first answer said."""
    if not about.get("before"):
        return records
    first: Record = memory.own.setdefault(about["before"]["id"], dict(records[0]))
    return [dict(first)]


def others_saved(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse the first locked trait of a change and save the others."""
    typed = dict(about.get("typed") or {})
    if about["event"] != "update-refused" or about.get("refusal") != "LOCKED_FIELD" or len(typed) < 2:  # noqa: PLR2004 - the docstring says which
        return records
    rest = dict(list(typed.items())[1:])
    return [{**record, **rest} for record in records]


def mixed_change_passes(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let a locked trait pass when a complementary one is changed with it."""
    typed = about.get("typed") or {}
    mixed = any(name in typed for name in _USED)
    return [one for one in records if not (mixed and one["code"] == "LOCKED_FIELD")]


def used_name_not_emptied(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse to empty a complementary trait of a locked file."""
    typed = records[0]
    emptied = [name for name in _USED if name in typed and not typed[name]]
    if about["verb"] == "update" and str(about["status"]) in _WITH_INS and emptied:
        raise RefusedError("LOCKED_FIELD", "Champ verrouillé.", emptied)
    return records


def complementary_lost(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Forget the complementary traits of a change that holds strict ones too."""
    out = []
    for one in records:
        record = one
        if any(name in record for name in _TRAITS):
            record = {name: value for name, value in record.items() if name not in _USED}
        out.append(record)
    return out


def origin_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note which files were made qualifiée otherwise than by an import that was accepted."""
    other: set[str] = memory.shared.setdefault("other", set())
    if about["cause"] == "app":
        other.add(about["patient_id"])
    return records


def lock_by_origin(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lock only what an accepted import has fed: not what the Appli carte Vitale has."""
    file = about.get("file") or {}
    return [] if file.get("id") in memory.shared.get("other", ()) else records


def locked_after_fall(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Go on refusing an ordinary user the strict traits of a file that was locked once."""
    locked: set[str] = memory.own.setdefault("locked", set())
    file = about.get("file") or {}
    if about["verb"] not in {"update", "attributes", "proof", "validate"}:
        return records
    if str(about["status"]) in _WITH_INS:
        locked.add(file["id"])
    touched = [name for name in _TRAITS if name in records[0] and records[0][name] != file.get(name)]
    if about["verb"] == "update" and file["id"] in locked and touched and about["role"] == "USER":
        raise RefusedError("LOCKED_FIELD", "Champ verrouillé.", touched)
    return records


def form_as_loaded(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the traits of a file as this screen loaded them first."""
    loaded: dict[str, Record] = memory.shared.setdefault("loaded", {})
    for record in records:
        loaded.setdefault(record["id"], {name: record[name] for name in _TRAITS})
    return records


def form_saved_whole(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Save the whole form as it was loaded with a change of a complementary trait."""
    before = about.get("before") or {}
    loaded = memory.shared.get("loaded", {}).get(before.get("id"))
    if loaded is None:
        return records
    if any(name in records[0] for name in _TRAITS):
        memory.shared["loaded"][before["id"]] = {name: records[0].get(name, before[name]) for name in _TRAITS}
        return records
    return [{**loaded, **record} for record in records]


def error_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note how the last call of each file ended."""
    if about["event"] == "called":
        memory.shared.setdefault("ended", {})[records[0]["id"]] = str(about["outcome"])
        memory.shared["any-error"] = memory.shared.get("any-error") or about["outcome"] == "ERROR"
    return records


def busy_after_error(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse to change a file whose last call got no answer: "call in progress"."""
    key = (about.get("file") or {}).get("id")
    if about["verb"] == "update" and memory.shared.get("ended", {}).get(key) == "ERROR":
        raise RefusedError("BUSY", "Appel INSi en cours.", ["birth_name"])
    return records


def no_validation_unfound(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse to validate somebody whom INSi does not know."""
    key = (about.get("file") or {}).get("id")
    if about["verb"] == "validate" and memory.shared.get("ended", {}).get(key) == "NOT_FOUND":
        raise RefusedError("NO_INS", "Patient inconnu d'INSi.", [])
    return records


def blocked_for_ever(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Go on blocking the calls of a file that was blocked once."""
    blocked: dict[str, list[Record]] = memory.own.setdefault("blocked", {})
    key = str(about.get("patient_id"))
    if records and about.get("attributes"):
        blocked[key] = records
    return blocked.get(key, records)


def new_number_new_person(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take a new number for a new person: qualifiée becomes récupérée."""
    numbers: dict[str, Any] = memory.own.setdefault("numbers", {})
    former = numbers.get(about["patient_id"])
    numbers[about["patient_id"]] = about["file"]["matricule"] or former
    other = former and about["file"]["matricule"] and former != about["file"]["matricule"]
    return _status(records, "RECUP") if other and about["cause"] == "refreshed" else records


def validation_deferred(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Do a validation refused because of an attribute once the attribute is gone."""
    waiting: set[str] = memory.own.setdefault("waiting", set())
    out = []
    for one in records:
        record = one
        if about["event"] == "validate-refused" and record["attributes"]:
            waiting.add(record["id"])
        if about["event"] == "attributes-set" and record["id"] in waiting and not record["attributes"]:
            waiting.discard(record["id"])
            record = {**record, "status": "VALI", "noted": True}
        out.append(record)
    return out


def only_empty_fed(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Feed from INSi only the fields that are empty."""
    before = about.get("before") or about.get("local") or {}
    return [{name: before.get(name) or value for name, value in one.items()} for one in records]


def place_kept_unknown(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep the code of an unknown place, which the user has chosen, whatever INSi says."""
    unknown = (about.get("local") or {}).get("birth_place") == "99999"
    return [{**one, "birth_place": "99999"} if unknown else one for one in records]


def set_twice_is_off(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take an attribute away that is set again."""
    file = about.get("file") or {}
    same = (
        about["verb"] == "attributes"
        and records[0]["attributes"]
        and file["attributes"] == records[0]["attributes"]
    )
    return [{**records[0], "attributes": []}] if same else records


def one_removed_all_gone(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take all attributes away when one of two is."""
    file = about.get("file") or {}
    if about["verb"] != "attributes" or len(file["attributes"]) <= len(records[0]["attributes"]):
        return records
    return [{**records[0], "attributes": []}]


def billing_taken_for_ins(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Fill the INS of a file that has lost it from the billing number at the next card."""
    lost: set[str] = memory.shared.setdefault("lost", set())
    out = []
    for record in records:
        if record["matricule"]:
            lost.add(record["id"])
        refill = about["event"] == "card-attached" and record["id"] in lost and not record["matricule"]
        out.append({**record, "matricule": record["billing_number"]} if refill else record)
    return out


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        once_validated_only, once_qualified_only, undo_restores, undo_restores_number, cleared_once,
        homonym_protected, validation_given_back, number_given_back, refused_applied_later, proposal_cached,
        import_cached, others_saved, mixed_change_passes, used_name_not_emptied, complementary_lost, origin_noted,
        lock_by_origin, locked_after_fall, form_as_loaded, form_saved_whole, error_noted, busy_after_error,
        no_validation_unfound, blocked_for_ever, new_number_new_person, validation_deferred,
        only_empty_fed, place_kept_unknown, set_twice_is_off, one_removed_all_gone, billing_taken_for_ins,
    )
}  # fmt: skip
