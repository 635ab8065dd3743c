"""The faults of comparing and taking over answers that data cannot say, second part; see ``by_hand``.

What makes them: a comparison that stops at the first difference, a value worked out from the matricule in place of the
one that came, the last answer taken for that of the proposal.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from simulator.ins.traits import comparison_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_KEY = 13


def _key(text: str | None) -> str:
    return comparison_key(text or "").replace(" ", "")


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
        first_difference_only,
        last_difference_only,
        answer_of_last_call,
        last_answer_written,
        sex_of_matricule,
        place_of_matricule,
        month_of_matricule,
        key_as_number,
        writing_of_insi,
        same_year_lunar,
        local_list_completes,
        local_sex_completes,
        message_before,
        single_entry_lost,
        entries_by_number,
        history_added_up,
    )
}
