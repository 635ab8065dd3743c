"""SEC-12, in part: the INS does not do the work of another number, that of the file or of the customer."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import pytest

from conformance.documents.numbers import compact
from conformance.documents.record import Format
from conformance.suite.desk.expect import expect
from conformance.suite.journeys.papers import told
from conformance.suite.journeys.pasts import is_from_elsewhere
from conformance.verdicts import UndecidedError
from simulator.ins.matricule import NUMBER_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents import Document
    from conformance.suite.desk.papers import Subject
    from conformance.suite.desk.steps import Desk

_INS_ROOT: Final = re.compile(r"(?:urn:oid:)?1\.2\.250\.1\.213\.1\.4\.(?:8|9|10|11)")
_OWN_TYPES: Final = frozenset({"PI", "MR", "PT", "AN", "PN"})
"""Numbers that a software gives (HL7 table 0203). A billing number may well be the same as the matricule: it is none of them."""
_ID: Final = re.compile(r"<(?:\w+:)?id\b([^<>]*)>")
_ATTRIBUTE: Final = re.compile(r"\b(root|extension)\s*=\s*[\"']([^\"']*)[\"']")
_LIST, _OTHER, _ACCOUNT = 3, 4, 18
"""Fields of PID: identifiers, other identifiers, number of the account."""


@pytest.mark.rule("SEC-12")
@pytest.mark.title(
    fr="Le numéro de dossier et les identifiants locaux que portent les messages ne sont pas le matricule INS",
    en="The number of the file and the local identifiers that messages hold are not the matricule INS",
)
def test_the_number_of_the_file_is_another(desk: Desk) -> None:
    subjects = told(desk)
    # One whose INS came of INSi: what the app hands over, or another domain sends, is one way of several.
    if not any(
        one.is_qualified and one.patient.matricule == _matricule(one)
        for one in subjects
        if not is_from_elsewhere(one)
    ):
        raise UndecidedError(
            "aucune identité qualifiée ne porte son INS : rien ne pouvait en tenir lieu",
            "no identité qualifiée holds its INS: nothing could stand for it",
            depends_on=("STA-06",),
        )
    for subject in subjects:
        desk.attach(subject.documents)
        _expect_another(subject, subject.patient.id, "identifiant du dossier", "identifier of the file")
        for artefact in subject.artefacts:
            for part in artefact.parts:
                for number in _own_numbers(part, artefact.document.content):
                    _expect_another(
                        subject,
                        number,
                        f"identifiant local ({artefact.label})",
                        f"local identifier ({artefact.label})",
                    )


def _matricule(subject: Subject) -> str:
    return subject.person.identity.matricule.value


def _expect_another(subject: Subject, number: str, fr: str, en: str) -> None:
    matricule = _matricule(subject)
    expect(
        compact(number) not in {matricule, matricule[:NUMBER_LENGTH]},
        fr=f"[{subject.key}] {fr} : le matricule INS en tient lieu (« {number} »)",
        en=f"[{subject.key}] {en}: the matricule INS stands for it (“{number}”)",
        # That the INS is for care is official; that a number of the file is another use is our reading.
        inferred=True,
    )


def _own_numbers(part: Document, content: bytes) -> Iterator[str]:
    """Yield the numbers that the software gave to somebody, as a message holds them."""
    text = content.decode("utf-8", errors="replace")
    match part.format:
        case Format.HL7V2:
            yield from _of_segments(text)
        case Format.CDA:
            for found in _ID.finditer(text):
                values = dict(_ATTRIBUTE.findall(found[1]))
                if not _INS_ROOT.fullmatch(values.get("root", "")):
                    yield values.get("extension", "")
        case Format.FHIR:
            # What cannot be read is for TRA-06.
            with suppress(ValueError, RecursionError):
                yield from _of_json(json.loads(text))
        case _:
            return


def _of_segments(text: str) -> Iterator[str]:
    for line in re.split(r"[\r\n]+", text):
        fields = line.split("|")
        if fields[0] != "PID":
            continue
        for position in (_LIST, _OTHER, _ACCOUNT):
            for repetition in fields[position].split("~") if position < len(fields) else ():
                parts = [*repetition.split("^"), "", "", "", "", ""]
                if parts[4] in _OWN_TYPES or (not parts[4] and not parts[3]):
                    yield parts[0]


def _of_json(node: Any) -> Iterator[str]:
    """Yield the values of identifiers whose type says that they are a number of the software's own."""
    if isinstance(node, list):
        for each in node:
            yield from _of_json(each)
    elif isinstance(node, dict):
        kind = node.get("type")
        codings = kind.get("coding") if isinstance(kind, dict) else None
        codes = (
            {one.get("code") for one in codings if isinstance(one, dict)}
            if isinstance(codings, list)
            else set()
        )
        if codes & _OWN_TYPES and isinstance(node.get("value"), str):
            yield node["value"]
        for each in node.values():
            yield from _of_json(each)
