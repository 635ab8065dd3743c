"""What a fault does to the records that pass its seam: the small language of ``effect`` in the defect files.

=========== =======================================================================================
``set``     names to values; ``@name`` copies another value (``@local.used_name``, ``@first.user``)
``change``  names to one transformation or several, see ``TRANSFORMS``; ``"*"`` is every text
``keep``    names whose value is taken back from the file ``before``
``without`` names of lists to what is taken out of them; a list of refused fields left empty: no refusal
``with``    names of lists to what is put into them
``drop``    the record is lost
``repeat``  the record comes that many times
``add``     a record more, the last one changed by these values
``limit``   only that many records are left, the last ones when negative
``reverse`` the records come in the opposite order
``refuse``  the act is refused with this ``code``, ``message`` and these ``fields``
``hand``    the name of a function of ``by_hand``, where data cannot say it
=========== =======================================================================================
"""

from __future__ import annotations

import html
import re
import unicodedata
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.conditions import value_of
from simulator.ins.matricule import grouped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Record


def _change(record: Record, changes: Mapping[str, Any]) -> None:
    """Apply transformations to values of a record, in place; ``*`` means every text of it."""
    for name, transformations in changes.items():
        for one in [key for key, text in record.items() if isinstance(text, str)] if name == "*" else [name]:
            # A value that is not there, as in a change of other fields, stays away.
            if one in record:
                record[one] = _transformed(record[one], transformations)


def changed(record: Record, effect: Mapping[str, Any], about: Mapping[str, Any]) -> list[Record]:
    """Return what becomes of one record that meets the condition of a fault.

    Raises:
        RefusedError: the fault refuses the act.
    """
    if refusal := effect.get("refuse"):
        fields = [name.removeprefix("@") for name in refusal.get("fields", ())]
        raise RefusedError(refusal["code"], refusal["message"], fields)
    if effect.get("drop"):
        return []
    after = dict(record)
    for name, value in effect.get("set", {}).items():
        after[name] = _value(value, record, about)
    for name in effect.get("keep", ()):
        after[name] = value_of(f"before.{name}", record, about)
    _change(after, effect.get("change", {}))
    for name, values in effect.get("without", {}).items():
        after[name] = [value for value in after.get(name) or () if value not in values]
        if name == "fields" and not after[name]:
            return []
    for name, values in effect.get("with", {}).items():
        held = list(after.get(name) or ())
        after[name] = held + [value for value in values if value not in held]
    return [after] * effect.get("repeat", 1)


def listed(records: list[Record], effect: Mapping[str, Any], about: Mapping[str, Any]) -> list[Record]:
    """Return the records once the parts of an effect that concern the whole list are done."""
    if (limit := effect.get("limit")) is not None:
        records = records[:limit] if limit >= 0 else records[limit:]
    if effect.get("reverse"):
        records = records[::-1]
    if (more := effect.get("add")) is not None:
        base = records[-1] if records else {}
        records = [*records, {**base, **{name: _value(value, base, about) for name, value in more.items()}}]
    return records


def _value(value: Any, record: Record, about: Mapping[str, Any]) -> Any:
    if isinstance(value, str) and value.startswith("@"):
        return value_of(value[1:], record, about)
    return value


def _transformed(value: Any, transformations: str | list[str]) -> Any:
    for transformation in [transformations] if isinstance(transformations, str) else transformations:
        name, _, argument = transformation.partition(":")
        if isinstance(value, str):
            value = TRANSFORMS[name](value, argument)
        elif value is None and name == "default":
            value = argument
    return value


def _ascii(text: str, _: str) -> str:
    plain = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _shifted(iso: str, days: str) -> str:
    try:
        return (date.fromisoformat(iso) + timedelta(days=int(days))).isoformat()
    except ValueError:
        return iso


def _swapped_day(iso: str, _: str) -> str:
    parts = iso.split("-")
    return f"{parts[0]}-{parts[2]}-{parts[1]}" if len(parts) == 3 and parts[2] <= "12" else iso  # noqa: PLR2004


def _two_digit_year(iso: str, pivot: str) -> str:
    """Return a date whose century was lost and guessed again: below the pivot it is the 21st."""
    if not re.match(r"\d{4}-", iso):
        return iso
    return f"{'20' if iso[2:4] < pivot else '19'}{iso[2:]}"


