"""Lists of people in texts of other makes: dumps of data bases, settings in sections, YAML, columns of a fixed width. Pure, bounded."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import yaml

from conformance.documents.exports.columns import Tells, tells
from conformance.documents.exports.people import is_of_people

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from conformance.documents.exports.tables import Row

_MOST: Final = 4_000_000
"""Characters of a dump that are read."""
_MOST_ROWS: Final = 20_000
_MOST_CELLS: Final = 500
_STATEMENT: Final = re.compile(
    r"^[ \t]{0,20}(?:(INSERT)(?:[ \t]{1,9}IGNORE)?(?:[ \t]{1,9}INTO)?|(CREATE)[ \t]{1,9}TABLE(?:[ \t]{1,9}IF NOT EXISTS)?|(COPY))[ \t]{1,9}"
    r"([\w.\"`\[\]]{1,200})",
    re.IGNORECASE | re.MULTILINE,
)
_VALUES: Final = re.compile(r"\s{0,9}VALUES?\b", re.IGNORECASE)
_FROM: Final = re.compile(r"[^\n]{0,200}\bFROM\b[^\n]{0,200}\n", re.IGNORECASE)
_ESCAPED: Final = {"n": "\n", "t": "\t", "r": "\r", "0": "", "N": ""}
_SECTION: Final = re.compile(r"\[{1,2}([^\[\]{}\"\r\n,]{1,80})\]{1,2}[ \t]{0,20}\r?")
_SETTING: Final = re.compile(r"([^=:\r\n]{1,80})[=:]([^\r\n]{0,2000})\r?")
_MOST_YAML: Final = 1_000_000
_ALIAS: Final = re.compile(r"(?:^|[\s\[,:-])[*&]\w", re.MULTILINE)
"""A part told once and repeated: a few lines can stand for a billion."""
_MAYBE_YAML: Final = re.compile(r"(?:---|[-?] ?)?[ \t]{0,20}[\w\"'. -]{1,80}:(?:[ \t]|\r?\n)", re.MULTILINE)
_CELL: Final = re.compile(r"\S{1,200}(?: \S{1,200}){0,20}")
_HEADER_WITHIN: Final = 10
_STROKE: Final = re.compile(r"[-=_]{1,4000}")
_STROKES: Final = re.compile(r" {0,20}[-=_]{1,2000}(?: {1,20}[-=_]{1,2000}){2,500} {0,200}")
"""A line of nothing but strokes, one run for each column."""


_BASE: Final[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class _Plain(_BASE):  # type: ignore[misc]  # of the library in C where there is one
    """Reads YAML in which nobody is told over somebody else."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - as the library has it
        """Return a table.

        Raises:
            ValueError: a name stands in it twice.
        """
        made: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        if len(made) != len(node.value):
            raise ValueError(node.tag)
        return made


def is_dump(text: str) -> bool:
    """Tell whether a text fills tables of a data base."""
    return any(found[2] is None for found in _STATEMENT.finditer(text[:_MOST]))


def is_sections(text: str) -> bool:
    """Tell whether a text begins with a section of settings (``[patient1]``, then ``name=value``)."""
    lines = text.lstrip("\ufeff \t\r\n")[:400].split("\n")
    return len(lines) > 1 and bool(_SECTION.fullmatch(lines[0]) and "=" in lines[1])


def objects_of(text: str) -> list[dict[str, Any]] | Any | None:
    """Return the objects of settings in sections, of lines of a name and a value, or of YAML.

    Nothing for any other text, and for YAML that repeats its parts or tells one thing twice.
    """
    if is_sections(text):
        return _sections(text)
    if (cards := _cards(text)) is not None:
        return cards
    start = text.lstrip("\ufeff \t\r\n")
    if len(text) > _MOST_YAML or not _MAYBE_YAML.match(start) or _ALIAS.search(text):
        return None
    try:
        # All values as texts: no number loses a zero, no date becomes another.
        tree = yaml.load(text, Loader=_Plain)  # noqa: S506 - makes lists, tables and texts only
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    return None if isinstance(tree, dict) and not _is_data(tree) else tree


