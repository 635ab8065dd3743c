"""Judging what software produces: CDA, HL7 v2, FHIR, Datamatrix, PDF, mail, IHE_XDM, XDS.

``check(data, expected)`` reads bytes and returns problems; ``compare(records)`` sets documents side by side. Nothing here
drives software or uses the network. See ``docs/documents.md``.
"""

from conformance.documents.checking import Checked, check, check_document
from conformance.documents.comparing import compare
from conformance.documents.context import Limits
from conformance.documents.document import Document
from conformance.documents.expected import Expected, Profile, Status
from conformance.documents.problems import Problem, Severity
from conformance.documents.reading import read_document, recognise
from conformance.documents.record import Format, Identifier, IdentityRecord, Place, Trait, Value

__all__ = [
    "Checked",
    "Document",
    "Expected",
    "Format",
    "Identifier",
    "IdentityRecord",
    "Limits",
    "Place",
    "Problem",
    "Profile",
    "Severity",
    "Status",
    "Trait",
    "Value",
    "check",
    "check_document",
    "compare",
    "read_document",
    "recognise",
]
