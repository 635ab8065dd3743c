"""The faults around cards, the INS history and the search by matricule that data cannot say; see ``by_hand``."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from lxml import etree

from conformance.reference import soap
from conformance.reference.card_soap import REQUEST, SAML, WSSE
from conformance.reference.reader import LIFETIME
from conformance.reference.soap import BAM, Criteria
from simulator.ins.traits import comparison_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.drivers.cards import Beneficiary
    from conformance.reference.seams import Memory, Record


# Whom the card is asked about


def first_rank_kept(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Ask for whoever was chosen first on a reading, whoever is chosen next."""
    ranks: dict[str, str] = memory.own.setdefault("ranks", {})
    return [{**one, "rank": ranks.setdefault(one["reading_id"], one["rank"])} for one in records]


def adults_only(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the people of the card who have a number of their own."""
    return [_showing(one, lambda person: person.own_number is not None) for one in records]


def one_for_each_birth_date(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Show one person for each birth date: a twin is missing."""
    seen: set[str | None] = set()

    def is_new(person: Beneficiary) -> bool:
        is_known = person.birth_date in seen
        seen.add(person.birth_date)
        return not is_known

    return [_showing(one, is_new) for one in records]


def _showing(record: Record, keep: Callable[[Beneficiary], bool]) -> Record:
    card = record["card"]
    return {**record, "card": replace(card, beneficiaries=tuple(filter(keep, card.beneficiaries)))}


def without_birth_rank(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Leave the rank out, of the body and of the context."""
    return [
        _edited(one, lambda root: _drop(root, f"{{{REQUEST}}}RangNaissance", f"{{{BAM}}}Rang"))
        for one in records
    ]


def card_as_traits(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Read the card, then search by traits."""
    local = about["local"]
    names = (local.get("first_name") or local.get("first_names") or "X").split(" ")
    criteria = Criteria(
        birth_name=local.get("birth_name") or "",
        first_name=names[0],
        sex=local.get("sex") or "",
        birth_date=local.get("birth_date") or "",
    )
    content = soap.request_xml(criteria, instance="00000000-0000-4000-8000-000000000000")
    return [{**one, "content": content, "content_type": soap.CONTENT_TYPE} for one in records]


# The assertion


def no_assertion(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Send the request without its Vitale assertion."""
    return [_edited(one, lambda root: _drop(root, f"{{{WSSE}}}Security")) for one in records]


def first_assertion_kept(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make the assertion for the first card of the day and send it with every call."""

    def edit(root: etree._Element) -> None:
        [assertion] = root.iter(f"{{{SAML}}}Assertion")
        kept = memory.own.setdefault("assertion", deepcopy(assertion))
        parent = assertion.getparent()
        if parent is not None:
            parent.replace(assertion, deepcopy(kept))

    return [_edited(one, edit) for one in records]


def assertion_twice(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Add the assertion to those that are there, where it should take their place."""

    def edit(root: etree._Element) -> None:
        [assertion] = root.iter(f"{{{SAML}}}Assertion")
        twin = deepcopy(assertion)
        twin.set("ID", f"{assertion.get('ID')}b")
        assertion.addnext(twin)

    return [_edited(one, edit) for one in records]


def assertion_of_the_morning(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Date the assertion from when the software was started, hours ago."""
    return [{**one, "issued_at": one["issued_at"] - timedelta(hours=3)} for one in records]


def assertion_in_local_time(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Write the hour of the wall clock and call it UTC."""
    return [{**one, "issued_at": one["issued_at"] + timedelta(hours=2)} for one in records]


def assertion_of_now(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Read the card that is in the reader again, by itself, whenever a call is made."""
    return [{**one, "issued_at": about["asked_at"]} for one in records]


# How old a reading is, and which card is there


def _seen_as(
    about: Mapping[str, Any], records: list[Record], age: Callable[[timedelta, Record], timedelta]
) -> list[Record]:
    """Return what is known of the reader with another age of the reading."""
    read_at = about["reading"]["read_at"]
    return [{**one, "now": read_at + age(one["now"] - read_at, one)} for one in records]


def lifetime_of_an_hour(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let a reading serve for an hour."""
    return _seen_as(about, records, lambda age, _: age / 3)


def days_lost(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count the seconds of the day and forget the days."""
    return _seen_as(about, records, lambda age, _: age % timedelta(days=1))


def minutes_of_the_hour(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare the minutes on the clock and forget the hours."""
    return _seen_as(about, records, lambda age, _: age % timedelta(hours=1))


def wall_clock(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Subtract hours of the wall clock: on the night when summer time ends an hour is lived twice."""
    read_at = about["reading"]["read_at"]
    return _seen_as(
        about, records, lambda age, one: max(age + _summer(one["now"]) - _summer(read_at), timedelta())
    )


def use_renews(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Count from the last use of the card, not from its reading."""
    uses: dict[str, datetime] = memory.own.setdefault("uses", {})
    card = about["reading"]["card"].number
    [one] = records
    read_at = about["reading"]["read_at"]
    last = max(uses.get(card, read_at), read_at)
    if one["now"] - last < LIFETIME:
        uses[card] = one["now"]
    return [{**one, "now": read_at + (one["now"] - last)}]


def never_younger(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep what was read of a card the first time, however often it is read again."""
    known: dict[str, datetime] = memory.own.setdefault("read", {})
    return [{**one, "read_at": known.setdefault(one["card"].number, one["read_at"])} for one in records]


def five_minutes_only(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Ask for the card again after five minutes already."""
    return _seen_as(about, records, lambda age, _: age * 4)


def looked_at_once(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Look at the card for the first call of a reading, and take it for granted then."""
    trusted: set[str] = memory.own.setdefault("trusted", set())
    reading = about["reading"]["card"]
    [one] = records
    if reading.number in trusted:
        return [{**one, "card": reading}]
    if one["card"] is not None and one["card"].number == reading.number:
        trusted.add(reading.number)
    return records


def same_name_same_card(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Tell cards apart by the name of the insured person."""
    return _taken_for(records, about, lambda card: card.beneficiaries[0].birth_name)


def same_insured_same_card(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Tell cards apart by the number of the insured person."""
    return _taken_for(records, about, lambda card: card.beneficiaries[0].billing_number)


def _taken_for(
    records: list[Record], about: Mapping[str, Any], key: Callable[[Any], str | None]
) -> list[Record]:
    reading = about["reading"]["card"]
    return [
        {**one, "card": reading} if one["card"] is not None and key(one["card"]) == key(reading) else one
        for one in records
    ]


# INS history


def one_per_number(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep one entry for each former number."""
    return list({one["matricule"]: one for one in records}.values())


def without_active(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Leave out entries that repeat the active number."""
    return [one for one in records if one["matricule"] != about["matricule"]]


# Search by matricule, and by name


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


def one_bar_for_all(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Join the criteria and look for each word in every name."""
    criteria = about["criteria"]
    words = [
        comparison_key(criteria.get(name) or "")
        for name in ("name_prefix", "first_name_prefix")
        if criteria.get(name)
    ]
    if not words:
        return records
    fields = ("birth_name", "used_name", "first_names", "first_name", "used_first_name")
    return [
        one
        for one in about["everyone"]
        if criteria.get("birth_date") in {None, one["birth_date"]}
        and all(any(comparison_key(one[name] or "").startswith(word) for name in fields) for word in words)
    ]


# Tools


def _edited(record: Record, edit: Callable[[etree._Element], None]) -> Record:
    root = etree.fromstring(record["content"])
    edit(root)
    return {**record, "content": etree.tostring(root, xml_declaration=True, encoding="UTF-8")}


def _drop(root: etree._Element, *tags: str) -> None:
    for element in [each for tag in tags for each in root.iter(tag)]:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)


def _summer(moment: datetime) -> timedelta:
    """Return how far the wall clock in Paris is ahead of UTC, by the rule of the European Union."""

    def last_sunday(month: int) -> datetime:
        last = datetime(moment.year, month, 31, 1, tzinfo=UTC)
        return last - timedelta(days=(last.weekday() + 1) % 7)

    return timedelta(hours=2 if last_sunday(3) <= moment < last_sunday(10) else 1)


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        first_rank_kept,
        adults_only,
        one_for_each_birth_date,
        without_birth_rank,
        card_as_traits,
        no_assertion,
        first_assertion_kept,
        assertion_twice,
        assertion_of_the_morning,
        assertion_in_local_time,
        assertion_of_now,
        lifetime_of_an_hour,
        days_lost,
        minutes_of_the_hour,
        wall_clock,
        use_renews,
        never_younger,
        five_minutes_only,
        looked_at_once,
        same_name_same_card,
        same_insured_same_card,
        one_per_number,
        without_active,
        number_begins_so,
        key_left_out,
        number_kept_in_index,
        one_bar_for_all,
    )
}
