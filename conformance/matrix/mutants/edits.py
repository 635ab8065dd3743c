"""Which mutants the modules of the reference LGO have, and the syntax tree of each."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import conformance.reference as room
from conformance.matrix.mutants.alternatives import alternatives, is_for_people
from conformance.matrix.mutants.context import others, slips

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_AROUND: Final = frozenset(
    {"__main__", "api", "clock", "defects", "habits", "members", "seams", "server", "serving", "stdio", "variants"}
)  # fmt: skip
"""Modules in which nothing is about identities: the servers, and the machinery of the defects."""

_NOTED: Final = frozenset(
    {"_check", "_done", "_log", "_settings", "_typed", "act", "after", "ask", "judged", "kept", "passes", "queue", "trace"}
)  # fmt: skip
"""What takes arguments that are for the seams alone: the correct LGO does nothing with them."""
_ABOUT: Final = frozenset({"about", "known", "record", "records"})
"""Names under which the same is collected."""
_WORDS: Final = frozenset({"Alert", "RefusedError", "UnreadableError", "failure"})
"""What is made of texts for people; a code of a refusal is free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One mistake in one function."""

    module: str
    """Dotted name."""
    function: str
    """Qualified name of the outermost function."""
    number: int
    """Its place among those of the module."""
    line: int
    kind: str

    @property
    def was(self) -> str:
        """Return the text that the mistake is in."""
        return _text(_read(self.module)[1][self.number][1].was)

    @property
    def became(self) -> str:
        """Return what stands there instead."""
        return _text(_read(self.module)[1][self.number][1].became)

    def __str__(self) -> str:
        """Return it in one line."""
        return f"{self.module}:{self.line} {self.function}, {self.kind}: {self.was} → {self.became}"


@dataclass(frozen=True, slots=True)
class _Edit:
    """One child of one node, and what it becomes."""

    holder: ast.AST
    field: str
    value: Any
    """Of the field: a node, or the whole list of them."""
    line: int
    kind: str
    was: ast.AST
    became: ast.AST


def module_names() -> list[str]:
    """Return the names of the modules that have mutants."""
    found = pkgutil.walk_packages(room.__path__, f"{room.__name__}.")
    return sorted(
        each.name
        for each in found
        if not each.ispkg and each.name.removeprefix(f"{room.__name__}.").split(".")[0] not in _AROUND
    )


def mutants_of(module: str) -> list[Mutant]:
    """Return all mutants of a module, in the order of its text; the same text gives the same ones."""
    return [
        Mutant(
            module=module,
            function=function,
            number=number,
            line=edit.line,
            kind=edit.kind,
        )
        for number, (function, edit) in enumerate(_read(module)[1])
    ]


@contextmanager
def tree_of(mutant: Mutant) -> Iterator[ast.Module]:
    """Yield the tree of a mutant's module with its mistake, until the end of the block."""
    tree, edits = _read(mutant.module)
    edit = edits[mutant.number][1]
    before = getattr(edit.holder, edit.field)
    setattr(edit.holder, edit.field, edit.value)
    try:
        yield ast.fix_missing_locations(tree)
    finally:
        setattr(edit.holder, edit.field, before)


def source_of(module: str) -> Path:
    """Return the file of a module."""
    return Path(str(importlib.import_module(module).__file__))


@cache
def _read(module: str) -> tuple[ast.Module, tuple[tuple[str, _Edit], ...]]:
    tree = ast.parse(source_of(module).read_text(encoding="utf-8"))
    held = vars(importlib.import_module(module))
    functions = tuple(_functions(tree.body))
    found = [(name, edit) for name, function in functions for edit in _edits(function)]
    found += [(name, edit) for name, function in functions for edit in _edits_in_context(function, held)]
    return tree, tuple(found)


