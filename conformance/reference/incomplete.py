"""Birth dates of which the day or the month is not known, as a user types them with ``00`` (TRT-08). Pure.

The convention of EXI ID 11 (second-hand): day unknown, the first of the month; month unknown, January; both unknown,
31 December. The file then holds a date that exists, marked as uncertain, and never the ``00`` (CAL-12). A date that INSi
returns with ``00`` is not completed: it is refused (RSP-08, RSP-09).

Tension in the reference: EXI ID 12 refuses an incomplete date in the identity field, EXI ID 11 says how to complete it.
Both hold here: what is typed is completed, what is kept is complete. A search of INSi with typed traits does not complete:
there is no file that could bear the mark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.ins.dates import BirthDate, BirthDateError

if TYPE_CHECKING:
    from collections.abc import Mapping


def completed(typed: Mapping[str, Any]) -> tuple[dict[str, Any], bool | None]:
    """Return typed values with a complete date, and whether that date is made up; ``None`` when no date was typed.

    A text that is no date stays as it is: the checks refuse it.
    """
    values = dict(typed)
    if not values.get("birth_date"):
        return values, None
    try:
        date = BirthDate.parse_iso(values["birth_date"])
    except BirthDateError:
        return values, False
    values["birth_date"] = date.complete().iso()
    return values, date.is_lunar
