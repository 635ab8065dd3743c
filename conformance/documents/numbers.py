"""Matricules in running text, and what is wrong with one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from simulator.ins.matricule import NUMBER_LENGTH, VALUE_LENGTH, MatriculeError, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator

SPACES: Final = " \t\u00a0\u2000-\u200a\u202f\u205f\u2060\u200b"
"""Spaces that printed digits may be grouped with, for a character class."""
_GAP: Final = rf"[{SPACES}.\-]{{0,2}}"
_KEY_GAP: Final = rf"{_GAP}(?:(?:cl[ée]\s?:?\s?|[(\[/]\s?))?"
"""The key is sometimes set apart: ``… 189 (89)``, ``… 189 clé 89``."""
_RUN: Final = re.compile(
    rf"(?<![0-9A-Za-z])[1-8](?:{_GAP}[0-9]){{5}}{_GAP}[0-9AB](?:{_GAP}[0-9]){{6}}{_KEY_GAP}[0-9]{_GAP}[0-9]"
    rf"(?:\s?[)\]])?(?!(?!NI[RA])[0-9A-Za-z])"
)
_NOT_KEPT: Final = re.compile(rf"cl[ée]\s?:?|[{SPACES}.\-()\[\]/]")
_LABEL: Final = re.compile(r"\b(?:INS|matricule)\b[^\d\n]{0,25}\Z", re.IGNORECASE)
_NATURE: Final = re.compile(r"[\s(\[–—-]{0,4}(?:INS[\s-]*)?NI[RA]\b", re.IGNORECASE)
_NEAR: Final = 40
_BILLED_BEFORE: Final = re.compile(
    r"s[ée]curit[ée]\s+sociale|\bn°?\s*s\.?s\b|\bnss\b|assur[ée]e?\b|immatriculation", re.IGNORECASE
)
_BILLED_AFTER: Final = re.compile(r"[\s(\[]{0,3}n°?\s*s\.?s", re.IGNORECASE)
_ZEROS: Final = 12
_MARKS: Final = "/_|:,;·•*+\u2010-\u2015"
"""What else stands between the digits of a number that is to look like no number."""
_PARTED: Final = re.compile(rf"[\r\n{_MARKS}]")


def compact(text: str) -> str:
    """Drop what groups the digits of a printed number."""
    return _NOT_KEPT.sub("", text)


def is_matricule(text: str) -> bool:
    """Tell whether a text is 15 raw characters with the right key."""
    if len(text) != VALUE_LENGTH:
        return False
    try:
        return key_of(text[:NUMBER_LENGTH]) == text[NUMBER_LENGTH:]
    except MatriculeError:
        return False


def find_matricules(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each 15-character number with a right key in a text, grouped or not, with its start and end.

    One number in a hundred has a right key by chance: what stands around must say that it is an INS.
    """
    for match in _RUN.finditer(text):
        number = compact(match[0])
        if is_matricule(number):
            yield number, match.start(), match.end()


def is_called_ins(text: str, start: int, end: int) -> bool:
    """Tell whether a running text calls a number an INS: a label before, or the nature after."""
    return bool(_LABEL.search(text[max(0, start - _NEAR) : start]) or _NATURE.match(text, end))


def called_ins(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the matricules of a running text that it calls so: a label of the INS before, or the nature after."""
    for number, start, end in find_matricules(text):
        if is_called_ins(text, start, end):
            yield number, start, end


def spoilt_ins(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the numbers of that shape whose key is wrong, where a running text calls them so."""
    for match in _RUN.finditer(text):
        number = compact(match[0])
        if not is_matricule(number) and is_called_ins(text, match.start(), match.end()):
            yield number, match.start(), match.end()


def called_billing(text: str, start: int, end: int) -> bool:
    """Tell whether a running text calls a number one of social security, before it on its line or right after it."""
    before = re.split(r"[\r\n\t;]", text[max(0, start - 2 * _NEAR) : start])[-1]
    return bool(_BILLED_BEFORE.search(before) and not _LABEL.search(before)) or bool(
        _BILLED_AFTER.match(text, end)
    )


def find_without_key(text: str, number: str) -> Iterator[tuple[int, int]]:
    """Yield where the thirteen characters of a known number stand without their key, grouped or not: start and end."""
    digits = rf"[{SPACES}.\-{_MARKS}]{{0,3}}".join(map(re.escape, number[:NUMBER_LENGTH]))
    for match in re.finditer(rf"(?<![0-9A-Za-z]){digits}(?!{_KEY_GAP}[0-9]{_GAP}[0-9])(?![0-9A-Za-z])", text):
        yield match.start(), match.end()


def find_within(text: str, number: str) -> Iterator[tuple[int, int]]:
    """Yield where a known number stands among letters, as in an identifier made of it or in the first block of a symbol: start and end."""
    for match in re.finditer(
        rf"(?<![0-9])(?:(?<=[A-Za-z]){number}|{number}(?=[A-Za-z]))(?![0-9])|(?<=S1){number}(?![0-9])", text
    ):
        yield match.start(), match.end()


def find_parted(text: str, number: str) -> Iterator[tuple[int, int]]:
    """Yield where the characters of a known number are parted by lines or by other marks than usual: start and end."""
    gap = rf"[{SPACES}.\-\r\n{_MARKS}]{{0,4}}"
    for match in re.finditer(rf"(?<![0-9A-Za-z]){gap.join(map(re.escape, number))}(?![0-9A-Za-z])", text):
        if _PARTED.search(match[0]):
            yield match.start(), match.end()


def looks_made_up(number: str) -> bool:
    """Tell whether a number is a filler, such as fifteen zeros or nines."""
    return len(number) >= _ZEROS and len(set(number[:-2])) == 1
