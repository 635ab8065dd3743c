"""Faults against SRC-09 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.common.records import has_congruent_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def number_begins_so(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Search with ``LIKE 'text%'``."""
    typed = "".join((about.get("typed") or "").split()).upper()
    return [
        one for one in about["everyone"] if typed and (one["matricule"] or "").startswith(typed)
    ] or records


def key_left_out(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Search with the first 13 characters, whatever the key."""
    typed = "".join((about.get("typed") or "").split()).upper()[:13]
    return [one for one in about["everyone"] if typed and (one["matricule"] or "")[:13] == typed] or records


def number_kept_in_index(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Search an index from which an erased number is not taken out."""
    index: dict[str, str] = memory.own.setdefault("index", {})
    for one in records:
        if one["matricule"]:
            index[one["id"]] = one["matricule"]
    return [{**one, "matricule": one["matricule"] or index.get(one["id"])} for one in records]


def ins_of_former_status(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the matricule in the index of the search by matricule once it is taken from the file."""
    kept: dict[str, Any] = memory.own
    after = []
    for one in records:
        if one["matricule"]:
            kept[one["id"]] = one["matricule"]
        after.append({**one, "matricule": one["matricule"] or kept.get(one["id"])})
    return after


def same_month_too(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare the beginning of the matricule only: sex, year and month."""
    have = {one["id"] for one in records}
    starts = {one["matricule"][:5] for one in records if one.get("matricule")}
    more = [
        one
        for one in about["everyone"]
        if one["id"] not in have and (one.get("matricule") or "")[:5] in starts
    ]
    return [*records, *more]


def swapped_digits_pass(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare the sum of the two digits of the key only."""
    number = "".join(str(about.get("typed") or "").split())
    plain = number[:13].replace("2A", "19").replace("2B", "18")
    if not plain.isdigit() or not number[13:].isdigit():
        return records
    key = f"{97 - int(plain) % 97:02d}"
    return [one for one in records if sorted(key) != sorted(number[13:])]


def last_digit_of_key_passes(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Compare the last digit of the key only."""
    number = "".join(str(about.get("typed") or "").split())
    plain = number[:13].replace("2A", "19").replace("2B", "18")
    if not plain.isdigit():
        return records
    return [one for one in records if f"{97 - int(plain) % 97:02d}"[-1] != number[-1]]


def typed_key_as_number(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Read the key as a number: 07 becomes 7, and the search by matricule refuses it."""
    typed = records[0].get("matricule") or ""
    if about["verb"] == "search-matricule" and len(typed) == 15 and typed[13] == "0":  # noqa: PLR2004 - the docstring says which
        raise RefusedError("INVALID_KEY", "Clé incorrecte.", ["matricule"])
    return records


def numbers_lost(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files that have lost a number."""
    for one in records:
        if one["matricule"]:
            memory.shared.setdefault("had", set()).add(one["id"])
        elif one["id"] in memory.shared.get("had", ()):
            memory.shared.setdefault("lost", set()).add(one["id"])
    return records


def lost_not_indexed_again(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the number of a file that had lost one out of the index."""
    if about.get("verb") != "search-matricule":
        return records
    lost = memory.shared.get("lost", ())
    return [{**one, "matricule": None} if one["id"] in lost else one for one in records]


def former_hits_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep what the search by number found last, and show it again when a wrong key finds nothing."""
    if about.get("verb") != "search-matricule":
        return records
    if records:
        memory.shared["hits"] = records
    return records or memory.shared.get("hits", [])


def wrong_key_passes_after_hits(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Refuse a wrong number only as long as nothing was found yet."""
    return [] if memory.shared.get("hits") else records


def congruent_passes(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let a key pass that is right but for a multiple of 97."""
    return [] if has_congruent_key(str(about["typed"])) else records


def first_number_searched(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Search the files that have a number by the first one that they bore."""
    first: dict[str, Any] = memory.shared.get("first", {})
    if about.get("verb") != "search-matricule":
        return records
    return [
        {**one, "matricule": first.get(one["id"], one["matricule"])} if one["matricule"] else one
        for one in records
    ]


def number_found_once_fallen(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Find a file by the number that it had before it was lowered by hand."""
    if about.get("event") == "downgraded":
        memory.shared.setdefault("fallen", {})[records[0]["id"]] = (about["before"] or {}).get("matricule")
        return records
    return [*records, *_holding(memory.shared.get("fallen", {}), records, about)]


def number_found_once_corrected(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Find a file by the number that it had before a strict trait was corrected."""
    if about.get("cause") == "edited":
        if not records[0]["matricule"]:
            memory.shared.setdefault("corrected", {})[records[0]["id"]] = about["before"]["matricule"]
        return records
    return [*records, *_holding(memory.shared.get("corrected", {}), records, about)]


def _holding(former: Mapping[str, Any], records: list[Record], about: Mapping[str, Any]) -> list[Record]:
    """Return the files that had the number searched for, and are not found by it."""
    if about.get("verb") != "search-matricule":
        return []
    typed, found = "".join((about.get("typed") or "").split()), {one["id"] for one in records}
    return [one for one in about["everyone"] if one["id"] not in found and former.get(one["id"]) == typed]


def key_of_the_young(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Look at no key of whoever was born since 2008."""
    typed = "".join((about.get("typed") or "").split())
    is_young = typed[1:3].isdigit() and 8 <= int(typed[1:3]) <= 26  # noqa: PLR2004 - years
    return [] if is_young and records[0]["code"] == "MATRICULE_WRONG" else records


def billing_number_too(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Find also the file whose billing number is the one typed."""
    typed = "".join(about["typed"].split())
    more = [
        one for one in about["everyone"] if one["billing_number"] and one["billing_number"][:13] == typed[:13]
    ]
    return records + [one for one in more if one["id"] not in {known["id"] for known in records}]


def first_of_the_commune(_records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the first file whose number begins with the same ten characters."""
    typed = "".join(about["typed"].split())
    return [one for one in about["everyone"] if (one["matricule"] or "")[:10] == typed[:10]][:1]


FUNCTIONS: Final[dict[str, Hand]] = {
    "billing-number-too": billing_number_too,
    "first-of-the-commune": first_of_the_commune,
    "congruent-passes": congruent_passes,
    "first-number-searched": first_number_searched,
    "former-hits-kept": former_hits_kept,
    "ins-of-former-status": ins_of_former_status,
    "key-left-out": key_left_out,
    "key-of-the-young": key_of_the_young,
    "last-digit-of-key-passes": last_digit_of_key_passes,
    "lost-not-indexed-again": lost_not_indexed_again,
    "number-begins-so": number_begins_so,
    "number-found-once-corrected": number_found_once_corrected,
    "number-found-once-fallen": number_found_once_fallen,
    "number-kept-in-index": number_kept_in_index,
    "numbers-lost": numbers_lost,
    "same-month-too": same_month_too,
    "swapped-digits-pass": swapped_digits_pass,
    "typed-key-as-number": typed_key_as_number,
    "wrong-key-passes-after-hits": wrong_key_passes_after_hits,
}
"""What ``hand`` may name."""
