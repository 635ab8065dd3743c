"""Running text in FHIR resources: narratives, notes, attachments that are read as they are, and the INS they give."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from conformance.documents.context import TEXT_LIMIT
from conformance.documents.fhir.tree import string, walk
from conformance.documents.page.headings import of_heading
from conformance.documents.page.people import of_other_people
from conformance.documents.page.running_text import is_readable, of_another, words_of
from conformance.documents.record import INS_OIDS, PlaceKind, Trait
from conformance.documents.values import decode_base64
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.documents.context import Reading
    from conformance.documents.problems import Problem
    from conformance.documents.record import IdentityRecord

_SHORTEST: Final = 20
"""Characters of a number and of a word that calls it an INS."""
_LONGEST: Final = 20_000
_CALLED: Final = re.compile(r"\bINS|NI[RA]\b|matricule", re.IGNORECASE)


def read_bodies(resource: Any) -> Iterator[str]:
    """Yield the attachments of running text (HTML, RTF, plain) as a reader sees them."""
    if (
        isinstance(resource, dict)
        and resource.get("resourceType") == "Patient"
        and "contained" not in resource
    ):
        return  # nothing but a photo
    for _, node in walk(resource):
        media, data = string(node.get("contentType")).lower(), string(node.get("data"))
        if data and is_readable(media):
            with suppress(ValueError):
                yield words_of(decode_base64(data)[:TEXT_LIMIT], media)


def told_in_texts(
    resource: Any, bodies: Sequence[str], records: Sequence[IdentityRecord], reading: Reading
) -> Iterator[Problem]:
    """Yield the INS of people who are not in a file that its narratives, notes and attachments give.

    Args:
        resource: the file, decoded.
        bodies: see ``read_bodies``.
        records: its patients.
        reading: where it was read.
    """
    known = [value for record in records for value in record.of(Trait.MATRICULE)]
    if not known:
        return
    said = Text(
        "un texte donne l’INS d’une personne qui n’est pas celle du fichier",
        "a text gives the INS of a person who is not the one of the file",
    )
    others: set[str] = set()
    told: list[tuple[str, str]] = [("data", one) for one in bodies]
    for path, node in walk(resource):
        if string(node.get("system")).removeprefix("urn:oid:") in INS_OIDS:
            others.add(string(node.get("value")))
        for key, value in node.items():
            if (
                isinstance(value, str)
                and _SHORTEST <= len(value) <= _LONGEST
                and key not in _NO_TEXT
                and _CALLED.search(value)
            ):
                told.append(
                    (f"{path}.{key}".lstrip("."), words_of(value, "text/html" if key == "div" else ""))
                )
        told.extend(_answers(path, node))
    for one in bodies if len(records) == 1 else ():
        yield from of_other_people(one, records, reading.place("data", PlaceKind.JSON), "TRA-06")
    for path, text in told:
        place = reading.place(path, PlaceKind.JSON)
        for problem in of_another(text, known, place, "fhir-text-of-another", said, "F13", "TRA-06"):
            # Whoever has an identifier of their own in the file may be spoken of.
            if not any(number and number in text for number in others - {value.normal for value in known}):
                yield problem


def _answers(path: str, node: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the question of a form, with each answer that is a text."""
    question, answers = string(node.get("text")), node.get("answer")
    if not question or not _CALLED.search(question) or not isinstance(answers, list):
        return
    for number, one in enumerate(answers):
        if isinstance(one, dict) and (answer := string(one.get("valueString"))):
            yield f"{path}.answer[{number}].valueString".lstrip("."), f"{question} : {answer[:_LONGEST]}"


_NO_TEXT: Final = frozenset({"data", "url", "system", "value", "reference", "fullUrl", "id"})
"""Members that are identifiers, addresses and files."""


def narratives(resource: Any, records: Sequence[IdentityRecord], reading: Reading) -> Iterator[Problem]:
    """Yield the narratives (``text.div``) that name somebody else than the patients of a file; those of other people may."""
    for path, node in walk(resource):
        text = node.get("text")
        told = string(text.get("div")) if isinstance(text, dict) else ""
        if told and string(node.get("resourceType")) not in _OTHER_PEOPLE:
            place = reading.place(f"{path}.text.div".lstrip("."), PlaceKind.JSON)
            words = words_of(told, "text/html")
            yield from of_other_people(words, records, place, "TRA-06")
            if node.get("resourceType") == "Patient":
                yield from of_heading(words, records, place, "TRA-06")
        for key in _TITLES.get(string(node.get("resourceType")), ()):
            if title := string(node.get(key)):
                place = reading.place(f"{path}.{key}".lstrip("."), PlaceKind.JSON)
                yield from of_other_people(title, records, place, "TRA-06")
                yield from of_heading(title, records, place, "TRA-06")


_TITLES: Final = {
    "Composition": ("title",),
    "DocumentReference": ("description",),
    "DocumentManifest": ("description",),
    "DiagnosticReport": ("conclusion",),
    "List": ("title",),
}
"""What a resource is called, for people."""

_OTHER_PEOPLE: Final = frozenset(
    {"RelatedPerson", "Person", "Practitioner", "PractitionerRole", "FamilyMemberHistory"}
)
