"""The headers of an MSSanté mail beside X-MSS-INS: product, codes of the documents, identifier, sender, and how the archive is called.

What the requirements of MSSanté ask of every sender is REVIEW when it is missing: they were read as drafts (documents notes §A6).
"""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parseaddr
from typing import TYPE_CHECKING, Final

from conformance.documents.ihe.xdm import XdmFacts
from conformance.documents.problems import Quote, inferred, official, reported
from conformance.documents.record import Place, PlaceKind, Trait
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.documents.document import Document
    from conformance.documents.problems import Problem

_ARCHIVE: Final = "IHE_XDM.ZIP"


@dataclass(frozen=True, slots=True)
class MailFacts:
    """What is judged of a mail beside its identities."""

    headers: tuple[tuple[str, str], ...]
    bodies: tuple[str, ...]
    """Types of the texts, in order: ``text/plain``, ``text/html``."""
    text: str = ""
    """What the texts say."""
    shown: tuple[str, ...] = ()
    """What a reader sees of each body, and of each file of running text attached."""

    @property
    def is_saved_page(self) -> bool:
        """Whether this is a page that a browser or a word processor has saved (MHTML), and no mail."""
        return (
            (self.header("Content-Type") or "").lower().startswith("multipart/related")
            and self.header("Message-ID") is None
            and self.header("To") is None
        )

    @property
    def is_locked(self) -> bool:
        """Whether all of the mail is encrypted: nothing is known of what it holds."""
        return "pkcs7-mime" in (self.header("Content-Type") or "").lower()

    def header(self, name: str) -> str | None:
        """Return a header, none when it is not there."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


def header_place(name: str, file: str) -> Place:
    """Return the place of a header."""
    return Place(kind=PlaceKind.HEADER, path=name, file=file)


def headers(facts: MailFacts, cdas: Sequence[Document], document: Document) -> Iterator[Problem]:
    """Yield what is wrong with the headers that do not tell the patient.

    Args:
        facts: the headers.
        cdas: those in the archives attached.
        document: the mail.
    """
    yield from _codes(facts, cdas, document.name)
    yield from _mss(facts, document)
    archives = [part for part in document.parts if isinstance(part.facts, XdmFacts) and part.facts.is_xdm]
    if archives:
        yield from _sender(facts, document.name)
        yield from _archive_names(archives)
    if facts.header("In-Reply-To") and not facts.header("References"):
        text = Text(
            "une réponse porte In-Reply-To et References : References manque",
            "a reply has In-Reply-To and References: References is missing",
        )
        yield inferred("mail-references", text, at=(header_place("In-Reply-To", document.name),))


def _sender(facts: MailFacts, file: str) -> Iterator[Problem]:
    """Say what every mail with an archive has: the reference of the product, an identifier, a sender who can be read."""
    for name in ("X-MSS-NIL", "Message-ID"):
        if not (facts.header(name) or "").strip():
            text = Text(
                f"l’en-tête {name} est attendu dans chaque courriel",
                f"expected the header {name} in each mail",
            )
            yield inferred("mail-header-missing", text, at=(header_place(name, file),))
    sender = facts.header("From") or ""
    label, address = parseaddr(sender)
    if address and not label:
        text = Text(
            "From : un libellé qui nomme la personne ou l’organisation attendu, l’adresse est seule",
            "From: expected a label that names the person or the organisation, the address stands alone",
        )
        yield inferred("mail-from-label", text, at=(Quote(header_place("From", file), sender),))


def _archive_names(archives: Sequence[Document]) -> Iterator[Problem]:
    for archive in archives:
        name = archive.name.rpartition(" › ")[2]
        if name.upper() != _ARCHIVE:
            text = Text(
                f"pièce jointe {_ARCHIVE} attendue, « {name} » trouvée : d’autres logiciels ne la reconnaissent pas",
                f"expected the attachment {_ARCHIVE}, got {name!r}: other software does not recognise it",
            )
            yield inferred(
                "xdm-name", text, "TRA-07", at=(Quote(Place(kind=PlaceKind.FILE, file=archive.name), name),)
            )


def _codes(facts: MailFacts, cdas: Sequence[Document], file: str) -> Iterator[Problem]:
    told = facts.header("X-MSS-CODECDA")
    codes = [cda.facts.code for cda in cdas if cda.facts.code]
    if told is None:
        if codes:
            text = Text(
                f"X-MSS-CODECDA : {', '.join(codes)} attendu, l’en-tête manque",
                f"expected X-MSS-CODECDA: {', '.join(codes)}, the header is missing",
            )
            yield inferred("mss-codecda", text, "TRA-07", at=(header_place("X-MSS-CODECDA", file),))
        return
    listed = [one.strip() for one in told.split(",") if one.strip()]
    if sorted(set(listed)) != sorted(set(codes)) and not facts.is_locked:
        text = Text(
            f"X-MSS-CODECDA: {', '.join(codes) or 'absent'} attendu, « {told} » trouvé",
            f"expected X-MSS-CODECDA: {', '.join(codes) or 'absent'}, got {told!r}",
        )
        yield reported("mss-codecda", text, "TRA-07", at=(Quote(header_place("X-MSS-CODECDA", file), told),))


def _mss(facts: MailFacts, document: Document) -> Iterator[Problem]:
    nil = facts.header("X-MSS-NIL")
    if nil is not None and not nil.strip().isdecimal():
        text = Text(
            f"X-MSS-NIL : un entier attendu, « {nil} » trouvé", f"X-MSS-NIL: expected an integer, got {nil!r}"
        )
        yield official("mss-nil", text, at=(Quote(header_place("X-MSS-NIL", document.name), nil),))
    mes = facts.header("X-MSS-MES")
    if mes is not None and mes.strip() != "FIN":
        text = Text(f"X-MSS-MES : FIN attendu, « {mes} » trouvé", f"X-MSS-MES: expected FIN, got {mes!r}")
        yield inferred("mss-mes", text, at=(Quote(header_place("X-MSS-MES", document.name), mes),))
    elif mes is not None and not document.records[0].of(Trait.MAILBOX):
        text = Text(
            "X-MSS-MES: FIN s’adresse à un patient, aucun n’est destinataire",
            "X-MSS-MES: FIN is for a patient, none receives this mail",
        )
        yield inferred("mss-mes", text, at=(Quote(header_place("X-MSS-MES", document.name), mes),))
    if facts.bodies and facts.bodies[0] != "text/plain":
        text = Text(
            "un corps text/plain attendu, ou en premier",
            "expected a text/plain body, or one that comes first",
        )
        yield inferred("mail-body", text, at=(Place(kind=PlaceKind.FILE, file=document.name),))
