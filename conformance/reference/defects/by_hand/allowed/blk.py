"""Right behaviours near rules BLK that data cannot say; see ``conformance.reference.variants``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.protocol import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def searches_only(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count searches, not verifications: what a dashboard may do."""
    codes = [entry.code for entry in about["log"] if entry.action == "INSI_CALL"]
    successes = sum(code in {"00", "01", "02"} for code in codes)
    counts = {"insi_calls": len(codes), "insi_successes": successes, "insi_failures": len(codes) - successes}
    return [{**one, **counts} for one in records]


def lines_counted(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count the lines of lots among the calls."""
    lines = [one for one in about["log"] if one.action == "INSI_VERIFICATION" and one.mode == "LOT"]
    good = sum(one.code in {"00", "01", "02"} for one in lines)
    return [
        {
            **one,
            "insi_calls": one["insi_calls"] + len(lines),
            "insi_successes": one["insi_successes"] + good,
            "insi_failures": one["insi_failures"] + len(lines) - good,
        }
        for one in records
    ]


def files_in_lots_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files that go into a lot."""
    if about.get("by") == "lot":
        memory.shared.setdefault("in lots", set()).update(one["patient_id"] for one in records)
    return records


def refused_to_files_in_lots(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse a change of the 1er prénom to a file that is in a lot."""
    if about["file"]["id"] in memory.shared.get("in lots", ()):
        raise RefusedError("LOT_WAITS", "Un lot attend le résultat de ce dossier.", ["first_name"])
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "files-in-lots-noted": files_in_lots_noted,
    "lines-counted": lines_counted,
    "refused-to-files-in-lots": refused_to_files_in_lots,
    "searches-only": searches_only,
}
"""What ``hand`` may name."""
