"""Faults against RSP-15 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import querying
from conformance.reference.members import members

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def history_with_active_dropped(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Keep no former INS at all when the active one is among them."""
    return [] if any(one["matricule"] == about["matricule"] for one in records) else records


def crossed_period_dropped(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep no former INS that ended before it began."""
    return [
        one
        for one in records
        if not (one["date_from"] and one["date_to"]) or one["date_from"] <= one["date_to"]
    ]


def one_per_number(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep one entry for each former number."""
    return list({one["matricule"]: one for one in records}.values())


def history_of_the_last_answer(
    _records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Keep the INS history of the last answer, whichever was accepted."""
    return [members(each) for each in memory.shared["last"]["history"]]


def former_dates_french(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep the dates of the INS history as they are shown."""
    return [
        {**one, **{name: "/".join(reversed(one[name].split("-"))) for name in ("date_from", "date_to")}}
        for one in records
    ]


def history_appended(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Add the former INS of each answer to those of the answers before."""
    held: list[Record] = memory.own.setdefault(about["patient_id"], [])
    held.extend(records)
    return list(held)


def single_entry_lost(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Read a list of one as no list."""
    return records if len(records) != 1 else []


def history_added_up(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Add the history of each answer to that of the former ones."""
    kept: list[Record] = memory.own.setdefault(about["patient_id"], [])
    kept.extend(records)
    return list(kept)


def former_of_file_before(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the former INS of the file fed before as well: the list was not emptied."""
    before, held = memory.own.get("left", (None, []))
    memory.own["left"] = (about["patient_id"], records)
    return records if before in {None, about["patient_id"]} else [*held, *records]


def after_active_dropped(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Read the history from the active INS on."""
    numbers = [one["matricule"] for one in records]
    return records[numbers.index(about["matricule"]) :] if about["matricule"] in numbers else records


def third_feed_empties(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Empty the history at the third acceptance of a file and write nothing."""
    file = about["patient_id"]
    memory.own[file] = memory.own.get(file, 0) + 1
    return [] if memory.own[file] >= 3 else records  # noqa: PLR2004 - third


def history_of_the_import_before(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Write the former INS of the import before where the answer holds none."""
    if not records:
        return [dict(one) for one in memory.own.get("before", ())]
    memory.own["before"] = [dict(one) for one in records]
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "history-of-the-import-before": history_of_the_import_before,
    "after-active-dropped": after_active_dropped,
    "crossed-period-dropped": crossed_period_dropped,
    "former-dates-french": former_dates_french,
    "former-numbers-emptied": querying("DELETE FROM former_ins"),
    "former-of-file-before": former_of_file_before,
    "history-added-up": history_added_up,
    "history-appended": history_appended,
    "history-of-the-last-answer": history_of_the_last_answer,
    "history-with-active-dropped": history_with_active_dropped,
    "oldest-former-number-emptied": querying(
        "DELETE FROM former_ins WHERE id IN (SELECT MIN(id) FROM former_ins GROUP BY patient_id)"
    ),
    "one-per-number": one_per_number,
    "single-entry-lost": single_entry_lost,
    "third-feed-empties": third_feed_empties,
}
"""What ``hand`` may name."""
