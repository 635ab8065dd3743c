"""Namespaces, operations and limits of the INSi contract (insi-contract §1 and §2, seen: official WSDL and XSD)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

SOAP12: Final = "http://www.w3.org/2003/05/soap-envelope"
SOAP11: Final = "http://schemas.xmlsoap.org/soap/envelope/"
WSA: Final = "http://www.w3.org/2005/08/addressing"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
WSSE: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
CTXBAM: Final = "urn:siram:bam:ctxbam"
CTXLPS: Final = "urn:siram:lps:ctxlps"
SIRAM: Final = "urn:siram"
RECSANS: Final = "http://www.cnamts.fr/INSiRecSans"
RECVIT: Final = "http://www.cnamts.fr/INSiRecVit"
RESULTAT: Final = "http://www.cnamts.fr/INSiResultat"
VERIFICATION_REQUEST: Final = "http://www.cnamts.fr/INSiLot2/REQUnitaire"
"""Inferred, by symmetry with that of the answer (insi-contract §2.4)."""
VERIFICATION_ANSWER: Final = "http://www.cnamts.fr/INSiLot2/REPUnitaire"
"""Seen: GIE TLSi editor kit (insi-contract §1.5)."""

REQ_DEPOSIT: Final = "http://www.cnamts.fr/INSiLot2/REQDepot"
"""Namespaces of the bulk verification, these four: inferred, by symmetry with INSiLot2/REPUnitaire."""
REP_DEPOSIT: Final = "http://www.cnamts.fr/INSiLot2/REPDepot"
REQ_COLLECT: Final = "http://www.cnamts.fr/INSiLot2/REQCollecte"
REP_COLLECT: Final = "http://www.cnamts.fr/INSiLot2/REPCollecte"

ACTION_PREFIX: Final = "urn:ServiceIdentiteCertifiee:1.0.0:"

MAX_BODY_BYTES: Final = 1024 * 1024
"""Largest request read, 1 MiB (ours: no limit of the real gateway is known)."""
MAX_LOT_BYTES: Final = 16 * 1024 * 1024
"""Largest deposit of a lot read, 16 MiB (ours): 10,000 lines are about 5 MiB."""
MAX_DEPTH: Final = 64
"""Deepest nesting of elements accepted (ours)."""
MAX_ATTRIBUTES: Final = 64
"""Most attributes and namespace declarations accepted on one element (ours)."""


class Operation(StrEnum):
    """Operations of the service, by their wire name. The two searches are published, the others inferred."""

    SEARCH_BY_TRAITS = "rechercherInsAvecTraitsIdentite"
    """WS_INS2."""
    SEARCH_BY_CARD = "rechercherInsAvecCarteVitale"
    """WS_INS1."""
    DEPOSIT_LOT = "deposerLotIdentites"
    """WS_INS4, bulk verification: inferred, its name too."""
    COLLECT_LOT = "collecterLotIdentites"
    """WS_INS5, bulk verification: inferred, its name too."""
    VERIFY = "verifierInsAvecTraitsIdentite"
    """WS_INS3. The name is seen (GIE TLSi editor kit); its action is inferred from those of the searches."""

    @property
    def action(self) -> str:
        """The SOAP action and ``wsa:Action`` of the request."""
        return ACTION_PREFIX + self.value
