"""No pattern costs more than in proportion to what it is looked for in: what comes from outside is as long as its sender likes.

Each pattern of both packages is attacked at each of its repetitions: with what leads to it and what it takes, again and again,
and an end that does not match. What takes long enough to be measured is asked again with four times as much.
"""

from __future__ import annotations

import ast
import importlib
import re
import sys
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from re import _constants as sre  # type: ignore[attr-defined]  # the parser of patterns has no public name
from re import _parser as parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
LENGTH = 600
LENGTHS = (LENGTH, 4 * LENGTH)
WORTH_A_LOOK_S = 0.00015
"""A linear pattern takes less for the shorter text, on any machine of today."""
TOO_FAST = 8
"""Four times the length takes a linear pattern four times as long, a quadratic one sixteen times."""
TIMES_ASKED = 3
"""A process that is made to wait takes longer now and then; a pattern that is no linear one takes longer each time."""
CANDIDATES = " \ta1A.-_x<>'\"([^&;:/=@|\n\r\\é"
REPEATS = {sre.MAX_REPEAT, sre.MIN_REPEAT}
WHOLE = {"match", "fullmatch"}
ENDS = ("\x01", " \x01")
"""What no pattern ends with: right away, and after a gap."""
OURS = {
    # What they are looked for in is a file of this project, or an answer that the bench has made.
    "simulator/chaos/messages.py",
    "simulator/chaos/text.py",
    "simulator/commands/catalogue.py",
    "conformance/report/shown.py",
    "conformance/engine/wanted.py",
}


@dataclass(frozen=True)
class Pattern:
    where: str
    source: str | bytes
    flags: int
    anchored: bool
    """Asked at one place only: the beginning."""


def _files() -> Iterator[Path]:
    for package in ("simulator", "conformance"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if path.relative_to(ROOT).as_posix() not in OURS:
                yield path


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def patterns() -> tuple[Pattern, ...]:
    """Return the patterns that modules keep, and those that calls name."""
    found = []
    for path in _files():
        text = path.read_text("utf-8")
        if "re." not in text:
            continue
        where = path.relative_to(ROOT).as_posix()
        tree = ast.parse(text)
        if "re.compile(" in text:
            module = sys.modules.get(_module(path)) or importlib.import_module(_module(path))
            for name, value in vars(module).items():
                if isinstance(value, re.Pattern):
                    asked = set(re.findall(rf"\b{name}\.(\w+)\(", text)) or {"search"}
                    found.append(Pattern(f"{where}:{name}", value.pattern, value.flags, asked <= WHOLE))
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "re"
                and node.func.attr in {"sub", "search", "match", "fullmatch", "split", "finditer", "findall"}
                and isinstance(node.args[0], ast.Constant)
            ):
                flags = re.IGNORECASE if "IGNORECASE" in ast.unparse(node) else 0
                asked_whole = node.func.attr in WHOLE
                found.append(Pattern(f"{where}:{node.lineno}", node.args[0].value, flags, asked_whole))
    return tuple(found)


def _takes(node: Any, character: str) -> bool:
    """Tell whether one node of a pattern takes a character."""
    kind, value = node
    if kind is sre.ANY:
        return character != "\n"
    if kind is sre.LITERAL:
        return value == ord(character)
    if kind is sre.NOT_LITERAL:
        return value != ord(character)
    if kind is not sre.IN:
        return False
    negated = value[0][0] is sre.NEGATE
    return negated != any(_is_in(each, character) for each in value if each[0] is not sre.NEGATE)


def _is_in(item: Any, character: str) -> bool:
    kind, value = item
    if kind is sre.LITERAL:
        return value == ord(character)
    if kind is sre.RANGE:
        return value[0] <= ord(character) <= value[1]
    return {
        sre.CATEGORY_DIGIT: character.isdigit(),
        sre.CATEGORY_NOT_DIGIT: not character.isdigit(),
        sre.CATEGORY_SPACE: character.isspace(),
        sre.CATEGORY_NOT_SPACE: not character.isspace(),
        sre.CATEGORY_WORD: character.isalnum() or character == "_",
        sre.CATEGORY_NOT_WORD: not (character.isalnum() or character == "_"),
    }[value]


