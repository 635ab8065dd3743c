"""XDW: a workflow document (IHE XDW, ``urn:ihe:iti:xdw:2011``) that goes to the DMP beside others, and whose patient it names by identifier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.documents.document import Document
from conformance.documents.record import Format, Identifier, IdentityRecord, PlaceKind, Trait, Value, kind_of
from conformance.documents.xmltree import children, descend, path_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from conformance.documents.context import Reading

ROOT: Final = "XDW.WorkflowDocument"


def read(root: etree._Element, reading: Reading) -> Document:
    """Return what a workflow document says of its patient: ``patient/id``, with root and extension as in a CDA."""
    found = [
        (patient, [one for one in children(patient, "id") if one.get("root") or one.get("extension")])
        for patient in descend(root, "patient")
    ]
    records = tuple(
        IdentityRecord(
            format=Format.XDS,
            identifiers=tuple(_identifier(one, reading) for one in identifiers),
            place=reading.place(path_of(patient), PlaceKind.XPATH, line=int(patient.sourceline or 0) or None),
        )
        for patient, identifiers in found
        if identifiers
    )
    return Document(format=Format.XDS, name=reading.name, records=records, text="\n".join(_texts(root)))


def _identifier(element: etree._Element, reading: Reading) -> Identifier:
    def value(trait: Trait, attribute: str) -> Value | None:
        text = element.get(attribute)
        place = reading.place(
            path_of(element, attribute), PlaceKind.XPATH, line=int(element.sourceline or 0) or None
        )
        return Value(trait=trait, text=text, place=place, normal=text) if text else None

    return Identifier(
        kind=kind_of(element.get("root")),
        number=value(Trait.MATRICULE, "extension"),
        oid=value(Trait.OID, "root"),
        place=reading.place(path_of(element), PlaceKind.XPATH),
    )


def _texts(root: etree._Element) -> Iterator[str]:
    for element in root.iter():
        yield from (str(value) for value in element.attrib.values())
        yield from (one for one in (element.text, element.tail) if one and one.strip())
