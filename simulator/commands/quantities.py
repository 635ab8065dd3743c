"""Sizes, durations and times as options of a command write them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import click

from simulator.commands.bilingual import WrongValueError
from simulator.journal.filters import FilterError, parse_time
from simulator.text import Text, parse_duration

if TYPE_CHECKING:
    from datetime import datetime

    _Size = click.ParamType[int]
    _Duration = click.ParamType[float]
    _Time = click.ParamType[datetime]
else:
    # Not generic when it runs in the oldest versions of click that we take.
    _Size = _Duration = _Time = click.ParamType

_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(|k|m|g|t)(?:i?b|o)?", re.IGNORECASE)
_FACTORS: Final = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3, "t": 1000**4}


class SizeType(_Size):
    """A number of bytes: ``500MB``, ``2GB``, ``1000000``."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return bytes."""
        found = _SIZE.fullmatch(str(value).strip())
        if found is None or float(found[1]) == 0:
            raise WrongValueError(
                Text(
                    f"une taille telle que 500MB ou 2GB est attendue, reçu : {value!r}",
                    f"expected a size such as 500MB or 2GB, got {value!r}",
                ),
                ctx,
                param,
            )
        return int(float(found[1]) * _FACTORS[found[2].lower()])


class DurationType(_Duration):
    """A duration: ``30s``, ``5m``, ``12h``, ``7d``."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return seconds."""
        text = str(value).strip()
        seconds = parse_duration(text)
        # A number alone could be meant as bytes, minutes or days.
        if seconds is None or seconds <= 0 or text[-1].isdigit():
            raise WrongValueError(
                Text(
                    f"une durée telle que 30m, 12h ou 7d est attendue, reçu : {value!r}",
                    f"expected a time such as 30m, 12h or 7d, got {value!r}",
                ),
                ctx,
                param,
            )
        return seconds


class TimeType(_Time):
    """A moment: ISO 8601, UTC when it names no zone, or ``10m ago``."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the moment."""
        try:
            return parse_time(str(value))
        except FilterError as error:
            raise WrongValueError(error.text, ctx, param) from error
