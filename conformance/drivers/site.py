"""Names of the site settings that rules ask about, and the composite proofs of a minor.

A setting travels as text. One that a software does not have is missing in the answer of ``read_settings``, and a change
of it is refused.
"""

from typing import Final

HIGH_CONFIDENCE_PROOFS: Final = "high_confidence_proofs"
"""Comma-separated kinds of documents that allow a validation (PRF-02)."""

LOW_CONFIDENCE_PROOFS: Final = "low_confidence_proofs"
"""Comma-separated kinds that can be recorded and do not allow it (PRF-02)."""

MINOR_PROOFS: Final = "minor_proofs"
"""Comma-separated kinds that allow the validation of a minor only (PRF-09)."""

AUTOMATIC_VALIDATION: Final = "automatic_validation"
"""``true`` or ``false``: whether a high-confidence document validates by itself (PRF-05). Missing: it never does."""

ENVIRONMENT: Final = "environment"
"""``production`` or ``test`` (MAT-06)."""

DISPLAYED_FIELDS: Final = "displayed_fields"
"""Comma-separated identity fields shown besides the four that always are (DIS-02)."""

DMP_URL: Final = "dmp_url"
"""Where the software calls the DMP (ITI-41, TD0.2); empty: nowhere. The bench puts the address of its stand-in there."""

MSSANTE_SMTP: Final = "mssante_smtp"
"""``host:port`` of the SMTP server of the MSSanté operator; empty: none. The same."""

MSSANTE_ACCOUNT: Final = "mssante_account"
"""The user name with which the software logs in there; any password is good for the stand-in."""

MSSANTE_IMAP: Final = "mssante_imap"
"""``host:port`` of the IMAP server of the MSSanté operator, where the software fetches its mails; empty: nowhere. The bench puts
the address of its stand-in there."""

MSSANTE_MAILBOX: Final = "mssante_mailbox"
"""The address of the software, which is the user name of its mailbox there; any password is good for the stand-in."""
IDENTITY_REFERENCE: Final = "identity_reference"
"""The sender whose HL7 v2 messages feed this software with the identities of its own domain (Règle 33); empty: nobody. A
software that is no slave of another does not have it."""

IDENTITY_FEED: Final = "identity_feed"
"""``host:port`` (MLLP) of the connected software that is told of changes by HL7 v2 messages (STA-10); empty: none. A software
that has no other one connected to it does not have it."""

PRODUCTION: Final = "production"
TEST: Final = "test"
ON: Final = "true"
OFF: Final = "false"

COMPOSITE_PROOFS: Final = (
    "BIRTH_CERTIFICATE_AND_PARENT",
    "FAMILY_BOOK_AND_PARENT",
    "BIRTH_CERTIFICATE_AND_GUARDIAN",
    "FAMILY_BOOK_AND_GUARDIAN",
    "MINOR_TRAVEL_DOCUMENT",
)
"""What proves the identity of a minor (PRF-09): birth certificate or family record book with the high-confidence document
of a parent, or of the guardian with the court decision; the travel document for foreign minors (DCEM) with photograph."""
