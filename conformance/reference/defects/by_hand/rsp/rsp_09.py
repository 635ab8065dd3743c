"""Faults against RSP-09 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import default_of, filled_from_memory, held_since

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def blank_is_text(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take a list of blanks for a text."""
    return [
        {**one, "content": re.sub(rb"(ListePrenom>) +(</)", rb"\1&#160;.\2", one["content"])}
        for one in records
    ]


def local_list_completes(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Propose an answer without list when the file has one."""
    if list(about.get("reasons") or ()) != ["EMPTY_FIRST_NAMES"] or not about["local"].get("first_names"):
        return records
    return [{**one, "outcome": "FOUND", "message": "Identité trouvée.", "alerts": []} for one in records]


def local_sex_completes(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Propose an answer without sex when the file has one."""
    if list(about.get("reasons") or ()) != ["EMPTY_SEX"] or not about["local"].get("sex"):
        return records
    return [{**one, "outcome": "FOUND", "message": "Identité trouvée.", "alerts": []} for one in records]


def sex_from_the_number(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Read the sex that is missing in the number."""
    return [
        {**one, "sex": {"1": "M", "2": "F", "7": "M", "8": "F"}.get((one["matricule"] or "")[:1])}
        for one in records
    ]


def incomplete_passes_once_declined(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Let an answer without a trait pass for a file that declined another one."""
    declined = memory.shared.get("held", ())
    return [
        {**one, "outcome": "FOUND", "alerts": []}
        if about["patient_id"] in declined
        and any(each["code"].startswith("EMPTY_") for each in one["alerts"])
        else one
        for one in records
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "declining-noted": held_since("import-declined"),
    "incomplete-passes-once-declined": incomplete_passes_once_declined,
    "absent-birth-name-is-unknown": default_of(b"NomNaissance", b"INCONNU"),
    "absent-sex-is-male": default_of(b"Sexe", b"M"),
    "blank-is-text": blank_is_text,
    "local-list-completes": local_list_completes,
    "local-sex-completes": local_sex_completes,
    "sex-from-the-number": sex_from_the_number,
    "sex-of-the-one-before": filled_from_memory("sex"),
}
"""What ``hand`` may name."""
