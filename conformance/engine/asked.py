"""Which verbs a check cannot do without: read from its source and from that of the steps it takes, not listed by hand.

What stands under ``with desk.if_offered(path):`` is a path that the check can do without: it is left out. So is what is tried by a
step that returns a constant where the verb is missing.
Names are resolved in the module where they are written; a method is taken for that of any class of the suite that has it.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import os
import sys
import textwrap
from functools import partial
from importlib.resources import files
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Verb

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOM: Final = "conformance.suite"
"""Functions elsewhere, such as those of the standard library, ask nothing of the software."""
_VERBS: Final = frozenset(verb.value for verb in Verb)
_APART: Final = "if_offered"
"""The step under which a path apart stands (``Desk.if_offered``)."""
_MISSING: Final = "VerbNotSupportedError"
"""What a step catches that can do without a verb."""
_DEPTH: Final = 3
"""How deep values of a parameter are looked through for functions."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Source:
    """What one function mentions."""

    verbs: frozenset[str]
    functions: tuple[FunctionType, ...]
    methods: frozenset[str]


class Reader:
    """Reads the suite that is imported now.

    Args:
        room: package or module of the suite.
    """

    def __init__(self, room: str = ROOM) -> None:
        """Learn the methods of the classes of the suite."""
        self._room = room
        self._folder = str(files(ROOM)) + os.sep
        self._known: dict[FunctionType, _Source] = {}
        self._methods: dict[str, list[FunctionType]] = {}
        for module in list(sys.modules.values()):
            if self._is_ours(getattr(module, "__name__", "")):
                for value in vars(module).values():
                    if inspect.isclass(value) and value.__module__ == module.__name__:
                        for name, member in vars(value).items():
                            if function := _function(member):
                                self._methods.setdefault(name, []).append(function)

    def verbs(self, check: Any, parameters: Iterable[object] = ()) -> frozenset[Verb]:
        """Return the verbs that a check needs.

        Args:
            check: its function.
            parameters: the values that it is run with; functions in them are steps too.
        """
        pending = [*_functions_in(check), *(each for value in parameters for each in _functions_in(value))]
        seen: set[FunctionType] = set()
        found: set[str] = set()
        while pending:
            function = pending.pop()
            if function in seen or not self._is_ours(function.__module__):
                continue
            seen.add(function)
            source = self._source(function)
            found |= source.verbs
            pending += source.functions
            for name in source.methods:
                pending += self._methods.get(name, ())
        return frozenset(map(Verb, found))

    def _is_ours(self, module: str) -> bool:
        # Modules of checks are imported under the name of their file alone.
        file = getattr(sys.modules.get(module), "__file__", None) or ""
        return module.startswith(self._room) or (self._room == ROOM and file.startswith(self._folder))

    def _source(self, function: FunctionType) -> _Source:
        if function not in self._known:
            self._known[function] = _read(function)
        return self._known[function]


def _read(function: FunctionType) -> _Source:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return _Source(frozenset(), (), frozenset())
    names, attributes = set(), set()
    for node in _needed(tree):
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Attribute) and not _is_of_a_module(node, function):
            attributes.add(node.attr)
    scope = {**function.__globals__, **inspect.getclosurevars(function).nonlocals}
    functions = [each for name in names if name in scope for each in _functions_in(scope[name])]
    return _Source(frozenset(attributes & _VERBS), tuple(functions), frozenset(attributes - _VERBS))


def _needed(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a tree without the paths apart, and without what it decorates and annotates."""
    if isinstance(node, ast.With) and any(map(_is_apart, node.items)):
        children: Iterable[ast.AST] = ()
    elif isinstance(node, ast.Try) and any(map(_does_without, node.handlers)):
        children = (*node.handlers, *node.orelse, *node.finalbody)
    elif isinstance(node, ast.FunctionDef):
        children = (*node.body, *filter(None, node.args.kw_defaults), *node.args.defaults)
    elif isinstance(node, ast.AnnAssign):
        children = (node.value,) if node.value else ()
    else:
        yield node
        children = ast.iter_child_nodes(node)
    for child in children:
        yield from _needed(child)


def _is_apart(item: ast.withitem) -> bool:
    called = item.context_expr.func if isinstance(item.context_expr, ast.Call) else None
    return isinstance(called, ast.Attribute) and called.attr == _APART


def _does_without(handler: ast.ExceptHandler) -> bool:
    """Tell whether a step that a verb is missing for has its answer all the same: it returns a constant."""
    caught = ast.walk(handler.type) if handler.type else ()
    first = handler.body[0]
    return any(isinstance(each, ast.Name) and each.id == _MISSING for each in caught) and (
        isinstance(first, ast.Return) and isinstance(first.value, ast.Constant)
    )


def _is_of_a_module(node: ast.Attribute, function: FunctionType) -> bool:
    """Whether an attribute is that of something imported, such as ``re.search``."""
    return isinstance(node.value, ast.Name) and isinstance(
        function.__globals__.get(node.value.id), ModuleType
    )


def _functions_in(value: object, depth: int = _DEPTH) -> Iterator[FunctionType]:
    if function := _function(value):
        yield function
        return
    if isinstance(value, partial):
        yield from _functions_in(value.func)
        return
    if depth == 0 or isinstance(value, (str, bytes, type)):
        return
    inner: Iterable[object] = ()
    if isinstance(value, dict):
        inner = value.values()
    elif isinstance(value, (list, tuple, set, frozenset)):
        inner = value
    elif dataclasses.is_dataclass(value):
        inner = (getattr(value, each.name, None) for each in dataclasses.fields(value))
    for each in inner:
        yield from _functions_in(each, depth - 1)


def _function(value: object) -> FunctionType | None:
    """Return the function behind a method, a property or a decorated function."""
    if isinstance(value, property):
        value = value.fget
    if isinstance(value, (staticmethod, classmethod)):
        value = value.__func__
    found = inspect.unwrap(value) if callable(value) else value
    return found if isinstance(found, FunctionType) else None
