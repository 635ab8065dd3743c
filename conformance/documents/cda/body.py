"""What a CDA holds beside its header: the narrative, the files in the body, and all the text in which a number could leak."""

from __future__ import annotations

import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from conformance.documents.context import TEXT_LIMIT
from conformance.documents.numbers import called_ins
from conformance.documents.page.headings import of_heading
from conformance.documents.page.labels import of_somebody_else
from conformance.documents.page.people import lines_of, may_name, of_other_people
from conformance.documents.page.running_text import is_readable, of_another, words_of
from conformance.documents.problems import Quote, inferred, official
from conformance.documents.record import BILLING_OIDS, Format, PlaceKind, Trait
from conformance.documents.values import decode_base64
from conformance.documents.xmltree import children, descend, local, path_of, text_of
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml import etree

    from conformance.documents.context import Reading
    from conformance.documents.document import Document
    from conformance.documents.problems import Problem
    from conformance.documents.record import IdentityRecord, Place

_LONG: Final = 20_000
_WINDOWS: Final = {"DF": -15, "ZL": 15, "GZ": 31}
"""Of zlib, by what ``compression`` says."""
_PDF: Final = "JVBERi0"
"""How the base64 of a PDF begins."""


def place_of(element: etree._Element, reading: Reading, attribute: str = "") -> Place:
    """Return the place of an element, or of an attribute of it."""
    return reading.place(path_of(element, attribute), PlaceKind.XPATH, line=_line(element))


def _line(element: etree._Element) -> int | None:
    line = element.sourceline
    return int(line) if line else None


def narrative(
    document: etree._Element, records: Sequence[IdentityRecord], reading: Reading
) -> Iterator[Problem]:
    """Set what the narrative calls an INS against the header: a reader sees the narrative."""
    known = [value for record in records for value in record.of(Trait.MATRICULE)]
    for title in children(document, "title"):
        spot = place_of(title, reading)
        yield from of_other_people(text_of(title), records, spot, "TRA-03")
        yield from of_heading(text_of(title), records, spot, "TRA-03")
    for section in descend(document, "section"):
        heading = " ".join(text_of(title) for title in children(section, "title"))
        yield from of_heading(heading, records, place_of(section, reading), "TRA-03")
        for element in children(section, "title", "text"):
            lines = lines_of(element)
            if may_name(lines):
                place = place_of(element, reading)
                yield from of_other_people(lines, records, place, "TRA-03", context=heading)
            if not known:
                continue
            told = " ".join(" ".join(str(part) for part in element.itertext()).split())
            for number, start, end in called_ins(told):
                if all(value.normal != number for value in known):
                    text = Text(
                        "le texte lisible donne l’INS d’une autre personne que l’en-tête",
                        "the narrative gives the INS of another person than the header",
                    )
                    quoted = Quote(place_of(element, reading), told[start:end])
                    make = inferred if of_somebody_else(told, start) else official
                    yield make("narrative-of-another", text, "F13", at=(quoted, known[0]))


def embedded(document: etree._Element, reading: Reading, problems: list[Problem]) -> Iterator[Document]:
    """Yield the files in the body: PDF and images, whatever they are called there."""
    for element in [*descend(document, "nonXMLBody"), *descend(document, "observationMedia")]:
        for content in children(element, "text", "value"):
            media = content.get("mediaType", "").lower()
            text = text_of(content)
            is_file = "pdf" in media or media.startswith("image/") or text.startswith(_PDF)
            if not text or not is_file:
                yield from _other_file(content, text, media, reading, problems)
                continue
            problems.extend(_announced(content, text, media, reading))
            data = _decoded(content, text, reading, problems)
            if data is None:
                continue
            if "pdf" in media or data.startswith(b"%PDF"):
                part = reading.part(data, f"{local(element)}.pdf")
                if part.format is not Format.PDF and not part.problems_are_limits:
                    said = Text(
                        f"mediaType {media} annoncé, le contenu n’est pas un PDF",
                        f"mediaType {media} announced, the content is no PDF",
                    )
                    problems.append(
                        official("embedded-not-pdf", said, "DOC-06", at=(place_of(content, reading),))
                    )
                else:
                    yield part
            elif media.startswith("image/"):
                part = reading.part(data, f"{local(element)}.{media.partition('/')[2]}")
                if part.parts:
                    yield part


