"""What stands beside the identity of a document and names somebody else: local identifiers, links of a page, a list for a first name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from conformance.documents.numbers import is_matricule
from conformance.documents.page.headings import spoilt_letters, template_left
from conformance.documents.problems import Quote, inferred, official
from conformance.documents.record import Format, IdKind, Place, PlaceKind, Trait
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.document import Document
    from conformance.documents.expected import Expected
    from conformance.documents.problems import Problem
    from conformance.documents.record import IdentityRecord

_LINK: Final = re.compile(
    rb"/URI\s*\((?:mailto:)?([0-9][0-9A-Za-z]{12,17})@(patient\.[a-z.]+)", re.IGNORECASE
)
_WRITTEN: Final = frozenset({Format.CDA, Format.HL7V2, Format.FHIR, Format.EXPORT, Format.MAIL})
_PAPER: Final = frozenset({Format.PDF, Format.IMAGE})


def beside(document: Document, expected: Expected) -> Iterator[Problem]:
    """Yield what is for somebody else in a document that names its patient."""
    for record in document.records:
        yield from _local(record)
        if document.format in _PAPER:
            yield from _whole_list(record, expected)
    if document.format is Format.PDF:
        yield from _links(document, expected)
    yield from template_left(document)
    if document.format in _WRITTEN:
        yield from spoilt_letters(document)


def _local(record: IdentityRecord) -> Iterator[Problem]:
    known = {value.normal for value in record.of(Trait.MATRICULE)}
    for one in record.identifiers if known else ():
        number = one.number
        if one.kind is IdKind.LOCAL and number and number.normal not in known and is_matricule(number.normal):
            text = Text(
                "un identifiant local a la forme et la clé d’un matricule, qui n’est pas celui du patient : à regarder",
                "a local identifier has the shape and the key of a matricule that is not the patient's: to be looked at",
            )
            yield inferred("local-id-is-matricule", text, "F15", at=(number,))


def _whole_list(record: IdentityRecord, expected: Expected) -> Iterator[Problem]:
    """Look at a page that prints the whole list as the first given name; a composite one may be all there is."""
    first, names = record.first(Trait.FIRST_NAME), expected.of(Trait.FIRST_NAMES) or ""
    if first and not expected.of(Trait.FIRST_NAME) and " " in names and first.normal == names:
        text = Text(
            "le premier prénom seul attendu, la liste entière est imprimée à sa place",
            "expected the first given name alone, the whole list is printed in its place",
        )
        yield inferred("first-name-is-list", text, "F07", "DOC-01", at=(first,))


def _links(document: Document, expected: Expected) -> Iterator[Problem]:
    known = {value.normal for record in document.records for value in record.of(Trait.MATRICULE)}
    if wanted := expected.of(Trait.MATRICULE):
        known.add(wanted)
    for match in _LINK.finditer(document.data or b"") if known else ():
        number = match[1].decode("ascii")
        if number not in known:
            text = Text(
                "un lien de la page mène à l’adresse d’un autre patient",
                "a link of the page leads to the address of another patient",
            )
            spot = Place(kind=PlaceKind.FILE, file=document.name)
            shown = f"{number}@{match[2].decode('ascii')}"
            yield official("mailbox-of-another", text, "TRA-09", "F13", at=(Quote(spot, shown),))
