"""Drawings (SVG): the texts that they show, the pictures in them, and Datamatrix symbols drawn as squares, strokes or paths.

Only what stands straight is drawn again: squares, polygons and strokes in black, moved and scaled; a symbol drawn otherwise is
not found, and the drawing is said to be unjudged in any case. Needs Pillow and zxing-cpp (extra ``documents``).
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from conformance.documents.context import TEXT_LIMIT
from conformance.documents.datamatrix.document import from_symbol
from conformance.documents.document import Document
from conformance.documents.letters import letter_of
from conformance.documents.page.running_text import decoded_text, pictures
from conformance.documents.problems import unjudged
from conformance.documents.record import Format
from conformance.documents.xmltree import XmlRefusedError, local, parse
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from conformance.documents.context import Reading

Point = tuple[float, float]
Polygon = list[Point]
Frame = tuple[float, float, float, float]
"""How a group is moved and scaled: factors and shifts across and down."""

_LINK: Final = "{http://www.w3.org/1999/xlink}href"
_ROOT: Final = re.compile(rb"<(?:[A-Za-z][\w-]{0,40}:)?([A-Za-z][\w-]{0,40})[\s>/]")
"""The first element: what stands before it is a declaration, a type or a comment."""
_STRAIGHT: Final = (1.0, 1.0, 0.0, 0.0)
_LIGHT: Final = re.compile(r"none|white|transparent|#f{3}(?:f{3})?\b|#fff|rgb\(\s?255")
_TOKEN: Final = re.compile(r"[A-Za-z]|-?(?:\d{1,12}(?:\.\d{0,12})?|\.\d{1,12})(?:e-?\d{1,3})?")
_MOVED: Final = re.compile(r"(translate|scale|matrix)\s{0,9}\(([^()]{1,200})\)")
_STYLE: Final = re.compile(r"(fill|stroke|stroke-width)\s{0,9}:\s{0,9}([^;]{1,60})")
_UNITS: Final = re.compile(r"-?\d{1,9}(?:\.\d{1,9})?")
_MOST_SHAPES: Final = 40_000
_MOST_POINTS: Final = 400_000
_DEEPEST: Final = 60
_SIDE: Final = 1_400
"""Pixels of the longer side of what is drawn again."""


def is_drawing(data: bytes) -> bool:
    """Tell whether bytes are an SVG drawing."""
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    first = _ROOT.search(start) if start.startswith(b"<") else None
    return first is not None and first[1] == b"svg"


def read(data: bytes, reading: Reading) -> Document:
    """Read the texts of a drawing; the pictures in it and each Datamatrix INS drawn in it are its parts."""
    told, letter = letter_of(data)
    said = Text(
        "dessin : seuls ses textes et ses symboles ont été regardés",
        "drawing: only its texts and symbols were looked at",
    )
    parts = [
        part
        for name, content in pictures(decoded_text(data[: 4 * TEXT_LIMIT]))
        if (part := reading.part(content, name)).format is Format.IMAGE
    ]
    return Document(
        format=Format.UNKNOWN,
        name=reading.name,
        problems=(unjudged("format-unknown", said, reading.place()),),
        parts=(*parts, *_symbols(data, reading)),
        facts=letter,
        text=told,
    )


def _symbols(data: bytes, reading: Reading) -> Iterator[Document]:
    from conformance.documents.datamatrix.symbol import read_symbols  # noqa: PLC0415 - optional

    try:
        root = parse(data, reading.limits)
    except XmlRefusedError:
        return
    image = _drawn(list(_polygons(root)))
    if image is None:
        return
    reading.spend(0)
    for number, symbol in enumerate(read_symbols(image), start=1):
        if symbol.is_ins:
            yield from_symbol(symbol, f"{reading.name} (symbol {number})", reading.place(f"symbol {number}"))


def _drawn(polygons: list[Polygon]) -> Any:
    """Return the dark shapes as a picture in black and white, with a margin; nothing when there is none."""
    if not polygons:
        return None
    from PIL import Image, ImageDraw  # noqa: PLC0415 - optional

    xs = [x for one in polygons for x, _ in one]
    ys = [y for one in polygons for _, y in one]
    left, top, wide = min(xs), min(ys), max(max(xs) - min(xs), max(ys) - min(ys))
    if not 0 < wide < 10**9:
        return None
    # Whole pixels for each unit, so that squares keep their sides where units are modules.
    times = _SIDE / wide
    times = float(int(times)) if times > 1 else times
    margin = 40
    size = int(wide * times) + 2 * margin
    image = Image.new("L", (size, size), 255)
    pen = ImageDraw.Draw(image)
    for one in polygons:
        spots = [(margin + (x - left) * times, margin + (y - top) * times) for x, y in one]
        (x0, y0), (x1, y1) = map(min, zip(*spots, strict=True)), map(max, zip(*spots, strict=True))
        if len(one) == 4 and len({x for x, _ in one}) == 2:  # noqa: PLR2004 - an upright rectangle
            pen.rectangle((round(x0), round(y0), max(round(x1) - 1, round(x0)), max(round(y1) - 1, round(y0))), fill=0)  # fmt: skip
        else:
            pen.polygon(spots, fill=0)
    return image


def _polygons(root: etree._Element) -> Iterator[Polygon]:
    named = {f"#{one.get('id')}": one for one in root.iter() if local(one) and one.get("id")}
    waiting: list[tuple[etree._Element, Frame, dict[str, str], int]] = [(root, _STRAIGHT, {}, 0)]
    count = points = met = 0
    while waiting and count < _MOST_SHAPES and points < _MOST_POINTS and met < _MOST_POINTS:
        node, frame, look, depth = waiting.pop()
        name = local(node)
        met += 1
        if name in {"defs", "clipPath", "mask", "symbol", "pattern"} or depth > _DEEPEST:
            continue
        here = _moved(frame, node.get("transform", ""))
        seen = look | _look(node)
        if name == "use" and (meant := named.get(node.get("href") or node.get(_LINK) or "")) is not None:
            x, y = _length(node.get("x", "")) or 0.0, _length(node.get("y", "")) or 0.0
            shifted = (here[0], here[1], here[2] + here[0] * x, here[3] + here[1] * y)
            waiting.append((meant, shifted, seen, depth + 1))
        for shape in _shapes(name, node, seen):
            count += 1
            points += len(shape)
            yield [(x * here[0] + here[2], y * here[1] + here[3]) for x, y in shape]
        waiting.extend((one, here, seen, depth + 1) for one in reversed(node) if local(one))


def _look(node: etree._Element) -> dict[str, str]:
    look = {
        key: node.get(key, "").strip().lower() for key in ("fill", "stroke", "stroke-width") if node.get(key)
    }
    return look | {
        found[1]: found[2].strip().lower() for found in _STYLE.finditer(node.get("style", "")[:400])
    }


def _shapes(name: str, node: etree._Element, look: dict[str, str]) -> Iterator[Polygon]:
    fill, stroke = look.get("fill", "black"), look.get("stroke", "none")
    is_filled, is_stroked = not _LIGHT.match(fill), not _LIGHT.match(stroke)
    half = (_length(look.get("stroke-width", "1")) or 1.0) / 2
    if name == "rect" and is_filled:
        x, y = _length(node.get("x", "")) or 0.0, _length(node.get("y", "")) or 0.0
        width, height = _length(node.get("width", "")), _length(node.get("height", ""))
        if width and height:
            yield _box(x, y, x + width, y + height)
    elif name in {"polygon", "path"}:
        told = node.get("points", "") if name == "polygon" else node.get("d", "")
        for line in _lines(told if name == "path" else f"M{told}z"):
            if is_filled and len(line) > 2:  # noqa: PLR2004 - a surface
                yield line
            elif is_stroked:
                yield from _strokes(line, half)
    elif name == "line" and is_stroked:
        ends = [_length(node.get(key, "")) or 0.0 for key in ("x1", "y1", "x2", "y2")]
        yield from _strokes([(ends[0], ends[1]), (ends[2], ends[3])], half)


def _box(left: float, top: float, right: float, bottom: float) -> Polygon:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _strokes(line: Polygon, half: float) -> Iterator[Polygon]:
    """Yield the surfaces of upright strokes."""
    for (x0, y0), (x1, y1) in pairwise(line):
        if y0 == y1 and x0 != x1:
            yield _box(min(x0, x1), y0 - half, max(x0, x1), y0 + half)
        elif x0 == x1 and y0 != y1:
            yield _box(x0 - half, min(y0, y1), x0 + half, max(y0, y1))


def _lines(told: str) -> Iterator[Polygon]:
    """Yield the straight lines of a path; one with a curve yields what comes before it."""
    line: Polygon = []
    x = y = 0.0
    for command, values in _steps(told):
        if command in "zZ":
            if line:
                x, y = line[0]
                yield line
            line = []
            continue
        start = (x, y)
        near_x, near_y = start if command.islower() else (0.0, 0.0)
        across = values[0] if command not in "vV" else None
        down = values[-1] if command not in "hH" else None
        x = x if across is None else near_x + across
        y = y if down is None else near_y + down
        if command in "mM" and line:
            yield line
        if command in "mM":
            line = [(x, y)]
        else:
            line = line or [start]
            line.append((x, y))
    if line:
        yield line


def _steps(told: str) -> Iterator[tuple[str, list[float]]]:
    """Yield the steps of a path, each command with its numbers, up to the first curve."""
    tokens = _TOKEN.findall(told[: 2 * TEXT_LIMIT])
    command, at = "", 0
    while at < len(tokens):
        if tokens[at].isalpha():
            command, at = tokens[at], at + 1
            if command in "zZ":
                yield command, []
                continue
        wanted = {"m": 2, "l": 2, "h": 1, "v": 1}.get(command.lower(), 0)
        numbers = tokens[at : at + wanted]
        if not wanted or len(numbers) < wanted or any(one.isalpha() for one in numbers):
            return
        at += wanted
        yield command, [float(one) for one in numbers]
        # More numbers behind a move are lines.
        command = {"m": "l", "M": "L"}.get(command, command)


def _moved(frame: Frame, told: str) -> Frame:
    across, down, right, below = frame
    for kind, numbers in _MOVED.findall(told[:1000]):
        values = [float(one) for one in _UNITS.findall(numbers)]
        if kind == "translate" and values:
            right, below = right + across * values[0], below + down * (values[1] if len(values) > 1 else 0.0)
        elif kind == "scale" and values:
            across, down = across * values[0], down * (values[1] if len(values) > 1 else values[0])
        elif kind == "matrix" and len(values) == 6:  # noqa: PLR2004 - what a matrix has
            right, below = right + across * values[4], below + down * values[5]
            across, down = across * values[0], down * values[3]
    return across, down, right, below


def _length(told: str) -> float | None:
    found = _UNITS.match(told.strip())
    return float(found[0]) if found else None
