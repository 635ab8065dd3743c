"""Faults of identity documents and numbers that data cannot say: what is remembered, read once or judged by digits."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from conformance.drivers.protocol import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_WEAK = frozenset({"VITALE_CARD", "DRIVING_LICENCE", "BIRTH_CERTIFICATE"})
_HIGH, _MINOR, _LOW = "high_confidence_proofs", "minor_proofs", "low_confidence_proofs"


def first_proof_when_qualified(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Keep the document by which somebody became qualifié, whatever is shown later."""
    held = (about.get("file") or {}).get("proof")
    return (
        [{**one, "kind": held["kind"]} for one in records]
        if held and str(about["status"]) == "QUAL"
        else records
    )


def settings_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the settings written."""
    if about["use"] == "written":
        memory.shared.setdefault("settings", {}).update(records[0])
    return records


def lowered_by_setting(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show as provisoire whoever was checked by a document that counts no more at this site."""
    high = memory.shared.get("settings", {}).get(_HIGH)
    out = []
    for record in records:
        kind = (record["proof"] or {}).get("kind")
        lost = high is not None and kind and kind not in high.split(",") and record["status"] == "VALI"
        out.append({**record, "status": "PROV"} if lost else record)
    return out


def proof_not_listed(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show no document that the list of the site does not hold any more."""
    written = memory.shared.get("settings", {})
    if _HIGH not in written:
        return records
    known = ",".join(written.get(name, ",".join(_WEAK)) for name in (_HIGH, _LOW)).split(",")
    return [
        {**one, "proof": None} if one["proof"] and one["proof"]["kind"] not in known else one
        for one in records
    ]


def settings_cached(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Read the settings once for each user."""
    if about["use"] not in {"record", "validate", "automatic"}:
        return records
    known: Record = memory.own.setdefault(f"{about['user']} {about['use']}", dict(records[0]))
    return [dict(known)]


def kind_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the document recorded last."""
    if "kind" in records[0]:
        memory.shared["kind"] = records[0]["kind"]
    return records


def last_kind_selected(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Have the document recorded last selected on the next screen."""
    kind = memory.shared.get("kind")
    return [{**one, "value": kind} for one in records] if str(about["form"]) == "PROOF" and kind else records


def two_weak_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the weak documents of each file."""
    if "kind" in records[0] and records[0]["kind"] in _WEAK:
        memory.shared.setdefault("weak", {}).setdefault(about["file"]["id"], set()).add(records[0]["kind"])
    return records


def two_weak_make_high(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Have two weak documents of one file count as one of high confidence."""
    if about["use"] != "validate" or len(memory.shared.get("weak", {}).get(about["file"]["id"], ())) < 2:  # noqa: PLR2004 - the docstring says which
        return records
    return [{**one, _HIGH: ",".join([one[_HIGH], *sorted(_WEAK)])} for one in records]


def age_by_year(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take for grown up whoever turns 18 within the year."""
    if about["use"] != "validate" or not (about["file"].get("birth_date") or "")[:4].isdigit():
        return records
    grown = datetime.now(UTC).year - int(about["file"]["birth_date"][:4]) >= 18  # noqa: PLR2004 - the docstring says which
    return [{**one, _MINOR: ""} if grown else one for one in records]


def electronic_only_once(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let electronic means validate a provisoire identity only, not a récupérée one."""
    if about["use"] != "validate" or str(about["file"]["status"]) != "RECUP":
        return records
    paper = "CNI,PASSPORT,RESIDENCE_PERMIT"
    return [{**one, _HIGH: paper} for one in records]


def typed_key_as_number(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Read the key as a number: 07 becomes 7, and the search by matricule refuses it."""
    typed = records[0].get("matricule") or ""
    if about["verb"] == "search-matricule" and len(typed) == 15 and typed[13] == "0":  # noqa: PLR2004 - the docstring says which
        raise RefusedError("INVALID_KEY", "Clé incorrecte.", ["matricule"])
    return records


def second_corsica_refused(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compute the key of Haute-Corse like that of Corse-du-Sud: what arrives is refused."""
    number = (about.get("values") or {}).get("matricule") or ""
    return _wrong_key(records) if number[5:7] == "2B" else records


def special_month_refused(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse a number that arrives with a month beyond 12."""
    number = (about.get("values") or {}).get("matricule") or ""
    return _wrong_key(records) if number[3:5] > "12" else records


def sex_digit_refused(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse a number that arrives with a first digit that is not that of the sex."""
    values = about.get("values") or {}
    number = values.get("matricule") or ""
    wrong = {"1": "F", "2": "M"}.get(number[:1]) == values.get("sex")
    return _wrong_key(records) if wrong else records


def _wrong_key(records: list[Record]) -> list[Record]:
    return records or [{"code": "INVALID_MATRICULE", "message": "Matricule incorrect."}]


def same_thirteen_taken(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take a number with a wrong key that has the thirteen digits of the one held."""
    held = (about["local"].get("matricule") or "")[:13]
    same = held and held == ((about.get("insi") or {}).get("matricule") or "")[:13]
    return [
        {**one, "outcome": "FOUND", "alerts": []} if same and one["outcome"] == "REJECTED" else one
        for one in records
    ]


def other_sex_rejected(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Reject an answer of another sex than that of a file which has its INS."""
    local, insi = about["local"], about.get("insi") or {}
    other = local.get("matricule") and insi.get("sex") and insi["sex"] != local.get("sex")
    alert = {"code": "OTHER_SEX", "message": "Le sexe diffère : réponse écartée."}
    return [
        {**one, "outcome": "REJECTED", "alerts": [alert]} if other and one["outcome"] == "FOUND" else one
        for one in records
    ]


def nature_by_digit(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Say NIA of a number that begins with 7 or 8, NIR of any other."""
    out = []
    for one in records:
        record = one
        if record["name"] == "matricule" and record["value"]:
            nature = "NIA" if record["value"][0] in "78" else "NIR"
            record = {**record, "label": f"Matricule INS ({nature})"}
        out.append(record)
    return out


def history_appended(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Add the former INS of each answer to those of the answers before."""
    held: list[Record] = memory.own.setdefault(about["patient_id"], [])
    held.extend(records)
    return list(held)


def former_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the former numbers of each file."""
    for record in records:
        memory.shared.setdefault("former", {})[record["matricule"]] = about["patient_id"]
    return records


def former_is_known(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take an identity received under a former number of a file for that file: nothing to verify."""
    number = (about["values"] or {}).get("matricule")
    key = memory.shared.get("former", {}).get(number)
    owner = next((one for one in about["everyone"] if one["id"] == key), None)
    return [{**owner, "stands": "SAME_INS"}] if owner else records


def first_number_verified(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Verify the first number that a file held, whatever it holds now."""
    local = about.get("local") or {}
    if not local.get("birth_name"):
        return records
    key = f"{local['birth_name']} {local.get('birth_date')} {local.get('first_names')}"
    first = memory.own.setdefault(key, {name: records[0][name] for name in ("matricule", "oid")})
    return [{**one, **first} for one in records]


def form_of_the_opening(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the status on the screen of a file as it was when the file was opened first."""
    if not about.get("patient_id"):
        return records
    out = []
    for one in records:
        record = one
        if record["name"] == "status":
            record = {**record, "value": memory.own.setdefault(about["patient_id"], record["value"])}
        out.append(record)
    return out


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        first_proof_when_qualified, settings_noted, lowered_by_setting, proof_not_listed, settings_cached,
        kind_noted, last_kind_selected, two_weak_noted, two_weak_make_high, age_by_year,
        electronic_only_once, typed_key_as_number, second_corsica_refused, special_month_refused, sex_digit_refused,
        same_thirteen_taken, other_sex_rejected, nature_by_digit, history_appended, former_noted,
        former_is_known, first_number_verified, form_of_the_opening,
    )
}  # fmt: skip
