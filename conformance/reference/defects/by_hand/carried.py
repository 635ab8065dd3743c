"""Faults of what is carried from one document, patient or answer to the next, and of what is reckoned instead of read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

    Hand = Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]

_INS = ("matricule", "oid", "nature", "mailbox")
_TRAITS = ("birth_name", "first_names", "first_name", "birth_date", "sex", "birth_place")
_OIDS = {"NIR": "1.2.250.1.213.1.4.8", "NIA": "1.2.250.1.213.1.4.9"}


def _of_the_one_before(*names: str) -> Hand:
    """Return what writes these values of the document made before, when it was of another file."""

    def carry(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        out = []
        for one in records:
            before = memory.own.get("values")
            memory.own["values"] = {name: one[name] for name in names}
            out.append({**one, **before} if before and memory.own["file"] != about["patient_id"] else one)
            memory.own["file"] = about["patient_id"]
        return out

    return carry


def first_traits(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the traits that the file had the first time."""
    key = f"{about['patient_id']} {about['where']}"
    kept = memory.own.setdefault(key, {name: records[0][name] for name in _TRAITS})
    return [{**one, **kept} for one in records]


def kept_by_name(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep what was written under birth name and first name: a homonym gets it too."""
    out = []
    for one in records:
        key = f"{one['birth_name']} {one['first_name']}"
        out.append(memory.own.setdefault(key, dict(one)) if one["matricule"] else one)
    return out


def ins_of_the_record_before(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Do not empty the INS between two records."""
    out = []
    for one in records:
        if one["matricule"]:
            memory.own.update({name: one[name] for name in _INS})
        out.append({**one, **memory.own})
    return out


def last_ins(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the last INS that the file held, when it holds none or may not send it."""
    held = {name: about["file"].get(name) or "" for name in _INS}
    if held["matricule"]:
        memory.shared[about["patient_id"]] = held
    kept = memory.shared.get(about["patient_id"], {})
    return [one if one["matricule"] else {**one, **kept} for one in records]


def hint_of_the_last(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Recall the last INS of the file in the text of a mail."""
    number = memory.shared.get(about["patient_id"], {}).get("matricule", "")
    return [{**one, "ins": "N", "hints": f"INS : {number}" if number else ""} for one in records]


def silent_after_a_fall(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Hold back the INS of a file that was written about while it was not qualified, and had been qualified before."""
    seen: dict[str, str] = memory.own
    file, is_qualified = about["patient_id"], about["file_status"] == "QUAL"
    if is_qualified:
        seen.setdefault(file, "up")
    elif seen.get(file):
        seen[file] = "down"
    if is_qualified and seen[file] == "down":
        return [{**one, "matricule": "", "oid": "", "mailbox": ""} for one in records]
    return records


def symbol_once(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Draw the symbol of a document the first time only."""
    key = f"{about['patient_id']} {about['document']}"
    if memory.own.setdefault(key, 0) and records[0]["content"]:
        records = [{**one, "content": "", "caption": ""} for one in records]
    memory.own[key] += bool(about["file_status"] == "QUAL")
    return records


def symbol_late(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Draw the symbol of the page before, from the third page on."""
    drawn: list[str] = memory.own.setdefault("drawn", [])
    out = []
    for one in records:
        if one["content"]:
            drawn.append(one["content"])
        out.append({**one, "content": drawn[-2]} if one["content"] and len(drawn) > 2 else one)  # noqa: PLR2004
    return out


def sex_of_the_number(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Read the sex from the first digit."""
    sexes = {"1": "M", "3": "M", "7": "M", "2": "F", "4": "F", "8": "F"}
    return [{**one, "sex": sexes.get(one["matricule"][:1], one["sex"])} for one in records]


def place_of_the_number(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Read the birth place from the digits."""
    return [{**one, "birth_place": one["matricule"][5:10] or one["birth_place"]} for one in records]


def _nature(number: str) -> str:
    return "NIA" if number[:1] in {"7", "8"} else "NIR"


def nature_of_the_digit(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Tell NIR or NIA from the first digit."""
    return [
        {**one, "nature": _nature(one["matricule"]) if one["matricule"] else one["nature"]} for one in records
    ]


def oid_of_the_digit(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Make the OID from the first digit."""
    out = []
    for one in records:
        nature = _nature(one["matricule"])
        out.append({**one, "nature": nature, "oid": _OIDS[nature]} if one["matricule"] else one)
    return out


def key_without_zero(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the key as a number."""
    out = []
    for one in records:
        number, key = one["matricule"][:13], one["matricule"][13:]
        if not key.startswith("0"):
            out.append(one)
            continue
        short = f"{number}{int(key)}"
        mailbox = one["mailbox"].replace(one["matricule"], short)
        out.append({**one, "matricule": short, "mailbox": mailbox})
    return out


def first_assertion(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the assertion of the first sending of an INS for all those after it."""
    out = []
    for one in records:
        if one["assertion_patient"].endswith("^NH"):
            memory.own.setdefault("kept", one["assertion_patient"])
        out.append({**one, "assertion_patient": memory.own.get("kept", one["assertion_patient"])})
    return out


def first_mailbox(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the first address that the patient had, for as long as one may leave."""
    return _first_of_the_file(records, about, memory, "mailbox")


def first_oid(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the OID of the first number of the file."""
    return _first_of_the_file(records, about, memory, "oid")


def first_assertion_of_the_file(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Keep the assertion of the first sending about a file."""
    return _first_of_the_file(records, about, memory, "assertion_patient")


def _first_of_the_file(
    records: list[Record], about: Mapping[str, Any], memory: Memory, name: str
) -> list[Record]:
    out = []
    for one in records:
        kept = memory.own.setdefault(about["patient_id"], one[name]) if one[name] else ""
        out.append({**one, name: kept})
    return out


def narrative_of_the_document_before(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Quote the INS in the text, which is that of the file written about before."""
    number = about["file"].get("matricule") if about["file_status"] == "QUAL" else ""
    before, memory.own["kept"] = memory.own.get("kept", ""), number or memory.own.get("kept", "")
    return [{**one, "narrative": f"INS : {before} NIR" if before and number else ""} for one in records]


def refused_once_refused(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Go on refusing a file that was refused once because of its status."""
    out = []
    for one in records:
        if "qualifiée" in one["why"]:
            memory.own[about["patient_id"]] = one["why"]
        out.append({**one, "why": one["why"] or memory.own.get(about["patient_id"], "")})
    return out


def recipient_before(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Address the patient of the mail before."""
    return _of_the_one_before("recipient")(records, about, memory)


def once_allowed(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Allow what was allowed once for this file."""
    out = []
    for one in records:
        if not one["why"]:
            memory.own[about["patient_id"]] = one["recipient"]
        elif about["patient_id"] in memory.own and "oppose" not in one["why"]:
            one = {**one, "why": "", "recipient": memory.own[about["patient_id"]]}  # noqa: PLW2901
        out.append(one)
    return out


def refused_everywhere(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse by every way what is refused by one."""
    file = about["patient_id"]
    for one in records:
        memory.own[file] = memory.own.get(file, "") or (one["why"] if "oppose" in one["why"] else "")
    return [{**one, "why": one["why"] or memory.own[file]} for one in records]


def refused_for_ever(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep a refusal that was lifted."""
    key = f"{about['patient_id']} {about['where']}"
    for one in records:
        memory.own[key] = memory.own.get(key, "") or (one["why"] if "oppose" in one["why"] else "")
    return [{**one, "why": one["why"] or memory.own[key]} for one in records]


def refused_for_the_next(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Hold the refusal of the patient before against this one."""
    before = memory.own.get("why", "")
    memory.own["why"] = records[0]["why"] if records and "oppose" in records[0]["why"] else ""
    return [{**one, "why": one["why"] or before} for one in records]


def withdrawn_from_the_last(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Tell a withdrawal to whoever was written to last."""
    if about["where"] == "withdrawal":
        return [{**one, "recipient": memory.own.get("recipient", one["recipient"])} for one in records]
    for one in records:
        memory.own["recipient"] = one["recipient"] if not one["why"] else memory.own.get("recipient", "")
    return records


def trust_domain(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare what follows the at sign."""
    sender = about["received"]["sender"]
    domain = sender.rpartition("@")[2]
    near = any(one["sender"].rpartition("@")[2] == domain for one in records)
    return [*records, {"sender": sender}] if near else records


def trusted_whatever_status(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Trust the sender about an identity that it does not call qualified."""
    if about["received"]["sender"] not in about["senders"]:
        return records
    return [{**one, "status": "QUAL", "with_ins": True} for one in records]


def answer_before(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Apply the answer of the verification before."""
    out = []
    for one in records:
        out.append({**one, **memory.own})
        memory.own.update({name: one[name] for name in ("result", "code", "message")})
    return out


def _of_the_item_before(name: str) -> Hand:
    """Return what writes one part of the item that came before on the worklist."""

    def carry(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
        out = []
        for one in records:
            out.append({**one, **memory.own})
            memory.own[name] = one[name]
        return out

    return carry


def _qualified(
    records: list[Record], about: Mapping[str, Any], same: Callable[[Record], bool]
) -> list[Record]:
    found = [one for one in about["everyone"] if one["status"] == "QUAL" and same(one)]
    return [{**one, "stands": "SAME_INS"} for one in found[:1]] or records


def same_first_names_in_any_order(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Compare the first names as a set."""
    values = about["values"]
    names = ("matricule", "oid", "birth_name", "birth_date", "sex", "birth_place")

    def same(one: Record) -> bool:
        told = sorted((values["first_names"] or "").split())
        return all(one[name] == values[name] for name in names) and told == sorted(
            (one["first_names"] or "").split()
        )

    return _qualified(records, about, same)


def first_setting(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Print the optional traits that the first setting asked for, as far as there are any."""
    extra = ("used_name", "used_first_name", "birth_place")
    asked = memory.own.setdefault("asked", {one["key"] for one in records} & set(extra))
    del about
    return [one for one in records if one["key"] not in extra or one["key"] in asked]


FUNCTIONS: dict[str, Hand] = {
    "lot-of-the-file-before": _of_the_one_before("set_patient"),
    "source-of-the-file-before": _of_the_one_before("birth_name", "first_name", "birth_date", "sex"),
    "hash-of-the-document-before": _of_the_one_before("hash"),
    "pdf-of-the-mail-before": _of_the_one_before("pdf"),
    "archive-of-the-mail-before": _of_the_one_before("archive"),
    "subject-of-the-mail-before": _of_the_one_before("subject"),
    "codes-of-the-mail-before": _of_the_one_before("codes"),
    "file-of-the-item-before": _of_the_item_before("patient_id"),
    **{
        function.__name__.replace("_", "-"): function
        for function in (
            first_traits,
            kept_by_name,
            ins_of_the_record_before,
            last_ins,
            hint_of_the_last,
            silent_after_a_fall,
            symbol_once,
            symbol_late,
            sex_of_the_number,
            place_of_the_number,
            nature_of_the_digit,
            oid_of_the_digit,
            key_without_zero,
            first_assertion,
            first_mailbox,
            first_oid,
            first_assertion_of_the_file,
            narrative_of_the_document_before,
            refused_once_refused,
            recipient_before,
            once_allowed,
            refused_everywhere,
            refused_for_ever,
            refused_for_the_next,
            withdrawn_from_the_last,
            trust_domain,
            trusted_whatever_status,
            answer_before,
            same_first_names_in_any_order,
            first_setting,
        )
    },
}
"""The faults of this module, by the name used under ``hand``."""
