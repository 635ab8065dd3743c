"""A printed document: labels, traits and matricule on its first page, its Datamatrix, its claim of PDF/A, its attachments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from conformance.documents.context import TEXT_LIMIT
from conformance.documents.datamatrix.document import from_symbol
from conformance.documents.datamatrix.symbol import Symbol, read_symbols
from conformance.documents.document import Document
from conformance.documents.mislabelled import is_sure, other_number
from conformance.documents.numbers import called_ins, find_matricules
from conformance.documents.page.cells import PagePlaces
from conformance.documents.page.labels import CAPTION, french_date, plain
from conformance.documents.page.pairs import told_under_both
from conformance.documents.page.paper import read_page
from conformance.documents.pdf import pdfium
from conformance.documents.pdf.facts import PdfFacts
from conformance.documents.pdf.further import other_pages, told_further
from conformance.documents.pdf.hidden import hidden_leaks
from conformance.documents.pdf.pdfa import claimed
from conformance.documents.pdf.repeated import fields_of_others, told_otherwise_on
from conformance.documents.pdf.symbol import DPI, code_leaks, codes_of_others, symbol_problems
from conformance.documents.problems import Quote, inferred, official, unjudged
from conformance.documents.record import Format, IdKind, Place, PlaceKind, Trait
from conformance.documents.several_people import judge_people, people_on
from simulator.ins.traits import comparison_key
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.context import Reading
    from conformance.documents.expected import Expected
    from conformance.documents.page.text import Line
    from conformance.documents.problems import Problem
    from conformance.documents.record import IdentityRecord

_FEW_LETTERS: Final = 20
_HALF_TURN: Final = 180
_EMPTY_FRAME: Final = re.compile(r"\bINS\b[^\dA-Za-z]{0,6}\[?\s*(?:INS[\s-]*)?(?:NIR|NIA)\b")
"""The label of the INS and its nature."""


def read(data: bytes, reading: Reading) -> Document:
    """Read a PDF: text and symbols of the first page, text of the others, symbols of the others when the first has none."""
    try:
        with pdfium.opened(data) as opened:
            return _read(opened, data, reading)
    except pdfium.PdfRefusedError as error:
        if error.encrypted:
            text = Text(
                "PDF protégé par un mot de passe : rien n’a pu être lu",
                "PDF protected by a password: nothing could be read",
            )
            problem = unjudged("pdf-encrypted", text, reading.place())
        else:
            text = Text(f"PDF lisible attendu : {error}", f"expected a readable PDF: {error}")
            problem = official("pdf-malformed", text, at=(reading.place(),))
        return Document(format=Format.PDF, name=reading.name, problems=(problem,))


def _read(opened: Any, data: bytes, reading: Reading) -> Document:
    pages = len(opened)
    first = opened[0]
    lines = pdfium.page_lines(first)
    texts = [pdfium.page_plain_text(first)]
    for index in range(1, min(pages, reading.limits.pages)):
        reading.spend(0)
        texts.append(pdfium.page_plain_text(opened[index]))
    symbols, drawn = _symbols(opened, reading)
    people = people_on(lines, PagePlaces(reading.name, 1))
    record = people[0] if people else read_page(lines, PagePlaces(reading.name, 1))
    others = [
        read_page(pdfium.page_lines(opened[index]), PagePlaces(reading.name, index + 1))
        for index, text in enumerate(texts)
        if index and not people and any(True for _ in called_ins(text))
    ]
    caption = next(
        (
            Place(
                kind=PlaceKind.LINE,
                file=reading.name,
                page=1,
                line=line.number,
                box=line.shown_box(match.start(), match.end()),
            )
            for line in lines
            if (match := CAPTION.search(line.text))
        ),
        None,
    )
    facts = PdfFacts(
        pages=pages,
        lines=tuple(lines),
        symbols=tuple(symbols),
        claim=claimed(data),
        caption=caption,
        is_picture=pdfium.may_hide_code(first),
        may_hide_symbol=not symbols and pdfium.may_hide_symbol(first),
        apart=pdfium.drawn_apart(first, [symbol.box for page, symbol in symbols if page == 1]),
        too_large=not drawn,
        others=tuple(others),
        titles="\n".join((pdfium.titles(opened), pdfium.bookmarks(opened))),
        further=tuple(texts[1:]),
        fields=tuple(pdfium.named_fields(first)),
    )
    parts = [
        from_symbol(symbol, reading.name, Place(kind=PlaceKind.PIXELS, file=reading.name, page=page))
        for page, symbol in symbols
        if symbol.is_ins
    ]
    problems = list(_attached(opened, reading, parts, texts))
    if b"%%EOF" not in data or b"startxref" not in data:
        text = Text(
            "la fin du PDF manque (startxref, %%EOF)", "the end of the PDF is missing (startxref, %%EOF)"
        )
        problems.append(official("pdf-truncated", text, at=(reading.place(),)))
    if pages > reading.limits.pages:
        text = Text(
            f"{pages} pages : le texte des {reading.limits.pages} premières seul a été lu",
            f"{pages} pages: only the text of the first {reading.limits.pages} was read",
        )
        problems.append(inferred("pdf-pages-unread", text, at=(reading.place(),)))
    return Document(
        format=Format.PDF,
        name=reading.name,
        records=(*people, *_on_further_pages(opened, texts, reading)) if people else (record,),
        several=bool(people),
        problems=tuple(problems),
        parts=tuple(parts),
        facts=facts,
        text="\n".join(texts),
        data=data,
    )


def _on_further_pages(opened: Any, texts: list[str], reading: Reading) -> Iterator[IdentityRecord]:
    """Yield the people of a list that goes on."""
    for index in range(1, len(texts)):
        yield from people_on(pdfium.page_lines(opened[index]), PagePlaces(reading.name, index + 1))


def _symbols(opened: Any, reading: Reading) -> tuple[list[tuple[int, Symbol]], bool]:
    """Return page and symbol, boxes in points; and whether the first page could be drawn."""
    found: list[tuple[int, Symbol]] = []
    drawn = False
    for index in range(min(len(opened), reading.limits.raster_pages)):
        damaged: list[tuple[int, Symbol]] = []
        for dpi in DPI:
            reading.spend(0)
            image = pdfium.page_image(opened[index], dpi, reading.limits.pixels)
            if image is None:
                break
            drawn = drawn or index == 0
            symbols = [(index + 1, _in_points(symbol, dpi)) for symbol in read_symbols(image)]
            found.extend(one for one in symbols if not one[1].error)
            damaged = [one for one in symbols if one[1].error]
            if any(symbol.is_ins for _, symbol in found):
                return sorted(found, key=lambda one: not one[1].is_ins), drawn
            if not damaged and not pdfium.may_hide_code(opened[index]):
                break  # Letters alone, which a closer look does not turn into a symbol.
        found.extend(damaged)
    return found, drawn


def _in_points(symbol: Symbol, dpi: float) -> Symbol:
    left, top, width, height = (side * pdfium.POINTS_PER_INCH / dpi for side in symbol.box)
    return Symbol(
        symbol.text,
        symbol.size,
        symbol.identifier,
        (left, top, width, height),
        symbol.error,
        has_eci=symbol.has_eci,
    )


def _attached(opened: Any, reading: Reading, parts: list[Document], texts: list[str]) -> Iterator[Problem]:
    for name, data in pdfium.attachments(opened, reading.limits.bytes_in):
        if data is None:
            text = Text(
                f"le fichier joint « {name} » ne se lit pas", f"the attached file {name!r} cannot be read"
            )
            yield unjudged("attachment-unreadable", text, reading.place(name))
        elif data.strip():
            part = reading.part(data, name)
            if part.counts_inside:
                parts.append(part)
            elif part.format is Format.UNKNOWN:
                # A number leaks in a file of the software's own making too.
                texts.append(f"{name}\n{data[:TEXT_LIMIT].decode('utf-8', errors='replace')}")


def judge(document: Document, expected: Expected) -> Iterator[Problem]:
    """Yield what is wrong with the page: labels, traits, nature, symbol."""
    facts: PdfFacts | None = document.facts
    if facts is None:
        return
    record = document.records[0]
    place = Place(kind=PlaceKind.LINE, file=document.name, page=1)
    if expected.forbids_ins:
        if facts.caption and not facts.has_ins_symbol:
            text = Text(
                "légende « INS à scanner » alors que l’identité n’est pas qualifiée",
                "caption “INS à scanner” although the identity is not qualified",
            )
            yield inferred("caption-before-qual", text, "DOC-05", at=(facts.caption,))
        yield from _nature_alone(facts, document.name)
        yield from code_leaks(document, expected)
        shown = f"{document.text}\n{facts.titles}"
        yield from hidden_leaks(document.data, expected.of(Trait.MATRICULE), document.name, shown)
        yield from _unread(facts, place)
        return
    if document.several:
        yield from judge_people(document.records, document.name)
        return
    yield from told_otherwise_on(record, facts)
    yield from fields_of_others(record, facts, place)
    yield from other_pages(record, facts)
    yield from told_further(document, record)
    has_text = sum(len(line.text) for line in facts.lines) >= _FEW_LETTERS
    if not has_text and (expected.is_qualified or expected.identity is not None):
        yield _no_text(place)
    elif has_text:
        yield from _printed(record, facts, expected, place)
    yield from symbol_problems(document, facts, expected, place)
    yield from codes_of_others(document, facts, expected)


def _unread(facts: PdfFacts, place: Place) -> Iterator[Problem]:
    """Say that a picture of a page was not read: what is printed on it may bear the number."""
    if facts.is_picture and sum(len(line.text) for line in facts.lines) < _FEW_LETTERS:
        yield _no_text(place)


def _no_text(place: Place) -> Problem:
    text = Text(
        "la première page n’a pas de texte (image numérisée ?) : les traits imprimés n’ont pas pu être lus",
        "the first page has no text (a scanned image?): the printed traits could not be read",
    )
    return unjudged("no-text-layer", text, place)


def _nature_alone(facts: PdfFacts, file: str) -> Iterator[Problem]:
    """Say that the frame of the INS is printed, empty but for its nature, for an identity that is not qualified."""
    for line in facts.lines:
        # After the last digit: a number that follows is not for this look.
        last = next((at for at in range(len(line.text), 0, -1) if line.text[at - 1].isdecimal()), 0)
        if match := _EMPTY_FRAME.search(line.text, last):
            box = line.shown_box(match.start(), len(line.text))
            spot = Place(kind=PlaceKind.LINE, file=file, page=1, line=line.number, box=box)
            text = Text(
                "la nature de l’INS imprimée sans numéro, alors que l’identité n’est pas qualifiée",
                "the nature of the INS printed without a number, although the identity is not qualified",
            )
            yield inferred(
                "nature-before-qual", text, "DOC-05", at=(Quote(spot, line.text[match.start() :]),)
            )
            return


def _printed(record: IdentityRecord, facts: PdfFacts, expected: Expected, place: Place) -> Iterator[Problem]:
    number = record.first(Trait.MATRICULE)
    upside_down = any(line.turned[0] == _HALF_TURN for line in facts.lines)
    if number is None:
        if expected.is_qualified:
            yield from _no_number(facts, expected, place)
    elif record.first(Trait.NATURE) is None:
        text = Text(
            f"le matricule {number.text} suivi de sa nature (NIR ou NIA) attendu, la nature manque",
            f"expected the matricule {number.text} followed by its nature (NIR or NIA), the nature is missing",
        )
        yield official("nature-missing", text, "DOC-01", at=(number,))
    elif (
        (nature := record.first(Trait.NATURE)) and _is_before(nature.place, number.place) and not upside_down
    ):
        text = Text(
            "la nature suit le matricule ; elle est ici avant lui",
            "the nature follows the matricule; here it stands before",
        )
        yield inferred("nature-before-number", text, "DOC-01", at=(nature, number))
    yield from _ins_c(record)
    yield from other_number(record, facts.lines)
    if number is None and not expected.is_qualified:
        return
    for trait in (Trait.BIRTH_NAME, Trait.FIRST_NAME, Trait.BIRTH_DATE, Trait.SEX):
        if record.first(trait) is None and not (
            trait is Trait.FIRST_NAME and record.first(Trait.FIRST_NAMES)
        ):
            if trait in {Trait.BIRTH_NAME, Trait.FIRST_NAME} and _told_together(facts, expected):
                continue
            yield _not_labelled(trait, record, facts, expected, place)


def _told_together(facts: PdfFacts, expected: Expected) -> bool | None:
    """Tell whether a page tells name and first name of birth under one label of both, which leaves no doubt."""
    name = expected.of(Trait.BIRTH_NAME)
    firsts = expected.of(Trait.FIRST_NAME) or expected.of(Trait.FIRST_NAMES)
    return told_under_both(facts.lines, name, firsts) if name and firsts else None


def _ins_c(record: IdentityRecord) -> Iterator[Problem]:
    for one in record.identifiers:
        if one.kind is IdKind.INS_C and one.number is not None:
            text = Text(
                "22 chiffres appelés INS : c’est un ancien INS-C",
                "22 digits called INS: this is an old INS-C",
            )
            yield inferred("ins-c-printed", text, "MAT-05", "F15", at=(one.number,))


def _is_before(one: Place, other: Place) -> bool:
    """Whether a place stands left of another in one line that is read from left to right."""
    return (
        one.line == other.line and one.box is not None and other.box is not None and one.box[0] < other.box[0]
    )


def _no_number(facts: PdfFacts, expected: Expected, place: Place) -> Iterator[Problem]:
    known = expected.of(Trait.MATRICULE)
    for line in facts.lines:
        for number, start, end in find_matricules(line.text):
            if number == known:
                spot = Place(
                    kind=PlaceKind.LINE,
                    file=place.file,
                    page=1,
                    line=line.number,
                    box=line.shown_box(start, end),
                )
                text = Text(
                    "le matricule est imprimé sans libellé INS ni nature (NIR ou NIA)",
                    "the matricule is printed with neither a label of the INS nor its nature (NIR or NIA)",
                )
                yield official("nature-missing", text, "DOC-01", at=(Quote(spot, line.text),))
                return
    text = Text(
        "identité qualifiée : le matricule INS suivi de sa nature attendu sur la première page",
        "qualified identity: expected the matricule followed by its nature on the first page",
    )
    yield official("matricule-not-printed", text, "DOC-01", at=(place,))


def _not_labelled(
    trait: Trait, record: IdentityRecord, facts: PdfFacts, expected: Expected, place: Place
) -> Problem:
    said = trait.text
    wanted = expected.of(trait) or (
        (expected.of(Trait.FIRST_NAMES) or "").partition(" ")[0] if trait is Trait.FIRST_NAME else ""
    )
    line = _line_with(trait, wanted, facts) if wanted else None
    if line is not None:
        spot = Place(kind=PlaceKind.LINE, file=place.file, page=1, line=line.number, box=line.shown_box())
        text = Text(
            f"{said.fr} : imprimé sans libellé reconnu ; un libellé sans équivoque est attendu",
            f"{said.en}: printed without a known label; an unambiguous label is expected",
        )
        told = plain(line.text)
        is_other = trait in {Trait.BIRTH_NAME, Trait.FIRST_NAME} and _told_together(facts, expected) is False
        sure = expected.is_qualified and (is_other or is_sure(trait, told, wanted, record))
        return (official if sure else inferred)("label-missing", text, "DOC-01", at=(Quote(spot, line.text),))
    text = Text(
        f"{said.fr} : attendu sur la première page avec son libellé, non trouvé",
        f"{said.en}: expected on the first page with its label, not found",
    )
    make = official if expected.is_qualified and wanted else inferred
    return make("trait-not-printed", text, "DOC-01", at=(place,))


def _line_with(trait: Trait, wanted: str, facts: PdfFacts) -> Line | None:
    if trait is Trait.BIRTH_DATE:
        return next(
            (line for line in facts.lines if (date := french_date(line.text)) and date[0] == wanted), None
        )
    if trait is Trait.SEX:
        words = {"F": {"f", "feminin"}, "M": {"m", "masculin"}}.get(wanted, set())
        return next(
            (line for line in facts.lines if words & set(plain(line.text).replace("\t", " ").split())), None
        )
    key = f" {comparison_key(wanted)} "
    return next((line for line in facts.lines if key in f" {comparison_key(line.text)} "), None)


def archive_problems(document: Document, *rules: str) -> Iterator[Problem]:
    """Yield what is wrong with the claim of a PDF that must be PDF/A-1: as the body of a CDA or beside a zip in a mail."""
    facts: PdfFacts | None = document.facts
    if facts is None:
        return
    place = Place(kind=PlaceKind.FILE, file=document.name)
    if facts.claim is None or facts.claim.part != "1":
        got = str(facts.claim) if facts.claim else "-"
        text = Text(
            f"PDF/A-1 attendu, déclaré dans ses métadonnées : {got if facts.claim else 'rien'}",
            f"expected PDF/A-1 claimed in its metadata, got {got if facts.claim else 'no claim'}",
        )
        yield official("pdfa-claim", text, *rules, at=(Quote(place, got),))
