"""Puts a mutant into the LGO that runs in this process, and takes it out again; and notes which lines are run.

A function is changed in place, by its code: whoever holds it runs the other one from then on, and nothing is loaded twice.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from contextlib import contextmanager
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Final

from conformance.matrix.mutants.edits import module_names, source_of, tree_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.matrix.mutants.edits import Mutant

_NOTE: Final = "_note_line"
_KEYS: Final = frozenset({"_card"})
"""What is remembered and costs a key pair: no mutant changes it."""


@contextmanager
def placed(mutant: Mutant) -> Iterator[None]:
    """Have a mutant in the place of its function until the end of the block.

    Raises:
        LookupError: the function is not there, or its code has another shape.
    """
    path = str(source_of(mutant.module))
    with tree_of(mutant) as tree:
        codes = dict(_codes(compile(tree, path, "exec")))
    held = _functions_of(mutant.module).get(mutant.function, [])
    code = codes.get(mutant.function)
    if code is None or not held:
        raise LookupError(f"{mutant.module} has no function {mutant.function}")
    before = [(function, function.__code__) for function in held]
    try:
        _give(held, code)
        yield
    finally:
        for function, own in before:
            function.__code__ = own
        _forget()


@contextmanager
def noting_lines(modules: Iterable[str] | None = None) -> Iterator[dict[str, set[int]]]:
    """Have every statement of some modules note its line; yield the lines by module.

    Whoever looks empties the sets when it likes.

    Args:
        modules: their names; all those that have mutants by default.
    """
    lines: dict[str, set[int]] = {}
    before: list[tuple[FunctionType, CodeType]] = []
    try:
        for name in module_names() if modules is None else modules:
            path = source_of(name)
            tree = ast.parse(path.read_text(encoding="utf-8"))
            _with_notes(tree.body, is_inside=False)
            lines[name] = set()
            vars(importlib.import_module(name))[_NOTE] = lines[name].add
            held = _functions_of(name)
            for function, code in _codes(compile(ast.fix_missing_locations(tree), str(path), "exec")):
                before += [(each, each.__code__) for each in held.get(function, ())]
                _give(held.get(function, []), code)
        yield lines
    finally:
        for each, own in before:
            each.__code__ = own
        for name in lines:
            del vars(sys.modules[name])[_NOTE]


def statement_at(module: str, line: int) -> int:
    """Return the line on which the statement begins that a line belongs to."""
    tree = ast.parse(source_of(module).read_text(encoding="utf-8"))
    begins = (each.lineno for each in ast.walk(tree) if isinstance(each, ast.stmt) and each.lineno <= line)
    return max(begins, default=line)


def _give(functions: list[FunctionType], code: CodeType) -> None:
    for function in functions:
        function.__code__ = code
    _forget()


def _forget() -> None:
    """Empty what functions of the LGO remember of their answers."""
    for name in module_names():
        for member, value in vars(sys.modules[name]).items() if name in sys.modules else ():
            if hasattr(value, "cache_clear") and member not in _KEYS:
                value.cache_clear()


def _functions_of(module: str) -> dict[str, list[FunctionType]]:
    """Return the functions of a module and of its classes, by qualified name; one that is decorated by what it is inside."""
    found: dict[str, list[FunctionType]] = {}
    held = vars(importlib.import_module(module))
    classes = [each for each in held.values() if isinstance(each, type) and each.__module__ == module]
    for members in (held, *map(vars, classes)):
        for value in members.values():
            inside = getattr(value, "fget", None) or getattr(value, "__func__", value)
            function = inspect.unwrap(inside) if callable(inside) else inside
            if isinstance(function, FunctionType) and function.__module__ == module:
                found.setdefault(function.__code__.co_qualname, []).append(function)
    return found


def _codes(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    """Yield the codes of the outermost functions of a module, by qualified name."""
    for each in code.co_consts:
        if isinstance(each, CodeType) and "<locals>" not in each.co_qualname:
            yield each.co_qualname, each
            yield from _codes(each)


def _with_notes(body: list[ast.stmt], *, is_inside: bool) -> None:
    """Put a note before each statement of a function, whatever it stands in."""
    found: list[ast.stmt] = []
    for statement in body:
        is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if is_inside and not is_text:
            called = ast.Call(ast.Name(_NOTE, ast.Load()), [ast.Constant(statement.lineno)], [])
            found.append(ast.copy_location(ast.Expr(called), statement))
        found.append(statement)
        inside = is_inside or isinstance(statement, ast.FunctionDef)
        for block in ("body", "orelse", "finalbody"):
            _with_notes(getattr(statement, block, []), is_inside=inside)
        for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
            _with_notes(part.body, is_inside=inside)
    body[:] = found
