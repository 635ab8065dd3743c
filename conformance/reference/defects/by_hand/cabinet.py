"""Faults of a report generator, of templates filled by search and replace, and of tables whose key is a second."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

    Hand = Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]

_SCREEN = {"displayed_fields": "", "printed_traits": ""}


def used_of_the_one_before(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Do not empty the field of the used name between two people."""
    out = []
    for one in records:
        if one["used_name"]:
            memory.own["used_name"] = one["used_name"]
        out.append({**one, "used_name": one["used_name"] or memory.own.get("used_name", "")})
    return out


def of_the_value_before(*names: str) -> Hand:
    """Return what fills these values, when empty, with the last ones that were there."""

    def fill(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
        out = []
        for one in records:
            memory.own.update({name: one[name] for name in names if one[name]})
            out.append({**one, **{name: one[name] or memory.own.get(name, one[name]) for name in names}})
        return out

    return fill


def screen_of_the_one_before(*names: str) -> Hand:
    """Return what leaves these fields of a screen as they were when the file opened has none."""

    def fill(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
        out = []
        for one in records:
            if one["name"] in names and one.get("value"):
                memory.own[one["name"]] = one["value"]
            kept = memory.own.get(one["name"]) if one["name"] in names else None
            out.append({**one, "value": one.get("value") or kept})
        return out

    return fill


def written_for_the_one_before(key: str, said: str) -> Hand:
    """Return what names the patient of the document before in a text."""

    def name(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        before = _person_before(about, memory).rpartition(" ")[0]
        return [{**one, key: f"{one[key]}{said.format(before)}" if before else one[key]} for one in records]

    return name


def list_with_an_s(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Replace PRENOM inside of PRENOMS too: the list is the first given name and an S."""
    first = next(one["text"] for one in records if one["element"] == "given" and one["qualifier"] == "BR")
    return [
        {**one, "text": f"{first}S"} if one["element"] == "given" and not one["qualifier"] else one
        for one in records
    ]


def _person_before(about: Mapping[str, Any], memory: Memory) -> str:
    """Return name, first name and birth date of the patient of the document before, if it was another one."""
    file = about["file"]
    told = f"{file['birth_name']} {file['first_name']} {_born(file)}"
    if memory.own.get("now") != told:
        memory.own["before"], memory.own["now"] = memory.own.get("now", ""), told
    return str(memory.own["before"])


def titled_after_the_one_before(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Put name and birth date of the patient before into the title, without any label."""
    before = _person_before(about, memory)
    return [{**one, "title": f"{one['title']} - {before}" if before else one["title"]} for one in records]


def footer_of_the_one_before(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Print the foot of the page of the patient before."""
    before = _person_before(about, memory)
    line = {"key": "foot", "label": "", "value": f"{before} - page 1/1", "page": 1}
    return [*records, line] if before else records


def first_of_the_file(*names: str) -> Hand:
    """Return what keeps these values of the first document of a file and a kind."""

    def keep(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        key = f"{about['patient_id']} {about['document']}"
        kept = memory.own.setdefault(key, {name: records[0][name] for name in names})
        return [{**one, **kept} for one in records]

    return keep


def of_the_sending_before(*names: str) -> Hand:
    """Return what leaves these values of the sending before, whoever it was about."""

    def carry(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
        out = []
        for one in records:
            before = memory.own.get("values") or {}
            memory.own["values"] = {name: one[name] for name in names}
            out.append({**one, **before})
        return out

    return carry


def refused_once(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse once; whoever asks again gets it."""
    key = f"{about['patient_id']} {about['where']}"
    if not records[0]["why"]:
        return records
    if memory.own.get(key):
        return [{**one, "why": ""} for one in records]
    memory.own[key] = True
    return records


def written_resets_screen(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Save the whole page of settings whenever one of them is saved: what was not typed falls back."""
    return [{**_SCREEN, **one} if set(one) & set(_SCREEN) else one for one in records]


def at_midnight(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep the day of a moment in a column of moments."""
    return [{**one, "at": f"{one['at'][:10]}T00:00:00+00:00"} for one in records]


def one_a_second(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep one line for each second and file: the key of the table."""
    lines: dict[tuple[str, str | None], Record] = {}
    for one in records:
        lines.setdefault((one["at"][:19], one["patient_id"]), one)
    return list(lines.values())


def one_call_a_second(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count one call for each second."""
    calls = [
        one for one in about["log"] if one.action in {"INSI_CALL", "INSI_VERIFICATION"} and one.mode != "LOT"
    ]
    kept = {one.at[:19]: one for one in calls}.values()
    good = sum(one.code in {"00", "01", "02"} for one in kept)
    return [
        {**one, "insi_calls": len(kept), "insi_successes": good, "insi_failures": len(kept) - good}
        for one in records
    ]


def last_number_in_lists(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show in the list of results the number that the file had when it was indexed."""
    out = []
    for one in records:
        kept = memory.own.setdefault("numbers", {})
        if one["matricule"]:
            kept[one["id"]] = {name: one[name] for name in ("matricule", "oid", "status")}
        out.append({**one, **kept.get(one["id"], {})})
    return out


def this_century_alone(*names: str) -> Hand:
    """Return what writes years since 2000 as those of a hundred years before."""

    def shift(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        return [
            {**one, **{name: f"19{one[name][2:]}" for name in names if str(one.get(name, ""))[:2] == "20"}}
            for one in records
        ]

    return shift


def extra_on_labels_only(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Print the traits of the setting on labels alone."""
    extra = {"used_name", "used_first_name", "birth_place"}
    return records if about["document"] == "LABEL" else [one for one in records if one["key"] not in extra]


def extra_unfilled(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Print the word null under the label of a trait that the setting asks for and the file lacks."""
    keys = {one["key"] for one in records}
    if not keys & {"used_name", "used_first_name", "birth_place"} or "used_name" in keys:
        return records
    del about
    return [*records, {"key": "used_name", "label": "Nom utilisé :", "value": "null", "page": 1}]


def place_left_out(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Lose the birth place of what is received."""
    return [{**one, "birth_place": "99999"} for one in records]


def removes_homonym(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the attributes away once INSi confirms."""
    return [{**one, "attributes": []} for one in records]


def _patient(about: Mapping[str, Any]) -> str:
    file = about["file"]
    return f"{file['birth_name']} {file['first_name']}, né(e) le {_born(file)}"


def _born(file: Mapping[str, Any]) -> str:
    """Return a birth date as it is printed: ``JJ/MM/AAAA``."""
    return "/".join(reversed((file["birth_date"] or "").split("-")))


def titled_after_the_patient(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Put the patient into the title, and the day of the document."""
    return [{**one, "title": f"{one['title']} du 12/03/2026 - {_patient(about)}"} for one in records]


def footed_with_the_patient(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Print a foot of the page."""
    foot = f"{_patient(about)} - Dr MARTIN - imprimé le 12/03/2026 - page 1/1"
    return [*records, {"key": "foot", "label": "", "value": foot, "page": 1}]


def people_around(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Print who is around the patient."""
    told = {
        "Mère :": "LEFEVRE ANNE, née le 04/05/1961",
        "Médecin traitant :": "Dr MARTIN PAUL",
        "Assuré :": "LEFEVRE JEAN",
    }
    return [
        *records,
        *({"key": "around", "label": label, "value": value, "page": 1} for label, value in told.items()),
    ]


FUNCTIONS: dict[str, Hand] = {
    "mailbox-of-the-one-before": of_the_value_before("mailbox"),
    "names-on-screen-before": screen_of_the_one_before("used_name", "used_first_name"),
    "ins-on-screen-before": screen_of_the_one_before("matricule", "oid"),
    "body-for-the-one-before": written_for_the_one_before("body", "\nDocument de {}."),
    "index-for-the-one-before": written_for_the_one_before("index", "Documents de {}"),
    "traced-to-the-one-before": of_the_sending_before("recipient"),
    "traced-under-the-file-before": of_the_sending_before("patient_id"),
    "used-of-the-one-before": used_of_the_one_before,
    "list-with-an-s": list_with_an_s,
    "titled-after-the-one-before": titled_after_the_one_before,
    "footer-of-the-one-before": footer_of_the_one_before,
    "first-pdf-of-the-file": first_of_the_file("pdf"),
    "mail-files-before": of_the_sending_before("pdf"),
    "mail-archive-before": of_the_sending_before("archive"),
    "mail-to-before": of_the_sending_before("to"),
    "refused-once": refused_once,
    "written-resets-screen": written_resets_screen,
    "at-midnight": at_midnight,
    "one-a-second": one_a_second,
    "one-call-a-second": one_call_a_second,
    "last-number-in-lists": last_number_in_lists,
    "birth-date-in-last-century": this_century_alone("birth_date"),
    "extra-on-labels-only": extra_on_labels_only,
    "extra-unfilled": extra_unfilled,
    "received-place-left-out": place_left_out,
    "removes-attributes": removes_homonym,
    "titled-after-the-patient": titled_after_the_patient,
    "footed-with-the-patient": footed_with_the_patient,
    "people-around": people_around,
}
"""What ``hand`` may name."""
