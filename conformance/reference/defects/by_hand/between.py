"""Faults of what a software carries from one call to the next: a person on a card, a colleague, an answer that waits; see ``by_hand``."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from conformance.reference.defects.by_hand.common import all_with, queue
from conformance.reference.files import as_record
from conformance.reference.soap import FormerIns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_WITH_INS = frozenset({"RECUP", "QUAL"})
_BLOCKING = frozenset({"DOUTEUSE", "FICTIVE"})
_LIFETIME = timedelta(minutes=20)
BY_CARD = "VITALE"


def _fallen(record: Record) -> Record:
    return {**record, "status": "PROV", "matricule": None, "oid": None, "noted": True}


# The people on a card, and who is signed in


def card_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember every card that was read, its people and the time."""
    for one in records:
        memory.shared.setdefault("cards", set()).add(one["card"].number)
        memory.shared["people"] = one["card"].beneficiaries
        memory.shared["read_at"] = one["read_at"]
    return records


def known_card_good(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take any card that was read for the one that was read."""
    is_known = records[0]["card"] is not None and records[0]["card"].number in memory.shared.get("cards", ())
    return all_with(records, card=about["reading"]["card"]) if is_known else records


def any_reading_renews(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Reckon the age of a reading from the last reading of any card."""
    latest = memory.shared.get("read_at")
    fresh = latest is not None and timedelta() <= records[0]["now"] - latest < _LIFETIME
    return all_with(records, now=about["reading"]["read_at"]) if fresh else records


def own_number_stays(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send the number of the person chosen before for whoever has none."""
    out = []
    for one in records:
        memory.own["number"] = one["own_number"] or memory.own.get("number")
        out.append({**one, "own_number": memory.own["number"]})
    return out


def rank_stays(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send the birth rank of a twin for whoever is chosen next on the same card."""
    out = []
    for one in records:
        rank, serial, born = memory.own.get("last", ("1", None, None))
        stays = one["birth_rank"] == "1" and serial == one["serial"] and born != one["birth_date"]
        out.append({**one, "birth_rank": rank} if stays else one)
        memory.own["last"] = (out[-1]["birth_rank"], one["serial"], one["birth_date"])
    return out


def used_name_of_card(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send the used name that the card bears."""
    out = []
    for one in records:
        same = [
            person.used_name
            for person in memory.shared.get("people", ())
            if (person.birth_name, person.birth_date) == (one["birth_name"], one["birth_date"])
        ]
        out.append({**one, "birth_name": same[0]} if same and same[0] else one)
    return out


def assertion_of_the_file(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send the assertion of the first card used for a file ever after."""
    if not about.get("patient_id"):
        return records
    first = memory.own.setdefault(str(about["patient_id"]), records[0])
    return all_with(records, serial=first["serial"], issued_at=first["issued_at"])


def first_means_kept(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the first means of signing in."""
    return all_with(records, means=memory.own.setdefault("means", records[0]["means"]))


def failed_request_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember whether the last request failed."""
    memory.shared["failed"] = str(records[0]["kind"]) != "ANSWER"
    return records


def no_assertion_after_failure(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Send no assertion after a request that failed."""
    return [] if memory.shared.get("failed") else records


def bare_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember that the next request is of the sort sent without assertion."""
    memory.shared["bare"] = True
    return records


def clad_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember that the next request is of the other sort."""
    memory.shared["bare"] = False
    return records


def no_assertion_if_bare(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send no assertion with requests of that sort."""
    return [] if memory.shared.get("bare") else records


# Requests


def place_alone(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send the place with the first given name only."""
    out = []
    for one in records:
        if about["nth"] == 1:
            memory.own["first"] = one["first_name"]
        out.append({**one, "first_name": memory.own["first"]} if one["birth_place"] else one)
    return out


def nobody_under_names(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the names under which a file was not found; tell it again when nothing was asked."""
    key = _names(about)
    if "REMEMBERED" in about["reasons"]:
        return all_with(
            records, outcome="NOT_FOUND", code="01", message="INSi ne trouve aucune identité avec ces traits."
        )
    if about["reply_code"] == "01" and about["patient_id"]:
        memory.shared.setdefault("nobody", set()).add(key)
    return records


def _names(about: Mapping[str, Any]) -> tuple[Any, ...]:
    local = about.get("local") or {}
    return about.get("patient_id"), local.get("birth_name"), local.get("first_name")


def nobody_remembered(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Ask no more for a file that was not found under these names."""
    if records or _names(about) not in memory.shared.get("nobody", ()):
        return records
    return [{"code": "REMEMBERED", "message": "Cette identité est inconnue d'INSi."}]


def attributes_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember who marked a file, and how often it was."""
    file = about["file"]
    if _BLOCKING.intersection(records[0]["attributes"]):
        memory.shared.setdefault("setters", {})[file["id"]] = about["user"]
        memory.shared.setdefault("seen", set()).difference_update({(file["id"], None)})
        if not _BLOCKING.intersection(file["attributes"]):
            times = memory.shared.setdefault("times", {})
            times[file["id"]] = times.get(file["id"], 0) + 1
    return records


def look_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember who opened which file last, in which status it was then."""
    for one in records:
        memory.shared.setdefault("seen", set()).add((one["id"], about["user"]))
        memory.shared.setdefault("opened", {})[one["id"]] = about["user"]
        memory.shared.setdefault("looks", {})[one["id"], about["user"]] = str(one["status"])
    return records


def colleague_not_heard(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Call for a file that a colleague has marked, as long as one has not opened it."""
    key, user = about.get("patient_id"), about.get("user")
    setter = memory.shared.get("setters", {}).get(key)
    is_unheard = setter is not None and setter != user and (key, user) not in memory.shared.get("seen", ())
    return [] if is_unheard else records


def second_mark_unheard(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Call for a file that is marked for the second time."""
    return [] if memory.shared.get("times", {}).get(about.get("patient_id"), 0) > 1 else records


def lot_asks_for_those_without(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Search INSi for the files of a lot that have no INS."""
    from conformance.reference.defects.by_hand.beside import asks_insi  # noqa: PLC0415 - of the same room

    store = memory.shared.get("store")
    if store is None:
        return records
    for patient_id in records[0]["patient_ids"]:
        patient = store.patient(patient_id)
        if not patient.matricule:
            asks_insi([as_record(patient)], {"store": store}, memory)
    return records


# What an answer leaves


def history_in_spite(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the former INS of an answer that was declined."""
    kept = [FormerIns(**one) if isinstance(one, dict) else one for one in about["insi"]["history"]]
    if records[0]["id"]:
        about["store"].write_former(records[0]["id"], kept)
    return records


def second_nobody_lowers(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lower a retrieved file at the second 01."""
    return _counted(records, memory, meets=about["code"] == "01")


def second_failure_lowers(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lower a retrieved file at the second failure in a row."""
    return _counted(records, memory, meets=str(about["outcome"]) == "ERROR")


def _counted(records: list[Record], memory: Memory, *, meets: bool) -> list[Record]:
    out = []
    for one in records:
        times = memory.own.get(one["id"], 0) + 1 if meets else 0
        memory.own[one["id"]] = times
        out.append(_fallen(one) if times > 1 and str(one["status"]) in _WITH_INS else one)
    return out


def history_with_active_dropped(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Keep no former INS at all when the active one is among them."""
    return [] if any(one["matricule"] == about["matricule"] for one in records) else records


def crossed_period_dropped(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep no former INS that ended before it began."""
    return [
        one
        for one in records
        if not (one["date_from"] and one["date_to"]) or one["date_from"] <= one["date_to"]
    ]


def reply_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the codes of the requests of a call."""
    codes = memory.shared.setdefault("codes", [])
    if about.get("nth") == 1:
        codes.clear()
    codes.append(records[0]["code"])
    return records


def incomplete_after_several(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Propose a date with 00 that came with a second request."""
    if len(memory.shared.get("codes", ())) > 1:
        return all_with(records, outcome="FOUND", alerts=[], message="Identité trouvée.")
    return records


def failure_queued(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Put a verification that failed on the list of identities denied."""
    queue(records[0], about, "VERIFICATION_KO", "INS non confirmée.")
    return records


def former_code_on_failure(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Log a request without answer under the code of the one before."""
    out = []
    for one in records:
        out.append({**one, "code": one["code"] or memory.own.get("code")})
        memory.own["code"] = out[-1]["code"]
    return out


def declined_files_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the files for which an identity was declined."""
    memory.shared.setdefault("declined", set()).update(one["id"] for one in records)
    return records


def declined_for_good(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Propose nothing more for a file for which an identity was declined."""
    if about["patient_id"] not in memory.shared.get("declined", ()):
        return records
    message = "Identité déjà refusée pour ce dossier."
    return all_with(
        records, outcome="REJECTED", message=message, alerts=[{"code": "DECLINED", "message": message}]
    )


def way_and_answer_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the way of the last call, and what it proposes for a file."""
    memory.shared["way"] = about["way"]
    if str(records[0]["outcome"]) == "FOUND" and about["patient_id"]:
        memory.shared.setdefault("pending", {})[about["patient_id"]] = about["insi"]
    return records


def number_kept_by_card(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the number when a file is refreshed by card."""
    if memory.shared.get("way") != BY_CARD:
        return records
    return all_with(records, **{name: about["before"][name] for name in ("matricule", "oid")})


def insi_compared_with_itself(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Compare an identity asked for by card, without file, with itself."""
    if memory.shared.get("way") != BY_CARD:
        return records
    return [
        {**one, "local": one["insi"], "local_display": one["insi_display"], "different": False}
        for one in records
    ]


def card_name_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Create the file under the name on the card."""
    name = about["local"].get("birth_name")
    return all_with(records, birth_name=name) if memory.shared.get("way") == BY_CARD and name else records


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        card_noted,
        known_card_good,
        any_reading_renews,
        own_number_stays,
        rank_stays,
        used_name_of_card,
        assertion_of_the_file,
        first_means_kept,
        failed_request_noted,
        no_assertion_after_failure,
        bare_noted,
        clad_noted,
        no_assertion_if_bare,
        place_alone,
        nobody_under_names,
        nobody_remembered,
        attributes_noted,
        look_noted,
        colleague_not_heard,
        second_mark_unheard,
        lot_asks_for_those_without,
        history_in_spite,
        second_nobody_lowers,
        second_failure_lowers,
        history_with_active_dropped,
        crossed_period_dropped,
        reply_noted,
        incomplete_after_several,
        failure_queued,
        former_code_on_failure,
        declined_files_noted,
        declined_for_good,
        way_and_answer_noted,
        number_kept_by_card,
        insi_compared_with_itself,
        card_name_kept,
    )
}
