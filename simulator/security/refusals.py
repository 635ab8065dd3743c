"""Why an assertion is refused, and which fault says so."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class AssertionRefusal(StrEnum):
    """Why an assertion is refused."""

    ABSENT = "absent"
    MISPLACED = "misplaced"
    """Elsewhere than in the Security header of the envelope."""
    SEVERAL = "several"
    MALFORMED = "malformed"
    DUPLICATE_ID = "duplicate-id"
    NOT_SIGNED = "not-signed"
    SIGNATURE_FORM = "signature-form"
    """A signature that does not have the one shape accepted: reference, transforms, parts."""
    ALGORITHM = "algorithm"
    SIGNATURE_INVALID = "signature-invalid"
    CERTIFICATE = "certificate"
    HOLDER = "holder"
    """The assertion names somebody else than the certificate."""
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"


FAULT_OF_REFUSAL: Final = MappingProxyType(
    {
        AssertionRefusal.ABSENT: "desir_9101",
        AssertionRefusal.MISPLACED: "desir_9102",
        AssertionRefusal.SEVERAL: "desir_9102",
        AssertionRefusal.MALFORMED: "desir_9102",
        AssertionRefusal.DUPLICATE_ID: "desir_9102",
        AssertionRefusal.NOT_SIGNED: "desir_9103",
        AssertionRefusal.SIGNATURE_FORM: "desir_9103",
        AssertionRefusal.ALGORITHM: "desir_9103",
        AssertionRefusal.SIGNATURE_INVALID: "desir_9103",
        AssertionRefusal.EXPIRED: "desir_9104",
        AssertionRefusal.NOT_YET_VALID: "desir_9104",
        AssertionRefusal.CERTIFICATE: "desir_9105",
        AssertionRefusal.HOLDER: "desir_9105",
    }
)
"""Codes of the faults: all inferred, nobody has published one (insi-contract §10.4)."""
VITALE_EXPIRED: Final = "desir_9106"
"""Code for the life time of a Vitale assertion."""


class AssertionRefusedError(Exception):
    """An assertion is refused. ``cause`` says what was expected and what came; ``fault_code`` what to answer."""

    def __init__(self, reason: AssertionRefusal, cause: str, fault_code: str | None = None) -> None:
        """Keep the reason and the precise cause; the code is that of the reason unless given."""
        self.reason = reason
        self.cause = cause
        self.fault_code = fault_code or FAULT_OF_REFUSAL[reason]
        super().__init__(f"{self.fault_code}: {cause}")


def malformed(cause: str) -> AssertionRefusedError:
    """Return the refusal of an assertion that does not have the expected form."""
    return AssertionRefusedError(AssertionRefusal.MALFORMED, cause)
