"""Correct behaviours about files, attributes and documents that data cannot say, for the tolerated variants."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.drivers.model import STRICT_FIELDS, Attribute
from conformance.drivers.protocol import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record


def nothing_to_save_refused(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse to save a form in which nothing was changed."""
    file = about["file"]
    if all(file.get(name) == (value or None) for name, value in records[0].items()):
        raise RefusedError("NOTHING_CHANGED", "Aucune modification à enregistrer.", sorted(records[0]))
    return records


def homonym_set_on_both(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Mark both of two people of one name, whenever the second is created."""
    [one] = records
    others = [
        other
        for other in about["store"].patients()
        if other.id != one["id"]
        and (other.birth_name, other.first_name) == (one["birth_name"], one["first_name"])
        and Attribute.FICTIVE not in other.attributes
    ]
    for other in others:
        about["store"].save_patient(replace(other, attributes=other.attributes | {Attribute.HOMONYME}))
    return [{**one, "attributes": ["HOMONYME"]}] if others else records


def fictive_lifted_first(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Have fictive taken away before anything else is set."""
    there, asked = set(about["file"]["attributes"]), set(records[0]["attributes"])
    if "FICTIVE" in there and asked - {"FICTIVE"}:
        raise RefusedError("ATTRIBUTE_COMBINATION", "Levez d'abord l'attribut fictive.", ["attributes"])
    return records


def locked_though_unchanged(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Refuse a locked trait even with the value that it has."""
    locked = sorted(set(records[0]) & set(STRICT_FIELDS))
    if locked:
        raise RefusedError("LOCKED_FIELD", "Champ verrouillé : INSEE, caisse ou mairie.", locked)
    return records


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        nothing_to_save_refused,
        homonym_set_on_both,
        fictive_lifted_first,
        locked_though_unchanged,
    )
}
