"""The faults that keep a whole rule but for one word of its statement; see ``by_hand``."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.drivers.model import Status
from conformance.drivers.protocol import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

    Fault = Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]


def four_given_names(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep four given names: the table has four columns."""
    return [
        {**one, "first_names": " ".join(one["first_names"].split(" ")[:4])} if one.get("first_names") else one
        for one in records
    ]


def value_put_back_not_written(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Compare what is typed with what was there when the file was first changed: the value put back is no change."""
    file = about["file"]
    first = memory.own.setdefault(file["id"], file)
    return [{name: value for name, value in one.items() if value != first.get(name)} for one in records]


def one_of_two_used_names(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the used name and forget the used first name typed with it."""
    both = {"used_name", "used_first_name"}
    return [
        {name: value for name, value in one.items() if name != "used_first_name"} if both <= set(one) else one
        for one in records
    ]


def _noting(topic: str, *names: str) -> Fault:
    """Return a fault that only notes people or files for another fault of the same defect."""

    def fault(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        noted = memory.shared.setdefault(topic, [])
        source = about.get("person") or about.get("typed") or {}
        one = {**records[0], **{name: source.get(name) for name in names if source.get(name)}}
        noted.append(one)
        return records

    return fault


def ins_of_the_card_read_before(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Fill the INS of a file typed after a card read of the same person with the number of the card."""
    for person in memory.shared.get("card", ()):
        if person["birth_name"] == records[0]["birth_name"] and person.get("billing_number"):
            return [{**records[0], "matricule": person["billing_number"], "oid": "1.2.250.1.213.1.4.8"}]
    return records


def card_read_fills_the_open_file(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Write the number of a card read into the file opened last, when it is that of the same person."""
    person, opened = about.get("person") or {}, memory.shared.get("open", ())
    if opened and person.get("birth_name") == opened[-1]["birth_name"]:
        patient = about["store"].patient(opened[-1]["id"])
        number = person.get("billing_number")
        about["store"].save_patient(replace(patient, matricule=number, oid="1.2.250.1.213.1.4.8"))
    return records


def not_those_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Hide the files noted by another fault of the same defect."""
    noted = {one["id"] for one in memory.shared.get("files", ())}
    return [one for one in records if one["id"] not in noted]


def namesakes_once(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show people of the same name and first name born the same day once."""
    return list({(one["birth_name"], one["first_name"], one["birth_date"]): one for one in records}.values())


def uncertain_of_the_year(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Add everybody of that year whose date is uncertain."""
    held, year = {one["id"] for one in records}, (about["criteria"].get("birth_date") or "")[:4]
    return records + [
        one
        for one in about["everyone"]
        if one["birth_date_uncertain"] and one["id"] not in held and (one["birth_date"] or "")[:4] == year
    ]


def _fallback(prefix: str, name: str) -> Fault:
    """Return a fault that shows matches of the used name only when there is no other."""

    def fault(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        typed = about["criteria"].get(prefix) or ""
        direct = [one for one in records if (one[name] or "").startswith(typed)]
        return direct or records

    return fault


def inside_the_used_name(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Find a used name by letters that stand inside it."""
    criteria, held = about["criteria"], {one["id"] for one in records}
    return records + [
        one
        for one in about["everyone"]
        if one["id"] not in held
        and one["birth_date"] == criteria.get("birth_date")
        and criteria["name_prefix"] in (one["used_name"] or "")
    ]


def first_names_by_the_name(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare the letters typed as a surname with the first name too."""
    criteria, held = about["criteria"], {one["id"] for one in records}
    return records + [
        one
        for one in about["everyone"]
        if one["id"] not in held
        and one["birth_date"] == criteria.get("birth_date")
        and (one["first_name"] or "").startswith(criteria["name_prefix"])
    ]


def _key(spelt: Callable[[str], str]) -> Fault:
    """Return a fault that compares texts spelt in this way."""

    def fault(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        return [{**one, "key": spelt(one["text"])} for one in records]

    return fault


def _plain(text: str, *, but: str = "") -> str:
    letters = unicodedata.normalize("NFD", text)
    plain = "".join(one for one in letters if not unicodedata.combining(one)).upper()
    return "".join(one for one in plain if one in but or one not in "-' ’")


def _first_hyphen_only(text: str) -> str:
    return _plain(re.sub("-+", "", text, count=1), but="-")


def _first_apostrophe_only(text: str) -> str:
    return _plain(re.sub("['’]+", "", text, count=1), but="'’")


def _decomposed_kept(text: str) -> str:
    return text.upper() if any(map(unicodedata.combining, text)) else _plain(text)


def _beyond_latin_1_kept(text: str) -> str:
    return text.upper() if any(one.isalpha() and ord(one) > 0xFF for one in text) else _plain(text)  # noqa: PLR2004


def _capital_accents_kept(text: str) -> str:
    if any(one.isupper() and ord(one) > 0x7F for one in text):  # noqa: PLR2004
        return text
    return _plain(text)


def _tilde_kept(text: str) -> str:
    return text.upper() if "\u0303" in unicodedata.normalize("NFD", text) else _plain(text)


def _last_hyphen_kept(text: str) -> str:
    return _plain(text) + ("-" if text.endswith("-") else "")


def offline_after_a_failure(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note whether the last call failed; a search is refused from then on."""
    if "outcome" in about:
        memory.shared["offline"] = str(about["outcome"]) == "ERROR"
        return records
    if memory.shared.get("offline"):
        raise RefusedError("OFFLINE", "INSi ne répond pas : recherche impossible.", [])
    return records


def refused_to_those_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse to create by hand the people noted by another fault of the same defect."""
    for one in memory.shared.get("people", ()):
        if one["birth_name"] == records[0].get("birth_name") and one["birth_date"] == records[0].get(
            "birth_date"
        ):
            raise RefusedError("SEE_INSI", "Cette identité est à reprendre d'INSi.", ["birth_name"])
    return records


def proof_refused_to_those_noted(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Refuse to record a document in the files noted by another fault of the same defect."""
    if any(one["id"] == about["file"]["id"] for one in memory.shared.get("files", ())):
        raise RefusedError("NO_INS", "Identité sans INS : aucun dispositif à enregistrer.", ["proof"])
    return records


def second_try_accepted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let through what is typed a second time."""
    typed = sorted((name, value) for name, value in about["typed"].items() if value)
    if typed in memory.own.setdefault("seen", []):
        return []
    memory.own["seen"].append(typed)
    return records


def emergency_file(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let through a file of which next to nothing is known."""
    return [one for one in records if len(one["fields"]) < 4]  # noqa: PLR2004


def status_of_the_namesake(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Give a new file the status of a checked file with the same five traits."""
    [one] = records
    for other in about["store"].patients():
        same = all(
            getattr(other, name) == one[name]
            for name in ("birth_name", "first_name", "birth_date", "sex", "birth_place")
        )
        if same and other.id != one["id"] and other.status in {Status.VALI, Status.QUAL}:
            return [{**one, "status": Status.VALI, "noted": True}]
    return records


def status_left_from_the_validation(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Note a validation; the next file that the same user creates is validated as well."""
    if about.get("event") == "validated":
        memory.shared["user"] = about["user"]
        return records
    if memory.shared.pop("user", None) == about["user"]:
        return [{**records[0], "status": Status.VALI, "noted": True}]
    return records


def same_symbol_again(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take a symbol scanned a second time for confirmed."""
    seen = memory.own.setdefault("seen", set())
    if about["content"] in seen:
        read = about["read"]
        return [{**records[0], "status": "QUAL", "matricule": read["matricule"], "oid": read["oid"]}]
    seen.add(about["content"])
    return records


def letters_gs_end_a_name(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the letters GS inside a name for the separator."""
    return [{**one, "birth_name": one["birth_name"].split("GS")[0] or one["birth_name"]} for one in records]


def _each_text(spelt: Callable[[str], str], *names: str) -> Fault:
    """Return a fault that spells texts (all, or these) in another way."""

    def fault(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        return [
            {
                name: spelt(value) if isinstance(value, str) and (not names or name in names) else value
                for name, value in one.items()
            }
            for one in records
        ]

    return fault


def _particle_capitals(text: str) -> str:
    return re.sub("^(de|du|van|von) ", lambda found: found[0].upper(), text)


def _mac_capitals(text: str) -> str:
    return re.sub("^Mc(?=[A-Z])", "MC", text)


def _beyond_latin_1_plain(text: str) -> str:
    return "".join(_bare(one) if ord(one) > 0xFF else one for one in text)  # noqa: PLR2004


def _bare(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0]


def _without_combining(text: str) -> str:
    return "".join(one for one in text if not unicodedata.combining(one))


def _inner_apostrophe(text: str) -> str:
    return text.replace("' ", " ").replace(" '", " ")


def _month_and_day_exchanged(text: str) -> str:
    found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text)
    if found and "12" < found[2] <= "31" and "01" <= found[3] <= "12":
        return f"{found[1]}-{found[3]}-{found[2]}"
    return text


def _second_names_apart(text: str) -> str:
    first, *others = text.split(" ")
    return " ".join([first, *(one.replace("-", " ") for one in others)])


def names_too_long_together(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Refuse a birth name and a used name that are longer than 100 letters together."""
    for one in records:
        if len(one.get("birth_name") or "") + len(one.get("used_name") or "") > 100:  # noqa: PLR2004
            raise RefusedError("TOO_LONG", "Nom complet : 100 caractères au plus.", ["used_name"])
    return records


def list_follows_the_first_name(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Rewrite the start of the list when the 1er prénom is changed."""
    typed = about["typed"]
    if typed.get("first_name") and "first_names" not in typed and records[0]["first_names"]:
        rest = records[0]["first_names"].split(" ")[1:]
        return [{**records[0], "first_names": " ".join([typed["first_name"], *rest])}]
    return records


def nature_of_the_first_look(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the nature that the number had when the file was first opened."""
    out = []
    for one in records:
        if one["name"] == "matricule" and one["value"]:
            one = {**one, "label": memory.own.setdefault(about["patient_id"], one["label"])}  # noqa: PLW2901
        out.append(one)
    return out


def used_name_for_birth_name(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Show the used name in the place of the birth name where the site displays it."""
    used = next((one["value"] for one in records if one["name"] == "used_name"), None)
    return [{**one, "value": used} if used and one["name"] == "birth_name" else one for one in records]


def no_room_for_the_sex(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Leave the sex out where the site displays everything."""
    full = len(records) >= 12  # noqa: PLR2004 - ten fields, the status, the billing number
    return [one for one in records if not (full and one["name"] == "sex")]


def nature_only_beside_the_oid(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Tell the nature only where the OID is displayed."""
    if any(one["name"] == "oid" for one in records):
        return records
    return [{**one, "label": "Matricule INS"} if one["name"] == "matricule" else one for one in records]


def _only_beside(name: str, other: str) -> Fault:
    """Return a fault that displays a field only where another one is."""

    def fault(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        shown = any(one["name"] == other for one in records)
        return [one for one in records if shown or one["name"] != name]

    return fault


def displayed_fields_add_up(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Never take a field off the screen again."""
    [one] = records
    if "displayed_fields" not in one:
        return records
    kept = memory.own.setdefault("fields", [])
    kept += [name for name in one["displayed_fields"].split(",") if name and name not in kept]
    return [{**one, "displayed_fields": ",".join(kept)}]


def qualified_for_ever_on_screen(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Go on showing an identity as qualifiée once it was."""
    out = []
    for one in records:
        if one["name"] == "status":
            was = memory.own.setdefault("qualified", set())
            if "qualifiée" in (one["value"] or ""):
                was.add(about["patient_id"])
            elif about["patient_id"] in was:
                one = {**one, "value": "Identité qualifiée"}  # noqa: PLW2901
        out.append(one)
    return out


def validated_by_the_app(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show an identity that the Appli carte Vitale qualified as validée."""
    noted = {one["id"] for one in memory.shared.get("files", ())}
    return [
        {**one, "value": "Identité validée"}
        if one["name"] == "status" and about["patient_id"] in noted
        else one
        for one in records
    ]


def status_needs_room(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Leave the status out where the site displays nothing else."""
    bare = len(records) <= 6  # noqa: PLR2004 - four fields, the status, the billing number
    return [one for one in records if not (bare and one["name"] == "status")]


def last_attribute_stays(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep homonyme when no attribute is asked for."""
    before = about["before"]["attributes"]
    if not about["asked"] and before == ["HOMONYME"]:
        return [{**records[0], "attributes": before}]
    return records


def doubt_stays_beside(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep douteuse when homonyme is asked for in its place."""
    if about["asked"] == ["HOMONYME"] and "DOUTEUSE" in about["before"]["attributes"]:
        return [{**records[0], "attributes": ["DOUTEUSE", "HOMONYME"]}]
    return records


def pair_lowers_nothing(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare the attributes set with douteuse alone."""
    if len(about["file"]["attributes"]) > 1:
        return [{**records[0], "status": about["before"]}]
    return records


def app_file_not_lowered(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the status of a file that the Appli carte Vitale qualified."""
    if any(one["id"] == about["patient_id"] for one in memory.shared.get("files", ())):
        return [{**records[0], "status": about["before"]}]
    return records


def second_marking_not_lowered(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Lower the status the first time that a file is marked only."""
    if not {"DOUTEUSE", "FICTIVE"} & set(about["file"]["attributes"]):
        return records
    seen = memory.own.setdefault("seen", set())
    if about["patient_id"] in seen:
        return [{**records[0], "status": about["before"]}]
    seen.add(about["patient_id"])
    return records


FUNCTIONS: dict[str, Fault] = {
    "but-one-card-noted": _noting("card", "birth_name", "billing_number"),
    "but-one-open-noted": _noting("open"),
    "but-one-file-noted": _noting("files"),
    "but-one-people-noted": _noting("people", "birth_name", "birth_date"),
    "used-name-when-nothing-else": _fallback("name_prefix", "birth_name"),
    "used-first-name-when-nothing-else": _fallback("first_name_prefix", "first_name"),
    "first-hyphen-only-ignored": _key(_first_hyphen_only),
    "first-apostrophe-only-ignored": _key(_first_apostrophe_only),
    "decomposed-accents-compared": _key(_decomposed_kept),
    "letters-beyond-latin-1-compared": _key(_beyond_latin_1_kept),
    "capital-accents-compared": _key(_capital_accents_kept),
    "tildes-compared": _key(_tilde_kept),
    "hyphen-typed-last-compared": _key(_last_hyphen_kept),
    "particle-in-lower-case-accepted": _each_text(_particle_capitals),
    "mac-in-lower-case-accepted": _each_text(_mac_capitals),
    "letters-beyond-latin-1-accepted": _each_text(_beyond_latin_1_plain),
    "decomposed-accents-accepted": _each_text(_without_combining),
    "apostrophe-beside-a-space-accepted": _each_text(_inner_apostrophe, "first_names"),
    "month-and-day-exchanged": _each_text(_month_and_day_exchanged, "birth_date"),
    "hyphens-of-the-second-names-lost": _each_text(_second_names_apart, "first_names"),
    "used-first-name-beside-the-used-name-only": _only_beside("used_first_name", "used_name"),
    **{
        function.__name__.replace("_", "-"): function
        for function in (
            four_given_names,
            value_put_back_not_written,
            one_of_two_used_names,
            ins_of_the_card_read_before,
            card_read_fills_the_open_file,
            not_those_noted,
            namesakes_once,
            uncertain_of_the_year,
            inside_the_used_name,
            first_names_by_the_name,
            offline_after_a_failure,
            refused_to_those_noted,
            proof_refused_to_those_noted,
            second_try_accepted,
            emergency_file,
            status_of_the_namesake,
            status_left_from_the_validation,
            same_symbol_again,
            letters_gs_end_a_name,
            names_too_long_together,
            list_follows_the_first_name,
            nature_of_the_first_look,
            used_name_for_birth_name,
            no_room_for_the_sex,
            nature_only_beside_the_oid,
            displayed_fields_add_up,
            qualified_for_ever_on_screen,
            validated_by_the_app,
            status_needs_room,
            last_attribute_stays,
            doubt_stays_beside,
            pair_lowers_nothing,
            app_file_not_lowered,
            second_marking_not_lowered,
        )
    },
}
"""The faults of this module, by the name used under ``hand``."""
