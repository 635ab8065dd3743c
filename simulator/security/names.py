"""Namespaces, algorithms, object identifiers and life times of the security of the INSi contract (insi-contract §4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from cryptography.x509 import ObjectIdentifier

SAML: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
DSIG: Final = "http://www.w3.org/2000/09/xmldsig#"

EXCLUSIVE_C14N: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
RSA_SHA256: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"

ISSUER_FORMAT: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"
"""Format of the Issuer of a PS assertion (insi-contract §4.2, seen)."""

CARD_TYPE_EXTENSION: Final = ObjectIdentifier("1.2.250.1.71.1.2.2")
"""Certificate extension that says the type of card (insi-contract §4.2, seen)."""
CARD_QUALIFIERS: Final = {0: "CPS", 1: "CPF", 2: "CDE-CPE", 3: "CPA"}
"""NameQualifier by card type; any other type is ``CPX`` (insi-contract §4.2, seen)."""
OTHER_CARD: Final = "CPX"
PSC: Final = "PSC"
"""NameQualifier of an assertion made from Pro Santé Connect: not signed (insi-contract §4.4, second-hand)."""
VITALE: Final = "VITALE"
"""NameQualifier of a Vitale assertion (insi-contract §4.3, seen)."""
APCV: Final = "APCV"
"""NameQualifier of the assertion that stands for a card on a telephone (*appli carte Vitale*). Inferred: how its token
replaces the Vitale assertion is not established (insi-contract §4.5)."""

SOFTWARE_NAMES: Final = {"INSI-AUTO": "AUTO", "INSI-MANU": "MANU"}
"""Common names of a software certificate (seen) and what they mean (inferred; insi-contract §4.1)."""

PS_LIFETIME: Final = timedelta(hours=1)
"""Life of a PS assertion from its IssueInstant (insi-contract §4.2, seen)."""
VITALE_LIFETIME: Final = timedelta(minutes=20)
"""Life of a Vitale assertion from its IssueInstant (insi-contract §4.3, second-hand)."""
CLOCK_SKEW: Final = timedelta(minutes=5)
"""How far in the future an IssueInstant may lie: clocks of workstations are not exact (inferred)."""

MIN_RSA_BITS: Final = 2048
MIN_EC_BITS: Final = 256
"""Shorter keys are weak (inferred: what the real service asks is not established)."""
