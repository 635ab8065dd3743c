"""Faults of what comes later that data cannot say: a half of a status remembered, a name remembered, a lock left over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_CHECKED = frozenset({"VALI", "QUAL"})
_WITH_INS = frozenset({"RECUP", "QUAL"})
_STRICT = ("birth_date", "birth_name", "birth_place", "first_names", "sex")


def _seen(memory: Memory, name: str) -> set[str]:
    found: set[str] = memory.own.setdefault(name, set())
    return found


def origin_remembered(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Qualify by a check of a document whoever came from INSi once, whatever has lowered them since."""
    once = _seen(memory, "from-insi")
    if about["before"] in _WITH_INS:
        once.add(about["patient_id"])
    if about["cause"] == "validated" and about["patient_id"] in once:
        return [{**record, "status": "QUAL"} for record in records]
    return records


def check_remembered(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Qualify by an import whoever was checked once, whatever has lowered them since."""
    once = _seen(memory, "checked")
    if about["before"] in _CHECKED:
        once.add(about["patient_id"])
    if about["cause"] == "imported" and about["patient_id"] in once:
        return [{**record, "status": "QUAL"} for record in records]
    return records


def lowered_once_only(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let an attribute lower a file the first time, and never again."""
    if about["cause"] != "attributes" or about["before"] == "PROV":
        return records
    once = _seen(memory, "lowered")
    if about["patient_id"] in once:
        return [{**record, "status": str(about["before"])} for record in records]
    if any(record["status"] == "PROV" for record in records):
        once.add(about["patient_id"])
    return records


def author_of_the_call(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write an import under the name of who had done the last other act on the file: who called, not who accepted."""
    authors: dict[str, str] = memory.own.setdefault("authors", {})
    out = []
    for record in records:
        former = authors.get(about["patient_id"], record["author"])
        authors[about["patient_id"]] = record["author"]
        out.append({**record, "author": former} if about["cause"] == "imported" else record)
    return out


def lock_left_over(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the traits of a file that was locked once as locked for ever."""
    once = _seen(memory, "locked")
    out = []
    for record in records:
        if record["status"] in _WITH_INS:
            once.add(record["id"])
        is_left = record["id"] in once and record["status"] not in _WITH_INS
        out.append(
            {**record, "locked_fields": sorted({*record["locked_fields"], *_STRICT})} if is_left else record
        )
    return out


def number_remembered(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Find a file in the search by matricule by the last number that it held."""
    known: dict[str, Record] = memory.own.setdefault("numbers", {})
    out = []
    for record in records:
        if record["matricule"]:
            known[record["id"]] = {name: record[name] for name in ("matricule", "oid")}
        out.append({**record, **known.get(record["id"], {})})
    return out if about.get("verb") == "search-matricule" else records


def creation_on_last_file(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log the INSi call of a creation on the file that was open before."""
    out = []
    for record in records:
        if record["patient_id"]:
            memory.own["file"] = record["patient_id"]
        is_creation = record["action"] == "INSI_CALL" and not record["patient_id"]
        out.append({**record, "patient_id": memory.own.get("file")} if is_creation else record)
    return out


def reader_remembered(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse an act the first time, and let it pass once its refusal is in the cache."""
    if not records:
        return records
    once = _seen(memory, "refused")
    key = f"{about['user']} {about['act']}"
    if key in once:
        return []
    once.add(key)
    return records


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        origin_remembered,
        check_remembered,
        lowered_once_only,
        author_of_the_call,
        lock_left_over,
        number_remembered,
        creation_on_last_file,
        reader_remembered,
    )
}
