"""Codes beside the Datamatrix INS of a page or an image (QR, Aztec, PDF417, Code 128) that tell the INS of somebody else.

A code that has the header of an INS, or calls a number an INS, speaks of the patient: another number in it is a
contradiction, whoever scans it gets somebody else. A bare number may be that of an insured parent: it is for a person
to look at. What else codes hold (addresses, medicine boxes, file numbers) is nobody's business.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from conformance.documents.datamatrix.payload import read_payload
from conformance.documents.numbers import called_ins, find_matricules
from conformance.documents.problems import Quote, inferred, official
from conformance.documents.record import Trait
from simulator.ins.traits import comparison_key
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.documents.document import Document
    from conformance.documents.expected import Expected
    from conformance.documents.problems import Problem
    from conformance.documents.record import Value

_HEADER: Final = "IS01"
_GLUED: Final = re.compile(r"(?<=[A-Za-z])(?=[1-8]\d{4}(?:\d\d|2[AB])\d{8}(?!\d))")
"""Between a word and the number that follows it at once: ``INS279…``."""
_NAMES: Final = {"S4": Trait.BIRTH_NAME, "S3": Trait.FIRST_NAMES}


def told_by_codes(document: Document, expected: Expected, codes: Sequence[Quote]) -> Iterator[Problem]:
    """Yield what the codes of a document tell of somebody else than it does.

    Args:
        document: the page or the image, with what was read of it and of its symbols.
        expected: the identity, when it is known.
        codes: the place and the whole text of each code.
    """
    known = document.said(Trait.MATRICULE)
    numbers = {value.normal for value in known} | {expected.of(Trait.MATRICULE) or ""}
    numbers.discard("")
    if not numbers:
        return
    for code in codes:
        yield from _told(code, numbers, known, document, expected)


def _told(
    code: Quote, numbers: set[str], known: Sequence[Value], document: Document, expected: Expected
) -> Iterator[Problem]:
    shown = Quote(code.place, code.text[:60])
    if code.text.startswith(_HEADER):
        payload = read_payload(code.text)
        other = payload.value("S1")
        if other and other not in numbers:
            yield _of_another(shown, known)
            return
        for block, trait in _NAMES.items():
            name = payload.value(block)
            names = _names(trait, document, expected)
            if name and names and comparison_key(name) not in names:
                text = Text(
                    f"un code de la page porte le matricule du patient et {trait.text.fr} « {name} »",
                    f"a code of the page has the matricule of the patient and the {trait.text.en} {name!r}",
                )
                yield official("code-contradicts", text, "F13", "DOC-03", at=(shown,))
        return
    told = _GLUED.sub(" ", code.text)
    called = {number for number, _, _ in called_ins(told)}
    for number, _, _ in find_matricules(told):
        if number in numbers:
            continue
        if number in called:
            yield _of_another(shown, known)
        else:
            said = Text(
                "un code de la page porte un numéro de la forme d’un matricule qui n’est pas celui du patient : "
                "celui d’un assuré, ou d’un autre patient",
                "a code of the page has a number of the form of a matricule that is not that of the patient: "
                "that of an insured person, or of another patient",
            )
            yield inferred("code-other-number", said, "F13", "DOC-03", at=(shown, *known[:1]))
        return


def _of_another(code: Quote, known: Sequence[Value]) -> Problem:
    text = Text(
        "un code de la page porte l’INS d’une autre personne",
        "a code of the page has the INS of another person",
    )
    return official("code-of-another", text, "F13", "DOC-03", at=(code, *known[:1]))


def _names(trait: Trait, document: Document, expected: Expected) -> set[str]:
    told = {
        value.normal for one in document.walk() for record in one.records for value in record.of(trait)
    } | {expected.of(trait) or ""}
    return {comparison_key(one) for one in told if one}
