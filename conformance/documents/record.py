"""What a document says about a patient: every value with the place where it stands.

Formats spell one identity in different ways (``19790328``, ``1979-03-28``, ``28/03/1979``). A ``Value`` keeps what was
written and, beside it, the form in which values of all formats are compared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from simulator.ins.oid import InsOid
from simulator.ins.traits import comparison_key
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Format(StrEnum):
    """What a document is, recognised by its content."""

    CDA = "cda"
    HL7V2 = "hl7v2"
    FHIR = "fhir"
    DATAMATRIX = "datamatrix"
    PDF = "pdf"
    IMAGE = "image"
    MAIL = "mail"
    XDM = "xdm"
    XDS = "xds"
    EXPORT = "export"
    """A table, JSON, XML or contact cards of the software's own making."""
    UNKNOWN = "unknown"


class PlaceKind(StrEnum):
    """How a place is told."""

    XPATH = "xpath"
    SEGMENT = "segment"
    """Segment, field, repetition, component of HL7 v2: ``PID-3[2].4.2``."""
    JSON = "json"
    """Path in a JSON document: ``identifier[0].system``."""
    LINE = "line"
    """A line of text of a page."""
    PIXELS = "pixels"
    """A region of the image of a page."""
    BLOCK = "block"
    """A block of the payload of a barcode: ``S1``."""
    HEADER = "header"
    """A header of a mail."""
    FILE = "file"
    """A whole file, or a file in an archive."""


Box = tuple[float, float, float, float]
"""Left, top, width, height: points from the top left of a page for text, pixels for an image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a value stands."""

    kind: PlaceKind
    path: str = ""
    """XPath, ``PID-3[2].1``, JSON path, header name, block id: what a person can look up."""
    file: str = ""
    """The file, and for a file in a file the way to it: ``mail.eml › IHE_XDM.ZIP › DOC00001.XML``."""
    line: int | None = None
    """Line of a text file, or of a page, from 1."""
    page: int | None = None
    """From 1."""
    box: Box | None = None

    @property
    def text(self) -> Text:
        """The place in words, without the file."""
        parts: list[tuple[str, str]] = []
        if self.page is not None:
            parts.append((f"page {self.page}", f"page {self.page}"))
        if self.path:
            names = {PlaceKind.HEADER: ("en-tête ", "header "), PlaceKind.BLOCK: ("bloc ", "block ")}
            fr, en = names.get(self.kind, ("", ""))
            parts.append((f"{fr}{self.path}", f"{en}{self.path}"))
        if self.line is not None:
            parts.append((f"ligne {self.line}", f"line {self.line}"))
        if self.box is not None and self.kind is PlaceKind.PIXELS:
            left, top, width, height = (round(side) for side in self.box)
            unit = "pixels" if self.page is None else "points"
            parts.append(
                (f"{unit} {left},{top} ({width}×{height})", f"{unit} {left},{top} ({width}×{height})")
            )
        if not parts:
            return Text("le fichier", "the file")
        return Text(", ".join(fr for fr, _ in parts), ", ".join(en for _, en in parts))

    @property
    def full(self) -> Text:
        """The place in words, with the file."""
        if not self.file:
            return self.text
        return Text(f"{self.file} : {self.text.fr}", f"{self.file}: {self.text.en}")


class Trait(StrEnum):
    """What a value is about."""

    MATRICULE = "matricule"
    OID = "oid"
    NATURE = "nature"
    """NIR or NIA, as shown beside the number."""
    BIRTH_NAME = "birth_name"
    FIRST_NAME = "first_name"
    """The first given name of birth (*1er prénom de naissance*)."""
    FIRST_NAMES = "first_names"
    """The list of given names of birth."""
    SEX = "sex"
    BIRTH_DATE = "birth_date"
    BIRTH_PLACE = "birth_place"
    """COG code."""
    USED_NAME = "used_name"
    USED_FIRST_NAME = "used_first_name"
    MAILBOX = "mailbox"
    """Secure address of the patient."""
    STATUS = "status"

    @property
    def text(self) -> Text:
        """The name of the trait in words."""
        return _TRAIT_NAMES[self]


NAMES: Final = (
    Trait.BIRTH_NAME,
    Trait.FIRST_NAME,
    Trait.FIRST_NAMES,
    Trait.USED_NAME,
    Trait.USED_FIRST_NAME,
)
"""The traits that name somebody."""


