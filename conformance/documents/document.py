"""A document as read: its records, what was wrong while reading, and the documents inside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.problems import Problem
    from conformance.documents.record import Format, IdentityRecord, Trait, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What one module of a format makes of bytes."""

    format: Format
    name: str
    """File name; for a file in a file the way to it."""
    records: tuple[IdentityRecord, ...] = ()
    """One for each patient told; several only in a bundle or a batch."""
    problems: tuple[Problem, ...] = ()
    """What is wrong whatever identity is expected."""
    parts: tuple[Document, ...] = ()
    """Documents inside this one: the PDF of a CDA, the zip of a mail."""
    group: bool = False
    """Its parts tell different patients: messages of a batch."""
    several: bool = False
    """A page that lists several people: its records, and the symbols on it, tell different patients."""
    facts: Any = None
    """What only the module of this format looks at."""
    text: str = ""
    """All text in which a number could leak."""
    data: bytes = b""
    """The bytes of a PDF or an image, for cut-outs, and of a CDA, for schematrons; empty otherwise."""

    def walk(self) -> Iterator[Document]:
        """Yield this document and all those inside it."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def said(self, trait: Trait) -> list[Value]:
        """Return what this document and those inside it say of a trait, place by place."""
        return [value for one in self.walk() for record in one.records for value in record.of(trait)]

    @property
    def problems_are_limits(self) -> bool:
        """Whether it was not read because of a limit of the bench."""
        return any(problem.unjudged and problem.code.startswith("too-") for problem in self.problems)

    @property
    def counts_inside(self) -> bool:
        """Whether it is to be kept as a part of another: a picture without symbol or another format tells nothing."""
        if self.format.value == "unknown":
            return self.problems_are_limits or bool(self.parts)
        return self.format.value != "image" or bool(self.parts)

    @property
    def one_patient(self) -> bool:
        """Whether all records of this document must tell the same patient."""
        return (
            not self.group
            and not self.several
            and (self.format.value not in {"fhir", "hl7v2", "export"} or len(self.records) <= 1)
        )
