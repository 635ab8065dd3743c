"""Faults of the kinds of ``remembered``, ``kindred`` and ``days`` once more, each made of a condition and of what it touches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.drivers import site
from conformance.drivers.model import STRICT_FIELDS, Attribute, Proof, Status
from conformance.drivers.protocol import RefusedError
from conformance.reference.files import as_record, from_record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.drivers.model import Patient
    from conformance.reference.seams import Memory, Record
    from conformance.reference.store import Store

    Hand = Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]

_USED = ("used_name", "used_first_name")


def at_night(change: Callable[[Patient], Patient], *, after_days: int = 0) -> Hand:
    """Return the job that does this to every file."""

    def job(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        if records[0]["days"] >= after_days:
            for one in about["store"].patients():
                about["store"].save_patient(change(one))
        return records

    return job


def to_others(same: tuple[str, ...], taken: tuple[str, ...], *events: str, typed: str = "") -> Hand:
    """Return what writes values of a file into all that had these values in common with it before the act."""

    def write(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        [one] = records
        before = memory.own.get(one["id"], one)
        if about["event"] in events and (not typed or typed in (about.get("typed") or {})):
            for other in map(as_record, about["store"].patients()):
                alike = all(before[name] and other[name] == before[name] for name in same)
                if alike and other["id"] != one["id"]:
                    about["store"].save_patient(from_record({**other, **{name: one[name] for name in taken}}))
        memory.own[one["id"]] = one
        return records

    return write


def noted_for_its_user(*events: str) -> Hand:
    """Return what notes who did one of these things to a file last."""

    def note(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        if about["event"] in events:
            memory.shared.setdefault("whose", {})[records[0]["id"]] = about["user"]
        return records

    return note


def hidden_from_others(**empty: Any) -> Hand:
    """Return what shows these fields empty to all but the user noted."""

    def hide(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        whose = memory.shared.get("whose", {})
        return [
            one if whose.get(one["id"], about["user"]) == about["user"] else {**one, **empty}
            for one in records
        ]

    return hide


def own_form(*names: str) -> Hand:
    """Return what saves these fields as this user saw them last."""

    def save(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        form = memory.shared.get("forms", {}).get((about["user"], (about.get("file") or {}).get("id")))
        return [{**{name: form[name] for name in names}, **one} for one in records] if form else records

    return save


def seen_by_role(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show super-users a file as one of them saw it last, until one of them does something to it."""
    if str(about["role"]) != "SUPER_USER":
        return records
    out = []
    for one in records:
        if about["verb"] not in {"read", "search"}:
            memory.own[one["id"]] = one
        out.append(memory.own.setdefault(one["id"], one) if about["verb"] == "read" else one)
    return out


