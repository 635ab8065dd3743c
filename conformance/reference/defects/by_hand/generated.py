"""The faults of code that was generated or mended by a tool: defaults, dates with a time, keys made again; see ``by_hand``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from conformance.reference import dashboard
from simulator.ins.matricule import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

_MONTHS: Final = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
_BODY: Final = 13
_PASSWORD: Final = (
    b'<o:Security xmlns:o="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">'
    b"<o:UsernameToken><o:Username>officine</o:Username><o:Password>officine</o:Password></o:UsernameToken>"
    b"</o:Security>"
)


def date_with_time(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write a date as a date and a time."""
    return [{**one, "birth_date": f"{one['birth_date']}T00:00:00"} for one in records]


def date_with_zone(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write a date with the zone of the computer."""
    return [{**one, "birth_date": f"{one['birth_date']}+02:00"} for one in records]


def first_name_twice(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Send the first name in use in an element of its own, after the first given name."""
    used = (about["local"].get("used_first_name") or "").upper().encode()
    element = b"<insi:Prenom>%s</insi:Prenom><insi:Sexe>" % used
    if not used:
        return records
    return [{**one, "content": one["content"].replace(b"<insi:Sexe>", element)} for one in records]


def indented(element: bytes) -> Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]:
    """Return a fault that breaks the line before the end of an element."""

    def hand(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        end = b"</insi:%s>" % element
        return [{**one, "content": one["content"].replace(end, b"\n    " + end)} for one in records]

    return hand


def password(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Sign in with a name and a password as well."""
    end = b"</soap:Header>"
    return [{**one, "content": one["content"].replace(end, _PASSWORD + end)} for one in records]


def default_of(
    element: bytes, value: bytes
) -> Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]:
    """Return a fault that reads an element which is absent from the traits as the default of its type."""

    def hand(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        return [{**one, "content": _completed(one["content"], element, value)} for one in records]

    return hand


def _completed(content: bytes, element: bytes, value: bytes) -> bytes:
    start = re.search(rb"<(\w+:)?TIQ>", content)
    traits, _, _ = content[start.end() :].partition(b"TIQ>") if start else (b"", b"", b"")
    if start is None or element in traits:
        return content
    prefix = start.group(1) or b""
    made = b"<%s%s>%s</%s%s>" % (prefix, element, value, prefix, element)
    return content[: start.end()] + made + content[start.end() :]


def blank_is_text(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take a list of blanks for a text."""
    return [
        {**one, "content": re.sub(rb"(ListePrenom>) +(</)", rb"\1&#160;.\2", one["content"])}
        for one in records
    ]


def key_made_again(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compute the key of a matricule and forget the one that came."""
    out = []
    for one in records:
        body = (one["matricule"] or "")[:_BODY]
        try:
            out.append({**one, "matricule": body + key_of(body)})
        except ValueError:
            out.append(one)
    return out


def as_many_names(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare lists of first names by how many they are."""
    return [
        {**one, "different": len((one["local"] or "").split()) != len((one["insi"] or "").split())}
        if one["field"] == "first_names"
        else one
        for one in records
    ]


def column(
    name: str, change: Callable[[str], str]
) -> Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]:
    """Return a fault that shows the names in one column of the comparison otherwise."""

    def hand(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        return [
            {**one, name: change(one[name]), f"{name}_display": change(one[name])}
            if one["field"] in {"birth_name", "first_names"} and one[name]
            else one
            for one in records
        ]

    return hand


def date_in_words(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the birth date with the name of the month."""
    return [
        {**one, "display_birth_date": _words(one["birth_date"])} if one.get("birth_date") else one
        for one in records
    ]


def _words(iso: str) -> str:
    year, month, day = iso.split("-")
    return f"{int(day)} {_MONTHS[int(month) - 1]} {year}"


def former_dates_french(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep the dates of the INS history as they are shown."""
    return [
        {**one, **{name: "/".join(reversed(one[name].split("-"))) for name in ("date_from", "date_to")}}
        for one in records
    ]


def former_number_back(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Give a file that was denied the INS that it had before."""
    known = about["store"].former(records[0]["id"])
    if not known:
        return records
    return [{**one, "matricule": known[-1].matricule, "oid": known[-1].oid} for one in records]


def last_of_page_lost(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Lose the last line of a page that holds several."""
    return records[:-1] if len(records) > 1 else records


def failing(action: str, code: str) -> Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]:
    """Return a fault that counts an answer with this code as a failure."""

    def hand(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        some = sum(
            one.action == action and one.code == code and one.mode != dashboard.LOT for one in about["log"]
        )
        return [
            {
                **one,
                "insi_successes": one["insi_successes"] - some,
                "insi_failures": one["insi_failures"] + some,
            }
            for one in records
        ]

    return hand


def once_for_each_file(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count the last call of each file only."""
    calls = [one for one in about["log"] if one.action in dashboard.CALLS and one.mode != dashboard.LOT]
    kept = list({one.patient_id or id(one): one for one in calls}.values())
    good = sum(one.code in dashboard.ANSWERS for one in kept)
    counted = {"insi_calls": len(kept), "insi_successes": good, "insi_failures": len(kept) - good}
    return [{**one, **counted} for one in records]


FUNCTIONS: Final = {
    "absent-birth-name-is-unknown": default_of(b"NomNaissance", b"INCONNU"),
    "absent-date-is-the-epoch": default_of(b"DateNaissance", b"1970-01-01"),
    "absent-date-is-year-one": default_of(b"DateNaissance", b"0001-01-01"),
    "absent-sex-is-male": default_of(b"Sexe", b"M"),
    "as-many-names": as_many_names,
    "blank-is-text": blank_is_text,
    "date-in-words": date_in_words,
    "date-with-time": date_with_time,
    "date-with-zone": date_with_zone,
    "first-name-in-two-elements": first_name_twice,
    "former-dates-french": former_dates_french,
    "former-number-back": former_number_back,
    "insi-column-cut": column("insi", lambda text: text[:20]),
    "key-made-again": key_made_again,
    "last-of-page-lost": last_of_page_lost,
    "line-broken-in-name": indented(b"NomNaissance"),
    "line-broken-in-sex": indented(b"Sexe"),
    "local-column-without-hyphens": column("local", lambda text: text.replace("-", " ")),
    "nobody-is-a-failure": failing("INSI_CALL", "01"),
    "once-for-each-file": once_for_each_file,
    "with-a-password": password,
}
