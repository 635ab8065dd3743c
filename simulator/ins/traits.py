"""Names: what the teleservice accepts, how to write them for it, and how to compare them.

Lexical rules: insi-contract §5.2 and ins-rules TRT-06, a paraphrase of SEL-MP-043 (reported); the CNDA case
D'ÆION / CŒUR shows that ligatures must not be sent (observed). Where the paraphrase is silent nothing is
refused: a hyphen beside a space, a trailing space in a single name, an apostrophe at the beginning.
"""

from __future__ import annotations

import re
import string
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LENGTH = 100
"""Length that software should accept (ins-rules TRT-04: 54 at least, 100 recommended)."""

_LETTERS = frozenset(string.ascii_uppercase)
_ALLOWED = _LETTERS | frozenset(" '-")

_APOSTROPHES = "\u2019\u2018\u201b\u02bc\u02bb\u02bd\u02b9\u2032\u00b4\u0060\uff07\ua78c\u05f3"
_HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe58\ufe63\uff0d\u058a"
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_SPACES = (
    "\t\n\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)
_TYPOGRAPHY = str.maketrans(
    dict.fromkeys(_APOSTROPHES, "'")
    | dict.fromkeys(_HYPHENS, "-")
    | dict.fromkeys(_SPACES, " ")
    | dict.fromkeys(_INVISIBLE)
)
# Letters that Unicode does not decompose, in upper case. Æ and Œ are the ones French names have.
_LIGATURES = {"Æ": "AE", "Œ": "OE", "ẞ": "SS"}
_STROKED = {"Ø": "O", "Ł": "L", "Đ": "D", "Ð": "D", "Ħ": "H", "Ŧ": "T", "Þ": "TH", "Ŋ": "N"}
_EXPANSIONS = str.maketrans(_LIGATURES | _STROKED)
_LIGATURE_LETTERS = frozenset("ÆæŒœẞßĲĳﬀﬁﬂﬃﬄﬅﬆ")

_PLAIN_NAME = re.compile(r"[A-Z'](?:[A-Z-]|(?<![ '])[ '])*")
"""A name whose characters are allowed, the first one too, without space and apostrophe doubled or combined: nearly all of them."""
_SPACING = re.compile(r"[ ']{2,}")
_DOUBLE_HYPHEN = re.compile(r"-{2,}")
_TRIPLE_HYPHEN = re.compile(r"-{3,}")


class LexicalCode(StrEnum):
    """What kind of rule a name breaks."""

    EMPTY = "empty"
    LENGTH = "length"
    LOWER_CASE = "lower-case"
    DIACRITIC = "diacritic"
    LIGATURE = "ligature"
    PUNCTUATION = "punctuation"
    """A typographic apostrophe, dash or space instead of the plain one."""
    CHARACTER = "character"
    FIRST = "first"
    LAST = "last"
    HYPHENS = "hyphens"
    SPACING = "spacing"
    """Space and apostrophe doubled or combined."""
    FORMAT = "format"
    """The shape of a code as a whole (birth place)."""


@dataclass(frozen=True, slots=True)
class LexicalProblem:
    """One place where a text breaks a lexical rule."""

    position: int | None
    """0-based index in the text; none when the text as a whole is meant."""
    expected: str
    got: str
    code: str
    """One of ``LexicalCode``."""

    def __str__(self) -> str:
        where = "" if self.position is None else f"character {self.position + 1}: "
        return f"{where}expected {self.expected}, got {self.got}"


def check_birth_name(text: str, *, max_length: int = MAX_LENGTH) -> list[LexicalProblem]:
    """Check a birth name: A-Z, space, ``'``, ``-`` and ``--``; first character neither space nor hyphen.

    Returns:
        Every problem, by position; empty when the name can be sent.
    """
    if len(text) <= max_length and _PLAIN_NAME.fullmatch(text) and "---" not in text:
        return []
    problems = [*_common(text, max_length), *_runs(text, _TRIPLE_HYPHEN, "one or two hyphens")]
    return sorted(problems, key=_position)


def check_first_name(text: str, *, max_length: int = MAX_LENGTH) -> list[LexicalProblem]:
    """Check one first name: as a birth name, but no ``--`` and no hyphen or apostrophe at the end.

    Spaces are allowed: a first name may be several words, and the last resort of CNDA test 2.07 is to send
    the whole list as one.
    """
    if len(text) <= max_length and _PLAIN_NAME.fullmatch(text) and "--" not in text and text[-1] not in "-'":
        return []
    problems = [
        *_common(text, max_length),
        *_runs(text, _DOUBLE_HYPHEN, "a single hyphen"),
        *_last(text, 0),
    ]
    return sorted(problems, key=_position)


def check_first_names(text: str, *, max_length: int = MAX_LENGTH) -> list[LexicalProblem]:
    """Check a list of first names separated by one space (ins-rules TRT-13), each under its own rules.

    Positions are those in the whole list.
    """
    problems = [*_common(text, max_length), *_runs(text, _DOUBLE_HYPHEN, "a single hyphen")]
    start = 0
    for name in text.split(" "):
        if start and name.startswith("-"):
            problems.append(
                LexicalProblem(start, "a first name beginning with a letter", "'-'", LexicalCode.FIRST)
            )
        problems.extend(_last(name, start))
        start += len(name) + 1
    if text.endswith(" ") and text.strip(" "):
        problems.append(
            LexicalProblem(len(text) - 1, "a first name after each space", "the end", LexicalCode.LAST)
        )
    return sorted(problems, key=_position)


def to_wire(text: str) -> str:
    """Write a name the way a software must send it (ins-rules TRT-06).

    Upper case, no diacritic, ligatures expanded (Œ→OE, Æ→AE, ß→SS), typographic apostrophes, dashes and
    spaces made plain, invisible characters dropped. Spaces are neither trimmed nor collapsed. What has no
    Latin equivalent stays: the checks refuse it. Idempotent, and the same for composed and decomposed text.
    """
    if text.isascii():
        # U+0060 is the one ASCII character, with control spaces, that typography touches.
        return text.upper().translate(_TYPOGRAPHY)
    plain = _without_marks(text.translate(_TYPOGRAPHY))
    # Upper case first: it may yield letters that decompose or expand (ß gives SS, ŉ gives ʼN).
    return _without_marks(plain.upper()).translate(_EXPANSIONS).translate(_TYPOGRAPHY)


@lru_cache(maxsize=4096)  # One call compares the same name with each candidate, and again to explain.
def comparison_key(text: str) -> str:
    """Reduce a name to what counts when two are compared: ``to_wire``, separators as single spaces.

    Hyphen and apostrophe are worth a space (ins-rules RSP-06).
    """
    return " ".join(to_wire(text).replace("-", " ").replace("'", " ").split())


def starts_list(first_name: str, first_names: str) -> bool:
    """Tell whether a first name is the start of the list of first names (ins-rules RSP-06, EXI ID 10).

    Taken on whole names, hyphen and apostrophe worth a space on both sides. With ``JEAN CHRISTOPHE PIERRE``:
    JEAN, JEAN CHRISTOPHE, JEAN-CHRISTOPHE and JEAN-CHRISTOPHE-PIERRE start it; CHRISTOPHE, PIERRE and JEA do
    not. As a consequence JEAN also starts ``JEAN-CHRISTOPHE PIERRE``: the equivalence hides which hyphens the
    list has (inferred, no published example). An empty first name starts nothing.
    """
    first = comparison_key(first_name).split()
    return bool(first) and comparison_key(first_names).split()[: len(first)] == first


def _without_marks(text: str) -> str:
    # Typography is mapped on both sides of NFKD, which turns U+00B4 into a space and an accent.
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _position(problem: LexicalProblem) -> int:
    return -1 if problem.position is None else problem.position


def _common(text: str, max_length: int) -> Iterator[LexicalProblem]:
    if not text.strip(" "):
        yield LexicalProblem(None, "at least one letter", repr(text), LexicalCode.EMPTY)
        return
    if len(text) > max_length:
        yield LexicalProblem(None, f"at most {max_length} characters", f"{len(text)}", LexicalCode.LENGTH)
    if not _ALLOWED.issuperset(text):
        for position, character in enumerate(text):
            if character not in _ALLOWED:
                yield _bad_character(position, character)
    if text[0] in " -":
        yield LexicalProblem(0, "a letter or an apostrophe first", repr(text[0]), LexicalCode.FIRST)
    expected = "space and apostrophe neither doubled nor combined"
    for run in _SPACING.finditer(text):
        yield LexicalProblem(run.start(), expected, repr(run[0]), LexicalCode.SPACING)


def _runs(text: str, pattern: re.Pattern[str], expected: str) -> Iterator[LexicalProblem]:
    for run in pattern.finditer(text):
        yield LexicalProblem(run.start(), expected, repr(run[0]), LexicalCode.HYPHENS)


def _last(name: str, start: int) -> Iterator[LexicalProblem]:
    if name.endswith(("-", "'")):
        position = start + len(name) - 1
        yield LexicalProblem(position, "a letter last", repr(name[-1]), LexicalCode.LAST)


def _bad_character(position: int, character: str) -> LexicalProblem:
    plain = to_wire(character)
    if not plain or not set(plain) <= _ALLOWED:
        code, expected = LexicalCode.CHARACTER, "A to Z, space, apostrophe (U+0027) or hyphen"
    elif not _LETTERS.issuperset(plain):
        code, expected = LexicalCode.PUNCTUATION, repr(plain)
    elif character in _LIGATURE_LETTERS:
        code, expected = LexicalCode.LIGATURE, plain
    elif character in string.ascii_lowercase:
        code, expected = LexicalCode.LOWER_CASE, plain
    else:
        code, expected = LexicalCode.DIACRITIC, plain
    if unicodedata.combining(character):
        code, expected = LexicalCode.DIACRITIC, "no combining accent"
    name = unicodedata.name(character, "unnamed")
    return LexicalProblem(position, expected, f"{character!r} (U+{ord(character):04X} {name})", code)
