"""Text as people read and write it: in the two languages of the bench, durations, and what came from outside made visible.

What a request, a header, a file or the software under test says may hold anything: terminal escapes that colour, move
or erase, a new line that fakes a row of a table, marks that turn the order of what is read (Trojan Source,
CVE-2021-42574), characters without a width. Whatever prints text that is not ours passes it through ``visible`` first.
"""

from __future__ import annotations

import errno
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias
from unicodedata import category

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

Lang: TypeAlias = Literal["fr", "en"]

_SHORT: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_INVISIBLE: Final = frozenset(
    "\N{COMBINING GRAPHEME JOINER}\N{HANGUL CHOSEONG FILLER}\N{HANGUL JUNGSEONG FILLER}\N{HANGUL FILLER}"
    "\N{HALFWIDTH HANGUL FILLER}\N{KHMER VOWEL INHERENT AQ}\N{KHMER VOWEL INHERENT AA}\N{BRAILLE PATTERN BLANK}"
) | frozenset(map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
"""Printable by their category, yet nothing is seen of them (Unicode: Default_Ignorable_Code_Point; blank glyphs)."""

_UNITS: Final = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_NUMBER: Final = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
_PART: Final = re.compile(rf"({_NUMBER})\s*(ms|[smhd]?)")
_DURATION: Final = re.compile(rf"([+-]?)((?:{_NUMBER}\s*(?:ms|[smhd])\s*){{0,3}}{_NUMBER}\s*(?:ms|[smhd])?)")

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@dataclass(frozen=True, slots=True)
class Text:
    """The same sentence in French and in English."""

    fr: str
    en: str

    def __getitem__(self, lang: Lang) -> str:
        """Return the sentence in ``lang``."""
        return self.fr if lang == "fr" else self.en

    def __str__(self) -> str:
        """Return the French sentence: French comes first in this bench."""
        return self.fr

    @classmethod
    def same(cls, sentence: str) -> Text:
        """Return a text that is not translated, such as a message of the software under test."""
        return cls(sentence, sentence)


class TextError(Exception):
    """An error that a user of a command reads: it has both languages, and cannot be made without them.

    As a string it is the developer's English. It can be pickled, which those of another process need.
    """

    def __init__(self, text: Text) -> None:
        """Keep the sentence: what was expected, what came, where, what to do."""
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        """Return the English sentence."""
        return self.text.en


class Told(Protocol):
    """An error of another family that has both languages too."""

    @property
    def text(self) -> Text:
        """What happened."""


def text_of(error: TextError | Told | OSError) -> Text:
    """Return what an error says in both languages; what the system says of rare ones stays as it is."""
    if not isinstance(error, OSError):
        return error.text
    if error.strerror == IRREGULAR.en:
        return IRREGULAR
    return _REASONS.get(error.errno or 0) or Text.same(str(error.strerror or error))


IRREGULAR: Final = Text(
    "un fichier ordinaire est attendu, c'est un dossier, un tube ou un périphérique",
    "expected a regular file, got a folder, a pipe or a device",
)
"""What is said, as an ``OSError``, of what is there and no file."""

_REASONS: Final = {
    errno.ENOENT: Text("n'existe pas", "No such file or directory"),
    errno.EACCES: Text("accès refusé", "Permission denied"),
    errno.EPERM: Text("opération refusée", "Operation not permitted"),
    errno.EEXIST: Text("existe déjà", "File exists"),
    errno.EISDIR: Text("est un dossier, un fichier est attendu", "Is a directory"),
    errno.ENOTDIR: Text("n'est pas un dossier", "Not a directory"),
    errno.ENOTEMPTY: Text("le dossier n'est pas vide", "Directory not empty"),
    errno.ENOSPC: Text("il n'y a plus de place", "No space left on device"),
    errno.EROFS: Text("le système de fichiers est en lecture seule", "Read-only file system"),
    errno.ENAMETOOLONG: Text("le nom est trop long", "File name too long"),
    errno.EADDRINUSE: Text("l'adresse est déjà prise", "Address already in use"),
    errno.EADDRNOTAVAIL: Text("cette machine n'a pas cette adresse", "Cannot assign requested address"),
    errno.ECONNREFUSED: Text("la connexion est refusée", "Connection refused"),
    errno.ECONNRESET: Text("la connexion a été coupée", "Connection reset by peer"),
    errno.ETIMEDOUT: Text("pas de réponse à temps", "Connection timed out"),
    errno.EHOSTUNREACH: Text("la machine ne peut pas être jointe", "No route to host"),
}
"""What systems say of usual mishaps."""


def closest(name: str, known: Iterable[str]) -> Text:
    """Return a remedy in words when a known name is close, else nothing; it goes at the end of a sentence."""
    # Only mistakes need it: every command imports this module.
    from difflib import get_close_matches  # noqa: PLC0415

    close = get_close_matches(name, list(known), n=1)
    if not close:
        return Text.same("")
    return Text(f" ; voulez-vous dire {close[0]} ?", f"; did you mean {close[0]}?")


def parse_duration(text: str) -> float | None:
    """Return seconds; ``None`` when it is no duration.

    ``90`` and ``90s``, ``300ms``, ``61m``, ``1h30m``, ``7d``, ``-2d``: up to four parts, the unit of the last one may be
    left out (seconds). Whoever asks decides whether less than nothing, nothing or a number alone makes sense.
    """
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        return None
    total = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(found[2]))
    return -total if found[1] == "-" else total


