"""The faults of software in which one file knows of another: namesakes, twins, the file opened before; see ``by_hand``.

What makes them: a form that is not emptied between two patients, a query whose condition is too wide, a whole form
saved over what somebody else changed meanwhile, a cache whose key is not the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.drivers.protocol import RefusedError
from conformance.reference.files import as_record, from_record
from conformance.reference.identity import MANDATORY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from conformance.reference.seams import Memory, Record
    from conformance.reference.store import Store

_COMPLEMENTARY = ("used_name", "used_first_name")
_DISQUALIFYING = frozenset({"DOUTEUSE", "FICTIVE"})


def _others(about: Mapping[str, Any], record: Record, same: Iterable[str]) -> list[Record]:
    """Return the other files that have these values in common with one."""
    store: Store = about["store"]
    return [
        other
        for other in map(as_record, store.patients())
        if other["id"] != record["id"] and all(other[name] and other[name] == record[name] for name in same)
    ]


def _write(about: Mapping[str, Any], record: Record, **values: Any) -> None:
    store: Store = about["store"]
    with store.transaction():
        store.save_patient(from_record({**record, **values}))


# Other files are written too.


def ins_to_namesakes(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the accepted INS into every file of this name and birth date."""
    for record in records:
        for other in _others(about, record, ("birth_name", "birth_date")):
            _write(about, other, matricule=record["matricule"], oid=record["oid"], status=record["status"])
    return records


