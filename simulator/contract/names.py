"""Namespaces, operations and limits of the INSi contract (insi-contract §1 and §2, seen: official WSDL and XSD)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

SOAP12: Final = "http://www.w3.org/2003/05/soap-envelope"
SOAP11: Final = "http://schemas.xmlsoap.org/soap/envelope/"
WSA: Final = "http://www.w3.org/2005/08/addressing"
WSSE: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
CTXBAM: Final = "urn:siram:bam:ctxbam"
CTXLPS: Final = "urn:siram:lps:ctxlps"
SIRAM: Final = "urn:siram"
RECSANS: Final = "http://www.cnamts.fr/INSiRecSans"
RECVIT: Final = "http://www.cnamts.fr/INSiRecVit"
RESULTAT: Final = "http://www.cnamts.fr/INSiResultat"

ACTION_PREFIX: Final = "urn:ServiceIdentiteCertifiee:1.0.0:"

MAX_BODY_BYTES: Final = 1024 * 1024
"""Largest request read, 1 MiB (ours: no limit of the real gateway is known)."""
MAX_DEPTH: Final = 64
"""Deepest nesting of elements accepted (ours)."""
MAX_ATTRIBUTES: Final = 64
"""Most attributes and namespace declarations accepted on one element (ours)."""


class Operation(StrEnum):
    """Operations of the published contract, by their wire name."""

    SEARCH_BY_TRAITS = "rechercherInsAvecTraitsIdentite"
    """WS_INS2."""
    SEARCH_BY_CARD = "rechercherInsAvecCarteVitale"
    """WS_INS1."""

    @property
    def action(self) -> str:
        """The SOAP action and ``wsa:Action`` of the request."""
        return ACTION_PREFIX + self.value


class Evidence(StrEnum):
    """How sure a fact about the real service is. Shown wherever the fact is shown."""

    OFFICIAL = "official"
    """Read in the published contract."""
    OBSERVED = "observed"
    """Captured from the live service."""
    REPORTED = "reported"
    """Restated by a third party from a document we could not read."""
    INFERRED = "inferred"
    """Our own deduction: configurable, never to be taken for the real behaviour."""
