"""The Datamatrix INS of a printed page, or its lack; and other codes on it, in which a number may leave too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.documents.context import Limits
from conformance.documents.numbers import compact, find_without_key
from conformance.documents.other_codes import told_by_codes
from conformance.documents.pdf.codes import Code, codes, codes_in
from conformance.documents.problems import Quote, inferred, official, reported, unjudged
from conformance.documents.record import Place, PlaceKind, Trait
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.datamatrix.symbol import Symbol
    from conformance.documents.document import Document
    from conformance.documents.expected import Expected
    from conformance.documents.pdf.facts import PdfFacts
    from conformance.documents.problems import Problem

DPI: Final = (200.0, 300.0)
"""Resolutions of drawing: at 200 modules of 0.25 mm decode (documents notes §A4), at 300 smaller ones."""
_STRETCHED: Final = 1.25
"""A symbol drawn longer than wide by more than this is no square; one that stands askew has a square box."""


def code_leaks(document: Document, expected: Expected) -> Iterator[Problem]:
    """Yield the codes of a page that hold the matricule of an identity that is not qualified, a Datamatrix of another format too."""
    if code := _own_symbol(document, expected) or _with_number(document, expected, Limits().raster_pages):
        text = Text(
            f"identité non qualifiée : son matricule est dans un code à lire ({code.kind})",
            f"identity not qualified: its matricule is in a code to be scanned ({code.kind})",
        )
        yield official("matricule-in-code", text, "DOC-05", at=(_code_place(document, code),))


def codes_of_others(document: Document, facts: PdfFacts, expected: Expected) -> Iterator[Problem]:
    """Yield the codes of the first page that tell the INS of somebody else than the page does."""
    if facts.apart is None:
        return
    found = [Quote(_code_place(document, one).place, one.text) for one in codes_in(document, facts.apart)]
    yield from told_by_codes(document, expected, found)


def _with_number(document: Document, expected: Expected, pages: int = 1) -> Code | None:
    known = expected.of(Trait.MATRICULE)
    if not known:
        return None
    return next((one for one in codes(document, pages) if _holds(one.text, known)), None)


def _own_symbol(document: Document, expected: Expected) -> Code | None:
    """Return a Datamatrix that is none of the INS and holds the number all the same: a file number, a link, a table of values."""
    known = expected.of(Trait.MATRICULE)
    facts: PdfFacts = document.facts
    return next(
        (
            Code("Datamatrix", symbol.text, symbol.box, page)
            for page, symbol in facts.symbols
            if known and not symbol.is_ins and _holds(symbol.text, known)
        ),
        None,
    )


def _holds(text: str, number: str) -> bool:
    """Tell whether a code holds a number, with or without its key."""
    return number in compact(text) or any(True for _ in find_without_key(text, number))


def _code_place(document: Document, code: Code) -> Quote:
    spot = Place(kind=PlaceKind.PIXELS, file=document.name, page=code.page, box=code.box)
    return Quote(spot, code.text[:60])


def symbol_problems(
    document: Document, facts: PdfFacts, expected: Expected, place: Place
) -> Iterator[Problem]:
    """Yield what is wrong with the Datamatrix INS of a page, or its lack (DOC-03).

    Args:
        document: the PDF.
        facts: what was read of it.
        expected: identity and status.
        place: its first page.
    """
    ins = [(page, symbol) for page, symbol in facts.symbols if symbol.is_ins]
    if ins:
        yield from _symbol_there(ins, facts, place)
        return
    if facts.caption is None and not (expected.is_qualified and not facts.is_prescription):
        return
    spot = facts.caption or place
    if facts.caption is None and _with_number(document, expected):
        return  # Règle 32 exempts a document whose INS is in another barcode.
    if facts.too_large:
        text = Text(
            "page trop grande pour être dessinée : le symbole n’a pas été cherché",
            "page too large to be drawn: the symbol was not looked for",
        )
        yield unjudged("symbol-not-looked-for", text, spot)
    elif (facts.symbols and facts.symbols[0][1].error) or facts.may_hide_symbol:
        text = Text(
            f"aucun Datamatrix INS décodé à {DPI[-1]:.0f} points par pouce ; un dessin qui pourrait en être un est là "
            "(modules d’au moins 0,25 mm attendus à 200 points par pouce, 0,42 mm à 100)",
            f"no Datamatrix INS decoded at {DPI[-1]:.0f} dots per inch; a drawing that could be one is there "
            "(modules of 0.25 mm at least are wanted at 200 dots per inch, 0.42 mm at 100)",
        )
        yield unjudged("symbol-undecodable", text, spot)
    elif facts.caption is not None:
        text = Text("légende « INS à scanner » sans symbole", "caption “INS à scanner” without a symbol")
        yield official("caption-without-symbol", text, "DOC-03", at=(spot,))
    else:
        text = Text(
            "identité qualifiée : un Datamatrix INS attendu, aucun trouvé",
            "qualified identity: expected a Datamatrix INS, found none",
        )
        yield official("symbol-missing", text, "DOC-03", at=(place,))


def _symbol_there(ins: list[tuple[int, Symbol]], facts: PdfFacts, place: Place) -> Iterator[Problem]:
    for page, symbol in ins:
        _, _, width, height = symbol.box
        if max(width, height) > _STRETCHED * max(min(width, height), 1.0):
            text = Text(
                f"symbole étiré : {width:.0f} × {height:.0f} points, un carré est attendu",
                f"stretched symbol: {width:.0f} × {height:.0f} points, a square is expected",
            )
            drawn = Place(kind=PlaceKind.PIXELS, file=place.file, page=page, box=symbol.box)
            yield reported("symbol-stretched", text, "DOC-03", at=(drawn,))
    if all(page > 1 for page, _ in ins):
        text = Text(
            "le Datamatrix INS attendu sur la première page", "expected the Datamatrix INS on the first page"
        )
        yield inferred("symbol-not-on-first-page", text, "DOC-03", at=(place,))
    if len(ins) > 1 and len({page for page, _ in ins}) < len(ins):
        text = Text(
            f"un seul Datamatrix INS par page attendu, {len(ins)} trouvés",
            f"expected one Datamatrix INS on a page, got {len(ins)}",
        )
        spots = [
            Quote(Place(kind=PlaceKind.PIXELS, file=place.file, page=page, box=symbol.box), symbol.text[:60])
            for page, symbol in ins
        ]
        yield inferred("several-symbols", text, "DOC-03", at=spots)
    if facts.caption is None:
        text = Text(
            "légende « INS à scanner » attendue près du symbole",
            "expected the caption “INS à scanner” near the symbol",
        )
        first = Place(kind=PlaceKind.PIXELS, file=place.file, page=ins[0][0], box=ins[0][1].box)
        yield inferred("caption-missing", text, "DOC-03", at=(first,))
