"""Habits of other software that data cannot say, for the tolerated variants of ``variants/habits.yaml``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_WORDS: Final = {
    "birth_name": "le nom de naissance",
    "first_names": "les prénoms de naissance",
    "birth_date": "la date de naissance",
    "sex": "le sexe",
    "birth_place": "le lieu de naissance",
}


def differences_alerted(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Alert to each trait that INSi gives otherwise than the file."""
    local, insi = about["local"], about["insi"] or {}
    alerts = [
        {"code": f"ECART_{name.upper()}", "message": f"Écart sur {words}."}
        for name, words in _WORDS.items()
        if insi.get(name) != local.get(name)
    ]
    return [{**one, "alerts": [*alerts, *one["alerts"]]} for one in records]


def differing_refresh_checked_again(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Ask a new check of a qualifiée identity whose refresh differs from what was checked: récupérée."""
    checked: dict[str, Record] = memory.own.setdefault("checked", {})
    file, key = about["file"], about["patient_id"]
    now = {name: file[name] for name in ("birth_name", "birth_date", "sex")}
    before = checked.get(key, now)
    if str(records[0]["status"]) == "QUAL" or about["cause"] == "validated":
        checked[key] = now
    if about["cause"] == "imported" and str(about["before"]) == "QUAL" and before != now:
        return [{**one, "status": "RECUP"} for one in records]
    return records


def call_summed_up(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write a second entry for each request, under an action of one's own, with the same words."""
    del about
    return [
        each
        for one in records
        for each in (
            (one, {**one, "action": "APPEL_TELESERVICE"}) if one.get("action") == "INSI_CALL" else (one,)
        )
    ]


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (differences_alerted, differing_refresh_checked_again, call_summed_up)
}
