"""What faults of several groups do to records. It holds no fault."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from conformance.drivers.protocol import RefusedError
from simulator.ins.traits import comparison_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.model import Patient
    from conformance.reference.seams import Record

_KEY_MODULUS = 97


def fallen(record: Record) -> Record:
    """Return a record without INS, provisoire."""
    return {**record, "status": "PROV", "matricule": None, "oid": None, "noted": True}


def born(file: Mapping[str, Any]) -> str:
    """Return a birth date as it is printed: ``JJ/MM/AAAA``."""
    return "/".join(reversed((file["birth_date"] or "").split("-")))


def nature_told_by(number: str) -> str:
    """Return the nature of a number by its first digit."""
    return "NIA" if number[:1] in {"7", "8"} else "NIR"


def all_with(records: list[Record], **values: Any) -> list[Record]:
    """Return every record with these values."""
    return [{**record, **values} for record in records]


def key(text: str | None) -> str:
    """Return a name as it is compared, without spaces."""
    return comparison_key(text or "").replace(" ", "")


def element_added(content: bytes, element: bytes, value: bytes) -> bytes:
    """Return an answer with an element that it did not have."""
    start = re.search(rb"<(\w+:)?TIQ>", content)
    traits, _, _ = content[start.end() :].partition(b"TIQ>") if start else (b"", b"", b"")
    if start is None or element in traits:
        return content
    prefix = start.group(1) or b""
    made = b"<%s%s>%s</%s%s>" % (prefix, element, value, prefix, element)
    return content[: start.end()] + made + content[start.end() :]


def folded(text: Any) -> str:
    """Return a text as it is compared, without spaces."""
    return comparison_key(str(text or "")).replace(" ", "")


def of(value: Any, patient: Patient) -> Any:
    """Return a value, or what it makes of a patient."""
    return value(patient) if callable(value) else value


def with_status(records: list[Record], status: str) -> list[Record]:
    """Return every record with this status."""
    return [{**record, "status": status} for record in records]


def value_refused(*fields: str) -> RefusedError:
    """Refuse these fields."""
    return RefusedError("INVALID_VALUE", "Valeur refusée.", list(fields))


def has_congruent_key(matricule: str) -> bool:
    """Tell whether the key of a number fits."""
    digits = matricule.replace("2A", "19").replace("2B", "18").replace(" ", "")
    return (
        digits.isdigit() and len(digits) == 15 and not (int(digits[:13]) + int(digits[13:])) % _KEY_MODULUS  # noqa: PLR2004
    )


def letter_words(before: Record) -> str:
    """Return the traits of a patient as a letter tells them."""
    day = "/".join(reversed(before["birth_date"].split("-")))
    return f"Nom de naissance : {before['birth_name']}\nDate de naissance : {day}"
