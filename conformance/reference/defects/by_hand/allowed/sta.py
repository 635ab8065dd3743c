"""Right behaviours near rules STA that data cannot say; see ``conformance.reference.variants``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import STRICT_FIELDS
from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.common.constants import WITH_INS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def locked_though_unchanged(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Refuse a locked trait even with the value that it has."""
    locked = sorted(set(records[0]) & set(STRICT_FIELDS))
    if locked:
        raise RefusedError("LOCKED_FIELD", "Champ verrouillé : INSEE, caisse ou mairie.", locked)
    return records


def locked_ignored(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take locked fields out of what was typed instead of refusing it."""
    locked = {"matricule", "oid", "birth_name", "first_names", "birth_date", "sex", "birth_place"}
    if about["role"] != "USER" or about["status"] not in {"RECUP", "QUAL"}:
        return records
    return [{name: value for name, value in one.items() if name not in locked} for one in records]


def fall_in_two_steps(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the fall of a qualifiée identity to provisoire as two changes."""
    return _by_way_of("VALI", records, "QUAL", "PROV")


def qualified_by_recuperee(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write what makes a provisoire identity qualifiée at once as two changes."""
    return _by_way_of("RECUP", records, "PROV", "QUAL")


def _by_way_of(between: str, records: list[Record], before: str, after: str) -> list[Record]:
    out = []
    for record in records:
        if (str(record["previous"]), str(record["status"])) == (before, after):
            out += [{**record, "status": between}, {**record, "previous": between}]
        else:
            out.append(record)
    return out


def created_in_two_steps(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write a creation from INSi as a creation and an import."""
    if about["cause"] != "created-from-insi":
        return records
    return [{**records[0], "status": "PROV"}, {**records[0], "previous": "PROV"}]


def same_value_refused(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse a locked field whatever is typed there."""
    locked = [name for name in records[0] if name not in {"used_name", "used_first_name", "first_name"}]
    if locked and str(about["status"]) in WITH_INS and str(about["role"]) != "SUPER_USER":
        raise RefusedError("LOCKED_FIELD", "Champ verrouillé.", locked)
    return records


def user_in_full(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Name the user with their full name, the account in brackets."""
    return _named(records, "Camille {} ({})")


def user_of_domain(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Name the user with the domain of the account."""
    return _named(records, "OFFICINE\\{}")


def _named(records: list[Record], form: str) -> list[Record]:
    return [
        {
            **one,
            **{name: form.format(one[name], one[name]) for name in ("user", "author") if one.get(name)},
        }
        for one in records
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "created-in-two-steps": created_in_two_steps,
    "fall-in-two-steps": fall_in_two_steps,
    "locked-ignored": locked_ignored,
    "locked-though-unchanged": locked_though_unchanged,
    "qualified-by-recuperee": qualified_by_recuperee,
    "same-value-refused": same_value_refused,
    "user-in-full": user_in_full,
    "user-of-domain": user_of_domain,
}
"""What ``hand`` may name."""
