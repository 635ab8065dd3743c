"""The shape of the two packages: which modules stand alone, what is there once, and that nothing goes round in a circle."""

from __future__ import annotations

import ast
import re
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import grimp
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
LOOSE = {"__init__", "cli", "database", "pytest_plugin", "text", "values", "version", "xml"}


@cache
def _texts(package: str) -> list[tuple[Path, str]]:
    return [
        (path.relative_to(ROOT), path.read_text("utf-8")) for path in sorted((ROOT / package).rglob("*.py"))
    ]


def modules(pattern: str) -> Iterator[tuple[Path, ast.Module]]:
    """Yield the modules of both packages whose text has what the pattern says: to parse the others would take seconds."""
    for package in ("simulator", "conformance"):
        for path, text in _texts(package):
            if re.search(pattern, text):
                yield path, ast.parse(text)


def test_only_the_modules_that_every_room_stands_on_are_outside_a_room() -> None:
    assert {path.stem for path in (ROOT / "simulator").glob("*.py")} == LOOSE


def test_no_import_goes_round_in_a_circle_not_even_for_typing() -> None:
    graph = grimp.build_graph("simulator", "conformance", cache_dir=None)
    order, low = dict[str, int](), dict[str, int]()
    numbers, line, circles = count(), list[str](), set[frozenset[str]]()

    def visit(module: str) -> None:
        order[module] = low[module] = next(numbers)
        line.append(module)
        for other in graph.find_modules_directly_imported_by(module):
            if other not in order:
                visit(other)
                low[module] = min(low[module], low[other])
            elif other in line:
                low[module] = min(low[module], order[other])
        if low[module] == order[module]:
            found = line[line.index(module) :]
            del line[line.index(module) :]
            if len(found) > 1:
                circles.add(frozenset(found))

    for module in sorted(graph.modules):
        if module not in order:
            visit(module)
    assert not circles


def _calls(tree: ast.Module, name: str) -> bool:
    return any(
        isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == name
        for node in ast.walk(tree)
    )


def _makes(tree: ast.Module, *names: str) -> bool:
    """Return whether a class or a constant of one of these names is made; an import makes none."""
    made = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        made |= {target.id for target in targets if isinstance(target, ast.Name)}
    return any(
        name in made or (name.endswith("_") and any(each.startswith(name) for each in made)) for name in names
    )


def _reads_durations(tree: ast.Module) -> bool:
    """Return whether there is a table of what units of time are worth: nobody reads a duration without one."""
    return any(
        isinstance(node, ast.Dict)
        and {"s", "m", "h"} <= {key.value for key in node.keys if isinstance(key, ast.Constant)}
        and all(
            isinstance(value, ast.Constant) and isinstance(value.value, (int, float)) for value in node.values
        )
        for node in ast.walk(tree)
    )


MADE = r"(?m)class {0}\b|\b{0} *=|^ *{0} *:"
"""How a class or a constant of a name is written; an import of it, or an argument of its kind, is not."""


@pytest.mark.parametrize(
    ("where", "word", "is_made"),
    [
        ("simulator/xml.py", "XMLParser", lambda tree: _calls(tree, "XMLParser")),
        ("simulator/text.py", MADE.format("Lang"), lambda tree: _makes(tree, "Lang")),
        ("simulator/text.py", MADE.format("Text"), lambda tree: _makes(tree, "Text")),
        ("simulator/commands/exits.py", "EXIT_", lambda tree: _makes(tree, "EXIT_")),
        ("simulator/text.py", '"s"', _reads_durations),
    ],
    ids=["parser", "lang", "text", "exits", "durations"],
)
def test_what_is_there_once_is_there_once(where: str, word: str, is_made) -> None:
    found = [
        path.as_posix()
        for path, tree in modules(word)
        # The reference LGO plays somebody else's software: it has parsers and writers of its own.
        if is_made(tree) and not path.as_posix().startswith("conformance/reference/")
    ]
    assert found == [where]


@pytest.mark.parametrize(
    ("written", "word", "where"),
    [
        # Finding where a declaration ends; the documents look for the encoding that one names.
        (r"<\?xml", r"\?xml", {"simulator/xml.py", "conformance/documents/xmltree.py"}),
        ("Envelope xmlns", "Envelope", {"simulator/contract/soap.py"}),
    ],
    ids=["declarations", "envelopes"],
)
def test_what_is_written_once_is_written_once(written: str, word: str, where: set[str]) -> None:
    found = {
        path.as_posix()
        for path, tree in modules(word)
        if not path.as_posix().startswith("conformance/reference/")
        and any(
            isinstance(node, ast.Constant)
            and (
                (isinstance(node.value, str) and written in node.value)
                or (isinstance(node.value, bytes) and written.encode() in node.value)
            )
            for node in ast.walk(tree)
        )
    }
    assert found == where