def tables_of(text: str) -> Iterator[list[Row]]:
    """Yield the tables of a dump of a data base, the names of the columns first."""
    columns: dict[str, Row] = {}
    rows: dict[str, list[Row]] = {}
    told = text[:_MOST]
    for found in _STATEMENT.finditer(told):
        table = re.sub(r"[\"`\[\]]", "", found[4]).lower()
        at = found.end()
        if found[2]:
            columns[table] = [_first_name(one) for one, _ in _listed(told, at)]
            continue
        names = [_first_name(one) for one, _ in _listed(told, at)] if _opens(told, at) else []
        at = _end_of_list(told, at) if names else at
        kept = names or columns.get(table, [])
        if not kept:
            continue
        key = "\0".join((table, *kept))
        into = rows.setdefault(key, [kept])
        new = _copied(told, at) if found[3] else _inserted(told, at)
        into.extend(row for row in new if len(row) == len(kept) and len(into) <= _MOST_ROWS)
    yield from rows.values()


def fixed_of(text: str) -> list[Row]:
    """Return the rows of a text in columns of a fixed width; none when a value crosses the edge of its column."""
    lines = text.lstrip("\ufeff").expandtabs(1).splitlines()[: _MOST_ROWS + _HEADER_WITHIN]
    for index, line in enumerate(lines[:_HEADER_WITHIN]):
        if len(ruled := _below_strokes(lines[index : index + 2])) > 2 and is_of_people(map(tells, ruled)):  # noqa: PLR2004 - a person
            return _ruled(lines[index], lines[index + 1], lines[index + 2 :])
        cells = [(one.start(), one[0]) for one in _CELL.finditer(line[:4000])]
        names = [one for _, one in cells]
        if len(cells) > 2 and is_of_people(map(tells, names)) and _is_data(names):  # noqa: PLR2004 - a person
            return _cut(lines[index + 1 :], cells)
    return []


def _below_strokes(lines: list[str]) -> list[str]:
    """Return the names of columns under which a line of strokes shows how wide each is; none without such a line."""
    if len(lines) < 2 or _STROKES.fullmatch(lines[1][:4000]) is None:  # noqa: PLR2004 - names and strokes
        return []
    return [lines[0][one.start() : one.end()].strip() for one in _STROKE.finditer(lines[1][:4000])]


def _ruled(names: str, strokes: str, lines: list[str]) -> list[Row]:
    """Return the rows whose columns are as wide as the strokes below their names."""
    spans = [(one.start(), one.end()) for one in _STROKE.finditer(strokes[:4000])]
    told = [names, *(line for line in lines if any(map(str.isalnum, line)))]
    return [[line[start:end].strip() for start, end in spans] for line in told]


def _cut(lines: list[str], cells: list[tuple[int, str]]) -> list[Row]:
    told = [line for line in lines if any(map(str.isalnum, line))]
    edges = _edges(told, cells)
    if edges is None:
        return []
    ends = [*edges[1:], 4000]
    return [
        [name for _, name in cells],
        *([line[start:end].strip() for start, end in zip(edges, ends, strict=True)] for line in told),
    ]


def _edges(lines: list[str], cells: list[tuple[int, str]]) -> list[int] | None:
    """Return where each column begins; nothing when some value crosses the edge of its column.

    Values stand at the left of a column or at its right: between two names, the widest gap that no value crosses parts them.
    """
    edges = [0]
    for (start, name), (following, _) in pairwise(cells):
        first = start + len(name)
        filled = [False] * (following - first)
        for line in lines:
            for at, sign in enumerate(line[first:following]):
                if sign != " ":
                    filled[at] = True
        gap = _widest(filled)
        if gap is None:
            return None
        edges.append(first + gap)
    return edges


def _widest(filled: list[bool]) -> int | None:
    """Return where the widest gap ends, the last of several; nothing when there is none."""
    best, end, length = 0, None, 0
    for at, one in enumerate([*filled, True]):
        if not one:
            length += 1
            continue
        if length and length >= best:
            best, end = length, at
        length = 0
    return end


def _sections(text: str) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for line in text.lstrip("\ufeff").split("\n"):
        if _SECTION.fullmatch(line.strip("\r")):
            if len(made) > _MOST_ROWS:
                break
            made.append({})
        elif made and (found := _SETTING.fullmatch(line)) and len(made[-1]) < _MOST_CELLS:
            made[-1][found[1].strip()] = found[2].strip().strip('"')
    return made


