"""Faults that take a slight change for none, and those that are one step behind; see ``by_hand``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

    Hand = Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]

_DAY_AT: Final = 8


def _order(name: str, new: str, old: str) -> bool:
    return name == "first_names" and new != old and sorted(new.split()) == sorted(old.split())


def _day(name: str, new: str, old: str) -> bool:
    return name == "birth_date" and new[:_DAY_AT] == old[:_DAY_AT]


def _department(name: str, new: str, old: str) -> bool:
    return name == "birth_place" and new[:2] == old[:2]


def _letter(name: str, new: str, old: str) -> bool:
    is_name = name in {"birth_name", "first_names"}
    return (
        is_name and len(new) == len(old) and sum(one != two for one, two in zip(new, old, strict=True)) == 1
    )


def _shorter(name: str, new: str, old: str) -> bool:
    return name in {"birth_name", "first_names"} and old.startswith(new) and new != ""


def _month(name: str, new: str, old: str) -> bool:
    return name == "birth_date" and (new[:4], new[_DAY_AT:]) == (old[:4], old[_DAY_AT:])


def _year(name: str, new: str, old: str) -> bool:
    return name == "birth_date" and new[4:] == old[4:]


def _first_letter(name: str, new: str, old: str) -> bool:
    return name in {"birth_name", "first_names"} and new[1:] == old[1:]


def _middle(name: str, new: str, old: str) -> bool:
    left, right = new.split(), old.split()
    return name == "first_names" and len(right) > 2 and (left[0], left[-1]) == (right[0], right[-1])  # noqa: PLR2004 - one in between


_SLIGHT: Final[Mapping[str, Callable[[str, str, str], bool]]] = {
    "order": _order,
    "day": _day,
    "department": _department,
    "first-letter": _first_letter,
    "year": _year,
    "letter": _letter,
    "middle": _middle,
    "month": _month,
    "shorter": _shorter,
}
"""Which change of a field is none for a software that compares roughly: its name, the new and the former value."""


def _unseen(kind: str, name: str, new: Any, old: Any) -> bool:
    return bool(new and old and new != old and _SLIGHT[kind](name, str(new), str(old)))


def _passes_the_lock(kind: str) -> Hand:
    def hand(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        typed, file = about["typed"], about["file"]
        return [] if all(_unseen(kind, name, new, file.get(name)) for name, new in typed.items()) else records

    return hand


def typed_over(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember what a file was before a change."""
    memory.shared["typed-over"] = dict(about["before"])
    return records


def _does_not_lower(kind: str) -> Hand:
    def hand(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        before: Record = memory.shared["typed-over"]
        kept = {name: before[name] for name in ("status", "matricule", "oid", "proof")}
        return [
            {**one, **kept}
            if all(_unseen(kind, name, one[name], before[name]) for name in about["changed"])
            else one
            for one in records
        ]

    return hand


def _not_written(kind: str) -> Hand:
    def hand(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        before = about.get("before") or {}
        return [
            {
                name: before[name] if _unseen(kind, name, value, before.get(name)) else value
                for name, value in one.items()
            }
            for one in records
        ]

    return hand


def _not_flagged(kind: str) -> Hand:
    def hand(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        return [
            {**one, "different": False} if _unseen(kind, one["field"], one["insi"], one["local"]) else one
            for one in records
        ]

    return hand


def one_behind(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write an entry when the next one comes: the last one waits in the buffer."""
    waiting: list[Record] = memory.own.get("waiting", [])
    memory.own["waiting"] = list(records)
    return waiting


def one_behind_for_a_file(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """The same for each file, its first entry apart."""
    files: dict[str, list[Record]] = memory.own.setdefault("files", {})
    waiting = files.get(about["patient_id"])
    files[about["patient_id"]] = [] if waiting is None else list(records)
    return records if waiting is None else waiting


def signed_as_the_one_before(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Sign an entry as the one before it was."""
    authors: dict[str, str] = memory.own.setdefault("authors", {})
    out = []
    for one in records:
        key = str(about.get("patient_id") or one.get("patient_id") or "")
        name = "author" if "author" in one else "user"
        out.append({**one, name: authors.get(key, one[name])})
        authors[key] = one[name]
    return out


def index_one_save_behind(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Search in what a file was before its last change, the status apart."""
    now: dict[str, Record] = memory.own.setdefault("now", {})
    former: dict[str, Record] = memory.own.setdefault("former", {})
    names = ("birth_name", "used_name", "first_name", "first_names", "used_first_name", "birth_date")
    out = []
    for one in records:
        view = {name: one[name] for name in names}
        known = now.setdefault(one["id"], view)
        if known != view:
            former[one["id"]], now[one["id"]] = known, view
        out.append({**one, **former.get(one["id"], view)})
    return out


def both_match_hides(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Lose the files that match by both names: the one or the other was asked for."""
    criteria = about["criteria"]
    name, first = criteria.get("name_prefix"), criteria.get("first_name_prefix")
    out = []
    for one in records:
        both = bool(name) and all((one[key] or "").startswith(name) for key in ("birth_name", "used_name"))
        twice = bool(first) and all(
            (one[key] or "").startswith(first) for key in ("first_name", "used_first_name")
        )
        if not (both or twice):
            out.append(one)
    return out


def on_worklist_hidden(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lose the files of which something waits for a person."""
    waiting: set[str] = memory.shared.setdefault("waiting", set())
    return [one for one in records if one["id"] not in waiting]


def queued_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember of which files something waits."""
    waiting: set[str] = memory.shared.setdefault("waiting", set())
    waiting.update(str(one["patient_id"]) for one in records if one["patient_id"])
    return records


FUNCTIONS: dict[str, Hand] = {
    function.__name__.replace("_", "-"): function
    for function in (
        typed_over,
        one_behind,
        one_behind_for_a_file,
        signed_as_the_one_before,
        index_one_save_behind,
        both_match_hides,
        on_worklist_hidden,
        queued_noted,
    )
} | {
    f"slight-{kind}-{what}": make(kind)
    for kind in _SLIGHT
    for what, make in (
        ("passes-the-lock", _passes_the_lock),
        ("does-not-lower", _does_not_lower),
        ("not-written", _not_written),
        ("not-flagged", _not_flagged),
    )
}
