"""FHIR as a tree: the same for JSON and XML, walked without recursion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from conformance.documents.record import Place, PlaceKind, Trait, Value
from conformance.documents.xmltree import local

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from conformance.documents.context import Reading

_DEPTH: Final = 60


@dataclass(frozen=True, slots=True)
class FoundPatient:
    """A Patient resource and where it stands."""

    resource: dict[str, Any]
    path: str


def utf8(data: bytes) -> str:
    """Decode JSON: UTF-8, or UTF-16 with its mark.

    Raises:
        UnicodeDecodeError: neither.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    return data.decode("utf-8-sig")


def patients_in(node: Any, path: str) -> Iterator[FoundPatient]:
    """Find the patients wherever they stand, without recursion."""
    waiting: list[tuple[Any, str]] = [(node, path)]
    while waiting:
        one, at = waiting.pop(0)
        if isinstance(one, list):
            waiting[:0] = [(item, f"{at}[{index}]") for index, item in enumerate(one)]
        elif isinstance(one, dict):
            if one.get("resourceType") == "Patient":
                yield FoundPatient(one, at)
            inner = [
                (one[key], f"{at}.{key}" if at else key)
                for key in ("entry", "resource", "contained", "parameter", "part")
                if key in one
            ]
            waiting[:0] = inner


def objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list, whatever else is there."""
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, dict)]


def string(value: Any) -> str:
    """Return a text, empty for anything else."""
    return value if isinstance(value, str) else ""


def codings(one: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the codings of the type of an identifier."""
    kind = one.get("type")
    return objects(kind.get("coding", [])) if isinstance(kind, dict) else []


def walk(node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every object of a tree with its path."""
    waiting: list[tuple[Any, str]] = [(node, "")]
    while waiting:
        one, at = waiting.pop()
        if isinstance(one, dict):
            yield at, one
            waiting.extend(
                (value, f"{at}.{key}" if at else key)
                for key, value in one.items()
                if isinstance(value, dict | list)
            )
        elif isinstance(one, list):
            waiting.extend(
                (value, f"{at}[{index}]") for index, value in enumerate(one) if isinstance(value, dict | list)
            )


def from_xml(root: etree._Element, depth: int = 0) -> dict[str, Any]:
    """Turn FHIR XML into the same tree as JSON, as far as patients need it: repeated elements become lists."""
    made: dict[str, Any] = {}
    name = local(root)
    if name[:1].isupper():
        made["resourceType"] = name
    if root.get("url"):
        made["url"] = root.get("url")
    if depth > _DEPTH:
        return made
    for element in root:
        key = local(element)
        if not key:
            continue
        if key == "div":
            # The narrative: a number leaks there too.
            made[key] = " ".join("".join(str(part) for part in element.itertext()).split())
            continue
        value: Any = element.get("value")
        # A primitive keeps its value whatever extensions stand inside it.
        if value is None:
            inner = from_xml(element, depth + 1)
            wrapped = next(iter(element), None)
            # A resource in resource or contained is wrapped in an element of its type.
            if key in {"resource", "contained"} and wrapped is not None and local(wrapped)[:1].isupper():
                inner = from_xml(wrapped, depth + 1)
            value = inner
        if key in made:
            made[key] = [*(made[key] if isinstance(made[key], list) else [made[key]]), value]
        else:
            made[key] = [value] if key in _LISTS else value
    return made


_LISTS: Final = frozenset(
    {
        "identifier",
        "name",
        "given",
        "extension",
        "telecom",
        "coding",
        "entry",
        "contained",
        "profile",
        "prefix",
        "suffix",
    }
)


class PatientReader:
    """Gives the values of a Patient their places."""

    def __init__(self, found: FoundPatient, reading: Reading) -> None:
        self.patient, self.base, self.reading = found.resource, found.path, reading

    def place(self, path: str = "") -> Place:
        """Return the place of a path in the Patient."""
        whole = f"{self.base}.{path}" if self.base and path else path or self.base or "Patient"
        return self.reading.place(whole, PlaceKind.JSON)

    def value(self, trait: Trait, text: str, path: str, normal: str | None = None) -> Value:
        """Return a value with its place."""
        return Value(
            trait=trait, text=text, place=self.place(path), normal=text if normal is None else normal
        )
