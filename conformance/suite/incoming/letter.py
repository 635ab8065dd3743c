"""A health document about one person, before it takes the form of a mail, a CDA, an HL7 v2 message or a FHIR bundle."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from conformance.drivers.partners import ReceivedIdentity

SENDER_DOMAIN: Final = "2.999.250.77"
"""Domain of the file numbers of the sender, in the arc kept for examples."""
MAILBOX: Final = "labo.voisin@laboratoire.mssante.fr"
"""The secure address that such a document comes from."""
BILLING: Final = "1.2.250.1.213.1.4.13"
"""A NIR used as a billing number: never an INS (ins-formats §1)."""
IN_USE: Final = {"used_name": "ZORVELIN", "used_first_name": "MILVANE"}
"""Names in use that a sender writes: nobody was born with them, and nobody here has them."""
RELATIVE: Final = ("VRAMBESC", "ODELIVANE")
"""Name and first name of somebody else whom a sender names beside the patient: whom to warn, the mother, the guardian."""
RELATIVE_INS: Final = ("251129999900163", "1.2.250.1.213.1.4.10")
"""The INS of that relative, matricule and OID, told where the patient has none: it is not theirs. The town 99999 is nobody's."""
HOME: Final = ("12 RUE DES ESSAIS", "69003", "LYON 3", "69383")
"""Where the patient lives: street, postal code, town and its INSEE code, which is no place of birth."""
INS_C: Final = "1.2.250.1.213.1.4.2"
"""The computed identifier that the INS replaced."""


class Act(StrEnum):
    """What a document wants of its receiver; OBX-11 in the HL7 v2 volets."""

    NEW = "F"
    REPLACES = "C"
    DELETES = "D"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a document says, and of whom."""

    identity: ReceivedIdentity
    """What its own header says. What is ``None`` is not written at all."""
    envelope: ReceivedIdentity | None = None
    """What stands around it (metadata of the archive, subject of the mail, PID) when that says something else."""
    local_id: str = "VOISIN-4711"
    """The number of the file at the sender."""
    local_domain: str = SENDER_DOMAIN
    """The authority that gives this number, an OID."""
    other_ids: tuple[tuple[str, str], ...] = ()
    """More identifiers of the patient: OID and value."""
    used_name: str = ""
    """The name in use, which senders may write beside the birth name: family CL, PID-5 of type D, name ``usual`` (ins-formats)."""
    used_first_name: str = ""
    """The first name in use."""
    former_ins: tuple[tuple[str, str], ...] = ()
    """INS that the patient no longer has, OID and matricule each; FHIR alone has a word for them (``use`` old, FR Core)."""
    former_first: bool = False
    """Whether they stand before the one that the patient has."""
    ins_first: bool = False
    """Whether the INS is the first repetition of PID-3: their order says nothing (HL7 v2, 3.4.2.3)."""
    authority: str | None = None
    """The name of the authority that assigns the INS, in HL7 v2 (CX-4.1); ``None``: the one that goes with the OID."""
    beside: ReceivedIdentity | None = None
    """Another patient whom the message holds before this one, and of whom the document is not; FHIR alone has room for them."""
    title: str = "Compte rendu de biologie KVORLAN"
    act: Act = Act.NEW
    former: str = ""
    """Identifier of the document that it replaces or deletes."""

    @property
    def document_id(self) -> str:
        """Its identifier, an OID: the same content has the same."""
        text = repr((self.identity, self.title, self.act, self.former, self.local_id, self.local_domain))
        return f"2.25.{int.from_bytes(hashlib.sha256(text.encode()).digest()[:15], 'big')}"

    @property
    def around(self) -> ReceivedIdentity:
        """What the envelope says."""
        return self.envelope or self.identity

    def says(self, **changes: Any) -> Letter:
        """Return the letter with other things said of the patient, in the header and around it alike."""
        told = self.envelope and replace(self.envelope, **changes)
        return replace(self, identity=replace(self.identity, **changes), envelope=told)


def with_names_in_use(identity: ReceivedIdentity) -> Letter:
    """Return a letter whose sender also writes the names in use, which are none of the traits."""
    return Letter(identity=identity, used_name=IN_USE["used_name"], used_first_name=IN_USE["used_first_name"])


def compact(date: str | None) -> str:
    """Return a birth date as CDA and HL7 v2 write it; what is no date stays as it is."""
    return (date or "").replace("-", "")


def french(date: str | None) -> str:
    """Return a birth date as people read it."""
    return "/".join(reversed((date or "").split("-")))


FINDING: Final = "Glycémie à jeun : 0,92 g/L."
"""What such documents say, of whomever."""
STAMP: Final = "20260601101500"
"""When such documents were made."""
