"""Faults of answers, proposals, lists and documents that data cannot say: what is repaired, compared, kept or mixed up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lxml import etree

from conformance.drivers.protocol import RefusedError
from simulator.ins.traits import comparison_key, starts_list

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record


def repair_xml(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Read what can be read of a broken document, as a browser does."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    repaired = []
    for record in records:
        # Nothing at all can be read of an empty document: the parser then gives None, whatever its types say.
        try:
            root: etree._Element | None = etree.fromstring(record["content"], parser)
        except etree.XMLSyntaxError:
            root = None
        repaired.append({**record, "content": record["content"] if root is None else etree.tostring(root)})
    return repaired


def starts_by_characters(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take JEAN for the start of JEANNE: no alert."""
    first, listed = about["local"].get("first_name") or "", (about["insi"] or {}).get("first_names") or ""
    return [_without_alert(record) if listed.startswith(first) else record for record in records]


def anywhere_in_list(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take any given name of the list for its start: no alert."""
    first, listed = about["local"].get("first_name") or "", (about["insi"] or {}).get("first_names") or ""
    inside = set(comparison_key(first).split()) <= set(comparison_key(listed).split())
    return [_without_alert(record) if inside else record for record in records]


def only_first_word(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare the first word of each only: MARIE CLAIRE passes before MARIE ANNE."""
    first, listed = about["local"].get("first_name") or "", (about["insi"] or {}).get("first_names") or ""
    same = comparison_key(first).split()[:1] == comparison_key(listed).split()[:1]
    return [_without_alert(record) if same else record for record in records]


def strict_comparison(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare with the list as it is written, hyphens included: an alert too many."""
    first, listed = about["local"].get("first_name") or "", (about["insi"] or {}).get("first_names") or ""
    return [record if f"{listed} ".startswith(f"{first} ") else _with_alert(record) for record in records]


def whole_list_only(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Accept one given name or the whole list, nothing between: an alert too many."""
    first, listed = about["local"].get("first_name") or "", (about["insi"] or {}).get("first_names") or ""
    count = len(comparison_key(first).split())
    accepted = count in {1, len(comparison_key(listed).split())} and starts_list(first, listed)
    return [record if accepted else _with_alert(record) for record in records]


def contained(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Search with ``LIKE '%text%'``."""
    typed = comparison_key(about["criteria"].get("name_prefix") or "").replace(" ", "")
    if not typed:
        return records
    found = {record["id"] for record in records}
    return [
        one
        for one in about["everyone"]
        if one["id"] in found
        or (
            about["criteria"].get("birth_date") in {None, one["birth_date"]}
            and any(
                typed in comparison_key(one[name] or "").replace(" ", "")
                for name in ("birth_name", "used_name")
            )
        )
    ]


def first_names_contained(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Search given names with ``LIKE '%text%'``."""
    typed = comparison_key(about["criteria"].get("first_name_prefix") or "").replace(" ", "")
    if not typed:
        return records
    found = {record["id"] for record in records}
    names = ("first_names", "first_name", "used_first_name")
    return [
        one
        for one in about["everyone"]
        if one["id"] in found
        or (
            about["criteria"].get("birth_date") in {None, one["birth_date"]}
            and any(typed in comparison_key(one[name] or "").replace(" ", "") for name in names)
        )
    ]


def born_near(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare day and month only: the year is lost in a conversion."""
    wanted = about["criteria"].get("birth_date")
    if not wanted or about["criteria"].get("name_prefix") or about["criteria"].get("first_name_prefix"):
        return records
    return [one for one in about["everyone"] if (one["birth_date"] or "")[5:] == wanted[5:]]


def born_same_month(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare year and month only."""
    wanted = about["criteria"].get("birth_date")
    if not wanted or about["criteria"].get("name_prefix") or about["criteria"].get("first_name_prefix"):
        return records
    return [one for one in about["everyone"] if (one["birth_date"] or "")[:7] == wanted[:7]]


def one_per_name(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show one file for each name, as ``GROUP BY`` does."""
    return list({(one["birth_name"], one["first_name"]): one for one in reversed(records)}.values())[::-1]


def stale_index(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Search an index that is written when a file is created and never again."""
    index: dict[str, Record] = memory.own.setdefault("index", {})
    known = {one["id"] for one in records}
    for one in about.get("everyone", records):
        index.setdefault(one["id"], dict(one))
    return [
        {**one, **{name: index[one["id"]][name] for name in _SEARCHED}}
        for one in records
        if one["id"] in known
    ]


_SEARCHED = ("birth_name", "used_name", "first_names", "first_name", "used_first_name", "birth_date")


def cached_answer(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the result of the last search with the same criteria again."""
    key = str(sorted((name, value) for name, value in about["criteria"].items()))
    cache: dict[str, list[Record]] = memory.own.setdefault("cache", {})
    return cache.setdefault(key, records)


def last_call_only(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep the last INSi call of the log and the rest."""
    calls = [one for one in records if one["action"] == "INSI_CALL"]
    return [one for one in records if one["action"] != "INSI_CALL" or one is calls[-1]]


def last_call_of_each(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep the last INSi call of each file, as a column of the file would."""
    last = {one["patient_id"]: one for one in records if one["action"] == "INSI_CALL"}
    return [one for one in records if one["action"] != "INSI_CALL" or one is last[one["patient_id"]]]


def same_second_merged(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep one INSi call per second, file and user: the key of the table is the time without fractions."""
    kept: dict[tuple[str, ...], Record] = {}
    for number, one in enumerate(records):
        if one["action"] != "INSI_CALL":
            kept[str(number),] = one
        else:
            kept[one["at"][:19], str(one["patient_id"]), one["user"]] = one
    return list(kept.values())


def five_calls(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the five latest INSi calls: the page size of the screen."""
    calls = [one for one in records if one["action"] == "INSI_CALL"][-5:]
    return [one for one in records if one["action"] != "INSI_CALL" or any(one is call for call in calls)]


def user_of_creation(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the INSi calls under the name of the user who created the file."""
    owners: dict[str, str] = memory.own.setdefault("owners", {})
    out = []
    for one in records:
        owner = owners.setdefault(str(one["patient_id"]), one["user"]) if one["patient_id"] else one["user"]
        out.append({**one, "user": owner} if one["action"] == "INSI_CALL" else one)
    return out


def user_of_first_call(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write further INSi calls for a file under the name of the first caller."""
    callers: dict[str, str] = memory.own.setdefault("callers", {})
    return [{**one, "user": callers.setdefault(str(one["patient_id"]), one["user"])} for one in records]


def first_returned(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write what the first call for a file returned, for all further calls too."""
    kept: dict[str, dict[str, str]] = memory.own.setdefault("returned", {})
    return [{**one, "returned": kept.setdefault(str(one["patient_id"]), one["returned"])} for one in records]


def refused_pairs(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse two attributes together, whichever they are."""
    if any(len(one["attributes"]) > 1 for one in records):
        raise RefusedError("ATTRIBUTE_COMBINATION", "Un seul attribut à la fois.", ["attributes"])
    return records


def given_back(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Put the INS aside when an attribute is set, and give it back when it is removed."""
    aside: dict[str, tuple[str, str]] = memory.own.setdefault("aside", {})
    before = about["before"]
    if before["matricule"]:
        aside[before["id"]] = (before["matricule"], before["oid"])
    if about["asked"]:
        return records
    return [
        {**one, "matricule": aside[one["id"]][0], "oid": aside[one["id"]][1]} if one["id"] in aside else one
        for one in records
    ]


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


def first_then_all(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Try the first given name, then all of them."""
    return [records[0], records[-1]] if len(records) > 1 else records


def fictive_alone(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep fictive alone when it comes with others."""
    return [{**one, "attributes": ["FICTIVE"]} if "FICTIVE" in one["attributes"] else one for one in records]


def sorted_by_name(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the files found in the order of the names."""
    return sorted(records, key=lambda one: (one["birth_name"] or "", one["first_name"] or ""))


def locked_ignored(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take locked fields out of what was typed instead of refusing it."""
    locked = {"matricule", "oid", "birth_name", "first_names", "birth_date", "sex", "birth_place"}
    if about["role"] != "USER" or about["status"] not in {"RECUP", "QUAL"}:
        return records
    return [{name: value for name, value in one.items() if name not in locked} for one in records]


def _without_alert(record: Record) -> Record:
    return {
        **record,
        "alerts": [one for one in record["alerts"] if one["code"] != "FIRST_NAME_NOT_START_OF_LIST"],
    }


def _with_alert(record: Record) -> Record:
    if record["outcome"] != "FOUND" or any(
        one["code"] == "FIRST_NAME_NOT_START_OF_LIST" for one in record["alerts"]
    ):
        return record
    alert = {
        "code": "FIRST_NAME_NOT_START_OF_LIST",
        "message": "Le 1er prénom n'est pas le début de la liste des prénoms.",
    }
    return {**record, "alerts": [*record["alerts"], alert]}


def first_pdf_kept(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Put the first PDF that was made into every body: that of another patient."""
    return [{**record, "pdf": memory.own.setdefault("pdf", record["pdf"])} for record in records]


def first_symbol_kept(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Print the first Datamatrix that was made on every page: that of another patient."""
    return [{**record, "content": memory.own.setdefault("symbol", record["content"])} for record in records]


def document_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Hand out the document of this kind that was made first for this file, whatever became of the file since."""
    key = f"{about['patient_id']} {about['document']}"
    return [{**record, "content": memory.own.setdefault(key, record["content"])} for record in records]


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        repair_xml, starts_by_characters, anywhere_in_list, only_first_word, strict_comparison, whole_list_only,
        contained, first_names_contained, born_near, born_same_month, one_per_name, stale_index, cached_answer,
        last_call_only, last_call_of_each, same_second_merged, five_calls, user_of_creation,
        own_alert_codes,
        one_alert_code,
        alerts_in_lower_case,
        alerts_in_message,
        alerts_as_one,
        first_then_all,
        fictive_alone,
        sorted_by_name,
        locked_ignored,
        user_of_first_call, first_returned, refused_pairs, given_back, first_pdf_kept, first_symbol_kept,
        document_kept,
    )
}  # fmt: skip
