"""The whole judgement of a document: read it, judge each record, hold it against the expected, compare what is inside."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Final

from conformance.documents import letters
from conformance.documents.beside import beside
from conformance.documents.comparing import compare
from conformance.documents.expected import NOTHING_EXPECTED
from conformance.documents.expecting import expecting
from conformance.documents.judging import judge_record
from conformance.documents.numbers import (
    called_billing,
    compact,
    find_matricules,
    find_parted,
    find_within,
    find_without_key,
)
from conformance.documents.one_number import Holders
from conformance.documents.problems import Quote, Severity, inferred, official
from conformance.documents.reading import read_document
from conformance.documents.record import INS_OIDS, Format, Place, PlaceKind, Trait
from simulator.ins.matricule import NUMBER_LENGTH
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from conformance.documents.context import Limits
    from conformance.documents.document import Document
    from conformance.documents.expected import Expected
    from conformance.documents.problems import Problem
    from conformance.documents.record import IdentityRecord

_JUDGES: Final = {
    Format.CDA: "cda.reading", Format.HL7V2: "hl7.v2", Format.FHIR: "fhir.reading", Format.DATAMATRIX: "datamatrix.document",
    Format.PDF: "pdf.reading", Format.IMAGE: "image", Format.MAIL: "mail.reading", Format.XDM: "ihe.xdm", Format.XDS: "ihe.xds",
    Format.EXPORT: "exports.document",
}  # fmt: skip
_OID: Final = re.compile(r"(?<![0-9.])1\.2\.250\.1\.213\.1\.4\.(?:8|9|10|11)(?![0-9]|\.[0-9])")
_AROUND: Final = 40


@dataclass(frozen=True, slots=True)
class Checked:
    """A document and what is wrong with it."""

    document: Document
    problems: tuple[Problem, ...]

    @property
    def failed(self) -> bool:
        """Whether something is a failure."""
        return any(problem.severity is Severity.FAIL for problem in self.problems)

    @property
    def unjudged(self) -> bool:
        """Whether the bench could not look at something."""
        return any(problem.unjudged for problem in self.problems)


def check(
    data: bytes, expected: Expected = NOTHING_EXPECTED, *, name: str = "", limits: Limits | None = None
) -> list[Problem]:
    """Return what is wrong with a document; empty when nothing is.

    Args:
        data: its bytes; the format is recognised by content.
        expected: identity, status and profile it is held against; nothing by default.
        name: how to call it in the places of problems.
        limits: bounds on what it may cost.
    """
    return list(check_document(read_document(data, name, limits), expected).problems)


def check_document(document: Document, expected: Expected = NOTHING_EXPECTED) -> Checked:
    """Judge a document that was read."""
    problems = [*_judged(document, expected), *_inside(document)]
    return Checked(document, tuple(_once(problems)))


def _judged(document: Document, expected: Expected) -> Iterator[Problem]:
    yield from document.problems
    if document.format in _JUDGES:
        judge: Callable[[Document, Expected], Iterable[Problem]]
        judge = import_module(f"conformance.documents.{_JUDGES[document.format]}").judge
        yield from judge(document, expected)
    elif isinstance(document.facts, letters.Letter):
        yield from letters.judge(document.facts, document.name, expected)
    for record in document.records:
        yield from judge_record(record, expected)
    yield from beside(document, expected)
    meant = document.records if document.one_patient else _relevant(document.records, expected)
    for record in meant:
        yield from expecting(record, expected)
    if expected.forbids_ins:
        yield from _leaks(document, expected)
    if (document.group or document.several) and expected.identity is not None:
        nearest = {id(record) for record in _relevant(patients(document), expected)}
        stranger = replace(expected, identity=None)
        for part in document.parts:
            yield from _judged(
                part, expected if any(id(one) in nearest for one in part.records) else stranger
            )
    else:
        for part in document.parts:
            yield from _judged(part, expected)


def patients(document: Document) -> list[IdentityRecord]:
    """Return all records of a document and of those inside it."""
    return [record for one in document.walk() for record in one.records]


def _relevant(records: Sequence[IdentityRecord], expected: Expected) -> Iterator[IdentityRecord]:
    """Yield the records that tell the expected patient: the only one, or those nearest to it in a bundle of several."""
    if len(records) <= 1 or expected.identity is None:
        yield from records
        return
    # Two people of a long list share a name, or a birth date.
    enough = 2 if records[0].format is Format.EXPORT else 1
    wanted = {trait: expected.of(trait) for trait in (Trait.MATRICULE, Trait.BIRTH_NAME, Trait.BIRTH_DATE)}
    scored = [
        (
            sum(any(value.normal == known for value in record.of(trait)) for trait, known in wanted.items()),
            record,
        )
        for record in records
    ]
    best = max(score for score, _ in scored)
    number = wanted[Trait.MATRICULE]
    if best >= enough or any(value.normal == number for one in records for value in one.of(Trait.MATRICULE)):
        yield from (record for score, record in scored if score == best)


def _inside(document: Document) -> Iterator[Problem]:
    """Compare what one document says in several places; a bundle of several patients is not compared."""
    if not document.one_patient:
        yield from Holders().others(patients(document))
        for part in document.parts:
            yield from _inside(part)
        return
    records = patients(document)
    if records:
        yield from compare(records, same_document=True)


def _leaks(document: Document, expected: Expected) -> Iterator[Problem]:
    """Look for the matricule and the OIDs in all the text of a document whose patient is not qualified."""
    known = expected.of(Trait.MATRICULE)
    told = {value.normal for record in document.records for value in record.of(Trait.MATRICULE)}
    rule = "DOC-05" if document.format in {Format.PDF, Format.IMAGE} else "TRA-01"
    name = document.name.rpartition("/")[2]
    for where, text in (("", document.text), ("name", name), ("", getattr(document.facts, "titles", ""))):
        spans = [
            (start, end)
            for number, start, end in find_matricules(text)
            if number not in told and number == known
        ]
        if known and len(known) > NUMBER_LENGTH:
            spans.extend(find_without_key(text, known))
            spans.extend(find_parted(text, known))
            spans.extend(find_within(text, known))
        for span in spans:
            yield (
                _billed(document, text, span)
                if called_billing(text, *span)
                else _leak(document, text, span, rule, where)
            )
        if (
            where
            and known
            and known in compact(text)
            and not any(found[0] == known for found in find_matricules(text))
        ):
            yield _leak(document, text, (0, len(text)), rule, where)
    if not any(
        one.oid and one.oid.normal in INS_OIDS for record in document.records for one in record.identifiers
    ):
        match = _OID.search(document.text)
        if match:
            yield _leak(document, document.text, match.span(), rule, "oid")


def _around(document: Document, text: str, span: tuple[int, int], *, in_name: bool = False) -> Quote:
    start, end = span
    spot = Place(
        kind=PlaceKind.FILE, file=document.name, line=None if in_name else text.count("\n", 0, start) + 1
    )  # fmt: skip
    return Quote(spot, text[max(0, start - _AROUND) : end + _AROUND].replace("\n", " ").replace("\r", " "))


def _billed(document: Document, text: str, span: tuple[int, int]) -> Problem:
    said = Text(
        "le numéro de sécurité sociale est celui de l’INS : il peut rester s’il sert à facturer",
        "the social-security number has the digits of the INS: it may stay if it serves for billing",
    )
    return inferred("billing-number-shown", said, "TRA-01", at=(_around(document, text, span),))


def _leak(document: Document, text: str, span: tuple[int, int], rule: str, where: str) -> Problem:
    codes = {"": "matricule-leaks", "name": "matricule-in-file-name", "oid": "oid-leaks"}
    said = Text(
        "identité non qualifiée : le matricule ou son OID sort quand même",
        "identity not qualified: the matricule or its OID leaves all the same",
    )
    return official(codes[where], said, rule, at=(_around(document, text, span, in_name=where == "name"),))


def _once(problems: Iterable[Problem]) -> Iterator[Problem]:
    seen: set[tuple[object, ...]] = set()
    for problem in problems:
        key = (problem.code, problem.quotes, problem.text)
        if key not in seen:
            seen.add(key)
            yield problem
