"""Right behaviours near rules DOC that data cannot say; see ``conformance.reference.variants``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.records import born

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def _patient(about: Mapping[str, Any]) -> str:
    file = about["file"]
    return f"{file['birth_name']} {file['first_name']}, né(e) le {born(file)}"


def titled_after_the_patient(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Put the patient into the title, and the day of the document."""
    return [{**one, "title": f"{one['title']} du 12/03/2026 - {_patient(about)}"} for one in records]


def footed_with_the_patient(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Print a foot of the page."""
    foot = f"{_patient(about)} - Dr MARTIN - imprimé le 12/03/2026 - page 1/1"
    return [*records, {"key": "foot", "label": "", "value": foot, "page": 1}]


def people_around(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Print who is around the patient."""
    told = {
        "Mère :": "LEFEVRE ANNE, née le 04/05/1961",
        "Médecin traitant :": "Dr MARTIN PAUL",
        "Assuré :": "LEFEVRE JEAN",
    }
    return [
        *records,
        *({"key": "around", "label": label, "value": value, "page": 1} for label, value in told.items()),
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "footed-with-the-patient": footed_with_the_patient,
    "people-around": people_around,
    "titled-after-the-patient": titled_after_the_patient,
}
"""What ``hand`` may name."""
