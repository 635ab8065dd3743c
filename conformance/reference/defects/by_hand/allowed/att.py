"""Right behaviours near rules ATT that data cannot say; see ``conformance.reference.variants``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Attribute
from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.common.files import others

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


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


def fictive_alone(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep fictive alone when it comes with others."""
    return [{**one, "attributes": ["FICTIVE"]} if "FICTIVE" in one["attributes"] else one for one in records]


def homonym_by_itself(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Mark a new file as a homonym when another has its name and birth date."""
    return [
        {**one, "attributes": ["HOMONYME"]} if others(about, one, ("birth_name", "birth_date")) else one
        for one in records
    ]


def attribute_twice_refused(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse to set the attributes that a file has."""
    held, asked = about["file"]["attributes"], records[0]["attributes"]
    if held and held == asked:
        raise RefusedError("ALREADY_SET", "Attribut déjà posé.", ["attributes"])
    return records


def removal_by_super_user(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let a super-user alone take a blocking attribute away."""
    gone = {"DOUTEUSE", "FICTIVE"} & (set(about["file"]["attributes"]) - set(records[0]["attributes"]))
    if gone and str(about["role"]) != "SUPER_USER":
        raise RefusedError("FORBIDDEN", "Droit de super-utilisateur nécessaire.", ["attributes"])
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "attribute-twice-refused": attribute_twice_refused,
    "fictive-alone": fictive_alone,
    "fictive-lifted-first": fictive_lifted_first,
    "homonym-by-itself": homonym_by_itself,
    "homonym-set-on-both": homonym_set_on_both,
    "removal-by-super-user": removal_by_super_user,
}
"""What ``hand`` may name."""
