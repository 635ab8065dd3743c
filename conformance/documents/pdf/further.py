"""Whom the pages after the first, the titles and the bookmarks of a PDF name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.documents.page.headings import feet, heads, of_heading
from conformance.documents.page.people import of_other_people
from conformance.documents.problems import inferred, official
from conformance.documents.record import Place, PlaceKind, Trait
from simulator.ins.traits import comparison_key
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.document import Document
    from conformance.documents.pdf.facts import PdfFacts
    from conformance.documents.problems import Problem
    from conformance.documents.record import IdentityRecord


def told_further(document: Document, record: IdentityRecord) -> Iterator[Problem]:
    """Say that a further page, a title or a bookmark names somebody else, and never the patient, although it gives no number."""
    titles = Place(kind=PlaceKind.FILE, file=document.name)
    yield from of_other_people(document.facts.titles, [record], titles, "DOC-01")
    first = [line.text for line in document.facts.lines[:1]]
    first += heads(document.facts.further)
    for title in (*document.facts.titles.splitlines(), *first, *feet(document.text)):
        yield from of_heading(title, [record], titles, "DOC-01")
    for number, told in enumerate(document.facts.further, start=2):
        place = Place(kind=PlaceKind.FILE, file=document.name, page=number)
        yield from of_other_people(told, [record], place, "DOC-01")


def other_pages(record: IdentityRecord, facts: PdfFacts) -> Iterator[Problem]:
    """Say that a further page is headed with somebody else: what two patients were printed into one document."""
    number, name = record.first(Trait.MATRICULE), record.first(Trait.BIRTH_NAME)
    if number is None:
        return
    for other in facts.others:
        another, named = other.first(Trait.MATRICULE), other.first(Trait.BIRTH_NAME)
        if another is None or another.normal == number.normal:
            continue
        text = Text(
            f"la page {other.place.page} porte le matricule de quelqu’un d’autre que la première",
            f"page {other.place.page} has the matricule of somebody else than the first one",
        )
        # A mother, a child: a number alone may be told of them; a whole head of a page is of another patient.
        is_headed = name and named and comparison_key(name.normal) != comparison_key(named.normal)
        yield (official if is_headed else inferred)(
            "page-of-another", text, "F13", "DOC-01", at=(number, another)
        )
