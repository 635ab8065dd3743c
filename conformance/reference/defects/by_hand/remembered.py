"""Faults of screens and caches that remember: a form that was refused, a copy that was read, a search made before, a mark."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from conformance.drivers.model import STRICT_FIELDS
from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.common import all_with

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_USED = ("used_name", "used_first_name")
_SEVERAL = "02"


def form_loaded(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the file as this user has it on the screen, and as it was loaded first."""
    for one in records:
        memory.shared.setdefault("forms", {})[about["user"], one["id"]] = one
        memory.shared.setdefault("loaded", {}).setdefault(one["id"], one)
    return records


def own_form_written_back(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Save the names in use as they stand in the form that this user opened."""
    file = about.get("file") or {}
    form = memory.shared.get("forms", {}).get((about["user"], file.get("id")))
    return [{**{name: form[name] for name in _USED}, **one} for one in records] if form else records


def unchanged_since_loaded(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take a value that is the one loaded first for one that nobody changed."""
    loaded = memory.shared.get("loaded", {}).get((about.get("file") or {}).get("id"), {})
    return [
        {name: value for name, value in one.items() if name not in loaded or loaded[name] != value}
        for one in records
    ]


def refused_form_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the names in use of a refused change in the form."""
    if about["event"] == "update-refused":
        typed = about.get("typed") or {}
        memory.shared["dirty"] = (
            about["user"],
            records[0]["id"],
            {name: typed[name] for name in _USED if name in typed},
        )
    return records


def refused_form_saved(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Save what a refused change of the file has left in the form with the next one."""
    user, file, left = memory.shared.get("dirty", (None, None, {}))
    if (user, file) != (about["user"], (about.get("file") or {}).get("id")):
        return records
    memory.shared.pop("dirty")
    return [{**left, **one} for one in records]


def refused_form_saved_elsewhere(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Save what a refused change has left in the form into the next other file."""
    user, file, left = memory.shared.get("dirty", (None, None, {}))
    if user != about["user"] or file == (about.get("file") or {}).get("id"):
        return records
    memory.shared.pop("dirty")
    return [{**left, **one} for one in records]


def proof_at_the_call(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Put the document back as it was when INSi was called."""
    noted = memory.own
    for one in records:
        if about["event"] == "called":
            noted[one["id"]] = one["proof"]
    if about["event"] == "imported" and records[0]["id"] in noted:
        return all_with(records, proof=noted[records[0]["id"]])
    return records


def proposal_waits(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note for which file, and for whom, a proposal waits."""
    waits = memory.shared.setdefault("waits", {})
    if about["event"] == "called" and str(about.get("outcome")) == "FOUND":
        waits[records[0]["id"]] = about["user"]
    elif about["event"] in {"imported", "import-declined"}:
        waits.pop(records[0]["id"], None)
        waits.pop("", None)
    return records


def hidden_while_it_waits(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the file for which a proposal waits only to the user who called."""
    waits = memory.shared.get("waits", {})
    return [one for one in records if waits.get(one["id"], about["user"]) == about["user"]]


def no_creation_while_it_waits(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Refuse a creation while a proposal waits."""
    if memory.shared.get("waits"):
        raise RefusedError("PROPOSAL_WAITS", "Une réponse INSi attend : décidez d'abord.", [])
    return records


def letters_left(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the letters of a search by name alone in the form."""
    out = []
    for one in records:
        if one["birth_date"] is None:
            memory.own["left"] = one["name_prefix"]
        elif one["name_prefix"] is None and memory.own.get("left"):
            out.append({**one, "name_prefix": memory.own.pop("left")})
            continue
        out.append(one)
    return out


def next_page(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Answer the same search of the same user with the page that follows, which is empty."""
    asked = (about["user"], str(about["criteria"]))
    again = memory.own.get("asked") == asked
    memory.own["asked"] = None if again else asked
    return [] if again else records


def numbers_lost(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files that have lost a number."""
    for one in records:
        if one["matricule"]:
            memory.shared.setdefault("had", set()).add(one["id"])
        elif one["id"] in memory.shared.get("had", ()):
            memory.shared.setdefault("lost", set()).add(one["id"])
    return records


def lost_not_indexed_again(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the number of a file that had lost one out of the index."""
    if about.get("verb") != "search-matricule":
        return records
    lost = memory.shared.get("lost", ())
    return [{**one, "matricule": None} if one["id"] in lost else one for one in records]


def former_hits_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep what the search by number found last, and show it again when a wrong key finds nothing."""
    if about.get("verb") != "search-matricule":
        return records
    if records:
        memory.shared["hits"] = records
    return records or memory.shared.get("hits", [])


def wrong_key_passes_after_hits(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Refuse a wrong number only as long as nothing was found yet."""
    return [] if memory.shared.get("hits") else records


def missing_asked(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that the form was sent back for what was missing."""
    if about["event"] == "create-refused":
        typed = about.get("typed") or {}
        memory.shared["asked"] = {
            name
            for name in ("birth_name", "first_name", "sex", "birth_place")
            if not (typed.get(name) or "").strip()
        }
    elif about["event"] == "created":
        memory.shared.pop("asked", None)
    return records


def only_what_was_asked(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Check, once the form was sent back, only what was missing then."""
    asked = memory.shared.get("asked")
    fill = {"birth_name": "X", "first_name": "X", "sex": "M", "birth_place": "99999"}
    if not asked:
        return records
    return [
        {**one, **{name: one.get(name) or text for name, text in fill.items() if name not in asked}}
        for one in records
    ]


def refusals_counted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Count the refused creations."""
    if about["event"] == "create-refused":
        memory.shared["refused"] = memory.shared.get("refused", 0) + 1
    return records


def refused_on_the_dashboard(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Count refused creations among the patients."""
    return [{**one, "patients": one["patients"] + memory.shared.get("refused", 0)} for one in records]


def passes_the_second_time(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse a value once; the same typed again goes through."""
    typed = str(sorted((about.get("typed") or {}).items(), key=str))
    again = typed in memory.own
    memory.own[typed] = True
    return [] if again else records


def scanned_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note what was scanned last."""
    memory.shared["scanned"] = about["read"]
    return records


def file_of_scan_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note which file came of what was scanned last."""
    if about["cause"] == "created-from-scan":
        memory.shared.setdefault("of-scan", {})[about["patient_id"]] = memory.shared["scanned"]
    return records


def scan_counts_as_insi(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Qualify a scanned identity as soon as it is validated."""
    known = about["patient_id"] in memory.shared.get("of-scan", {})
    return all_with(records, status="QUAL") if known and about["cause"] == "validated" else records


def scanned_number_taken(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the number that was scanned when the file is validated."""
    read = memory.shared.get("of-scan", {}).get(records[0]["id"])
    if read is None or about["cause"] != "validated":
        return records
    return all_with(records, matricule=read["matricule"], oid=read["oid"])


def second_scan_qualifies(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take a symbol that is scanned again for a verified one."""
    again = about["content"] in memory.own
    memory.own[about["content"]] = True
    read = about["read"]
    return (
        all_with(records, status="QUAL", matricule=read["matricule"], oid=read["oid"]) if again else records
    )


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


def message_built_once(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send the message of a file as it was built first, until one of its names changes."""
    if about["where"] != "hl7":
        return records
    [one] = records
    key = (about["patient_id"], *(one[name] for name in ("birth_name", "first_name", *_USED)))
    return [memory.own.setdefault(str(key), one)]


def several_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files of which INSi said that there are several."""
    if about["event"] == "called" and about.get("code") == _SEVERAL:
        memory.shared.setdefault("held", set()).add(records[0]["id"])
    return records


def lowered_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files lowered by hand."""
    if about["event"] == "downgraded":
        memory.shared.setdefault("once", set()).add(records[0]["id"])
    return records


def weak_refusal_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files whose document was not enough."""
    if about.get("refusal") == "PROOF_NOT_HIGH_CONFIDENCE":
        memory.shared.setdefault("held", set()).add(records[0]["id"])
    return records


def validation_held(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse to validate a file that was noted, once where that is enough."""
    file = about["file"]["id"]
    once = memory.shared.get("once", set())
    if file in memory.shared.get("held", ()) or file in once:
        once.discard(file)
        raise RefusedError("VALIDATION_HELD", "Validation impossible pour ce dossier.", [])
    return records


def day_of_the_former_date(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Complete an unknown day or month from the date that the file had."""
    former = (about.get("file") or {}).get("birth_date") or ""
    out = []
    for one in records:
        typed = one.get("birth_date") or ""
        if re.fullmatch(r"\d{4}-\d\d-\d\d", typed) and "00" in typed[5:].split("-"):
            parts = zip(typed.split("-"), former.split("-"), strict=False)
            out.append({**one, "birth_date": "-".join(old if new == "00" else new for new, old in parts)})
        else:
            out.append(one)
    return out


def first_proposal_undone(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give the file back as it was before the last import when a later proposal is declined."""
    if about["event"] == "imported" and about.get("before"):
        memory.own[records[0]["id"]] = about["before"]
    elif about["event"] == "import-declined" and records[0]["id"] in memory.own:
        return [memory.own.pop(records[0]["id"])]
    return records


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        form_loaded, own_form_written_back, unchanged_since_loaded, refused_form_kept, refused_form_saved,
        refused_form_saved_elsewhere, proof_at_the_call, proposal_waits, hidden_while_it_waits,
        no_creation_while_it_waits, letters_left, next_page, numbers_lost, lost_not_indexed_again, former_hits_kept,
        wrong_key_passes_after_hits, missing_asked, only_what_was_asked, refusals_counted, refused_on_the_dashboard,
        passes_the_second_time, scanned_noted, file_of_scan_noted, scan_counts_as_insi, scanned_number_taken,
        second_scan_qualifies, locks_left, locked_still, message_built_once, several_noted, lowered_noted,
        weak_refusal_noted, validation_held, day_of_the_former_date, first_proposal_undone,
    )
}  # fmt: skip
