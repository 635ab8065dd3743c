"""Other shapes of lists of people in JSON and XML, made straight: columns, rows below names, pairs of a name and a value. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.documents.exports.columns import tells, words
from conformance.documents.exports.people import is_of_people

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_DEEPEST: Final = 40
_LONGEST: Final = 20_000
"""Rows that are made of columns."""
_MOST_NAMES: Final = 500
"""Names of columns, or pairs of one person."""
_NAMES: Final = frozenset({"columns", "colonnes", "headers", "header", "entetes", "entete", "fields", "champs", "names", "noms", "cols"})  # fmt: skip
_ROWS: Final = frozenset({"data", "rows", "lignes", "values", "valeurs", "donnees", "records", "items"})
_KEY: Final = frozenset({"name", "nom", "key", "cle", "field", "champ", "code", "libelle", "label", "k", "attribut", "id", "n"})  # fmt: skip
_VALUE: Final = frozenset(
    {"value", "valeur", "v", "val", "text", "texte", "string", "content", "contenu", "donnee"}
)


def straightened(node: Any, depth: int = 0) -> Any:
    """Return a tree in which each person is an object with its fields by name; what is straight already stays as it is."""
    if depth > _DEEPEST:
        return node
    if isinstance(node, list):
        made = _of_pairs(node) or _of_couples(node) or _below_names(node)
        return made if made is not None else [straightened(one, depth + 1) for one in node]
    if isinstance(node, dict):
        rows = _of_columns(node) or _beside_names(node)
        if rows is not None:
            return rows
        return {key: straightened(one, depth + 1) for key, one in node.items()}
    return node


def _of_columns(node: Mapping[str, Any]) -> list[dict[str, Any]] | dict[str, Any] | None:
    """Return the rows of an object of columns, ``{"nom": ["A", "B"], "ddn": [...]}``, or the pairs of two lists in step."""
    columns = {key: one for key, one in node.items() if isinstance(one, list) and all(map(_is_plain, one))}
    if len(columns) == 2 and len(node) == 2:  # noqa: PLR2004 - names and values
        names, values = columns.values()
        if len(names) == len(values) <= _MOST_NAMES and _are_names(names):
            return dict(zip(map(str, names), values, strict=True))
    # A list of given names is a list too: one that is as long as the others only by chance has no other beside it.
    told = [key for key in columns if tells(key) is not None]
    lengths = {len(columns[key]) for key in told}
    if len(lengths) != 1 or not _are_names(told):
        return None
    count = min(lengths.pop(), _LONGEST)
    step = {key: one for key, one in columns.items() if len(one) >= count}
    return [{key: one[at] for key, one in step.items()} for at in range(count)]


def _beside_names(node: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Return the rows of an object that holds the names of its columns and its rows apart."""
    names = next((one for key, one in node.items() if words(str(key)) in _NAMES and _is_header(one)), None)
    if names is None:
        return None
    header = [_named(one) for one in names]
    for key, rows in node.items():
        if words(str(key)) in _ROWS and _are_rows(rows, len(header)):
            return [dict(zip(header, row, strict=True)) for row in rows[:_LONGEST]]
    return None


def _below_names(node: Sequence[Any]) -> list[dict[str, Any]] | None:
    """Return the rows of a list of lists, the first of which names the columns."""
    if len(node) < 2 or not _is_header(node[0]) or not _are_rows(node[1:], len(node[0])):  # noqa: PLR2004 - names and a row
        return None
    header = [_named(one) for one in node[0]]
    return [dict(zip(header, row, strict=True)) for row in node[1:_LONGEST]]


def _of_pairs(node: Sequence[Any]) -> dict[str, Any] | None:
    """Return the fields of a list of pairs, ``[{"name": "nom", "value": "A"}, ...]``: the names are the same in all of them."""
    if not 3 <= len(node) <= _MOST_NAMES or not all(isinstance(one, dict) for one in node):  # noqa: PLR2004 - a person
        return None
    keys = list(node[0])
    key = next((one for one in keys if words(str(one)) in _KEY), None)
    if key is None:
        return None
    # <field name="nom">A</field>: what stands in an element goes by its name.
    value = next((one for one in keys if one != key and words(str(one)) in _VALUE), None)
    others = [one for one in keys if one != key]
    value = value or next(
        (one for one in others if words(str(one)) in _KEY), others[0] if len(others) == 1 else None
    )
    names = [one.get(key) for one in node]
    if value is None or not _are_names(names):
        return None
    return {str(name): one.get(value) for name, one in zip(names, node, strict=True)}


def _of_couples(node: Sequence[Any]) -> dict[str, Any] | None:
    """Return the fields of a list of lists of a name and a value."""
    if not 3 <= len(node) <= _MOST_NAMES or not _are_rows(node, 2):  # noqa: PLR2004 - a person, and a couple
        return None
    names = [one[0] for one in node]
    return dict(node) if _are_names(names) else None


def _is_plain(one: Any) -> bool:
    return one is None or isinstance(one, str | int | float)


def _named(one: Any) -> str:
    return str(
        next((one[key] for key in one if words(str(key)) in _KEY), "") if isinstance(one, dict) else one
    )


def _is_header(one: Any) -> bool:
    return (
        isinstance(one, list) and 0 < len(one) <= _MOST_NAMES and _are_names([_named(name) for name in one])
    )


def _are_rows(rows: Any, width: int) -> bool:
    return isinstance(rows, list) and all(
        isinstance(row, list) and len(row) == width and all(map(_is_plain, row)) for row in rows
    )


def _are_names(names: Sequence[Any]) -> bool:
    """Tell whether texts name the fields of a person, each another one."""
    if not all(isinstance(one, str) for one in names) or len(set(names)) != len(names):
        return False
    return is_of_people(tells(one) for one in names)
