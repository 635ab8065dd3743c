"""Right behaviours near rules RSP that data cannot say; see ``conformance.reference.variants``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.common.constants import WITH_INS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_WORDS: Final = {
    "birth_name": "le nom de naissance",
    "first_names": "les prénoms de naissance",
    "birth_date": "la date de naissance",
    "sex": "le sexe",
    "birth_place": "le lieu de naissance",
}


def own_alert_codes(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Number the alerts as the software likes."""
    return [
        {**one, "alerts": [{**alert, "code": f"A{len(alert['code']):03d}"} for alert in one["alerts"]]}
        for one in records
    ]


def one_alert_code(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Give all alerts the same code: only their messages differ."""
    return [{**one, "alerts": [{**alert, "code": "ALERTE"} for alert in one["alerts"]]} for one in records]


def alerts_in_lower_case(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the messages of alerts in lower case."""
    return [
        {**one, "alerts": [{**alert, "message": alert["message"].lower()} for alert in one["alerts"]]}
        for one in records
    ]


def alerts_in_message(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Say everything in the message of the call, nothing in alerts."""
    return [
        {
            **one,
            "alerts": [],
            "message": " ".join([one["message"], *(alert["message"] for alert in one["alerts"])]),
        }
        for one in records
    ]


def alerts_as_one(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Say all alerts in one."""
    return [
        {
            **one,
            "alerts": [{"code": "ALERTES", "message": " ".join(alert["message"] for alert in one["alerts"])}],
        }
        if one["alerts"]
        else one
        for one in records
    ]


def without_active(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Leave out entries that repeat the active number."""
    return [one for one in records if one["matricule"] != about["matricule"]]


def undecided_refused(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse an act on a file of which an answer waits."""
    if about["file"]["id"] in memory.shared.get("waiting", ()):
        raise RefusedError("DECISION_WAITED_FOR", "Une réponse d'INSi attend : acceptez-la ou refusez-la.")
    return records


def decided_by_who_called(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse the acceptance of whoever has not made the call."""
    file = (about.get("before") or {}).get("id")
    caller = memory.shared.get("waiting", {}).get(file)
    if caller is not None and caller != str(about["role"]):
        raise RefusedError("ANOTHER_CALLED", "La réponse attend la décision de qui a fait l'appel.")
    return records


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


def fallen_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note which files hold no INS."""
    bare: set[str] = memory.shared.setdefault("bare", set())
    for record in records:
        (bare.discard if str(record["status"]) in WITH_INS else bare.add)(record["id"])
    return records


def no_former_after_a_fall(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show no former INS of a file that has lost its own."""
    return [] if about.get("patient_id") in memory.shared.get("bare", ()) else records


def replaced_number_added(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Add the number that an answer replaces to the former ones, when the answer does not name it."""
    held: dict[str, tuple[str, str]] = memory.own.setdefault("held", {})
    insi = about["insi"]
    former, now = held.get(about["patient_id"]), (insi["matricule"], insi["oid"])
    held[about["patient_id"]] = now
    if former is None or former == now or any(one["matricule"] == former[0] for one in records):
        return records
    return [*records, {"matricule": former[0], "oid": former[1], "date_from": "", "date_to": ""}]


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


def older_proposals_closed(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let the latest answer alone wait for a decision."""
    if records[0]["id"]:
        about["store"].rows(
            "UPDATE call SET decided = 1 WHERE patient_id = ? AND id < "
            "(SELECT MAX(id) FROM call WHERE patient_id = ?)",
            [records[0]["id"], records[0]["id"]],
        )
    return records


def proposals_closed(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let no answer wait any more for a file that has changed."""
    about["store"].rows("UPDATE call SET decided = 1 WHERE patient_id = ?", [records[0]["id"]])
    return records


def incoherent_first_name_refused(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Refuse a typed 1er prénom that is not the start of the typed list."""
    first, listed = (
        re.sub("[-' ]+", " ", records[0].get(name) or "") for name in ("first_name", "first_names")
    )
    if first and listed and not f"{listed} ".startswith(f"{first} "):
        raise RefusedError("FIRST_NAME_OUTSIDE_LIST", "Le 1er prénom commence la liste.", ["first_name"])
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "alerts-as-one": alerts_as_one,
    "alerts-in-lower-case": alerts_in_lower_case,
    "alerts-in-message": alerts_in_message,
    "decided-by-who-called": decided_by_who_called,
    "differences-alerted": differences_alerted,
    "differing-refresh-checked-again": differing_refresh_checked_again,
    "fallen-noted": fallen_noted,
    "incoherent-first-name-refused": incoherent_first_name_refused,
    "no-former-after-a-fall": no_former_after_a_fall,
    "older-proposals-closed": older_proposals_closed,
    "one-alert-code": one_alert_code,
    "own-alert-codes": own_alert_codes,
    "proposals-closed": proposals_closed,
    "reminder-of-first-name": reminder_of_first_name,
    "replaced-number-added": replaced_number_added,
    "same-ins-refused": same_ins_refused,
    "traits-compared": traits_compared,
    "undecided-refused": undecided_refused,
    "without-active": without_active,
}
"""What ``hand`` may name."""
