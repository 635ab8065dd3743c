"""Faults of what is not emptied between two answers, messages, forms or calls: what one lacks is taken from the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

    Hand = Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]


def _filled(*names: str) -> Hand:
    """Return a fault that fills these values, where one is missing, with that of the record before."""

    def hand(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
        before: Record = memory.own.setdefault("before", {})
        out = [{**one, **{name: one.get(name) or before.get(name) for name in names}} for one in records]
        for one, came in zip(out, records, strict=True):
            if came.get("problem") and any(one[name] != came.get(name) for name in names):
                one["problem"] = None  # Nothing is missing any more.
            before.update({name: one[name] for name in names})
        return out

    return hand


def comparison_of_the_search_before(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Compare the answer to a typed search with what was typed for the one before."""
    local = dict(about["local"])
    before = memory.own.get("local", local)
    memory.own["local"] = local
    return [
        {
            **one,
            "local": before.get(one["field"]),
            "local_display": before.get(one["field"]),
            "different": before.get(one["field"]) != one["insi"],
        }
        for one in records
    ]


def alerts_of_the_call_before(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Show the alerts of the call before as well."""
    before: list[Record] = memory.own.get("alerts", [])
    memory.own["alerts"] = [alert for one in records for alert in one["alerts"]]
    return [
        {**one, "alerts": [*one["alerts"], *(alert for alert in before if alert not in one["alerts"])]}
        for one in records
    ]


def user_before(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write a verification under the user of the entry before."""
    out = []
    for one in records:
        user = memory.own.get("user", one["user"])
        memory.own["user"] = one["user"]
        out.append({**one, "user": user} if one["action"] == "INSI_VERIFICATION" else one)
    return out


def super_users_uncounted(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count the calls of whoever called first."""
    calls = [one for one in about["log"] if one.action in {"INSI_CALL", "INSI_VERIFICATION"}]
    others = [one for one in calls if one.mode != "LOT" and one.user != calls[0].user]
    lost = sum(one.code in {"00", "01", "02"} for one in others)
    return [
        {
            **one,
            "insi_calls": one["insi_calls"] - len(others),
            "insi_successes": one["insi_successes"] - lost,
            "insi_failures": one["insi_failures"] - (len(others) - lost),
        }
        for one in records
    ]


FUNCTIONS: dict[str, Hand] = {
    "ins-of-the-one-before": _filled("matricule", "oid"),
    "list-of-the-one-before": _filled("first_names"),
    "place-of-the-one-before": _filled("birth_place"),
    "document-of-the-one-before": _filled("document"),
    "status-of-the-one-before": _filled("status"),
    "used-names-of-the-one-before": _filled("used_name", "used_first_name"),
    "sex-of-the-one-before": _filled("sex"),
    "first-name-of-the-one-before": _filled("first_name"),
    **{
        function.__name__.replace("_", "-"): function
        for function in (
            comparison_of_the_search_before,
            alerts_of_the_call_before,
            user_before,
            super_users_uncounted,
        )
    },
}