def with_decimal_sign(shown: str, lang: Lang) -> str:
    """Return a number, shown as in ``1.73``, with the decimal sign of a language."""
    return shown.replace(".", ",") if lang == "fr" else shown


def show_moment(at: datetime, lang: Lang) -> str:
    """Write a moment for people, to the second, with its zone: ``28/11/2026 à 20:27:08 UTC``."""
    zone = at.strftime("%z")
    zone = f"UTC{zone[:3]}:{zone[3:5]}" if zone.strip("+-0:") else "UTC"
    return at.strftime("%d/%m/%Y à %H:%M:%S " if lang == "fr" else "%Y-%m-%d %H:%M:%S ") + zone


def visible(text: str) -> str:
    r"""Return ``text`` as one line in which everything is seen, to be printed or put in a cell of a table.

    Control characters (C0, C1, DEL), new lines and tabs, marks of direction, characters without a width, lone
    surrogates, private and unassigned characters become Python escapes such as ``\x1b``, ``\n`` and ``\u202e``. Letters
    of every script, accents, emoji, no-break spaces and backslashes stay as they are. Doing it twice changes nothing.
    """
    if text.isprintable() and _INVISIBLE.isdisjoint(text):
        return text
    return "".join(each if _is_seen(each) else _escaped(each) for each in text)


def visible_lines(text: str) -> str:
    r"""Return a text of several lines with each line made visible: new lines and tabs stay, ``\r\n`` becomes ``\n``.

    For blocks that stand alone, such as a message shown or the words that a program printed; never for a cell or a
    row, where a new line would fake another one.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join("\t".join(map(visible, line.split("\t"))) for line in lines)


def inert(text: str) -> str:
    """Return a text as a cell of a CSV file that no spreadsheet takes for a formula: with an apostrophe before it.

    Spreadsheets run what begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return (OWASP, CSV injection).
    Apply it to what came from outside; ``as_written`` gives the text back, to the character.
    """
    return f"'{text}" if _is_formula(text) else text


def as_written(cell: str) -> str:
    """Return the text that ``inert`` made a cell of: without the apostrophe that keeps a formula from being one."""
    return cell[1:] if cell.startswith("'") and _is_formula(cell[1:]) else cell


def _is_formula(text: str) -> bool:
    # Apostrophes count as white space, so that a text that has one already gets another and comes back whole.
    return text.lstrip(" '").startswith(_FORMULA)


def _is_seen(character: str) -> bool:
    # isprintable refuses every space but U+0020, and French is written with no-break spaces.
    return (character.isprintable() or category(character) == "Zs") and character not in _INVISIBLE


def _escaped(character: str) -> str:
    code = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    if code <= 0xFF:  # noqa: PLR2004 - what two hexadecimal digits hold
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - what four hold
