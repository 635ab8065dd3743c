"""Reading the Datamatrix INS that a scanner types in: block by block, refused as a whole when one is wrong (CRE-06)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from conformance.drivers.protocol import RefusedError
from simulator.ins.traits import check_birth_name, check_first_names

if TYPE_CHECKING:
    from collections.abc import Mapping

_SEPARATOR: Final = "\x1d"
_HEADER: Final = re.compile(r"(?:\]d1)?IS01[0-9A-Z]{22}")
_FIXED: Final = {"S1": 15, "S5": 1, "S6": 10, "S7": 5}
_LONGEST: Final = {"S2": 20, "S3": 100, "S4": 100}
_NEEDED: Final = frozenset({"S1", "S2", "S3", "S4", "S5", "S6"})


def traits_of(content: str) -> dict[str, str | None]:
    """Return the identity in a symbol, by identity field; whether its number is one is for ``numbers`` to say.

    Raises:
        RefusedError: code ``UNREADABLE_DATAMATRIX``; the message says what is wrong.
    """
    blocks = _blocks(content)
    if missing := sorted(_NEEDED - set(blocks)):
        raise _unreadable(f"bloc {', '.join(missing)} absent")
    day, month, year = _date(blocks["S6"])
    names = [*check_first_names(blocks["S3"]), *check_birth_name(blocks["S4"])]
    if names:
        raise _unreadable(f"nom ou prénoms incorrects : {names[0]}")
    return {
        "matricule": blocks["S1"],
        "oid": blocks["S2"],
        "first_names": blocks["S3"],
        "first_name": blocks["S3"].split(" ")[0],
        "birth_name": blocks["S4"],
        "sex": blocks["S5"],
        "birth_date": f"{year}-{month}-{day}",
        "birth_place": blocks.get("S7", "99999"),
    }


def check_sex(traits: Mapping[str, str | None]) -> None:
    """Refuse a symbol whose sex is none.

    Raises:
        RefusedError: code ``UNREADABLE_DATAMATRIX``.
    """
    if traits["sex"] not in {"F", "M"}:
        raise _unreadable(f"sexe F ou M attendu, « {traits['sex']} » lu")


def unusable(why: str) -> RefusedError:
    """Return the refusal of a symbol whose number is none."""
    return _unreadable(f"INS incorrect : {why}")


def _blocks(content: str) -> dict[str, str]:
    header = _HEADER.match(content)
    if header is None:
        raise _unreadable("ce code n'est pas un Datamatrix INS (en-tête IS01)")
    blocks: dict[str, str] = {}
    position = header.end()
    while position < len(content):
        name = content[position : position + 2]
        if name in blocks or name not in {*_FIXED, *_LONGEST}:
            raise _unreadable(f"bloc {name!r} inattendu")
        position += 2
        if name in _FIXED:
            value = content[position : position + _FIXED[name]]
            if len(value) < _FIXED[name] or _SEPARATOR in value:
                raise _unreadable(f"bloc {name} trop court")
            position += len(value)
        else:
            limit = position + _LONGEST[name]
            end = content.find(_SEPARATOR, position, limit)
            value = content[position : end if end >= 0 else limit]
            position = end + 1 if end >= 0 else position + len(value)
        blocks[name] = value
    return blocks


def _date(text: str) -> tuple[str, str, str]:
    match = re.fullmatch(r"(\d\d)-(\d\d)-(\d{4})", text, re.ASCII)
    if match is None:
        raise _unreadable(f"date JJ-MM-AAAA attendue, « {text} » lue")
    return match[1], match[2], match[3]


def _unreadable(why: str) -> RefusedError:
    return RefusedError("UNREADABLE_DATAMATRIX", f"Datamatrix refusé : {why}.", ["content"])
