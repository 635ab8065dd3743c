"""The forms in which a document arrives."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from conformance.drivers.partners import Document, MessageFormat
from conformance.suite.desk.apart import path
from conformance.suite.incoming import cda, fhir, hl7, mail

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.suite.desk.apart import Apart
    from conformance.suite.incoming.letter import Letter


class Form(StrEnum):
    """How a document arrives."""

    MAIL = "mail"
    """In a MSSanté box, with its IHE_XDM archive."""
    CDA = "cda"
    """By itself, as a file."""
    ORU = "oru"
    """HL7 v2, a result."""
    MDM = "mdm"
    """HL7 v2, a document notification."""
    FHIR = "fhir"

    @property
    def apart(self) -> Apart:
        """Which forms a software has to take is in no rule: each is a path apart."""
        return path(f"document reçu en {self}", f"document received as {self}")


_WRITERS: Final[Mapping[Form, tuple[str, MessageFormat, Callable[[Letter], bytes]]]] = {
    Form.MAIL: ("courriel.eml", MessageFormat.MSSANTE, mail.write),
    Form.CDA: ("document.xml", MessageFormat.CDA, cda.write),
    Form.ORU: ("resultat.hl7", MessageFormat.HL7V2, hl7.oru),
    Form.MDM: ("document.hl7", MessageFormat.HL7V2, hl7.mdm),
    Form.FHIR: ("document.json", MessageFormat.FHIR, fhir.write),
}


def written(letter: Letter, form: Form) -> Document:
    """Return a document in the form in which it arrives."""
    name, kind, write = _WRITERS[form]
    return Document(name=name, format=kind, content=write(letter))


def mailed(content: bytes) -> Document:
    """Return a mail written otherwise as it arrives."""
    return Document(name="courriel.eml", format=MessageFormat.MSSANTE, content=content)


def results_of_two(first: Letter, second: Letter) -> Document:
    """Return one message with the results of two patients."""
    return Document(name="resultats.hl7", format=MessageFormat.HL7V2, content=hl7.oru_of_two(first, second))


def adt(letter: Letter, *, event: str = "A28", status: str | None = None, former: str = "") -> Document:
    """Return an ADT message, which holds an identity and no document; ``former`` is an identifier that A47 takes away."""
    content = hl7.adt(letter, event=event, status=status, former=former)
    return Document(name="identite.hl7", format=MessageFormat.HL7V2, content=content)
