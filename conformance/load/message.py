"""The SOAP request of a look-up, as a real client writes it (insi-contract §7)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from uuid import uuid4
from xml.sax.saxutils import escape

from simulator.contract.names import CTXBAM, CTXLPS, RECSANS, SOAP12, WSA, Operation

if TYPE_CHECKING:
    from conformance.load.expected import Lookup

ACTION: Final = Operation.SEARCH_BY_TRAITS.action
HEADERS: Final = {"Content-Type": f'application/soap+xml; charset=utf-8; action="{ACTION}"'}

_ISSUER: Final = "10B0000001"
_INSTANCE: Final = "0b4c6bfa-4f5e-4b8e-9d6f-2f5b5f2a6c11"


def search_request(lookup: Lookup) -> str:
    """Return the envelope of a search by traits, with fresh identifiers and time."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    place = f"<LieuNaissance>{escape(lookup.birth_place)}</LieuNaissance>" if lookup.birth_place else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="{SOAP12}"><soap:Header>'
        f'<bam:ContexteBAM xmlns:bam="{CTXBAM}" Nature="CTXBAM" Version="01_02"><bam:Id>{uuid4()}</bam:Id>'
        f"<bam:Temps>{now}</bam:Temps><bam:Emetteur>{_ISSUER}</bam:Emetteur><bam:COUVERTURE/></bam:ContexteBAM>"
        f'<lps:ContexteLPS xmlns:lps="{CTXLPS}" Nature="CTXLPS" Version="01_00"><lps:Id>{uuid4()}</lps:Id>'
        f"<lps:Temps>{now}</lps:Temps><lps:Emetteur>{_ISSUER}</lps:Emetteur><lps:LPS>"
        f'<lps:IDAM R="4">BANCINSI0002</lps:IDAM><lps:Version>01.00</lps:Version>'
        f"<lps:Instance>{_INSTANCE}</lps:Instance><lps:Nom>urn:lps:banc-load:0.1</lps:Nom></lps:LPS></lps:ContexteLPS>"
        f'<wsa:Action xmlns:wsa="{WSA}">{ACTION}</wsa:Action>'
        f'<wsa:MessageID xmlns:wsa="{WSA}">uuid:{uuid4()}</wsa:MessageID></soap:Header><soap:Body>'
        f'<RECSANSVITALE xmlns="{RECSANS}"><NomNaissance>{escape(lookup.birth_name)}</NomNaissance>'
        f"<Prenom>{escape(lookup.first_name)}</Prenom><Sexe>{lookup.sex}</Sexe>"
        f"<DateNaissance>{lookup.birth_date}</DateNaissance>{place}</RECSANSVITALE></soap:Body></soap:Envelope>"
    )