def _other_file(
    content: etree._Element, text: str, media: str, reading: Reading, problems: list[Problem]
) -> Iterator[Document]:
    """Yield a body in base64 of another type: it is read as what it is, or said to be of an unknown format."""
    if not text or content.get("representation") != "B64" or is_readable(media):
        return
    data = _decoded(content, text, reading, problems)
    if data is None:
        return
    yield reading.part(data, f"body ({media})")


def readable(document: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    """Yield the bodies of running text that are in base64 (HTML, RTF, plain), with what a reader sees of them."""
    for element in [*descend(document, "nonXMLBody"), *descend(document, "observationMedia")]:
        for content in children(element, "text", "value"):
            media = content.get("mediaType", "").lower()
            # Megabytes of another kind are not copied for nothing.
            told = text_of(content) if is_readable(media) else ""
            if not told or told.startswith(_PDF):
                continue
            with suppress(ValueError):
                yield content, words_of(decode_base64(told)[:TEXT_LIMIT], media)


def bodies(
    read: Sequence[tuple[etree._Element, str]], records: Sequence[IdentityRecord], reading: Reading
) -> Iterator[Problem]:
    """Set what such bodies call an INS against the header, as the narrative is."""
    known = [value for record in records for value in record.of(Trait.MATRICULE)]
    said = Text(
        "le corps donne l’INS d’une autre personne que l’en-tête",
        "the body gives the INS of another person than the header",
    )
    for content, told in read:
        place = place_of(content, reading)
        yield from of_another(told, known, place, "body-of-another", said, "F13", "DOC-06")
        yield from of_other_people(told, records, place, "DOC-06")


def _announced(content: etree._Element, text: str, media: str, reading: Reading) -> Iterator[Problem]:
    """Say that a PDF is not announced as one: readers that trust the attributes show base64, or nothing."""
    representation = content.get("representation", "")
    if representation != "B64":
        said = Text(
            f'representation="B64" attendu pour un fichier en base64, « {representation or "absent"} » trouvé',
            f'expected representation="B64" for a file in base64, got {representation or "none"!r}',
        )
        spot = Quote(place_of(content, reading), representation)
        yield inferred("embedded-representation", said, "DOC-06", at=(spot,))
    if text.startswith(_PDF) and media != "application/pdf":
        said = Text(
            f"mediaType application/pdf attendu pour un PDF, « {media or 'absent'} » trouvé",
            f"expected the mediaType application/pdf for a PDF, got {media or 'none'!r}",
        )
        yield inferred("embedded-media", said, "DOC-06", at=(Quote(place_of(content, reading), media),))


def _decoded(content: etree._Element, text: str, reading: Reading, problems: list[Problem]) -> bytes | None:
    try:
        data = decode_base64(text)
        if (how := content.get("compression")) in _WINDOWS:
            raw = zlib.decompressobj(_WINDOWS[how])
            data = raw.decompress(data, reading.limits.bytes_in)
    except (ValueError, zlib.error) as error:
        said = Text(f"base64 lisible attendu : {error}", f"expected readable base64: {error}")
        problems.append(official("embedded-base64", said, "DOC-06", at=(place_of(content, reading),)))
        return None
    return data


def texts(document: etree._Element) -> Iterator[str]:
    """Yield the texts and values of a document in which a number could leak, without billing numbers and files.

    Comments and instructions travel with it too, those before its root among them.
    """
    for around in (*document.itersiblings(preceding=True), *document.itersiblings()):
        if not isinstance(around.tag, str) and around.text:
            yield around.text
    for element in document.iter():
        if not isinstance(element.tag, str):
            yield from (one for one in (element.text, element.tail) if one and one.strip())
            continue
        if element.get("root") in BILLING_OIDS:
            continue
        for value in element.attrib.values():
            if len(value) < _LONG:
                yield str(value)
        if (
            element.get("representation") != "B64"
            and element.text
            and len(element.text) < _LONG
            and element.text.strip()
        ):
            yield element.text
        if element.tail and element.tail.strip():
            yield element.tail