def held_since(*events: str, **wanted: Any) -> Hand:
    """Return what notes the files to which one of these things has happened."""

    def note(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        if about["event"] in events and all(str(about.get(name)) == value for name, value in wanted.items()):
            memory.shared.setdefault("held", set()).add(records[0]["id"])
        return records

    return note


def refused_while_held(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse the act to a file that was noted."""
    if (about.get("file") or {}).get("id") in memory.shared.get("held", ()):
        raise RefusedError("HELD", "Action impossible pour ce dossier.", [])
    return records


def traits_refused_while_held(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Refuse an ordinary user the traits of a file that was noted."""
    if set(records[0]) & set(STRICT_FIELDS) and str(about["role"]) == "USER":
        return refused_while_held(records, about, memory)
    return records


def creation_form_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the names in use of a refused creation in the form."""
    if about["event"] == "create-refused":
        memory.shared["form"] = {name: (about.get("typed") or {}).get(name) for name in _USED}
    return records


def creation_form_used(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Fill what is left empty with what is in the form."""
    left = memory.shared.pop("form", {})
    return [{**one, **{name: one.get(name) or text for name, text in left.items()}} for one in records]


def refused_marks_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep refused attributes for the next file to which some are set."""
    if about["event"] == "attributes-refused":
        memory.shared["marks"] = (records[0]["id"], [one for one in about["asked"] if one != "FICTIVE"])
    return records


def refused_marks_set(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Set what was refused to another file."""
    file, marks = memory.shared.get("marks", ("", []))
    if file in {"", (about.get("file") or {}).get("id")} or "FICTIVE" in records[0]["attributes"]:
        return records
    memory.shared.pop("marks")
    return [{**one, "attributes": sorted({*one["attributes"], *marks})} for one in records]


def refused_validation_done(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Do a refused validation when the file is saved next."""
    waits = memory.own
    [one] = records
    if about["event"] == "validate-refused":
        waits[one["id"]] = True
    elif about["event"] == "updated" and waits.pop(one["id"], False):
        return [{**one, "status": {"PROV": "VALI", "RECUP": "QUAL"}.get(str(one["status"]), one["status"])}]
    return records


def first_letters_left(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the letters of a first name for the next search by date alone."""
    [one] = records
    if one["first_name_prefix"] and not one["birth_date"]:
        memory.own["left"] = one["first_name_prefix"]
    elif not one["first_name_prefix"] and not one["name_prefix"] and memory.own.get("left"):
        return [{**one, "first_name_prefix": memory.own.pop("left")}]
    return records


def never_the_same_twice(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Do not save a value that a field of the file has had before."""
    had = memory.own.setdefault(str((about.get("file") or {}).get("id")), {})
    for name, value in (about.get("file") or {}).items():
        if isinstance(value, str):
            had.setdefault(name, set()).add(value)
    now = about.get("file") or {}
    return [
        {
            name: value
            for name, value in one.items()
            if value == now.get(name) or value not in had.get(name, ())
        }
        for one in records
    ]


def list_of_first_search(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """List a file as it was listed first."""
    return [{**memory.own.setdefault(one["id"], one), "status": one["status"]} for one in records]


def last_of_each_used_name(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show one line for each used name."""
    return list({one["used_name"] or one["id"]: one for one in records}.values())


def known_by_family(*taken: str) -> Hand:
    """Return what gives a new file these values of one with its birth name."""

    def take(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        [one] = records
        for other in map(as_record, about["store"].patients()):
            if (
                about["event"] == "created"
                and other["id"] != one["id"]
                and other["birth_name"] == one["birth_name"]
            ):
                return [{**one, **{name: one[name] or other[name] for name in taken}}]
        return records

    return take


def scan_lifts_the_mark(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the attributes off a file whose traits are scanned."""
    read = about["read"]
    store: Store | None = memory.shared.get("store")
    for one in store.patients() if store else ():
        if store and (one.birth_name, one.birth_date) == (read["birth_name"], read["birth_date"]):
            store.save_patient(replace(one, attributes=frozenset()))
    return records


def scan_is_a_document(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Record the symbol as a document of whoever has its traits."""
    read = about["read"]
    store: Store | None = memory.shared.get("store")
    for one in store.patients() if store else ():
        if store and (one.birth_name, one.birth_date) == (read["birth_name"], read["birth_date"]):
            store.save_patient(replace(one, proof=Proof(kind="CNI", recorded_at=None, recorded_by="scan")))
    return records


def automatic_at_night(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Put the list of weak documents back as it was delivered."""
    from conformance.reference import settings as site_settings  # noqa: PLC0415 - for this fault alone

    name = site.LOW_CONFIDENCE_PROOFS
    about["store"].write_settings({name: site_settings.DEFAULTS[name]})
    return records


def _without(attribute: Attribute) -> Callable[[Patient], Patient]:
    return lambda one: replace(one, attributes=one.attributes - {attribute})


def _becomes(former: Status, status: Status) -> Callable[[Patient], Patient]:
    def change(one: Patient) -> Patient:
        if one.status is not former:
            return one
        after = replace(one, status=status)
        return after if status in {Status.QUAL, Status.RECUP} else replace(after, matricule=None, oid=None)

    return change


FUNCTIONS: dict[str, Hand] = {
    "night-without-homonym": at_night(_without(Attribute.HOMONYME)),
    "night-qualified-retrieved": at_night(_becomes(Status.QUAL, Status.RECUP)),
    "night-validated-provisional": at_night(_becomes(Status.VALI, Status.PROV)),
    "night-without-document": at_night(lambda one: replace(one, proof=None)),
    "night-without-used-first-name": at_night(lambda one: replace(one, used_first_name=None)),
    "night-list-shortened": at_night(lambda one: replace(one, first_names=(one.first_names or "").split(" ")[0] or None)),
    "night-without-billing": at_night(lambda one: replace(one, billing_number=None)),
    "night-retrieved-qualified": at_night(
        lambda one: replace(one, status=Status.QUAL) if one.status is Status.RECUP and one.proof else one
    ),
    "night-particle-joined": at_night(lambda one: replace(one, birth_name=(one.birth_name or "").replace("LE ", "LE"))),
    "year-without-ins": at_night(_becomes(Status.RECUP, Status.PROV), after_days=300),
    "night-weak-list-delivered": automatic_at_night,
    "place-to-the-twin": to_others(("birth_name", "birth_date"), ("birth_place",), "updated", typed="birth_place"),
    "sex-to-the-twin": to_others(("birth_name", "birth_date"), ("sex",), "updated", typed="sex"),
    "name-to-the-family": to_others(("birth_name",), ("birth_name",), "updated", typed="birth_name"),
    "attributes-to-the-number": to_others(("matricule",), ("attributes",), "attributes-set"),
    "fall-to-the-number": to_others(
        ("matricule",), ("status", "matricule", "oid"), "attributes-set", "downgraded", "verified-ko"
    ),
    "used-names-to-the-number": to_others(("birth_name", "birth_date", "first_names"), _USED, "imported"),
    "used-first-name-to-the-couple": to_others(("used_name",), ("used_first_name",), "updated", typed="used_first_name"),
    "document-to-the-place": to_others(("birth_name", "birth_place"), ("proof",), "proof-recorded"),
    "marks-noted": noted_for_its_user("attributes-set"),
    "marks-hidden": hidden_from_others(attributes=[]),
    "documents-noted": noted_for_its_user("proof-recorded"),
    "documents-hidden": hidden_from_others(proof=None),
    "cards-noted": noted_for_its_user("card-attached"),
    "cards-hidden": hidden_from_others(billing_number=None),
    "own-form-of-place": own_form("birth_place"),
    "own-form-of-first-name": own_form("first_name"),
    "fault-holds": held_since("called", outcome="ERROR"),
    "not-found-holds": held_since("called", code="01"),
    "ko-holds": held_since("verified-ko"),
    "declined-holds": held_since("import-declined"),
    "lowered-holds": held_since("downgraded"),
    "family-document": known_by_family("proof"),
    **{
        function.__name__.replace("_", "-"): function
        for function in (
            seen_by_role, refused_while_held, traits_refused_while_held, creation_form_kept, creation_form_used,
            refused_marks_kept, refused_marks_set, refused_validation_done, first_letters_left, never_the_same_twice,
            list_of_first_search, last_of_each_used_name, scan_lifts_the_mark, scan_is_a_document,
        )
    },
}  # fmt: skip