def _functions(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    """Yield the outermost functions by qualified name; what is made once, when the LGO starts, is left out."""
    for statement in body:
        if isinstance(statement, ast.ClassDef):
            yield from _functions(statement.body, f"{prefix}{statement.name}.")
        elif isinstance(statement, ast.FunctionDef) and statement.name != "__init__":
            yield f"{prefix}{statement.name}", statement


def _edits(node: ast.AST) -> Iterator[_Edit]:
    """Yield the edits of a tree, its root excepted."""
    for place in _places(node):
        is_end = isinstance(place.holder, ast.FunctionDef) and place.child is place.holder.body[-1]
        if not _is_seam(place.child) and not (is_end and isinstance(place.child, ast.Return)):
            for kind, other in alternatives(place.child):
                yield place.edit(kind, other)


def _edits_in_context(function: ast.FunctionDef, namespace: Mapping[str, Any]) -> Iterator[_Edit]:
    """Yield the edits of a function for which one has to look around."""
    for place in _places(function):
        for kind, other in others(place.child, function, namespace):
            yield place.edit(kind, other)
    for holder in (function, *(place.child for place in _places(function))):
        block = getattr(holder, "body", None)
        if not isinstance(block, list):
            continue
        for slip in slips(block, function):
            was = block[slip.begins : slip.ends]
            whole = [*block[: slip.begins], *slip.became, *block[slip.ends :]]
            yield _Edit(
                holder,
                "body",
                whole,
                was[-1].lineno,
                slip.kind,
                ast.Module(was, []),
                ast.Module(slip.became, []),
            )


@dataclass(frozen=True, slots=True)
class _Place:
    """A child of a node, where something else may stand."""

    holder: ast.AST
    field: str
    index: int | None
    """Among several."""
    child: ast.AST

    def edit(self, kind: str, other: ast.AST) -> _Edit:
        """Return what puts something else there."""
        became = ast.copy_location(other, self.child) if not hasattr(other, "lineno") else other
        whole: Any = became
        if self.index is not None:
            value = getattr(self.holder, self.field)
            whole = [*value[: self.index], became, *value[self.index + 1 :]]
        return _Edit(self.holder, self.field, whole, _line(self.child), kind, self.child, other)


def _places(node: ast.AST) -> Iterator[_Place]:
    """Yield the places of a tree in the order of its text."""
    for field, value in _fields(node):
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST) and not _is_left_out(child):
                yield _Place(node, field, index, child)
                yield from _places(child)


def _fields(node: ast.AST) -> Iterator[tuple[str, Any]]:
    """Yield what of a node can be wrong."""
    if isinstance(node, ast.FunctionDef):
        yield "body", node.body
    elif isinstance(node, ast.Call) and _is_seam(node):
        # What passes, but not what a fault may look at beside it.
        yield "args", node.args
    elif isinstance(node, ast.AnnAssign):
        yield "value", node.value
    elif isinstance(node, ast.If) and _is_seam(node.test):
        yield "body", node.body
        yield "orelse", node.orelse
    elif isinstance(node, ast.ExceptHandler):
        yield "body", node.body
    else:
        yield from ast.iter_fields(node)


def _is_left_out(node: ast.AST) -> bool:
    """Tell whether nothing in a tree is worth a mutant."""
    match node:
        # A loop that does not end takes a processor for good.
        case ast.While() | ast.expr_context():
            return True
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.JoinedStr():
            return is_for_people(node)
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AugAssign(target=ast.Name(id=name)):
            return name in _ABOUT
        case ast.AnnAssign(target=ast.Name(id=name)):
            return name in _ABOUT
        case ast.Call(func=ast.Name(id=name)):
            return name in _WORDS
        case ast.Attribute(value=ast.Name(id="Seam")):
            return True
    return False


def _is_seam(node: ast.AST) -> bool:
    """Tell whether a node is there for the seams: the statement or the call itself is then no place for a mistake."""
    if isinstance(node, ast.If):
        return _is_seam(node.test)
    if isinstance(node, ast.UnaryOp):
        return _is_seam(node.operand)
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    passes = any(
        isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == "Seam"
        for each in node.args
    )
    return passes or name in _NOTED or name == "has"


def _line(node: ast.AST) -> int:
    line: int = node.target.lineno if isinstance(node, ast.comprehension) else getattr(node, "lineno", 0)
    return line


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.comprehension):
        conditions = "".join(f" if {ast.unparse(each)}" for each in node.ifs)
        return f"for {ast.unparse(node.target)} in {ast.unparse(node.iter)}{conditions}"
    text = " ".join(ast.unparse(ast.fix_missing_locations(node)).split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


_LONGEST: Final = 100
