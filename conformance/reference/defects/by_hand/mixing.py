"""The faults of software that takes one answer, one file or one user for another, that data cannot say; see ``by_hand``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.drivers.protocol import RefusedError
from conformance.reference.files import as_record, from_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from conformance.reference.seams import Memory, Record
    from conformance.reference.store import Store

_TRAITS = ("birth_name", "first_names", "birth_date", "sex", "birth_place")
_FED = ("matricule", "oid", *_TRAITS)


def both_names_sent(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Send the used name after the birth name, as the label of the counter shows them."""
    used = (about.get("local") or {}).get("used_name")
    return [{**one, "birth_name": f"{one['birth_name']} {used}"} if used else one for one in records]


def blocks_the_next(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Block the call of the file that comes after a blocked one."""
    if records:
        memory.own["blocked"] = about["patient_id"]
        return records
    if memory.own.pop("blocked", about["patient_id"]) == about["patient_id"]:
        return records
    return [{"code": "CALL_FORBIDDEN", "message": "Identité douteuse : pas d'appel INSi."}]


def unnamed_twin_refused(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse a second file of one day and place when no name in use tells it from the first."""
    seen: set[tuple[Any, ...]] = memory.own.setdefault("seen", set())
    for one in records:
        key = (one.get("birth_date"), one.get("birth_place"), one.get("birth_name"))
        if one.get("used_name") or one.get("used_first_name"):
            continue
        if key in seen:
            raise RefusedError(
                "DUPLICATE", "Précisez le nom utilisé : un dossier semblable existe.", ["used_name"]
            )
        seen.add(key)
    return records


def last_answer_compared(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the answer that came last, whichever call the comparison is about."""
    last = memory.shared.get("answer") or {}
    return [_line(one, insi=last.get(one["field"], one["insi"])) for one in records]


def opened_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note which file was opened last."""
    for one in records:
        memory.shared["opened"] = one
    return records


def opened_compared(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Compare the answer with the file opened last, whichever file the call was made for."""
    opened = memory.shared.get("opened") or {}
    return [_line(one, local=opened.get(one["field"], one["local"])) for one in records]


def last_traits_written(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the traits of the answer that came last, with the number of the one that is accepted."""
    last = memory.shared.get("answer") or {}
    return [{**one, **{name: last[name] for name in _TRAITS if last.get(name)}} for one in records]


def prenom_joined(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Put the element Prenom before the list when the list does not begin with it."""
    out = []
    for one in records:
        first, listed = one["prenom"], one["first_names"] or ""
        strange = first and listed and not f"{listed} ".startswith(f"{first} ")
        out.append({**one, "first_names": f"{first} {listed}"} if strange else one)
    return out


def person_as_candidate(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the person of the file as the candidate."""
    local = about["local"]
    return [{**one, "candidates": [f"{local['birth_name']} {local['birth_date']}"]} for one in records]


def answered_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who was found earlier in the day."""
    memory.shared.setdefault("answered", []).extend(
        f"{one['birth_name']} {one['first_names']}" for one in records if one["birth_name"]
    )
    return records


def answered_as_candidates(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show those found earlier in the day as candidates."""
    return [{**one, "candidates": list(memory.shared.get("answered", ()))} for one in records]


def number_of_former_file(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep in the trace the number of the file that was answered before."""
    out = []
    for one in records:
        former: Record = memory.own.get("former") or {}
        memory.own["former"] = {"patient": about["patient_id"], "matricule": one.get("matricule")}
        is_other = former.get("patient") != about["patient_id"] and former.get("matricule")
        out.append({**one, "matricule": former["matricule"]} if is_other else one)
    return out


def same_answer_once(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show one call for each answer of one file: the next ones said the same."""
    seen, out = set(), []
    for one in records:
        key = (one["patient_id"], one["code"], *sorted(one["returned"].items()))
        if one["action"] == "INSI_CALL" and one["returned"] and key in seen:
            continue
        seen.add(key)
        out.append(one)
    return out


def local_as_returned(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Fill the columns of what was returned with the traits that were asked for."""
    local = {name: value for name, value in (about.get("local") or {}).items() if value and name in _TRAITS}
    return [{**one, "returned": local} for one in records]


def first_caller_only(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the calls of one user: whoever called first."""
    first = next((one["user"] for one in records if one["action"] == "INSI_CALL"), None)
    return [one for one in records if one["action"] != "INSI_CALL" or one["user"] == first]


def latest_caller(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show all calls under the user who called last."""
    last = next((one["user"] for one in reversed(records) if one["action"] == "INSI_CALL"), None)
    return [{**one, "user": last} if one["action"] == "INSI_CALL" else one for one in records]


def exact_hides_others(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show those alone whose name is spelt as it was typed, when there are any."""
    typed = about["criteria"].get("name_prefix") or ""
    exact = [one for one in records if (one["birth_name"] or "").startswith(typed)]
    return (exact or records) if typed else records


def refused_proposals_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files whose proposal was refused."""
    memory.shared.setdefault("declined", set()).update(one["id"] for one in records)
    return records


def declined_counts(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take a refused proposal for an accepted one when the document is checked."""
    was_declined = about["patient_id"] in memory.shared.get("declined", ())
    return [{**one, "status": "QUAL"} for one in records] if was_declined else records


def update_signs_history(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write whoever changes a trait over the authors of the history."""
    store: Store = about["store"]
    for one in records:
        store.rows("UPDATE status_change SET author = ? WHERE patient_id = ?", [about["user"], one["id"]])
    return records


def history_of_the_name(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the changes of all files that were created on the same day of birth with this one's."""
    store: Store | None = memory.shared.get("store")
    if store is None:
        return records
    this = store.patient(about["patient_id"])
    others = [one for one in store.patients() if one.birth_date == this.birth_date and one.id != this.id]
    return records + [
        {
            "previous": change.previous,
            "status": change.status,
            "at": change.at,
            "author": change.author,
            "reason": "",
        }
        for other in others
        for change in store.status_changes(other.id)
    ]


def answer_into_opened(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the accepted identity into the file opened last, and not into that of the call."""
    if not _into_opened(records, about, memory, _FED):
        return records
    before = about["before"]
    return [
        {**one, **{name: before[name] for name in (*_FED, "status")}} if before else one for one in records
    ]


def answer_into_both(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the accepted identity into the file opened last as well."""
    _into_opened(records, about, memory, _FED)
    return records


def number_into_opened(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the accepted number into the file opened last as well: the band of the screen is its own."""
    _into_opened(records, about, memory, ("matricule", "oid"))
    return records


def place_into_opened(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the accepted birth place into the form that is on the screen."""
    _into_opened(records, about, memory, ("birth_place",), status=False)
    return records


def _into_opened(
    records: list[Record],
    about: Mapping[str, Any],
    memory: Memory,
    names: Iterable[str],
    *,
    status: bool = True,
) -> bool:
    store: Store = about["store"]
    opened = memory.shared.get("opened") or {}
    if not opened or opened["id"] in {one["id"] for one in records}:
        return False
    file = as_record(store.patient(opened["id"]))
    fed = {name: about["insi"][name] for name in names if about["insi"].get(name)}
    store.save_patient(from_record({**file, **fed, "status": "RECUP" if status else file["status"]}))
    return True


def _line(line: Record, **sides: Any) -> Record:
    after = {**line, **sides}
    after |= {f"{side}_display": value for side, value in sides.items()}
    return {**after, "different": after["local"] != after["insi"]}


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        both_names_sent,
        blocks_the_next,
        unnamed_twin_refused,
        last_answer_compared,
        opened_noted,
        opened_compared,
        last_traits_written,
        prenom_joined,
        person_as_candidate,
        answered_noted,
        answered_as_candidates,
        number_of_former_file,
        same_answer_once,
        local_as_returned,
        first_caller_only,
        latest_caller,
        exact_hides_others,
        refused_proposals_noted,
        declined_counts,
        update_signs_history,
        history_of_the_name,
        answer_into_opened,
        answer_into_both,
        number_into_opened,
        place_into_opened,
    )
}
