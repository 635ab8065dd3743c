"""Durations, rates and shares as a person writes them, ``300ms``, ``200/s``, ``0.1%``, and as they are shown: with a comma in French."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from simulator.text import Text, TextError, with_decimal_sign
from simulator.text import parse_duration as text_duration

if TYPE_CHECKING:
    from simulator.text import Lang

_RATE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(?:/\s*(s|m|h))?", re.ASCII)
_SHARE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(%)?", re.ASCII)

LONGEST_S: Final = 7 * 86400.0
"""No load run of ours is longer than a week."""


class QuantityError(TextError, ValueError):
    """A text is not the quantity expected; the message says what was expected and what came."""


def parse_duration(text: str, *, zero: bool = False) -> float:
    """Return seconds; ``zero``: none at all is allowed.

    Raises:
        QuantityError: not a time such as 20s, 300ms, 5m or 1h, nothing, or more than a week.
    """
    seconds = text_duration(str(text))
    if seconds is None or seconds < 0 or (seconds == 0 and not zero) or seconds > LONGEST_S:
        raise QuantityError(
            Text(
                f"une durée telle que 20s, 300ms, 5m ou 1h est attendue, reçu : {text!r}",
                f"expected a time such as 20s, 300ms, 5m or 1h, got {text!r}",
            )
        )
    return seconds


def parse_rate(text: str) -> float:
    """Return a number for each second.

    Raises:
        QuantityError: not a rate such as 200/s or 30/m, or nothing.
    """
    found = _RATE.fullmatch(str(text).strip())
    if found is None or float(found[1]) == 0 or float(found[1]) > 1e6:  # noqa: PLR2004 - what it stands for is in the line
        raise QuantityError(
            Text(
                f"un débit tel que 200/s ou 30/m est attendu, reçu : {text!r}",
                f"expected a rate such as 200/s or 30/m, got {text!r}",
            )
        )
    return float(found[1]) / (text_duration(f"1{found[2] or 's'}") or 1.0)


def parse_share(text: str) -> float:
    """Return a share from 0 to 1.

    Raises:
        QuantityError: not a share such as 0.1% or 0.
    """
    found = _SHARE.fullmatch(str(text).strip())
    value = float(found[1]) / (100 if found[2] else 1) if found else 2.0
    if value > 1:
        raise QuantityError(
            Text(
                f"une part telle que 0.1% ou 0 est attendue, reçu : {text!r}",
                f"expected a share such as 0.1% or 0, got {text!r}",
            )
        )
    return value


def show_duration(seconds: float, lang: Lang) -> str:
    """Return a duration for people: ``412 ms``, ``1,73 s``, ``12 min 05 s``."""
    return with_decimal_sign(_duration(seconds), lang)


def show_rate(rate: float, lang: Lang) -> str:
    """Return a rate for people: ``0,42/s``, ``8,3/s``, ``2540/s``."""
    digits = 0 if rate >= 100 else 1 if rate >= 1 else 2  # noqa: PLR2004 - what it stands for is in the line
    return with_decimal_sign(f"{rate:.{digits}f}/s", lang)


def show_share(share: float, lang: Lang) -> str:
    """Return a share for people: ``0 %``, ``0,012 %``, ``3,4 %``."""
    return with_decimal_sign(f"{share * 100:.3g} %", lang)


def _duration(seconds: float) -> str:
    if seconds < 1:
        milliseconds = seconds * 1000
        return f"{milliseconds:.1f} ms" if milliseconds < 10 else f"{milliseconds:.0f} ms"  # noqa: PLR2004 - what it stands for is in the line
    if seconds < 60:  # noqa: PLR2004 - what it stands for is in the line
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"  # noqa: PLR2004 - what it stands for is in the line
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:  # noqa: PLR2004 - what it stands for is in the line
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"
