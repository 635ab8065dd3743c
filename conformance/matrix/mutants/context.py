"""What can be written wrongly with regard to what stands around: the block of a statement, the arguments of its function."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from enum import EnumType
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.matrix.mutants.alternatives import Alternative

_NOT_CONFUSED: Final = frozenset({"Seam", "Verb"})
"""Enumerations that are no values of an identity: the seams, and the table of the acts."""
_STOPS: Final = (ast.Raise, ast.Return, ast.Continue, ast.Break)


@dataclass(frozen=True, slots=True)
class Slip:
    """Some statements of a block, and what stands in their place."""

    kind: str
    begins: int
    ends: int
    became: list[ast.stmt]


def slips(body: list[ast.stmt], function: ast.FunctionDef) -> Iterator[Slip]:
    """Yield what a block of statements becomes: one done twice, one whose result is forgotten, two in the wrong order."""
    for number, statement in enumerate(body):
        if isinstance(statement, ast.Expr) and _is_act(statement.value):
            yield Slip("done twice", number, number + 1, [statement, statement])
        if isinstance(statement, ast.Assign) and _is_given_again(statement, function):
            forgotten = ast.copy_location(ast.Expr(statement.value), statement)
            yield Slip("result forgotten", number, number + 1, [forgotten])
    for number, (first, second) in enumerate(pairwise(body)):
        if _may_be_late(first) and _is_write(second) and not _bound(first) & _named(second):
            yield Slip("too early", number, number + 2, [second, first])


def others(node: ast.AST, function: ast.FunctionDef, namespace: Mapping[str, Any]) -> Iterator[Alternative]:
    """Yield the names that a name is taken for: an argument of the same type, the next member of an enumeration."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        for other in _alike(function).get(node.id, ()):
            yield "other variable", ast.Name(other, ast.Load())
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        members = _members(node.value.id, namespace)
        if node.attr in members:
            following = members[(members.index(node.attr) + 1) % len(members)]
            yield "other member", ast.Attribute(node.value, following, ast.Load())


def _members(name: str, namespace: Mapping[str, Any]) -> list[str]:
    found = namespace.get(name)
    if not isinstance(found, EnumType) or name in _NOT_CONFUSED:
        return []
    return list(found.__members__)


def _alike(function: ast.FunctionDef) -> dict[str, list[str]]:
    """Return for each argument those that are annotated alike."""
    arguments = [*function.args.args, *function.args.kwonlyargs]
    types = {
        one.arg: ast.unparse(one.annotation).removesuffix(" | None") for one in arguments if one.annotation
    }
    return {
        name: [other for other, its in types.items() if its == kind and other != name]
        for name, kind in types.items()
    }


def _is_given_again(statement: ast.Assign, function: ast.FunctionDef) -> bool:
    """Tell whether a call gives a new value to a variable that had one before."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call()):
            arguments = (*function.args.args, *function.args.kwonlyargs)
            return any(one.arg == name for one in arguments) or any(
                isinstance(each, ast.Name) and each.id == name and each.lineno < statement.lineno
                for each in ast.walk(function)
                if isinstance(getattr(each, "ctx", None), ast.Store)
            )
    return False


def _is_act(node: ast.AST) -> bool:
    """Tell whether an expression calls a method: most functions called for nothing but their effect are."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)


def _is_write(statement: ast.stmt) -> bool:
    return isinstance(statement, (ast.Expr, ast.Assign)) and _is_act(statement.value)


def _may_be_late(statement: ast.stmt) -> bool:
    """Tell whether a statement is a check or an act of its own."""
    stops = isinstance(statement, ast.If) and isinstance(statement.body[-1], _STOPS)
    return stops or (isinstance(statement, ast.Expr) and _is_act(statement.value))


def _bound(statement: ast.stmt) -> set[str]:
    return {
        each.id
        for each in ast.walk(statement)
        if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load)
    }


def _named(statement: ast.stmt) -> set[str]:
    return {each.id for each in ast.walk(statement) if isinstance(each, ast.Name)}