def _zoned(moment: str, hours: int) -> str:
    return datetime.fromisoformat(moment).astimezone(timezone(timedelta(hours=hours))).isoformat()


TRANSFORMS: dict[str, Callable[[str, str], str]] = {
    "upper": lambda text, _: text.upper(),
    "lower": lambda text, _: text.lower(),
    "title": lambda text, _: text.title(),
    "plain": _ascii,
    "cut": lambda text, length: text[: int(length)],
    "replace": lambda text, pair: text.replace(pair.partition("/")[0], pair.partition("/")[2]),
    "hyphen-to-space": lambda text, _: re.sub(r"-+", " ", text),
    "space-to-hyphen": lambda text, _: text.replace(" ", "-"),
    "no-hyphen": lambda text, _: text.replace("-", ""),
    "no-apostrophe": lambda text, _: re.sub("['’]", "", text),
    "apostrophe-to-space": lambda text, _: re.sub("['’]", " ", text),
    "curly-apostrophe": lambda text, _: text.replace("'", "’"),
    "single-hyphen": lambda text, _: re.sub(r"-+", "-", text),
    "no-space": lambda text, _: text.replace(" ", ""),
    "escaped": lambda text, _: html.escape(text),
    "trailing-space": lambda text, _: f"{text} ",
    "trailing-words": lambda text, _: f"{text}(45 ans)",
    "no-particle": lambda text, _: re.sub(r"^(DE|DU|DES|LE|LA) |^D'", "", text),
    "first-word": lambda text, _: text.split(" ")[0],
    "first-part": lambda text, _: re.split("[ -]", text)[0],
    "last-word": lambda text, _: text.split(" ")[-1],
    "without-last-word": lambda text, _: " ".join(text.split(" ")[:-1]) or text,
    "without-first-word": lambda text, _: " ".join(text.split(" ")[1:]) or text,
    "two-words": lambda text, _: " ".join(text.split(" ")[:2]),
    "reversed-words": lambda text, _: " ".join(reversed(text.split(" "))),
    "sorted-words": lambda text, _: " ".join(sorted(text.split(" "))),
    "grouped": lambda text, _: grouped(text, " "),
    "words-by-comma": lambda text, _: ", ".join(text.split(" ")),
    "no-leading-zero": lambda text, _: text.lstrip("0"),
    "letters-to-zero": lambda text, _: re.sub("[A-Z]", "0", text),
    "corsica-as-20": lambda text, _: re.sub("^2[AB]", "20", text),
    "unknown-place": lambda _text, _: "99999",
    "days": _shifted,
    "swap-day": _swapped_day,
    "year-as-two-digits": _two_digit_year,
    "year-only": lambda text, _: text[:4],
    "day-only": lambda text, _: text[:10],
    "short-french": lambda text, _: f"{text[:6]}{text[-2:]}",
    "us-date": lambda text, _: f"{text[3:5]}/{text[:2]}{text[5:]}" if text[2:3] == "/" else text,
    "dashes": lambda text, _: text.replace("/", "-"),
    "unpadded": lambda text, _: re.sub(r"(^|/)0", r"\1", text),
    "other-sex": lambda text, _: {"M": "F", "F": "M"}.get(text, text),
    "numeric-sex": lambda text, _: {"M": "1", "F": "2"}.get(text, text),
    "without-key": lambda text, _: text[:13],
    "wrong-key": lambda text, _: f"{text[:13]}{97 - int(text[13:] or 0) % 97 or 97:02d}",
    "no-nature": lambda text, _: text.replace(".1.4.9", ".1.4.8").replace(".1.4.10", ".1.4.8"),
    "stripped": lambda text, _: text.strip(),
    "single-space": lambda text, _: re.sub(" +", " ", text),
    "straight-apostrophe": lambda text, _: text.replace("’", "'"),
    "zone": lambda text, hours: _zoned(text, int(hours)),
    "zulu": lambda text, _: text.replace("+00:00", "Z"),
    "seconds": lambda text, _: re.sub(r"\.\d+", "", text),
    "default": lambda text, _: text,
}
"""What can be done to a text, by the name used in the defect files; the second argument follows the colon."""
