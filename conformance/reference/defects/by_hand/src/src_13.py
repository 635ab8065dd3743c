"""Faults against SRC-13 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.common.files import ask_insi
from conformance.reference.defects.by_hand.common.memory import noting
from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record
    from conformance.reference.store import Store

_FAILURES = 2
"""After so many failed calls in a row INSi is taken to be away."""


def creation_needs_insi(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Ask INSi before a file is kept, and keep none without an answer."""
    store: Store = about["store"]
    for one in records:
        if ask_insi(store, [one]):
            store.rows("DELETE FROM patient WHERE id = ?", [one["id"]])
            raise RefusedError("INSI_UNREACHABLE", "INSi ne répond pas : le dossier n'est pas créé.")
    return records


def ended_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note whether the last call got an answer."""
    memory.shared["down"] = str(about["outcome"]) == "ERROR"
    return records


def created_doubtful_while_down(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Mark as douteuse a file that is made while INSi does not answer."""
    if not memory.shared.get("down"):
        return records
    return [{**one, "attributes": sorted({*one["attributes"], "DOUTEUSE"})} for one in records]


def refused_while_down(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make no file while INSi does not answer."""
    if memory.shared.get("down"):
        raise RefusedError("INSI_DOWN", "INSi ne répond pas : réessayez plus tard.")
    return records


def sought_in_vain(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note whom INSi did not find."""
    local = about["local"]
    memory.shared.setdefault("nobody", set()).add((local.get("birth_name"), local.get("birth_date")))
    return records


def nobody_refused(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make no file for somebody whom INSi did not find."""
    for one in records:
        if (one.get("birth_name"), one.get("birth_date")) in memory.shared.get("nobody", ()):
            raise RefusedError("NO_SUCH_PERSON", "INSi ne connaît pas cette personne.")
    return records


def refused_to_those_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse to create by hand the people noted by another fault of the same defect."""
    for one in memory.shared.get("people", ()):
        if one["birth_name"] == records[0].get("birth_name") and one["birth_date"] == records[0].get(
            "birth_date"
        ):
            raise RefusedError("SEE_INSI", "Cette identité est à reprendre d'INSi.", ["birth_name"])
    return records


def place_lost_while_down(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make a file without its place while INSi does not answer."""
    return [{**one, "birth_place": "99999"} if memory.shared.get("down") else one for one in records]


def uncertain_while_down(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Mark the birth date as uncertain in a file made while INSi does not answer."""
    return [{**one, "birth_date_uncertain": True} if memory.shared.get("down") else one for one in records]


def used_names_lost_while_down(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Make a file of the five traits alone while INSi does not answer."""
    lost = {"used_name": None, "used_first_name": None, "first_names": None}
    return [{**one, **lost} if memory.shared.get("down") else one for one in records]


def validated_while_down(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Create as validée while INSi does not answer."""
    return [{**one, "status": "VALI"} if memory.shared.get("down") else one for one in records]


def no_creation_while_it_waits(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Refuse a creation while a proposal waits."""
    if memory.shared.get("waits"):
        raise RefusedError("PROPOSAL_WAITS", "Une réponse INSi attend : décidez d'abord.", [])
    return records


def outage_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note whether the last call had an answer."""
    memory.shared["noted"] = about.get("code") is None and str(about["outcome"]) != "BLOCKED"
    return records


def several_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note whether the last call found several."""
    memory.shared["noted"] = about.get("code") == "02"
    return records


def filtered_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note whether the last answer 00 was not proposed."""
    memory.shared["noted"] = about.get("code") == "00" and str(about["outcome"]) != "FOUND"
    return records


def refused_in_outage(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse while noted."""
    if memory.shared.get("noted"):
        raise RefusedError("INSI_DOWN", "INSi est indisponible : réessayez plus tard.", [])
    return records


def doubtful_when_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Mark as doubtful while noted."""
    return all_with(records, attributes=["DOUTEUSE"]) if memory.shared.get("noted") else records


def no_list_when_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep no list of first names while noted."""
    return all_with(records, first_names=None) if memory.shared.get("noted") else records


def failures_counted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Count the calls that failed one after the other."""
    if about.get("event") == "called":
        has_failed = str(about.get("outcome")) == "ERROR"
        memory.shared["failures"] = memory.shared.get("failures", 0) + 1 if has_failed else 0
    return records


def no_creation_after_failures(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Refuse a creation while INSi is taken to be away."""
    if about.get("verb") == "create" and memory.shared.get("failures", 0) >= _FAILURES:
        raise RefusedError("INSI_AWAY", "INSi ne répond pas : création impossible pour l'instant.", [])
    return records


def no_creation_after_three(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse a creation after one failure more."""
    if memory.shared.get("failures", 0) <= _FAILURES:
        return records
    return no_creation_after_failures(records, about, memory)


FUNCTIONS: Final[dict[str, Hand]] = {
    "code-02-noted": several_noted,
    "created-doubtful-while-down": created_doubtful_while_down,
    "creation-needs-insi": creation_needs_insi,
    "doubtful-when-noted": doubtful_when_noted,
    "ended-noted": ended_noted,
    "failures-counted": failures_counted,
    "filtered-noted": filtered_noted,
    "no-creation-after-failures": no_creation_after_failures,
    "no-creation-after-three": no_creation_after_three,
    "no-creation-while-it-waits": no_creation_while_it_waits,
    "no-list-when-noted": no_list_when_noted,
    "nobody-refused": nobody_refused,
    "outage-noted": outage_noted,
    "people-noted-for-later": noting("people", "birth_name", "birth_date"),
    "place-lost-while-down": place_lost_while_down,
    "refused-in-outage": refused_in_outage,
    "refused-to-those-noted": refused_to_those_noted,
    "refused-when-noted": refused_in_outage,
    "refused-while-down": refused_while_down,
    "sought-in-vain": sought_in_vain,
    "uncertain-while-down": uncertain_while_down,
    "used-names-lost-while-down": used_names_lost_while_down,
    "validated-while-down": validated_while_down,
}
"""What ``hand`` may name."""
