"""Whether INSi was asked about the person on the sheet: a mistake of typing is the person's, not the software's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.suite.desk.words import label, shown
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulator.client import ExchangeView

_COMPARED: Final = ("birth_name", "sex", "birth_date")


def differences(exchanges: Sequence[ExchangeView], expected: Mapping[str, str | None]) -> list[Text]:
    """Return what INSi received that is not on the sheet, one line for each trait; empty when all is as expected.

    Args:
        exchanges: the calls that INSi received for one act.
        expected: the traits of the sheet, by identity field.
    """
    found: dict[str, Text] = {}
    for exchange in exchanges:
        if exchange.traits is None:
            continue
        for name in _COMPARED:
            _compare(found, name, exchange.traits.get(name), [expected.get(name)])
        firsts = " ".join(name or "" for name in exchange.traits.get("first_names") or ())
        _compare(found, "first_name", firsts, _first_names(expected))
        place = exchange.traits.get("birth_place")
        if place:
            _compare(found, "birth_place", place, [expected.get("birth_place")])
    return list(found.values())


def _compare(found: dict[str, Text], name: str, got: str | None, allowed: Sequence[str | None]) -> None:
    if got in allowed or name in found:
        return
    wanted = next((each for each in allowed if each), None)
    found[name] = Text(
        f"{label(name).fr} : la fiche dit {shown(wanted).fr}, INSi a reçu {shown(got).fr}",
        f"{label(name).en}: the sheet says {shown(wanted).en}, INSi received {shown(got).en}",
    )


def _first_names(expected: Mapping[str, str | None]) -> list[str]:
    names = (expected.get("first_names") or "").split()
    starts = [" ".join(names[: count + 1]) for count in range(len(names))]
    return list(dict.fromkeys(each for each in (expected.get("first_name"), *names, *starts) if each))
