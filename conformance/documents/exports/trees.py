"""Patients in JSON and XML of the software's own making: an object that names one person is one, whatever it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.documents.exports.columns import Tells, is_somebody_elses, words
from conformance.documents.exports.people import Field, Person, is_of_people, person_of
from conformance.documents.record import INS_OIDS, Place, PlaceKind
from conformance.documents.xmltree import local
from simulator.ins.matricule import NUMBER_LENGTH

if TYPE_CHECKING:
    from lxml import etree

    from conformance.documents.context import Reading

MOST_PEOPLE: Final = 20_000
_DEEPEST: Final = 40
_MOST_FIELDS: Final = 2_000
"""Fields of one object that are looked at together; one with more holds a list of people."""
_ONCE: Final = (Tells.BIRTH_NAME, Tells.BIRTH_DATE, Tells.MATRICULE)
"""What one person has once."""


def people_in(tree: Any, reading: Reading, kind: PlaceKind) -> list[Person]:
    """Return the patients of a tree of objects, lists and texts."""
    found: list[Person] = []
    waiting: list[tuple[Any, str, str, int]] = [(tree, "", "", 0)]
    while waiting and len(found) < MOST_PEOPLE:
        node, path, within, depth = waiting.pop()
        reading.spend(0)
        if depth > _DEEPEST:
            continue
        if isinstance(node, list):
            waiting.extend(
                (one, f"{path}[{at}]", within, depth + 1) for at, one in reversed([*enumerate(node)])
            )
        elif isinstance(node, dict) and not is_somebody_elses(within.rpartition("/")[2]):
            fields, lists = _flattened(node, path, within, reading, kind)
            person = _one_person(fields, Place(kind=kind, path=path, file=reading.name))
            if person is not None:
                found.append(person)
                waiting.extend(lists)
            else:
                waiting.extend(
                    (value, _step(path, key), f"{within}/{words(str(key))}", depth + 1)
                    for key, value in reversed(node.items())
                )
    return found


def _one_person(fields: list[Field], place: Place) -> Person | None:
    if len(fields) >= _MOST_FIELDS:
        return None
    told = [(one.tells, one.text) for one in fields]
    if not is_of_people(kind for kind, text in told if text):
        return None
    for kind in _ONCE:
        if len({text for one, text in told if one is kind and text}) > 1:
            return None
    return person_of(fields, place)


def _flattened(
    node: dict[str, Any], path: str, within: str, reading: Reading, kind: PlaceKind
) -> tuple[list[Field], list[tuple[Any, str, str, int]]]:
    """Return the texts of an object and of the objects in it, and apart from them the lists of objects."""
    fields: list[Field] = []
    lists: list[tuple[Any, str, str, int]] = []
    waiting: list[tuple[Any, str, str, str, int]] = [(node, path, within, "", 0)]
    while waiting and len(fields) < _MOST_FIELDS:
        one, at, inside, label, depth = waiting.pop()
        place = Place(kind=kind, path=at, file=reading.name)
        if isinstance(one, dict) and depth < _DEEPEST:
            here = f"{inside}/{words(label)}" if label else inside
            if label and is_somebody_elses(words(label)):
                lists.append((one, at, here, depth))
                continue
            waiting.extend(
                (value, _step(at, key), here, str(key), depth + 1) for key, value in reversed(one.items())
            )
        elif isinstance(one, list):
            if all(isinstance(item, str) for item in one):
                fields.append(Field(label, " ".join(one), place, inside))
            elif (numbered := _identifier(one, at, reading, kind)) is not None:
                fields.extend(numbered)
            else:
                lists.append((one, at, f"{inside}/{words(label)}", depth + 1))
        elif isinstance(one, str | int | float) and not isinstance(one, bool):
            fields.append(Field(label, str(one), place, inside))
        elif one is None:
            fields.append(Field(label, "", place, inside))
    return fields, lists


def _identifier(items: list[Any], path: str, reading: Reading, kind: PlaceKind) -> list[Field] | None:
    """Return the number and the OID of the INS in a list of identifiers, each an object with a number and an OID; none if it is no such list."""
    found: list[Field] = []
    seen = False
    for at, item in enumerate(items):
        texts = (
            [(key, value) for key, value in item.items() if isinstance(value, str)]
            if isinstance(item, dict)
            else []
        )
        oid = next((one for one in texts if one[1].removeprefix("urn:oid:")[:6] == "1.2.25"), None)
        seen = seen or oid is not None
        if oid is None or oid[1].removeprefix("urn:oid:") not in INS_OIDS:
            continue
        place = Place(kind=kind, path=f"{path}[{at}]", file=reading.name)
        found.append(Field("oid", oid[1], place))
        number = next(
            (
                value
                for key, value in texts
                if key != oid[0] and sum(map(str.isdecimal, value)) >= NUMBER_LENGTH - 1
            ),
            None,
        )
        if number is not None:
            found.append(Field("matricule INS", number, place))
    return found if seen else None


def _step(path: str, key: object) -> str:
    return f"{path}.{key}" if path else str(key)


def tree_of(element: etree._Element) -> Any:
    """Return an element as an object: attributes and children by local name, several of one name as a list; a text when it has neither.

    Deeper than the deepest level nothing is kept.
    """
    return _tree(element, 0)


def _tree(element: etree._Element, depth: int) -> Any:
    inside = [one for one in element if local(one)]
    text = (element.text or "").strip()
    attributes = {str(key).rpartition("}")[2]: str(value) for key, value in element.attrib.items()}
    if not inside and not attributes:
        return text
    made: dict[str, Any] = dict(attributes)
    if text and not inside:
        # <ins oid="…">279…</ins>: what stands in an element goes by its name.
        made.setdefault(local(element), text)
    for one in inside if depth < _DEEPEST else ():
        name, value = local(one), _tree(one, depth + 1)
        if name not in made:
            made[name] = value
        elif isinstance(before := made[name], list):
            before.append(value)
        else:
            made[name] = [before, value]
    return made