_TRAIT_NAMES = {
    Trait.MATRICULE: Text("matricule INS", "matricule INS"),
    Trait.OID: Text("OID", "OID"),
    Trait.NATURE: Text("nature (NIR ou NIA)", "nature (NIR or NIA)"),
    Trait.BIRTH_NAME: Text("nom de naissance", "birth name"),
    Trait.FIRST_NAME: Text("premier prénom de naissance", "first given name of birth"),
    Trait.FIRST_NAMES: Text("liste des prénoms de naissance", "list of given names of birth"),
    Trait.SEX: Text("sexe", "sex"),
    Trait.BIRTH_DATE: Text("date de naissance", "birth date"),
    Trait.BIRTH_PLACE: Text("code du lieu de naissance", "birth place code"),
    Trait.USED_NAME: Text("nom utilisé", "name used"),
    Trait.USED_FIRST_NAME: Text("prénom utilisé", "given name used"),
    Trait.MAILBOX: Text("adresse MSSanté du patient", "secure mail address of the patient"),
    Trait.STATUS: Text("statut de l’identité", "status of the identity"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value of one trait, at one place."""

    trait: Trait
    text: str
    """As written."""
    place: Place
    normal: str
    """As compared: ``F``, ``1979-03-28``, matricule without spaces; the text itself for a name."""
    display: bool = False
    """Shown to people (paper): letter case and spacing are then free."""
    beside: bool = False
    """Printed on the line of a label that names a trait of birth, nothing between: whose value it is cannot be mistaken."""
    wrapped: str = ""
    """A name that fills its line, with the words directly below: how it reads when it goes on there; empty for all others."""


class IdKind(StrEnum):
    """What an identifier of the patient is. Decided by its OID, never by its digits (ins-formats §1)."""

    INS = "ins"
    FORMER_INS = "former-ins"
    """Marked as no longer in use: FHIR ``old``, an HL7 v2 repetition with an end date."""
    BILLING = "billing"
    """NIR or NIA used as a social-security number (``.13``, ``.14``)."""
    INS_C = "ins-c"
    NDP = "ndp"
    LOCAL = "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """A number with the OID of its domain, as a document pairs them."""

    kind: IdKind
    number: Value | None
    oid: Value | None
    type_code: str = ""
    """``INS``, ``NH``, ``PI``, ``INS-NIR-TEST``…"""
    place: Place

    @property
    def claims_ins(self) -> bool:
        """Whether its type says that it is an INS, whatever its OID."""
        return self.type_code.upper() in {"INS", "INS-NIR", "INS-NIA", "INS-NIR-TEST", "INS-NIR-DEMO"}


_ARC = "1.2.250.1.213.1.4"
INS_OIDS = frozenset(str(oid) for oid in InsOid)
BILLING_OIDS = frozenset({f"{_ARC}.13", f"{_ARC}.14"})
INS_C_OID = f"{_ARC}.2"
NDP_OID = "1.2.250.1.176.1.2"


def kind_of(oid: str | None) -> IdKind:
    """Tell what an identifier is from its bare OID, matched whole."""
    if oid in INS_OIDS:
        return IdKind.INS
    if oid in BILLING_OIDS:
        return IdKind.BILLING
    if oid == INS_C_OID:
        return IdKind.INS_C
    return IdKind.NDP if oid == NDP_OID else IdKind.LOCAL


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityRecord:
    """One patient as one document tells them."""

    format: Format
    values: tuple[Value, ...] = ()
    """Traits, in document order; several values of one trait are kept."""
    identifiers: tuple[Identifier, ...] = ()
    place: Place
    """The element, segment or page the record was read from."""
    shown: str = ""
    """All words of a printed page, as names are compared; empty for other formats."""

    def of(self, trait: Trait) -> tuple[Value, ...]:
        """Return the values of a trait, those of the active INS for matricule and OID."""
        if trait is Trait.MATRICULE:
            return tuple(one.number for one in self.ins if one.number is not None)
        if trait is Trait.OID:
            return tuple(one.oid for one in self.ins if one.oid is not None)
        return tuple(value for value in self.values if value.trait is trait)

    def first(self, trait: Trait) -> Value | None:
        """Return the first value of a trait, if any."""
        return next(iter(self.of(trait)), None)

    def shows(self, trait: Trait, wanted: str) -> bool:
        """Tell whether a value stands somewhere on a printed page, under whatever label.

        Labels and columns are read as well as can be; what was taken for a trait may be something else then.
        """
        if not self.shown or not wanted:
            return False
        if trait is Trait.BIRTH_DATE:
            year, _, rest = wanted.partition("-")
            month, _, day = rest.partition("-")
            return any(f" {day}{mark}{month}{mark}{year} " in self.shown for mark in "/. ")
        return f" {comparison_key(wanted)} " in self.shown

    @property
    def ins(self) -> tuple[Identifier, ...]:
        """The identifiers under the OID of an INS, those in use."""
        return tuple(one for one in self.identifiers if one.kind is IdKind.INS)

    @property
    def has_ins(self) -> bool:
        """Whether it carries an INS, right or wrong."""
        return bool(self.ins)


def placed(values: Iterable[Value], file: str) -> Iterator[Value]:
    """Yield the values with their places in ``file``."""
    for value in values:
        yield replace(value, place=replace(value.place, file=file))