def _sample(nodes: Any) -> str:
    """Return a text that a sequence of nodes takes, as short as can be."""
    return "".join(_sample_of(node) for node in nodes)


def _sample_of(node: Any) -> str:
    kind, value = node
    if kind is sre.LITERAL:
        return chr(value)
    if kind in REPEATS or kind is sre.POSSESSIVE_REPEAT:
        return _sample(value[2]) * value[0]
    if kind is sre.SUBPATTERN:
        return _sample(value[3])
    if kind is sre.ATOMIC_GROUP:
        return _sample(value)
    if kind is sre.BRANCH:
        return _sample(value[1][0])
    return next((each for each in CANDIDATES + "2S" if _takes(node, each)), "")


def _attacks(nodes: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """Yield what leads to each repetition of a pattern, and what it may take again and again."""
    for node in nodes:
        kind, value = node
        if kind in REPEATS:
            least, most, inside = value
            if most >= LENGTH:
                body = list(inside)
                whole = _sample(body)
                pumps = [each for each in CANDIDATES if len(body) == 1 and _takes(body[0], each)]
                yield from ((before, pump) for pump in [*pumps[:4], *([whole] if whole else [])])
            yield from _attacks(inside, before)
            before += _sample(inside) * max(least, 1 if most < LENGTH else 0)
        elif kind is sre.SUBPATTERN:
            yield from _attacks(value[3], before)
            before += _sample(value[3])
        elif kind is sre.BRANCH:
            for branch in value[1]:
                yield from _attacks(branch, before)
            before += _sample(value[1][0])
        else:
            before += _sample_of(node)


def grows(pattern: Pattern) -> str | None:
    """Return the beginning of an attack whose time grows faster than its length, ``None`` when there is none."""
    compiled = re.compile(pattern.source, pattern.flags)
    asked = compiled.match if pattern.anchored else compiled.search
    for before, pump in dict.fromkeys(_attacks(parser.parse(pattern.source, pattern.flags))):
        for run in {pump, before + pump}:
            lead = before if run == pump else ""
            for lead_in in {lead, ""}:
                for end in ENDS:
                    texts = [_text(pattern, lead_in + run * (length // len(run)) + end) for length in LENGTHS]
                    if _time(asked, texts[0]) > WORTH_A_LOOK_S and all(
                        _ratio(asked, *texts) > TOO_FAST for _ in range(TIMES_ASKED)
                    ):
                        return (lead_in + run * 9)[:60]
    return None


def _text(pattern: Pattern, text: str) -> Any:
    return text.encode("latin-1", "replace") if isinstance(pattern.source, bytes) else text


def _ratio(asked: Any, short: Any, long: Any) -> float:
    """Return by how much more the longer one takes; the best of several, as a process may be made to wait."""
    return min(_time(asked, long) for _ in range(3)) / max(min(_time(asked, short) for _ in range(5)), 1e-7)


def _time(asked: Any, text: Any) -> float:
    start = time.process_time()
    asked(text)
    return time.process_time() - start


@pytest.mark.slow
def test_every_pattern_takes_time_in_proportion() -> None:
    assert len(patterns()) > 150
    slow = {
        f"{pattern.where} {pattern.source!r}": attack
        for pattern in patterns()
        if (attack := grows(pattern)) is not None
    }
    assert not slow, "\n".join(f"{where}: {attack!r}…" for where, attack in slow.items())


@pytest.mark.parametrize(
    "source",
    [r"\S+\s*\Z", r"\s*\n", r"\[\s*([^\]]{0,20}?)\s*\]", r"<(?:\w+:)?code\b[^>]*?\bcode=", r"<a>.*?</a>"],
)
def test_a_quadratic_pattern_would_be_seen(source: str) -> None:
    assert grows(Pattern("here", source, 0, anchored=False)) is not None
