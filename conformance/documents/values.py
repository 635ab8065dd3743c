"""Reading values the same way in every machine format: dates, sexes, names, patient addresses, base64."""

from __future__ import annotations

import binascii
import re
from typing import Final

from conformance.documents.record import Place, Trait, Value

PATIENT_DOMAIN: Final = "patient.mssante.fr"
_COMPACT: Final = re.compile(r"(\d{4})(\d\d)(\d\d)(?:\d{2}.*|[+-]\d{4})?", re.ASCII)
_ADDRESS: Final = re.compile(
    r"(?<![\w.+-])([\w.+-]{1,100})@((?:[\w-]{1,63}\.){0,6}(?:mssante|mon-espace-sante)\.[a-z]{2,10})(?![\w-]|\.[\w-])"
    r"|(?<![\w.+-])([1-8]\d{5}[0-9ABab]\d{8})@((?:[\w-]{1,63}\.){1,6}[a-z]{2,10})(?![\w-]|\.[\w-])",
    re.IGNORECASE,
)
"""Secure addresses; any other whose name is as long as a matricule is that of a patient too, gone astray."""
_MATRICULE_LIKE: Final = re.compile(r"[1-8]\d{5}[0-9ABab]\d{5,10}", re.ASCII)
_PRETTY: Final = re.compile(r"(?<![ \t])[ \t]*[\r\n]\s*")


def pretty(text: str) -> str:
    """Drop what the layout of a file adds to a value: ends, and line breaks with their indentation."""
    return _PRETTY.sub(" ", text.strip(" \t\r\n"))


def compact_date(text: str) -> str:
    """Return ``AAAAMMJJ`` with or without a time as ``AAAA-MM-JJ``; anything else so that it is no date."""
    match = _COMPACT.fullmatch(text)
    if match:
        return f"{match[1]}-{match[2]}-{match[3]}"
    # With hyphens it would pass for a date in the form in which dates are compared.
    return text.replace("-", " ")


def mailboxes(text: str, place: Place) -> list[Value]:
    """Return the secure addresses of patients in a text: of the patients' domain, or built on a matricule."""
    found = []
    for match in _ADDRESS.finditer(text):
        name, domain = match[1] or match[3], (match[2] or match[4]).lower()
        if domain.startswith("patient.") or domain == PATIENT_DOMAIN or _MATRICULE_LIKE.fullmatch(name):
            found.append(Value(trait=Trait.MAILBOX, text=match[0], place=place, normal=f"{name}@{domain}"))
    return found


def may_be_of_patients(domain: str) -> bool:
    """Tell whether a domain may be that of the patients in another environment: it begins so, and does not only begin as theirs."""
    return domain.startswith("patient.") and not domain.startswith(f"{PATIENT_DOMAIN}.")


def decode_base64(text: str | bytes) -> bytes:
    """Decode base64 with any line breaks.

    Raises:
        ValueError: it is not base64.
    """
    raw = text.encode("ascii", errors="replace") if isinstance(text, str) else text
    packed = raw.translate(None, b" \t\r\n\x0b\x0c\x00")
    try:
        # Padding is often forgotten and harmless; anything else that is not base64 is not.
        return binascii.a2b_base64(packed + b"=" * (-len(packed) % 4), strict_mode=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error
