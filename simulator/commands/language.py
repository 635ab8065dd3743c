"""In which language a command speaks: ``--lang``, else ``BANC_LANG``, else the locale of the terminal, else French."""

from __future__ import annotations

import os
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulator.text import Lang, Text

VARIABLE: Final = "BANC_LANG"
_LOCALE: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The first that is set decides, as POSIX has it; Windows sets none of them as a rule."""
_OPTION: Final = "--lang"


def usual_lang(environment: Mapping[str, str] | None = None) -> Lang:
    """Return the language of whoever does not say: that of ``BANC_LANG``, else of the locale when it is English, else French."""
    told = os.environ if environment is None else environment
    for name in (VARIABLE, *_LOCALE):
        if value := told.get(name, "").strip().lower():
            return "en" if value.partition("_")[0].partition(".")[0].partition("-")[0] == "en" else "fr"
    return "fr"


def lang_of(arguments: Sequence[str]) -> Lang:
    """Return the language that a command line asks for, before it is read: help and errors have to know."""
    for number, one in enumerate(arguments):
        if one == "--":
            break
        told = one.partition("=")[2] if one.startswith(f"{_OPTION}=") else None
        if one == _OPTION and number + 1 < len(arguments):
            told = arguments[number + 1]
        if told == "fr":
            return "fr"
        if told == "en":
            return "en"
    return usual_lang()


def speak(lang: Lang) -> None:
    """Set the language of a command line that is about to be read: what is wrong with it is told before its options are known."""
    _AT_HAND.set(lang)


def at_hand() -> Lang | None:
    """Return the language of the command line that was read last, if any was."""
    return _AT_HAND.get()


_AT_HAND: Final[ContextVar[Lang | None]] = ContextVar("banc_lang", default=None)


def said(text: Text | str) -> str:
    """Return a text in the language of the command that runs."""
    if isinstance(text, str):
        return text
    return text[spoken()]


def spoken() -> Lang:
    """Return the language of the command that runs."""
    context = click.get_current_context(silent=True)
    asked = context.params.get("lang") if context else None
    if asked == "fr":
        return "fr"
    if asked == "en":
        return "en"
    return (at_hand() if context else None) or usual_lang()
