"""Faults of what is entered, searched and created that look at a second value, or remember who did what before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from conformance.drivers.model import Status
from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.common import all_with
from simulator.ins.places import cog

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_KEY_MODULUS = 97


def _refused(*fields: str) -> RefusedError:
    return RefusedError("INVALID_VALUE", "Valeur refusée.", list(fields))


def known_value_drops_all(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Change nothing when one of the values typed is in the file already."""
    file = about["file"]
    return [{}] if any(file.get(name) == value for name, value in records[0].items()) else records


def surname_out_of_list(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the birth name out of the list of first names."""
    one = records[0]
    words = [word for word in (one.get("first_names") or "").split(" ") if word != one.get("birth_name")]
    return [{**one, "first_names": " ".join(words) or None}]


def single_letters_dropped(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Drop the words of one letter of a birth name."""
    one = records[0]
    if not one.get("birth_name"):
        return records
    words = [word for word in one["birth_name"].split(" ") if len(word) > 1]
    return [{**one, "birth_name": " ".join(words) or one["birth_name"]}]


def attached_twice(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the billing number as matricule once a card is attached to a file for the second time."""
    seen = memory.own.setdefault("seen", set())
    one = records[0]
    again = one["id"] in seen
    seen.add(one["id"])
    return [{**one, "matricule": one["matricule"] or one["billing_number"]}] if again else records


def used_filled_at_night(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Fill empty used first names with the 1er prénom."""
    for patient in about["store"].patients():
        if not patient.used_first_name:
            about["store"].rows(
                "UPDATE patient SET used_first_name = ? WHERE id = ?", [patient.first_name, patient.id]
            )
    return records


def used_name_filled_at_night(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Fill empty used names with the birth name."""
    for patient in about["store"].patients():
        if not patient.used_name:
            about["store"].rows(
                "UPDATE patient SET used_name = ? WHERE id = ?", [patient.birth_name, patient.id]
            )
    return records


def emptied_first_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note a file whose used first name was emptied."""
    typed = about.get("typed") or {}
    if "used_first_name" in typed and not typed["used_first_name"]:
        memory.shared.setdefault("noted", set()).add(records[0]["id"])
    return records


def emptied_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note a file whose used name was emptied."""
    typed = about.get("typed") or {}
    if "used_name" in typed and not typed["used_name"]:
        memory.shared.setdefault("noted", set()).add(records[0]["id"])
    return records


def colleague_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note a file that another than its creator has changed."""
    creators = memory.own.setdefault("creators", {})
    if about["event"] == "created":
        creators[records[0]["id"]] = about["user"]
    elif creators.get(records[0]["id"], about["user"]) != about["user"]:
        memory.shared.setdefault("noted", set()).add(records[0]["id"])
    return records


def noted_not_sought(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the files noted out of the search."""
    noted = memory.shared.get("noted", set())
    return [one for one in records if one["id"] not in noted]


def one_for_a_place(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep one file for each birth date and place."""
    return list({(one["birth_date"], one["birth_place"]): one for one in records}.values())


def first_letter_off(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Leave the first letter out of the key."""
    return [{**one, "key": one["key"][1:]} for one in records]


def containing_unsought(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Leave a used name that contains the birth name out of the search."""
    return [
        {**one, "used_name": None}
        if one["used_name"] and one["birth_name"] and one["birth_name"] in one["used_name"]
        else one
        for one in records
    ]


def apostrophe_blank(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Put a blank where the apostrophe stood."""
    return [{**one, "key": re.sub("['’]", " ", str(one["text"])).upper().replace("-", "")} for one in records]


def _is_congruent(matricule: str) -> bool:
    digits = matricule.replace("2A", "19").replace("2B", "18").replace(" ", "")
    return (
        digits.isdigit() and len(digits) == 15 and not (int(digits[:13]) + int(digits[13:])) % _KEY_MODULUS  # noqa: PLR2004
    )


def congruent_passes(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let a key pass that is right but for a multiple of 97."""
    return [] if _is_congruent(str(about["typed"])) else records


def congruent_found(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Propose an identity whose key is right but for a multiple of 97."""
    is_congruent = _is_congruent(str(about["insi"]["matricule"]))
    return all_with(records, outcome="FOUND", alerts=[]) if is_congruent else records


def none_if_several(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show nothing when there is more than one."""
    return records if len(records) == 1 else []


def outage_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note whether the last call had an answer."""
    memory.shared["noted"] = about.get("code") is None and str(about["outcome"]) != "BLOCKED"
    return records


def several_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note whether the last call found several."""
    memory.shared["noted"] = about.get("code") == "02"
    return records


def filtered_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note whether the last answer 00 was not proposed."""
    memory.shared["noted"] = about.get("code") == "00" and str(about["outcome"]) != "FOUND"
    return records


def refused_in_outage(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse while noted."""
    if memory.shared.get("noted"):
        raise RefusedError("INSI_DOWN", "INSi est indisponible : réessayez plus tard.", [])
    return records


def second_of_day_needs_list(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Demand the list of first names of whoever is born on a day that was typed before."""
    days = memory.own.setdefault("days", set())
    one = records[0]
    if one.get("birth_date") in days and not one.get("first_names"):
        raise _refused("first_names")
    days.add(one.get("birth_date"))
    return records


def automatic_at_creation(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Validate what is created while the automatic validation is on."""
    is_on = str(about["store"].settings().get("automatic_validation", "")).lower() in {"on", "true", "1"}
    return all_with(records, status=Status.VALI, noted=True) if is_on else records


def app_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that the app was read."""
    memory.shared["noted"] = True
    return records


def validated_when_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give validée once, after what was noted."""
    return all_with(records, status=Status.VALI) if memory.shared.pop("noted", False) else records


def recovered_when_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give récupérée once, after what was noted."""
    return all_with(records, status=Status.RECUP) if memory.shared.pop("noted", False) else records


def homonym_when_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Mark as a homonym once, after what was noted."""
    return all_with(records, attributes=["HOMONYME"]) if memory.shared.pop("noted", False) else records


def doubtful_when_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Mark as doubtful while noted."""
    return all_with(records, attributes=["DOUTEUSE"]) if memory.shared.get("noted") else records


def no_list_when_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep no list of first names while noted."""
    return all_with(records, first_names=None) if memory.shared.get("noted") else records


def place_of_before(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the place of the symbol before for one without."""
    known = memory.own.get("place") or "99999"
    out = [
        {**one, "birth_place": known if one["birth_place"] in {None, "99999"} else one["birth_place"]}
        for one in records
    ]
    memory.own["place"] = out[0]["birth_place"]
    return out


def ceased_refused(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse the code of a commune that ceased to be."""
    code = records[0].get("birth_place") or ""
    known = code[:2] not in {"99", ""} and cog().exists(code)
    if known and all(period.valid_to is not None for period in cog().periods(code)):
        raise _refused("birth_place")
    return records


def other_month_refused(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Reject a matricule whose month is not that of the birth."""
    insi = about["insi"]
    if insi["matricule"][3:5] == (insi["birth_date"] or "")[5:7]:
        return records
    alert = {"code": "MATRICULE_WRONG", "message": "Matricule et date de naissance ne vont pas ensemble."}
    return all_with(records, outcome="REJECTED", alerts=[alert])


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    "known-value-drops-all": known_value_drops_all,
    "surname-out-of-list": surname_out_of_list,
    "single-letters-dropped": single_letters_dropped,
    "attached-twice": attached_twice,
    "used-filled-at-night": used_filled_at_night,
    "used-name-filled-at-night": used_name_filled_at_night,
    "emptied-first-noted": emptied_first_noted,
    "used-name-emptied-noted": emptied_noted,
    "colleague-noted": colleague_noted,
    "noted-not-sought": noted_not_sought,
    "one-for-a-place": one_for_a_place,
    "first-letter-off": first_letter_off,
    "containing-unsought": containing_unsought,
    "apostrophe-blank": apostrophe_blank,
    "congruent-passes": congruent_passes,
    "congruent-found": congruent_found,
    "none-if-several": none_if_several,
    "outage-noted": outage_noted,
    "code-02-noted": several_noted,
    "filtered-noted": filtered_noted,
    "refused-in-outage": refused_in_outage,
    "refused-when-noted": refused_in_outage,
    "second-of-day-needs-list": second_of_day_needs_list,
    "automatic-at-creation": automatic_at_creation,
    "app-reading-noted": app_noted,
    "validated-when-noted": validated_when_noted,
    "recovered-when-noted": recovered_when_noted,
    "homonym-when-noted": homonym_when_noted,
    "doubtful-when-noted": doubtful_when_noted,
    "no-list-when-noted": no_list_when_noted,
    "place-of-before": place_of_before,
    "ceased-refused": ceased_refused,
    "other-month-refused": other_month_refused,
}
"""By the name used in the defect files."""