def _cards(text: str) -> list[dict[str, Any]] | None:
    """Return the records of a text of nothing but a name and a value to each line; one begins where a name comes again."""
    made: list[dict[str, Any]] = [{}]
    for line in text.lstrip("\ufeff")[:_MOST].split("\n"):
        if not line.strip():
            continue
        found = _SETTING.fullmatch(line)
        if found is None or line[:1] in " \t-" or len(made) > _MOST_ROWS:
            return None
        name = found[1].strip()
        if name in made[-1]:
            made.append({})
        made[-1][name] = found[2].strip().strip('"')
    return made if len(made[0]) > 2 and _is_data(made[0]) else None  # noqa: PLR2004 - a person


def _is_data(names: Collection[str]) -> bool:
    """Tell whether names are those of data: a letter has lines of labels too, of several words, and no OID."""
    return any(tells(name) is Tells.OID for name in names) or not any(" " in name for name in names)


def _first_name(text: str) -> str:
    """Return the name of a column from its definition: the first word, or what stands in quotes."""
    told = text.strip()
    if told[:1] in {'"', "`", "["}:
        return re.split(r'["`\]]', told[1:], maxsplit=1)[0]
    return told.split(maxsplit=1)[0] if told.split() else ""


def _opens(text: str, at: int) -> bool:
    return text[at : at + 40].lstrip().startswith("(")


def _end_of_list(text: str, at: int) -> int:
    return max((end for _, end in _listed(text, at)), default=at)


def _listed(text: str, at: int) -> Iterator[tuple[str, int]]:
    """Yield what stands between the commas of the next brackets, each with where the list goes on."""
    position = text.find("(", at, at + 200)
    if position < 0:
        return
    depth, start, quote = 0, position + 1, ""
    for index in range(position, min(len(text), position + 200_000)):
        sign = text[index]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"`":
            quote = sign
        elif sign == "(":
            depth += 1
        elif sign == ")":
            depth -= 1
            if not depth:
                yield text[start:index], index + 1
                return
        elif sign == "," and depth == 1:
            yield text[start:index], index + 1
            start = index + 1


def _inserted(text: str, at: int) -> Iterator[Row]:
    """Yield the rows behind VALUES, up to the end of the statement."""
    values = _VALUES.match(text, at)
    if values is None:
        return
    at = values.end()
    while at < len(text):
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        if text[at : at + 1] != "(":
            return
        row, at = _row(text, at + 1)
        yield row


def _row(text: str, at: int) -> tuple[Row, int]:
    """Return the values of one row, and where it ends."""
    row: Row = []
    held: list[str] = []
    is_text = False
    depth = 0
    while at < len(text):
        sign = text[at]
        if sign == "'":
            piece, at = _quoted(text, at + 1)
            # Of to_date('09/02/1984','DD/MM/RRRR') the first text is the value.
            held = held if depth and is_text else [piece]
            is_text = True
            continue
        at += 1
        if sign == "(" or depth:
            # Within a function of the data base.
            depth += (sign == "(") - (sign == ")")
        elif sign in ",)":
            told = "".join(held) if is_text else "".join(held).strip()
            row.append("" if not is_text and told.upper() == "NULL" else told)
            held, is_text = [], False
            if sign == ")" or len(row) > _MOST_CELLS:
                return row, at
        elif not is_text:
            held.append(sign)
    return row, at


def _quoted(text: str, at: int) -> tuple[str, int]:
    """Return a text in quotes, and where it ends: a quote is doubled in it, or stands behind a stroke."""
    told: list[str] = []
    while at < len(text):
        sign = text[at]
        if sign == "\\" and at + 1 < len(text):
            told.append(_ESCAPED.get(text[at + 1], text[at + 1]))
            at += 2
        elif sign == "'" and text[at + 1 : at + 2] == "'":
            told.append("'")
            at += 2
        elif sign == "'":
            return "".join(told), at + 1
        else:
            told.append(sign)
            at += 1
    return "".join(told), at


def _copied(text: str, at: int) -> Iterator[Row]:
    """Yield the lines behind COPY … FROM stdin, parted by tabulations, up to the line with a stroke and a point."""
    head = _FROM.match(text, at)
    if head is None:
        return
    at = head.end()
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at:end].rstrip("\r")
        if line == "\\.":
            return
        yield ["" if cell == "\\N" else cell.replace("\\\\", "\\") for cell in line.split("\t")]
        at = end + 1
