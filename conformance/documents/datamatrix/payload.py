r"""The payload of a Datamatrix INS: a header of 26 characters, then blocks ``S1`` to ``S7`` in any order.

=====  ===========================  ==========  =====================================================
block  content                      characters  ended by GS (ASCII 29)
=====  ===========================  ==========  =====================================================
S1     matricule                    15          never
S2     OID                          19-20       when shorter than 20 and not last
S3     list of given names          1-100       when shorter than 100 and not last
S4     birth name                   1-100       when shorter than 100 and not last
S5     sex, ``F`` or ``M``          1           never
S6     birth date, ``JJ-MM-AAAA``   10          never
S7     COG of birth, optional       5           never
=====  ===========================  ==========  =====================================================

Source: two implementations and a paraphrase of the ANS format v2.2, which agree (reported; ins-rules §15). The reader goes
by block id and never fails: each departure is a named defect beside what could still be read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from simulator.ins.dates import BirthDate
from simulator.ins.matricule import Matricule
from simulator.ins.oid import parse_oid
from simulator.ins.places import check_place_format
from simulator.ins.traits import check_birth_name, check_first_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.ins.identity import InsIdentity

GS: Final = "\x1d"
HEADER: Final = "IS01" + "0" * 22
FIXED: Final = {"S1": 15, "S5": 1, "S6": 10, "S7": 5}
"""Blocks of one length, which no GS ends."""
MAXIMUM: Final = {"S2": 20, "S3": 100, "S4": 100}
"""Blocks that a GS ends when they are shorter than this and not the last."""
REQUIRED: Final = ("S1", "S2", "S3", "S4", "S5", "S6")

_LITERAL: Final = re.compile(
    r"<GS>|\[GS\]|\{GS\}|\\x1[dD]|\\u001[dD]|\\035|\\F|~029|%1[dD]|␝|\^\]|&#29;|&#x1[dD];|GS(?=S[1-7])"
    # Another control character, or what a scanner types for one.
    r"|(?<![\x1c\x1e\x1f\t\r\n])[\x1c\x1e\x1f\t\r\n]+(?=S[1-7])"
)
_BOUNDARY: Final = re.compile(rf"{GS}|S[1-7](?=.)", re.DOTALL)
_BLOCK: Final = re.compile(rf"{GS}|S[0-9](?=.)", re.DOTALL)
"""Where a block of one length may end: also before a block that the format does not know."""
_SYMBOLOGY: Final = re.compile(r"\](?:d[0-6]|C1|Q3)")


class PayloadError(ValueError):
    """An identity cannot be written: ``block`` is wrong, ``expected`` what it should be, ``got`` what it is."""

    def __init__(self, block: str, expected: str, got: str) -> None:
        super().__init__(f"Datamatrix, block {block}: expected {expected}, got {got}")
        self.block = block
        self.expected = expected
        self.got = got

    def __reduce__(self) -> tuple[type[PayloadError], tuple[str, str, str]]:
        """Survive a trip between processes, which rebuilds exceptions from their arguments."""
        return type(self), (self.block, self.expected, self.got)


@dataclass(frozen=True, slots=True)
class Block:
    """One block as found."""

    id: str
    value: str
    start: int
    """0-based index of its id in the payload."""


@dataclass(frozen=True, slots=True)
class Defect:
    """A departure from the grammar."""

    code: str
    """``header``, ``literal-gs``, ``missing-gs``, ``extra-gs``, ``duplicate-block``, ``unknown-block``, ``missing-block``,
    ``block-length``, ``symbology-prefix``, ``trailing``."""
    block: str
    """Block concerned; empty for the header."""
    got: str


@dataclass(frozen=True, slots=True)
class Payload:
    """What a payload holds."""

    header: str
    blocks: tuple[Block, ...]
    defects: tuple[Defect, ...]

    def value(self, block: str) -> str | None:
        """Return the value of the first block of this id."""
        return next((one.value for one in self.blocks if one.id == block), None)


def payload_of(
    identity: InsIdentity, *, order: Sequence[str] = ("S1", "S2", "S3", "S4", "S5", "S6", "S7")
) -> str:
    """Write the payload of an identity; an incomplete birth date is completed (TRT-08), S7 left out without a place.

    Raises:
        PayloadError: a value that the format does not take.
    """
    traits = identity.traits
    values = {
        "S1": identity.matricule.value, "S2": str(identity.oid), "S3": traits.first_names, "S4": traits.birth_name,
        "S5": str(traits.sex), "S6": _date(traits.birth_date), "S7": traits.birth_place or "",
    }  # fmt: skip
    _check(values)
    return write_blocks([(block, values[block]) for block in order if values[block]])


def write_blocks(blocks: Sequence[tuple[str, str]], *, header: str = HEADER) -> str:
    """Write blocks as given, each followed by GS where the format wants one; values are not checked."""
    written = [header]
    for index, (block, value) in enumerate(blocks):
        ends = block in MAXIMUM and len(value) < MAXIMUM[block] and index < len(blocks) - 1
        written.append(f"{block}{value}{GS if ends else ''}")
    return "".join(written)


def read_payload(text: str) -> Payload:
    """Read a payload as decoded, GS as the character 29."""
    defects: list[Defect] = []
    prefix = _SYMBOLOGY.match(text)
    if prefix:
        defects.append(Defect("symbology-prefix", "", prefix[0]))
        text = text[prefix.end() :]
    header, position = _header(text)
    if header != HEADER:
        defects.append(Defect("header", "", header[:40]))
    blocks: list[Block] = []
    while position < len(text):
        position = _block(text, position, blocks, defects)
    seen: set[str] = set()
    for one in blocks:
        if one.id in seen:
            defects.append(Defect("duplicate-block", one.id, one.value))
        seen.add(one.id)
    defects.extend(Defect("missing-block", block, "") for block in REQUIRED if block not in seen)
    return Payload(header, tuple(blocks), tuple(defects))


def _header(text: str) -> tuple[str, int]:
    """Return the header and where blocks begin: after 26 characters, or at the first block when it is not that long."""
    zeros = re.match(r"IS01(0+)(?=S[1-7]|\Z)", text)
    if zeros:
        return zeros[0], zeros.end()
    if text.startswith(HEADER):
        return HEADER, len(HEADER)
    # A header of the right length with wrong characters is cut as one; otherwise the first block shows its end.
    if re.match(r".{26}S[1-7]", text, re.DOTALL) and not re.match(r".{0,25}S1[1-8]", text, re.DOTALL):
        return text[: len(HEADER)], len(HEADER)
    first = re.search(r"S[1-7]", text)
    end = first.start() if first else min(len(HEADER), len(text))
    return text[:end], end


def _block(text: str, position: int, blocks: list[Block], defects: list[Defect]) -> int:
    """Read what stands at ``position``; return where the next block begins, always further on."""
    if text[position] == GS:
        # A GS that a variable block has not taken: after a fixed one, a full one, the last one, or doubled.
        defects.append(Defect("extra-gs", blocks[-1].id if blocks else "", GS))
        return position + 1
    block, start = text[position : position + 2], position + 2
    if block in FIXED:
        value, end = _fixed(text, start, FIXED[block])
        if len(value) != FIXED[block]:
            defects.append(Defect("block-length", block, value))
    elif block in MAXIMUM:
        value, end = _variable(text, start, block, defects)
    else:
        value, end = _unknown(text, position, defects, blocks)
        return end
    literal = _LITERAL.match(text, end)
    if literal and end < len(text):
        defects.append(Defect("literal-gs", block, literal[0]))
        end = literal.end()
    blocks.append(Block(block, value, position))
    return end


def _fixed(text: str, start: int, length: int) -> tuple[str, int]:
    """Take ``length`` characters; when no block, GS or end follows, take what stands before the next one."""
    end = start + length
    value = text[start:end]
    clean = GS not in value and not re.search(r"S[1-7]", value)
    if clean and (end >= len(text) or _BLOCK.match(text, end) or _LITERAL.match(text, end)):
        return value, min(end, len(text))
    boundary = _BOUNDARY.search(text, start)
    if boundary and boundary.start() - start <= 2 * length + 8:
        return text[start : boundary.start()], boundary.start()
    return (value, min(end, len(text))) if boundary else (text[start:], len(text))


def _variable(text: str, start: int, block: str, defects: list[Defect]) -> tuple[str, int]:
    maximum = MAXIMUM[block]
    gs = text.find(GS, start)
    stop = gs if gs >= 0 else len(text)
    value = text[start:stop]
    literal = None if block == "S2" else _LITERAL.search(value)
    if literal and (literal[0] != "GS" or literal.end() < len(value) or gs < 0):
        defects.append(Defect("literal-gs", block, literal[0]))
        return value[: literal.start()], start + literal.end()
    if block == "S2":
        # An OID is digits and points: the next block begins where they stop, separated or not.
        digits = re.match(r"[0-9.]*", value)
        after = start + len(digits[0]) if digits else start
        value = (
            digits[0] if digits and (_BOUNDARY.match(text, after) or _LITERAL.match(text, after)) else value
        )
    elif len(value) >= maximum and _BOUNDARY.match(text, start + maximum):
        value = value[:maximum]
    else:
        inner = re.search(r"S[1-7](?=[0-9A-Z])", value)
        # Names have no digit: a block id inside one is a block whose separator is missing.
        value = value[: inner.start()] if inner else value
    end = start + len(value)
    if len(value) > maximum:
        defects.append(Defect("block-length", block, value))
    if end < len(text) and text[end] != GS and len(value) < maximum and not _LITERAL.match(text, end):
        defects.append(Defect("missing-gs", block, value))
    if end < len(text) and text[end] == GS and len(value) < maximum:
        if end + 1 == len(text):
            defects.append(Defect("extra-gs", block, GS))
        return value, end + 1
    return value, end


def _unknown(text: str, position: int, defects: list[Defect], blocks: list[Block]) -> tuple[str, int]:
    boundary = _BOUNDARY.search(text, position + 1)
    end = boundary.start() if boundary else len(text)
    got = text[position:end]
    code = "unknown-block" if re.match(r"[A-Za-z][0-9A-Za-z]", got) else "trailing"
    defects.append(Defect(code, blocks[-1].id if blocks and code == "trailing" else "", got[:40]))
    return got, end + 1 if boundary and boundary[0] == GS else end


def _date(iso: str) -> str:
    try:
        date = BirthDate.parse_iso(iso).complete()
    except ValueError as error:
        raise PayloadError("S6", "a birth date AAAA-MM-JJ", repr(iso)) from error
    return f"{date.day:02d}-{date.month:02d}-{date.year:04d}"


def _check(values: dict[str, str]) -> None:
    try:
        Matricule.parse(values["S1"])
        parse_oid(values["S2"])
    except ValueError as error:
        raise PayloadError("S1, S2", "a matricule and its OID", str(error)) from error
    for block, problems in (("S3", check_first_names(values["S3"])), ("S4", check_birth_name(values["S4"]))):
        if problems:
            raise PayloadError(block, problems[0].expected, f"{problems[0].got} in {values[block]!r}")
    if values["S5"] not in {"M", "F"}:
        raise PayloadError("S5", "M or F", repr(values["S5"]))
    if values["S7"] and check_place_format(values["S7"]):
        raise PayloadError("S7", "a COG code", repr(values["S7"]))
