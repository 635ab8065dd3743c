"""The faults of searching, calling and taking over answers that data cannot say, second part; see ``by_hand.py``.

What makes them: an index built by a general library, a comparison that stops at the first difference, a value worked
out from the matricule in place of the one that came, a timer that runs from the last use.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from simulator.ins.traits import comparison_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_SHORT = 3
_KEY = 13
_FRENCH = frozenset("ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸ")
_LIFETIME = timedelta(minutes=20)


def _key(text: str | None) -> str:
    return comparison_key(text or "").replace(" ", "")


# Searching.


def used_name_for_want_of_birth_name(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Look at the names in use only when no birth name answers."""
    typed = _key(about["criteria"].get("name_prefix"))
    born = [one for one in records if _key(one["birth_name"]).startswith(typed)]
    return born or records


def used_first_name_for_want_of_list(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Look at the first names in use only when no first name of birth answers."""
    typed = _key(about["criteria"].get("first_name_prefix"))
    born = [
        one
        for one in records
        if any(_key(name).startswith(typed) for name in (one["first_names"], one["first_name"]))
    ]
    return born or records


def any_criterion(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Join name and first name by OR."""
    name, first = (_key(about["criteria"].get(one)) for one in ("name_prefix", "first_name_prefix"))
    if not (name and first):
        return records
    day = about["criteria"].get("birth_date")
    return [
        one
        for one in about["everyone"]
        if day in {None, one["birth_date"]}
        and (
            any(_key(one[field]).startswith(name) for field in ("birth_name", "used_name"))
            or any(_key(one[field]).startswith(first) for field in ("first_names", "first_name"))
        )
    ]


def one_sign_only(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Ignore the first hyphen or apostrophe of what is stored, and count the next ones."""
    if about["side"] != "stored":
        return records
    return [
        {**one, "key": comparison_key(re.sub("[-']", "", one["text"], count=1)).replace(" ", "_")}
        if len(re.findall("[-']", one["text"])) > 1
        else one
        for one in records
    ]


def french_letters_only(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Know the accents of French only: the others stay in what is looked for."""
    foreign = re.compile("[^A-Z '\\-" + "".join(_FRENCH) + "]")
    return [
        {**one, "key": "".join(unicodedata.normalize("NFC", one["text"]).upper().split())}
        if foreign.search(unicodedata.normalize("NFC", one["text"]).upper())
        else one
        for one in records
    ]


def case_counts(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare small letters as they are typed: they find nobody."""
    return [
        {**one, "key": one["text"]}
        if about["side"] == "typed" and one["text"] != one["text"].upper()
        else one
        for one in records
    ]


def short_words_not_indexed(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Index words of three letters and more: LI and NG are not found."""
    return [
        {**one, "birth_name": "" if len(one["birth_name"] or "") < _SHORT else one["birth_name"]}
        for one in records
    ]


def ins_of_former_status(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the matricule in the index of the search by matricule once it is taken from the file."""
    kept: dict[str, Any] = memory.own
    after = []
    for one in records:
        if one["matricule"]:
            kept[one["id"]] = one["matricule"]
        after.append({**one, "matricule": one["matricule"] or kept.get(one["id"])})
    return after


def result_row_kept(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show in the list of the search what the file held when it was first listed."""
    return [
        {
            **one,
            **memory.own.setdefault(one["id"], {name: one[name] for name in ("status", "matricule", "oid")}),
        }
        for one in records
    ]


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


# Creating and typing.


def one_missing_field_only(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse one missing trait, and let two pass: a chain of else."""
    return [one for one in records if not (one["code"] == "MISSING_FIELD" and len(one["fields"]) > 1)]


def rolled_over(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Turn the 31st of a month of thirty days into the first of the next."""
    return [
        {**one, "birth_date": f"{one['birth_date'][:5]}{int(one['birth_date'][5:7]) + 1:02d}-01"}
        if re.fullmatch(r"\d{4}-(04|06|09|11)-31", one.get("birth_date") or "")
        else one
        for one in records
    ]


def words_once(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep each word of a list once."""
    return [
        {**one, "first_names": " ".join(dict.fromkeys(one["first_names"].split(" ")))}
        if one.get("first_names")
        else one
        for one in records
    ]


def empty_is_unchanged(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take an emptied field for one that was not changed."""
    before = about["before"]
    return [
        {name: before[name] if value is None else value for name, value in one.items()} for one in records
    ]


def composed_first(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Look for accented letters only: a letter followed by its accent passes."""
    return [
        {
            name: "".join(c for c in value if not unicodedata.combining(c))
            if isinstance(value, str)
            else value
            for name, value in one.items()
        }
        for one in records
    ]


# Calling.


def compound_halves_tried(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Try the halves of a compound first name after a 01."""
    halves = [
        {**one, "first_name": half}
        for one in records
        if "-" in one["first_name"]
        for half in one["first_name"].split("-")
    ]
    return [*records, *halves]


def without_signs_tried(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Try the name without its signs after a 01."""
    plain = [
        {**one, "birth_name": re.sub("[-']+", " ", one["birth_name"])}
        for one in records[:1]
        if re.search("[-']", one["birth_name"])
    ]
    return [*records, *plain]


def longer_by_use(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let a reading live twenty minutes from its last use."""
    after = []
    for one in records:
        read_at, now = about["reading"]["read_at"], one["now"]
        used: Any = memory.own.get("used")
        if used and used >= read_at and timedelta() <= now - used < _LIFETIME:
            after.append({**one, "now": read_at})
        else:
            after.append(one)
        memory.own["used"] = now
    return after


def same_insured(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Recognise a card by the number of its insured person: the other card of a family passes."""
    read = about["reading"]["card"]
    return [
        {**one, "card": read}
        if one["card"] is not None and _insured(one["card"]) and _insured(one["card"]) == _insured(read)
        else one
        for one in records
    ]


def _insured(card: Any) -> str | None:
    return card.beneficiaries[0].billing_number if card.beneficiaries else None


def blocked_once_refused(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make no new call for a file whose proposal was refused once."""
    if not records and about.get("patient_id") in memory.shared.get("refused", ()):
        return [{"code": "REFUSED_BEFORE", "message": "La proposition d'INSi a déjà été refusée."}]
    return records


def refusals_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the files whose proposal was refused: what ``blocked_once_refused`` uses."""
    if about["event"] == "import-declined":
        memory.shared.setdefault("refused", set()).update(one["id"] for one in records)
    return records


# Answers.


def first_difference_only(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Stop the comparison at the first difference."""
    after, met = [], False
    for one in records:
        after.append({**one, "different": one["different"] and not met})
        met = met or one["different"]
    return after


def last_difference_only(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Flag the last difference only: each line takes the mark from the one before."""
    return first_difference_only(records[::-1], _about, _memory)[::-1]


def local_at_the_call(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the local traits by the matricule that came: what ``comparison_as_at_the_call`` shows."""
    number = (about.get("insi") or {}).get("matricule")
    if number:
        memory.shared.setdefault("local", {})[number] = dict(about["local"])
    return records


def comparison_as_at_the_call(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Compare what INSi returned with the local traits of when it was called."""
    local = memory.shared.get("local", {}).get(about["insi"]["matricule"])
    if local is None:
        return records
    return [
        {**one, "local": local.get(one["field"]), "different": local.get(one["field"]) != one["insi"]}
        for one in records
    ]


def answer_of_last_call(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the last answer, whoever it was for: what ``last_answer_written`` writes."""
    for one in records:
        memory.shared["answer"] = one
    return records


def last_answer_written(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the last answer that came, whichever proposal is accepted."""
    last = memory.shared.get("answer") or {}
    return [
        {**one, **{name: last[name] for name in ("matricule", "oid") if last.get(name)}} for one in records
    ]


def sex_of_matricule(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the sex from the first digit of the matricule."""
    return [
        {**one, "sex": {"1": "M", "2": "F"}.get((one["matricule"] or "?")[0], one["sex"])} for one in records
    ]


def place_of_matricule(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the birth place from the matricule."""
    return [{**one, "birth_place": (one["matricule"] or "")[5:10] or one["birth_place"]} for one in records]


def month_of_matricule(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the month of birth from the matricule."""
    return [
        {**one, "birth_date": f"{one['birth_date'][:5]}{one['matricule'][3:5]}{one['birth_date'][7:]}"}
        if one["birth_date"] and "01" <= (one["matricule"] or "")[3:5] <= "12"
        else one
        for one in records
    ]


def key_as_number(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep the key as a number: its leading zero is lost."""
    return [
        {**one, "matricule": f"{one['matricule'][:_KEY]}{int(one['matricule'][_KEY:])}"}
        if re.fullmatch(r".{13}\d\d", one["matricule"] or "")
        else one
        for one in records
    ]


def writing_of_insi(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the 1er prénom as the list of INSi writes it, where only signs differ."""
    first = about["local"].get("first_name") or ""
    words = ((about["insi"] or {}).get("first_names") or "").split()
    written = next(
        (
            " ".join(words[:count])
            for count in range(1, len(words) + 1)
            if _key(" ".join(words[:count])) == _key(first)
        ),
        None,
    )
    return [{**one, "first_name": written} for one in records] if first and written else records


def same_year_lunar(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Propose an incomplete date whose year is that of the file."""
    local = (about["local"].get("birth_date") or "")[:4]
    insi = ((about["insi"] or {}).get("birth_date") or "")[:4]
    if "LUNAR_DATE" not in (about.get("reasons") or ()) or local != insi:
        return records
    return [{**one, "outcome": "FOUND", "message": "Identité trouvée.", "alerts": []} for one in records]


def local_list_completes(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Propose an answer without list when the file has one."""
    if list(about.get("reasons") or ()) != ["EMPTY_FIRST_NAMES"] or not about["local"].get("first_names"):
        return records
    return [{**one, "outcome": "FOUND", "message": "Identité trouvée.", "alerts": []} for one in records]


def local_sex_completes(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Propose an answer without sex when the file has one."""
    if list(about.get("reasons") or ()) != ["EMPTY_SEX"] or not about["local"].get("sex"):
        return records
    return [{**one, "outcome": "FOUND", "message": "Identité trouvée.", "alerts": []} for one in records]


def message_before(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Tell what was to be told of the call before."""
    after = [{**one, "message": memory.own.get("message", one["message"])} for one in records]
    memory.own["message"] = records[-1]["message"]
    return after


def single_entry_lost(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Read a list of one as no list."""
    return records if len(records) != 1 else []


def entries_by_number(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep one entry of the history for each matricule."""
    return list({one["matricule"]: one for one in records}.values())


def history_added_up(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Add the history of each answer to that of the former ones."""
    kept: list[Record] = memory.own.setdefault(about["patient_id"], [])
    kept.extend(records)
    return list(kept)


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        used_name_for_want_of_birth_name, used_first_name_for_want_of_list, any_criterion, one_sign_only,
        french_letters_only, case_counts, short_words_not_indexed, ins_of_former_status, result_row_kept,
        known_to_this_user, waiting_for_decision, open_files_left_out, one_missing_field_only, rolled_over,
        words_once, empty_is_unchanged, composed_first, compound_halves_tried, without_signs_tried, longer_by_use,
        same_insured, blocked_once_refused, refusals_kept, first_difference_only, last_difference_only,
        local_at_the_call, comparison_as_at_the_call, answer_of_last_call, last_answer_written, sex_of_matricule, place_of_matricule, month_of_matricule,
        key_as_number, writing_of_insi, same_year_lunar, local_list_completes, local_sex_completes,
        message_before, single_entry_lost, entries_by_number, history_added_up,
    )
}  # fmt: skip
