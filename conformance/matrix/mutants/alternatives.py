"""What can be written wrongly in the place of one node of a syntax tree: plain slips of whoever types or copies code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import singledispatch
from itertools import pairwise
from typing import Final

Alternative = tuple[str, ast.AST]
"""The kind of the mistake, and what then stands there."""

_NEAR: Final = {
    "birth_name": "used_name",
    "used_name": "birth_name",
    "first_name": "used_first_name",
    "used_first_name": "first_name",
    "first_names": "first_name",
    "matricule": "billing_number",
    "billing_number": "matricule",
    "local": "insi",
    "insi": "local",
    "date_from": "date_to",
    "date_to": "date_from",
    "sender": "recipient",
    "recipient": "sender",
    "user": "role",
    "official": "usual",
    "birth_date": "birth_place",
}
"""Fields that stand beside one another: one is taken for the other."""

_OPPOSITE: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}

_FORGOTTEN: Final = frozenset(
    {"strip", "upper", "lower", "replace", "complete", "casefold", "removeprefix", "removesuffix", "zfill"}
)
"""Methods that tidy a value."""
_TIDY: Final = frozenset({"sorted", "frozenset", "set", "tuple", "list", "escape", "quoteattr", "reversed"})
_WRITTEN: Final = frozenset({"plain", "french"})
"""Methods that write a value otherwise."""
_CONFUSED: Final = {"any": "all", "all": "any", "min": "max", "max": "min"}
_OTHER_END: Final = {
    "partition": "rpartition",
    "rpartition": "partition",
    "startswith": "endswith",
    "endswith": "startswith",
    "union": "intersection",
    "intersection": "union",
}
_ORDER: Final = " ORDER BY id"
_WORD: Final = re.compile(r"[^\W\d_]{2}")
_MOST_PARTS: Final = 16


@singledispatch
def alternatives(node: ast.AST) -> Iterator[Alternative]:
    """Yield what may stand in the place of a node by mistake; nothing for most."""
    del node
    yield from ()


@alternatives.register
def _(node: ast.BoolOp) -> Iterator[Alternative]:
    yield "and-or", ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    for number, value in enumerate(node.values):
        if not _names_something(value):
            rest = node.values[:number] + node.values[number + 1 :]
            yield "operand dropped", rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


@alternatives.register
def _(node: ast.Compare) -> Iterator[Alternative]:
    for number, operator in enumerate(node.ops):
        if other := _OPPOSITE.get(type(operator)):
            ops = [*node.ops[:number], other(), *node.ops[number + 1 :]]
            yield "comparison", ast.Compare(node.left, ops, node.comparators)


@alternatives.register
def _(node: ast.UnaryOp) -> Iterator[Alternative]:
    if isinstance(node.op, ast.Not):
        yield "not dropped", node.operand


@alternatives.register
def _(node: ast.IfExp) -> Iterator[Alternative]:
    if not _names_something(node.test):
        yield "one branch", node.body
        yield "one branch", node.orelse
        yield "branches swapped", ast.IfExp(node.test, node.orelse, node.body)


@alternatives.register
def _(node: ast.Constant) -> Iterator[Alternative]:
    value = node.value
    if isinstance(value, bool):
        yield "flag turned", ast.Constant(not value)
    elif isinstance(value, int):
        yield "off by one", ast.Constant(value + 1)
        if value > 0:
            yield "off by one", ast.Constant(value - 1)
    elif isinstance(value, str) and value in _NEAR:
        yield "other field", ast.Constant(_NEAR[value])
    elif isinstance(value, str) and value.endswith(_ORDER):
        yield "order turned", ast.Constant(f"{value} DESC")
    elif value == "%Y%m%d":
        yield "date otherwise", ast.Constant("%d%m%Y")


@alternatives.register
def _(node: ast.Attribute) -> Iterator[Alternative]:
    if node.attr in _NEAR and isinstance(node.ctx, ast.Load):
        yield "other field", ast.Attribute(node.value, _NEAR[node.attr], node.ctx)


@alternatives.register
def _(node: ast.Tuple) -> Iterator[Alternative]:
    if isinstance(node.ctx, ast.Load):
        for rest in _less_one(node.elts):
            yield "element dropped", ast.Tuple(rest, ast.Load())


@alternatives.register
def _(node: ast.List) -> Iterator[Alternative]:
    if isinstance(node.ctx, ast.Load):
        for rest in _less_one(node.elts):
            yield "element dropped", ast.List(rest, ast.Load())


@alternatives.register
def _(node: ast.Set) -> Iterator[Alternative]:
    for rest in _less_one(node.elts):
        if rest:
            yield "element dropped", ast.Set(rest)


@alternatives.register
def _(node: ast.Dict) -> Iterator[Alternative]:
    if len(node.keys) <= _MOST_PARTS:
        for number in range(len(node.keys)):
            keys = node.keys[:number] + node.keys[number + 1 :]
            values = node.values[:number] + node.values[number + 1 :]
            yield "entry dropped", ast.Dict(keys, values)
            if node.keys[number] is not None and not isinstance(node.values[number], ast.Constant):
                empty = [*node.values[:number], ast.Constant(None), *node.values[number + 1 :]]
                yield "left empty", ast.Dict(node.keys, empty)


@alternatives.register
def _(node: ast.Subscript) -> Iterator[Alternative]:
    if isinstance(node.slice, ast.Slice):
        yield "whole", node.value
    elif isinstance(node.slice, ast.Constant) and node.slice.value == 0:
        last = ast.UnaryOp(ast.USub(), ast.Constant(1))
        yield "last for first", ast.Subscript(node.value, last, node.ctx)
    elif isinstance(node.slice, ast.UnaryOp) and isinstance(node.ctx, ast.Load):
        yield "first for last", ast.Subscript(node.value, ast.Constant(0), node.ctx)


@alternatives.register
def _(node: ast.BinOp) -> Iterator[Alternative]:
    if isinstance(node.op, (ast.Add, ast.BitOr, ast.BitAnd, ast.Sub)):
        yield "one operand", node.left
    if isinstance(node.op, (ast.Add, ast.BitOr, ast.BitAnd)):
        yield "one operand", node.right


@alternatives.register
def _(node: ast.comprehension) -> Iterator[Alternative]:
    for number, test in enumerate(node.ifs):
        if not _names_something(test):
            ifs = node.ifs[:number] + node.ifs[number + 1 :]
            yield "filter dropped", ast.comprehension(node.target, node.iter, ifs, node.is_async)
    for cut in (ast.Slice(upper=ast.Constant(1)), ast.Slice(lower=ast.Constant(1))):
        some = ast.Subscript(ast.List([ast.Starred(node.iter, ast.Load())], ast.Load()), cut, ast.Load())
        yield "some only", ast.comprehension(node.target, some, node.ifs, node.is_async)


@alternatives.register
def _(node: ast.Call) -> Iterator[Alternative]:
    yield from _other_calls(node)
    for number in range(len(node.args) - 1):
        first, second = node.args[number : number + 2]
        if not isinstance(first, ast.Starred) and not isinstance(second, ast.Starred):
            arguments = [*node.args[:number], second, first, *node.args[number + 2 :]]
            yield "arguments swapped", ast.Call(node.func, arguments, node.keywords)
    for number, keyword in enumerate(node.keywords):
        before, after = node.keywords[:number], node.keywords[number + 1 :]
        yield "argument dropped", ast.Call(node.func, node.args, before + after)
        if keyword.arg and not isinstance(keyword.value, ast.Constant):
            empty = ast.keyword(keyword.arg, ast.Constant(None))
            yield "left empty", ast.Call(node.func, node.args, [*before, empty, *after])


def _other_calls(node: ast.Call) -> Iterator[Alternative]:
    """Yield what a call becomes when what it calls is forgotten, or taken for something else."""
    function = node.func
    is_one = len(node.args) == 1 and not node.keywords
    if isinstance(function, ast.Attribute):
        if function.attr in _FORGOTTEN:
            yield "tidying dropped", function.value
        if function.attr in _WRITTEN:
            yield "tidying dropped", node.args[0] if node.args else function.value
        if function.attr in _OTHER_END:
            other = ast.Attribute(function.value, _OTHER_END[function.attr], ast.Load())
            yield "other end", ast.Call(other, node.args, node.keywords)
    elif isinstance(function, ast.Name):
        if is_one and (function.id in _TIDY or function.id.startswith("_")):
            yield "call dropped", node.args[0]
        if function.id == "replace" and node.keywords:
            yield "change forgotten", node.args[0]
        if function.id in _CONFUSED:
            other_name = ast.Name(_CONFUSED[function.id], ast.Load())
            yield "any-all", ast.Call(other_name, node.args, node.keywords)


@alternatives.register
def _(node: ast.JoinedStr) -> Iterator[Alternative]:
    places = [number for number, part in enumerate(node.values) if isinstance(part, ast.FormattedValue)]
    for one, other in pairwise(places):
        values = list(node.values)
        values[one], values[other] = values[other], values[one]
        yield "parts swapped", ast.JoinedStr(values)


@alternatives.register
def _(node: ast.For) -> Iterator[Alternative]:
    if not node.orelse:
        yield "first only", ast.For(node.target, node.iter, [*node.body, ast.Break()], [])
        but_one = ast.Subscript(
            ast.List([ast.Starred(node.iter, ast.Load())], ast.Load()), ast.Slice(ast.Constant(1)), ast.Load()
        )
        yield "some only", ast.For(node.target, but_one, node.body, [])


@alternatives.register
def _(node: ast.With) -> Iterator[Alternative]:
    if not any(item.optional_vars for item in node.items):
        yield "frame dropped", ast.If(ast.Constant(value=True), node.body, [])


@alternatives.register
def _(node: ast.ExceptHandler) -> Iterator[Alternative]:
    if isinstance(node.body[-1], ast.Raise):
        nothing = ast.Return(ast.Constant(None))
        yield "error swallowed", ast.ExceptHandler(node.type, node.name, [*node.body[:-1], nothing])


@alternatives.register
def _(node: ast.If) -> Iterator[Alternative]:
    if not _names_something(node.test):
        yield "never", ast.If(ast.Constant(value=False), node.body, node.orelse)
        yield "always", ast.If(ast.Constant(value=True), node.body, node.orelse)
    yield "condition turned", ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
    if node.orelse:
        yield "else dropped", ast.If(node.test, node.body, [])


@alternatives.register
def _(node: ast.Match) -> Iterator[Alternative]:
    for number in range(len(node.cases) if len(node.cases) > 1 else 0):
        yield "case dropped", ast.Match(node.subject, node.cases[:number] + node.cases[number + 1 :])


@alternatives.register(ast.Raise)
@alternatives.register(ast.AugAssign)
@alternatives.register(ast.Break)
@alternatives.register(ast.Continue)
@alternatives.register(ast.Return)
def _(_node: ast.stmt) -> Iterator[Alternative]:
    yield "statement dropped", ast.Pass()


@alternatives.register
def _(node: ast.Expr) -> Iterator[Alternative]:
    if isinstance(node.value, ast.Call):
        yield "statement dropped", ast.Pass()


@alternatives.register
def _(node: ast.Assign) -> Iterator[Alternative]:
    if not isinstance(node.targets[0], (ast.Name, ast.Tuple)):
        yield "statement dropped", ast.Pass()


def is_for_people(node: ast.JoinedStr) -> bool:
    """Tell whether a text is for people to read: it has words, and is no XML."""
    text = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
    return bool(_WORD.search(text)) and "<" not in text


def _less_one(parts: list[ast.expr]) -> Iterator[list[ast.expr]]:
    for number in range(len(parts) if len(parts) <= _MOST_PARTS else 0):
        yield parts[:number] + parts[number + 1 :]


def _names_something(node: ast.AST) -> bool:
    """Whether an expression gives a name to a value: what follows may need it."""
    return any(isinstance(each, ast.NamedExpr) for each in ast.walk(node))
