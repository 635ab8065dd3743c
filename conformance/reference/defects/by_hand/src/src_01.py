"""Faults against SRC-01 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Status
from conformance.reference.defects.by_hand.common.constants import BY_CARD
from conformance.reference.defects.by_hand.common.memory import held_since
from conformance.reference.files import as_record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_INDEXED = 20
_YEAR_DAYS = 300
_SEARCHED = ("birth_name", "used_name", "first_names", "first_name", "used_first_name", "birth_date")


def born_near(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare day and month only: the year is lost in a conversion."""
    wanted = about["criteria"].get("birth_date")
    if not wanted or about["criteria"].get("name_prefix") or about["criteria"].get("first_name_prefix"):
        return records
    return [one for one in about["everyone"] if (one["birth_date"] or "")[5:] == wanted[5:]]


def born_same_month(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare year and month only."""
    wanted = about["criteria"].get("birth_date")
    if not wanted or about["criteria"].get("name_prefix") or about["criteria"].get("first_name_prefix"):
        return records
    return [one for one in about["everyone"] if (one["birth_date"] or "")[:7] == wanted[:7]]


def one_per_name(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show one file for each name, as ``GROUP BY`` does."""
    return list({(one["birth_name"], one["first_name"]): one for one in reversed(records)}.values())[::-1]


def stale_index(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Search an index that is written when a file is created and never again."""
    index: dict[str, Record] = memory.own.setdefault("index", {})
    known = {one["id"] for one in records}
    for one in about.get("everyone", records):
        index.setdefault(one["id"], dict(one))
    return [
        {**one, **{name: index[one["id"]][name] for name in _SEARCHED}}
        for one in records
        if one["id"] in known
    ]


def cached_answer(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the result of the last search with the same criteria again."""
    key = str(sorted((name, value) for name, value in about["criteria"].items()))
    cache: dict[str, list[Record]] = memory.own.setdefault("cache", {})
    return cache.setdefault(key, records)


def unknown_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files that INSi does not know."""
    memory.shared.setdefault("unknown", set()).update(one["id"] for one in records)
    return records


def unknown_hidden(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Find nobody whom INSi does not know: they wait on a list of their own."""
    return [one for one in records if one["id"] not in memory.shared.get("unknown", ())]


def known_to_this_user(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Search what a user loaded with the first search of the day: what a colleague creates later is not there."""
    loaded = memory.own.setdefault(about["user"], {one["id"] for one in about["everyone"]})
    return [one for one in records if one["id"] in loaded]


def waiting_for_decision(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the files whose comparison is open: what ``open_files_left_out`` uses."""
    for one in records:
        if one["outcome"] == "FOUND":
            memory.shared.setdefault("open", set()).add(about.get("patient_id"))
    return records


def open_files_left_out(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave files out of the search once a comparison was opened for them: the row is locked."""
    return [one for one in records if one["id"] not in memory.shared.get("open", ())]


def first_letters_left(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the letters of a first name for the next search by date alone."""
    [one] = records
    if one["first_name_prefix"] and not one["birth_date"]:
        memory.own["left"] = one["first_name_prefix"]
    elif not one["first_name_prefix"] and not one["name_prefix"] and memory.own.get("left"):
        return [{**one, "first_name_prefix": memory.own.pop("left")}]
    return records


def last_of_each_used_name(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show one line for each used name."""
    return list({one["used_name"] or one["id"]: one for one in records}.values())


def card_date_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the birth date of the card that is attached."""
    if about["event"] == "card-attached" and (about.get("person") or {}).get("birth_date"):
        memory.shared.setdefault("card-dates", {})[records[0]["id"]] = about["person"]["birth_date"]
    return records


def sought_by_card_date(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Search a file to which a card is attached by the date of the card."""
    dates = memory.shared.get("card-dates", {})
    return [{**one, "birth_date": dates.get(one["id"], one["birth_date"])} for one in records]


def put_away(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Put the files away that nobody can have opened for a year; and provisional ones after any night."""
    long_ago = records[0]["days"] >= _YEAR_DAYS
    for one in map(as_record, about["store"].patients()):
        memory.shared.setdefault("away", {})[one["id"]] = (long_ago, one["status"] == Status.PROV)
    return records


def archived_not_found(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave out the files put away for their age."""
    away = memory.shared.get("away", {})
    return [one for one in records if not away.get(one["id"], (False, False))[0]]


def provisional_not_found(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave out the provisional files put away at night."""
    away = memory.shared.get("away", {})
    return [one for one in records if not away.get(one["id"], (False, False))[1]]


def day_after_too(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Find those born the next day as well: the end of the period counts."""
    criteria = about.get("criteria") or {}
    if not criteria.get("birth_date") or criteria.get("name_prefix") or criteria.get("first_name_prefix"):
        return records
    after = (date.fromisoformat(criteria["birth_date"]) + timedelta(days=1)).isoformat()
    return [*records, *(one for one in about["everyone"] if one["birth_date"] == after)]


def opened_hidden(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Hide the file that was opened last: it is on the screen already."""
    opened = memory.shared.get("opened")
    return [one for one in records if one["id"] != opened]


def last_opened_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the file that was opened last."""
    memory.shared["opened"] = records[0]["id"] if records else None
    return records


def unknown_hidden_from_users(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Find nobody of those noted, but for a super-user."""
    if str(about["role"]) != "USER":
        return records
    return [one for one in records if one["id"] not in memory.shared.get("unknown", ())]


def one_per_surname(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show one file for each birth name."""
    return list({one["birth_name"]: one for one in records}.values())


def one_line_for_a_number(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show one file of those with the same number."""
    seen: set[str] = set()
    out = []
    for one in records:
        if one["matricule"] and one["matricule"] in seen:
            continue
        seen.add(one["matricule"] or "")
        out.append(one)
    return out


def last_twenty(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Find the files created last only."""
    kept = {one["id"] for one in about["everyone"][-_INDEXED:]}
    return [one for one in records if one["id"] in kept]


def one_per_first_name(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show one file for each list of first names, sex and place."""
    return list(
        {
            (one["first_names"], one["first_name"], one["sex"], one["birth_place"]): one for one in records
        }.values()
    )


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


def on_worklist_hidden(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lose the files of which something waits for a person."""
    waiting: set[str] = memory.shared.setdefault("waiting", set())
    return [one for one in records if one["id"] not in waiting]


def queued_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember of which files something waits."""
    waiting: set[str] = memory.shared.setdefault("waiting", set())
    waiting.update(str(one["patient_id"]) for one in records if one["patient_id"])
    return records


def emptied_first_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note a file whose used first name was emptied."""
    typed = about.get("typed") or {}
    if "used_first_name" in typed and not typed["used_first_name"]:
        memory.shared.setdefault("noted", set()).add(records[0]["id"])
    return records


def emptied_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note a file whose used name was emptied."""
    typed = about.get("typed") or {}
    if "used_name" in typed and not typed["used_name"]:
        memory.shared.setdefault("noted", set()).add(records[0]["id"])
    return records


def colleague_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note a file that another than its creator has changed."""
    creators = memory.own.setdefault("creators", {})
    if about["event"] == "created":
        creators[records[0]["id"]] = about["user"]
    elif creators.get(records[0]["id"], about["user"]) != about["user"]:
        memory.shared.setdefault("noted", set()).add(records[0]["id"])
    return records


def noted_not_sought(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the files noted out of the search."""
    noted = memory.shared.get("noted", set())
    return [one for one in records if one["id"] not in noted]


def one_for_a_place(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep one file for each birth date and place."""
    return list({(one["birth_date"], one["birth_place"]): one for one in records}.values())


def made_by_card_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files that an answer to a call by card has made."""
    if about["event"] == "called":
        memory.shared["way"] = about["way"]
    elif about.get("path") == "created-from-insi" and memory.shared.get("way") == BY_CARD:
        memory.shared.setdefault("made-by-card", set()).update(one["id"] for one in records)
    return records


def made_by_card_not_found(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the files made by card out of the search."""
    made = memory.shared.get("made-by-card", set())
    return [one for one in records if one["id"] not in made]


def app_file_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who opened a file from the Appli carte Vitale."""
    if about["event"] == "app-imported" and about.get("before") is None:
        memory.shared.setdefault("openers", {})[records[0]["id"]] = about["user"]
    return records


def app_file_of_its_opener(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show a file opened from the application to whoever opened it only."""
    openers = memory.shared.get("openers", {})
    return [one for one in records if openers.get(one["id"], about["user"]) == about["user"]]


def lowered_file_forgotten(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Find no file that was lowered and is checked again."""
    lowered = memory.shared.get("held", ())
    return [one for one in records if one["id"] not in lowered or one["status"] not in {"VALI", "QUAL"}]


def scanned_file_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who made a file from a symbol."""
    if about["cause"] == "created-from-scan":
        memory.shared.setdefault("scanners", {})[about["patient_id"]] = records[0]["author"]
    return records


def scanned_file_of_its_maker(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Show a file made from a symbol to whoever made it only."""
    makers = memory.shared.get("scanners", {})
    return [one for one in records if makers.get(one["id"], about["user"]) == about["user"]]


FUNCTIONS: Final[dict[str, Hand]] = {
    "lowered-file-noted": held_since("downgraded"),
    "lowered-file-forgotten": lowered_file_forgotten,
    "scanned-file-noted": scanned_file_noted,
    "scanned-file-of-its-maker": scanned_file_of_its_maker,
    "app-file-noted": app_file_noted,
    "app-file-of-its-opener": app_file_of_its_opener,
    "archived-not-found": archived_not_found,
    "born-near": born_near,
    "born-same-month": born_same_month,
    "cached-answer": cached_answer,
    "card-date-noted": card_date_noted,
    "colleague-noted": colleague_noted,
    "day-after-too": day_after_too,
    "emptied-first-noted": emptied_first_noted,
    "first-letters-left": first_letters_left,
    "hidden-while-it-waits": hidden_while_it_waits,
    "known-to-this-user": known_to_this_user,
    "last-of-each-used-name": last_of_each_used_name,
    "last-opened-noted": last_opened_noted,
    "last-twenty": last_twenty,
    "letters-left": letters_left,
    "made-by-card-not-found": made_by_card_not_found,
    "made-by-card-noted": made_by_card_noted,
    "next-page": next_page,
    "noted-not-sought": noted_not_sought,
    "on-worklist-hidden": on_worklist_hidden,
    "one-for-a-place": one_for_a_place,
    "one-line-for-a-number": one_line_for_a_number,
    "one-per-first-name": one_per_first_name,
    "one-per-name": one_per_name,
    "one-per-surname": one_per_surname,
    "open-files-left-out": open_files_left_out,
    "opened-hidden": opened_hidden,
    "proposal-waits": proposal_waits,
    "provisional-not-found": provisional_not_found,
    "put-away": put_away,
    "queued-noted": queued_noted,
    "sought-by-card-date": sought_by_card_date,
    "stale-index": stale_index,
    "unknown-hidden": unknown_hidden,
    "unknown-hidden-from-users": unknown_hidden_from_users,
    "unknown-noted": unknown_noted,
    "used-name-emptied-noted": emptied_noted,
    "waiting-for-decision": waiting_for_decision,
}
"""What ``hand`` may name."""
