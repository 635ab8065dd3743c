"""Correct behaviours of what comes later that data cannot say, for the tolerated variants."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from conformance.drivers.protocol import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_WITH_INS = frozenset({"RECUP", "QUAL"})
_TRAITS = ("birth_name", "first_names", "birth_date", "sex", "birth_place")
_CALLS = frozenset({"call_insi_traits", "search_insi", "start_insi_call", "call_insi_card"})


def attribute_twice_refused(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse to set the attributes that a file has."""
    held, asked = about["file"]["attributes"], records[0]["attributes"]
    if held and held == asked:
        raise RefusedError("ALREADY_SET", "Attribut déjà posé.", ["attributes"])
    return records


def removal_by_super_user(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let a super-user alone take a blocking attribute away."""
    gone = {"DOUTEUSE", "FICTIVE"} & (set(about["file"]["attributes"]) - set(records[0]["attributes"]))
    if gone and str(about["role"]) != "SUPER_USER":
        raise RefusedError("FORBIDDEN", "Droit de super-utilisateur nécessaire.", ["attributes"])
    return records


def fallen_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note which files hold no INS."""
    bare: set[str] = memory.shared.setdefault("bare", set())
    for record in records:
        (bare.discard if str(record["status"]) in _WITH_INS else bare.add)(record["id"])
    return records


def no_former_after_a_fall(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show no former INS of a file that has lost its own."""
    return [] if about.get("patient_id") in memory.shared.get("bare", ()) else records


def caller_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let a user without the right to INSi begin a call, and note them."""
    if records and str(about["act"]) in _CALLS and records[0]["rights"] == ["CALL_INSI"]:
        memory.shared.setdefault("without", set()).add(about["user"])
        return []
    if not records:
        memory.shared.setdefault("without", set()).discard(about["user"])
    return records


def caller_blocked(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Block the call of a user without the right to INSi, instead of refusing it."""
    if about["user"] in memory.shared.get("without", ()):
        return [{"code": "NOT_ENTITLED", "message": "Vous n'avez pas le droit d'appeler INSi."}]
    return records


def replaced_number_added(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Add the number that an answer replaces to the former ones, when the answer does not name it."""
    held: dict[str, tuple[str, str]] = memory.own.setdefault("held", {})
    insi = about["insi"]
    former, now = held.get(about["patient_id"]), (insi["matricule"], insi["oid"])
    held[about["patient_id"]] = now
    if former is None or former == now or any(one["matricule"] == former[0] for one in records):
        return records
    return [*records, {"matricule": former[0], "oid": former[1], "date_from": "", "date_to": ""}]


def fall_in_two_steps(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the fall of a qualifiée identity to provisoire as two changes."""
    return _by_way_of("VALI", records, "QUAL", "PROV")


def qualified_by_recuperee(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write what makes a provisoire identity qualifiée at once as two changes."""
    return _by_way_of("RECUP", records, "PROV", "QUAL")


def _by_way_of(between: str, records: list[Record], before: str, after: str) -> list[Record]:
    out = []
    for record in records:
        if (str(record["previous"]), str(record["status"])) == (before, after):
            out += [{**record, "status": between}, {**record, "previous": between}]
        else:
            out.append(record)
    return out


def created_in_two_steps(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write a creation from INSi as a creation and an import."""
    if about["cause"] != "created-from-insi":
        return records
    return [{**records[0], "status": "PROV"}, {**records[0], "previous": "PROV"}]


def same_entry_once(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Put nothing on the worklist that waits there already."""
    seen: list[Record] = memory.own.setdefault("seen", [])
    fresh = [one for one in records if one not in seen]
    seen += fresh
    return fresh


def validating_right_for_documents(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Ask the right to validate for recording a document."""
    wanted = str(about["act"]) == "record_proof" and "VALIDATE_IDENTITY" not in about["given"]
    return records or ([{"verb": about["act"], "rights": ["VALIDATE_IDENTITY"]}] if wanted else [])


def calling_right_for_decisions(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Ask the right to INSi for accepting what it has answered, and for what arrives."""
    wanted = (
        str(about["act"]) in {"decide_proposal", "receive_identity"} and "CALL_INSI" not in about["given"]
    )
    return records or ([{"verb": about["act"], "rights": ["CALL_INSI"]}] if wanted else [])


def traits_compared(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Ask a new check of a validée identity whose import differs from what was checked: récupérée."""
    checked: dict[str, Record] = memory.own.setdefault("checked", {})
    file, key = about["file"], about["patient_id"]
    now = {name: file[name] for name in ("birth_name", "birth_date", "sex")}
    differs = about["cause"] == "imported" and checked.get(key, now) != now
    if differs and str(about["before"]) == "VALI":
        return [{**one, "status": "RECUP"} for one in records]
    if about["cause"] in {"validated", "edited"}:
        checked[key] = now
    return records


def lines_counted(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count the lines of lots among the calls."""
    lines = [one for one in about["log"] if one.action == "INSI_VERIFICATION" and one.mode == "LOT"]
    good = sum(one.code in {"00", "01", "02"} for one in lines)
    return [
        {
            **one,
            "insi_calls": one["insi_calls"] + len(lines),
            "insi_successes": one["insi_successes"] + good,
            "insi_failures": one["insi_failures"] + len(lines) - good,
        }
        for one in records
    ]


def half_a_minute_slow(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Go by a clock that is half a minute slow."""
    return [
        {**one, "at": (datetime.fromisoformat(one["at"]) - timedelta(seconds=30)).isoformat()}
        for one in records
    ]


def recipient_with_name(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Log a recipient as mail programs show one: a name, and the address behind it."""
    return [{**one, "recipient": f"Dr KVORLAN <{one['recipient'].upper()}>"} for one in records]


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        recipient_with_name, attribute_twice_refused, removal_by_super_user, fallen_noted, no_former_after_a_fall, caller_noted,
        caller_blocked, replaced_number_added, fall_in_two_steps, qualified_by_recuperee, created_in_two_steps, same_entry_once,
        validating_right_for_documents, calling_right_for_decisions, traits_compared,
        half_a_minute_slow, lines_counted,
    )
}  # fmt: skip