def ins_taken_from_other_file(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Empty the INS of another file that holds the same matricule."""
    for record in records:
        for other in _others(about, record, ("matricule",)):
            _write(about, other, matricule=None, oid=None, status="PROV")
    return records


def mark_on_namesakes(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Set the attribute on every file of this birth name."""
    for record in records:
        for other in _others(about, record, ("birth_name",)):
            _write(about, other, attributes=record["attributes"])
    return records


def change_in_file_before(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Save a change into the file changed before as well: its window is still open."""
    store: Store = about["store"]
    for record in records:
        before = memory.own.get("file")
        memory.own["file"] = record["id"]
        change = {name: value for name, value in (about.get("typed") or {}).items() if name in _COMPLEMENTARY}
        if before and before != record["id"] and change:
            _write(about, as_record(store.patient(before)), **change)
    return records


def place_corrected_everywhere(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Correct a birth place in all files of the family name."""
    place = (about.get("typed") or {}).get("birth_place")
    for record in records if place else ():
        for other in _others(about, record, ("birth_name",)):
            _write(about, other, birth_place=place)
    return records


# The form is not emptied between two patients.


def former_form(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take what is left empty from the form filled before, mandatory traits."""
    return _filled_from_before(records, memory, MANDATORY)


def former_used_names(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the names in use that are left empty from the form filled before."""
    return _filled_from_before(records, memory, _COMPLEMENTARY)


def former_list(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take a list that is left empty from the form filled before."""
    return _filled_from_before(records, memory, ("first_names",))


def _filled_from_before(records: list[Record], memory: Memory, names: Iterable[str]) -> list[Record]:
    before: Record = memory.own.get("before") or {}
    memory.own["before"] = {**before, **{name: value for name, value in records[-1].items() if value}}
    return [{**one, **{name: one.get(name) or before.get(name) for name in names}} for one in records]


def last_attributes(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give a new file the attributes of the file worked on before."""
    if about["event"] == "created":
        return [{**one, "attributes": memory.own.get("attributes", [])} for one in records]
    memory.own["attributes"] = records[-1].get("attributes") or []
    return records


def last_proof(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give a new file the document of the file worked on before."""
    if about["event"] == "created":
        return [{**one, "proof": memory.own.get("proof")} for one in records]
    memory.own["proof"] = records[-1].get("proof")
    return records


def status_of_file_before(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give a new file the status of the file saved before, where that was checked."""
    created = about["cause"] == "created"
    left = memory.own.get("status")
    memory.own["status"] = "PROV" if created else str(records[-1]["status"])
    return [{"status": "VALI"} for _ in records] if created and left in {"VALI", "QUAL"} else records


def status_of_namesake(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give a new file the status of a checked file of the same name and birth date."""
    checked: set[tuple[str, str]] = memory.own.setdefault("checked", set())
    key = (about["file"]["birth_name"], about["file"]["birth_date"])
    if about["cause"] == "created" and key in checked:
        return [{"status": "VALI"} for _ in records]
    if records[-1]["status"] in {"VALI", "QUAL"}:
        checked.add(key)
    return records


# Two people are taken for one.


def twin_refused(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse a second file of the same name, birth date and place: a doublon, it says."""
    seen: set[tuple[Any, ...]] = memory.own.setdefault("seen", set())
    for one in records:
        key = (one["birth_name"], one["birth_date"], one["birth_place"])
        if all(key) and key in seen:
            raise RefusedError("DOUBLON", "Cette personne a déjà un dossier.")
        seen.add(key)
    return records


def blocked_like_namesake(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Look for the attribute by birth name and date: the call of a twin is blocked."""
    marked: set[tuple[Any, Any]] = memory.own.setdefault("marked", set())
    key = (about["local"].get("birth_name"), about["local"].get("birth_date"))
    if _DISQUALIFYING.intersection(about.get("attributes") or ()):
        marked.add(key)
    if records or key not in marked:
        return records
    return [{"code": "CALL_FORBIDDEN", "message": "Identité douteuse : pas d'appel INSi."}]


def criteria_of_namesake(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the criteria by birth name and date: a twin is asked for by the given name of the other."""
    kept: dict[Any, str] = memory.own
    return [
        {**one, "first_name": kept.setdefault(f"{one['birth_name']} {one['birth_date']}", one["first_name"])}
        if index == 0
        else one
        for index, one in enumerate(records)
    ]


def banner_of_file_before(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the banner of the file opened first: the next patient is shown under it."""
    if about["form"] != "PATIENT":
        return records
    first = memory.own.setdefault("first", {one["name"]: one["value"] for one in records})
    return [{**one, "value": first["birth_name"]} if one["name"] == "birth_name" else one for one in records]


def banner_not_refreshed(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show a file as it was when first opened."""
    first = memory.own.setdefault(about["patient_id"], {one["name"]: one["value"] for one in records})
    return [{**one, "value": first.get(one["name"], one["value"])} for one in records]


def qualified_mark_stays(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the mark of a qualified identity once it was shown."""
    kept: dict[str, str] = memory.own
    for one in records:
        if one["name"] == "status" and "qualifiée" in (one["value"] or ""):
            kept[about["patient_id"]] = one["value"]
    mark = kept.get(about["patient_id"])
    return [{**one, "value": mark} if mark and one["name"] == "status" else one for one in records]


def first_name_hidden_beside_list(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Show the list or the 1er prénom, not both."""
    if any(one["name"] == "first_names" for one in records):
        return [one for one in records if one["name"] != "first_name"]
    return records


def uncertain_mark_sticks(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Mark every date once one was completed: the flag is not put back."""
    memory.own["uncertain"] = memory.own.get("uncertain", False) or any(one["uncertain"] for one in records)
    return [{**one, "uncertain": memory.own["uncertain"]} for one in records]


def card_read_feeds_open_file(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Write the number of a card that is read into the file that this user has open, when it is provisional."""
    if about["event"] != "card-read" or not about.get("person"):
        return records
    mine = [record for (user, _), record in memory.shared.get("seen", {}).items() if user == about["user"]]
    number = about["person"]["billing_number"]
    if mine and number:
        store: Store = about["store"]
        opened = as_record(store.patient(mine[-1]["id"]))
        if opened["status"] == "PROV":
            _write(about, opened, matricule=number, oid="1.2.250.1.213.1.4.8")
    return records


# Somebody else changes the file meanwhile.


def seen_by_user(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember a file as this user last saw it: what ``saved_as_seen`` saves."""
    seen: dict[tuple[str, str], Record] = memory.shared.setdefault("seen", {})
    for record in records:
        seen.pop((about["user"], record["id"]), None)
        seen[about["user"], record["id"]] = record
    return records


def saved_as_seen(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Save the names in use as this user last saw them with every change of another field."""
    if about["event"] != "updated":
        return records
    typed = about.get("typed") or {}
    after = []
    for record in records:
        seen = memory.shared.get("seen", {}).get((about["user"], record["id"])) or record
        after.append({**record, **{name: seen[name] for name in _COMPLEMENTARY if name not in typed}})
    return after


def as_at_the_call(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Save the names in use and the 1er prénom as they were when INSi was called."""
    kept = ("first_name", *_COMPLEMENTARY)
    if about["event"] == "called" and records[-1]["id"]:
        memory.own[records[-1]["id"]] = {name: records[-1][name] for name in kept}
        return records
    return [
        {**one, **memory.own.get(one["id"], {})} if about["event"] == "imported" else one for one in records
    ]


def attributes_as_at_the_call(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Save the attributes as they were when INSi was called."""
    if about["event"] == "called" and records[-1]["id"]:
        memory.own[records[-1]["id"]] = records[-1]["attributes"]
        return records
    return [
        {**one, "attributes": memory.own.get(one["id"], one["attributes"])}
        if about["event"] == "imported"
        else one
        for one in records
    ]


def status_at_call(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the status of a file when INSi is called: what ``status_as_at_the_call`` uses."""
    for record in records:
        memory.shared.setdefault("status", {})[record["id"]] = str(record["status"])
    return records


def status_as_at_the_call(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Compute the status of an import from the one that the file had when INSi was called."""
    if about["cause"] not in {"imported", "refreshed"}:
        return records
    called = memory.shared.get("status", {}).get(about["patient_id"])
    known = {"PROV": "RECUP", "RECUP": "RECUP", "VALI": "QUAL", "QUAL": "QUAL"}
    return [{"status": known[called]} if called in known else one for one in records]


# What the texts allow.


def homonym_by_itself(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Mark a new file as a homonym when another has its name and birth date."""
    return [
        {**one, "attributes": ["HOMONYME"]} if _others(about, one, ("birth_name", "birth_date")) else one
        for one in records
    ]


def odd_then_even(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show files in an order of no sense."""
    return [*records[1::2], *records[::2]]


def same_ins_refused(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse an INS that another file holds already."""
    for one in records:
        file = (about.get("before") or {}).get("id")
        holder = memory.own.get(one["matricule"])
        if holder and file != holder and (file is None or holder != "new"):
            raise RefusedError("SAME_INS", "Un autre dossier porte déjà cette INS.")
        memory.own[one["matricule"]] = file or "new"
    return records


def reminder_of_first_name(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Remind the user of the 1er prénom with every proposal."""
    reminder = {
        "code": "RAPPEL",
        "message": "Le 1er prénom n'est pas repris d'INSi : vérifiez-le sur la pièce.",
    }
    return [{**one, "alerts": [*one["alerts"], reminder]} for one in records]


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        ins_to_namesakes,
        ins_taken_from_other_file,
        mark_on_namesakes,
        change_in_file_before,
        place_corrected_everywhere,
        former_form,
        former_used_names,
        former_list,
        last_attributes,
        last_proof,
        status_of_file_before,
        status_of_namesake,
        twin_refused,
        blocked_like_namesake,
        criteria_of_namesake,
        banner_of_file_before,
        banner_not_refreshed,
        first_name_hidden_beside_list,
        uncertain_mark_sticks,
        card_read_feeds_open_file,
        qualified_mark_stays,
        seen_by_user,
        saved_as_seen,
        as_at_the_call,
        attributes_as_at_the_call,
        status_at_call,
        status_as_at_the_call,
        homonym_by_itself,
        odd_then_even,
        same_ins_refused,
        reminder_of_first_name,
    )
}
