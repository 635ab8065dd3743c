"""MSSanté mails: the IHE_XDM archive, the same document as PDF/A-1 beside it, and the headers of the specification."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from conformance.reference.papers.leaving import SENDER, leaving, passing
from conformance.reference.seams import Seam

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.reference.papers.kinds import Kind
    from conformance.reference.seams import Record, Seams

_PRODUCT: Final = "9999"
"""Reference of the software (X-MSS-NIL)."""


def write(  # noqa: PLR0917 - what a mail is made of
    patient: Patient,
    kind: Kind,
    seams: Seams,
    archive: bytes,
    pdf: tuple[str, bytes],
    recipient: str,
    *,
    of_deletion: bool = False,
) -> bytes:
    """Return a mail about one patient.

    Args:
        patient: whose document it is.
        kind: which document.
        seams: what the values pass on their way.
        archive: IHE_XDM.
        pdf: name and content of the file beside it.
        recipient: the address.
        of_deletion: it says that the document sent before is withdrawn.
    """
    values = leaving(patient, seams, where="mail", document=kind.key)
    date = "/".join(reversed(values["birth_date"].split("-")))
    title = f"Suppression {kind.title}" if of_deletion else kind.title
    [told] = passing(
        seams,
        Seam.WRITTEN,
        [
            {
                "to": recipient,
                "subject": f"XDM/1.0/DDM+{title} {values['birth_name']} {values['first_name']} {date}",
                "ins": "O" if values["matricule"] else "N",
                "product": _PRODUCT,
                "codes": kind.code,
                "pdf_name": pdf[0],
                "pdf": pdf[1],
                "archive": archive,
                "body": "Bonjour,\n\nVeuillez trouver ce document ci-joint.\n\nPharmacie du Banc d'essai\n",
                "hints": "",
            }
        ],
        patient,
        where="mail",
        document=kind.key,
    )
    return _written(told)


def _written(told: Record) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"Pharmacie du Banc d'essai <{SENDER}>"
    mail["To"] = told["to"]
    mail["Subject"] = told["subject"]
    mail["Message-ID"] = f"<{uuid4()}@pharmacie.mssante.fr>"
    mail["X-MSS-NIL"] = told["product"]
    if told["ins"]:
        mail["X-MSS-INS"] = told["ins"]
    if told["codes"]:
        mail["X-MSS-CODECDA"] = told["codes"]
    mail.set_content(f"{told['body']}{told['hints']}")
    if told["archive"]:
        mail.add_attachment(told["archive"], maintype="application", subtype="zip", filename="IHE_XDM.ZIP")
    if told["pdf"]:
        mail.add_attachment(told["pdf"], maintype="application", subtype="pdf", filename=told["pdf_name"])
    return mail.as_bytes()
