"""The SOAP requests of users, as real clients write them (insi-contract §7)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from uuid import uuid4
from xml.sax.saxutils import escape

from simulator.contract.names import (
    CTXBAM,
    CTXLPS,
    RECSANS,
    RECVIT,
    REQ_COLLECT,
    REQ_DEPOSIT,
    SOAP12,
    VERIFICATION_REQUEST,
    WSA,
    WSSE,
    Operation,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.load.expected import Lookup

ACTION: Final = Operation.SEARCH_BY_TRAITS.action
HEADERS: Final = {"Content-Type": f'application/soap+xml; charset=utf-8; action="{ACTION}"'}

_ISSUER: Final = "10B0000001"
_INSTANCE: Final = "0b4c6bfa-4f5e-4b8e-9d6f-2f5b5f2a6c11"
_BY_NAME: Final = {
    "traits": Operation.SEARCH_BY_TRAITS,
    "card": Operation.SEARCH_BY_CARD,
    "verify": Operation.VERIFY,
}


def headers_of(operation: Operation) -> dict[str, str]:
    """Return the HTTP headers of a call."""
    return {"Content-Type": f'application/soap+xml; charset=utf-8; action="{operation.action}"'}


def operation_of(lookup: Lookup) -> Operation:
    """Return the operation that a look-up calls."""
    return _BY_NAME[lookup.operation]


def search_request(
    lookup: Lookup, *, issuer: str = _ISSUER, security: str = "", message_id: str | None = None
) -> str:
    """Return the envelope of a search or a unit verification, with fresh identifiers and time.

    Args:
        lookup: what is asked.
        issuer: ``Emetteur`` of the contexts.
        security: assertions, ready to be put in ``wsse:Security``.
        message_id: a UUID; a fresh one when left out.
    """
    if lookup.operation == "card":
        content = (
            f'<RECVITALE xmlns="{RECVIT}"><MatriculeOD><NumIdentifiant>{lookup.insured}</NumIdentifiant></MatriculeOD>'
            f"<DateNaissance>{lookup.birth_date}</DateNaissance><RangNaissance>{lookup.rank}</RangNaissance></RECVITALE>"
        )
        coverage = (
            f"<bam:COUVERTURE><bam:ASSURE><bam:Id><bam:Num>{lookup.insured}</bam:Num></bam:Id></bam:ASSURE>"
            f"<bam:BENEFICIAIRE><bam:DateNai>{lookup.birth_date}</bam:DateNai><bam:Rang>{lookup.rank}</bam:Rang>"
            "</bam:BENEFICIAIRE></bam:COUVERTURE>"
        )
    elif lookup.operation == "verify":
        content = f'<Requete xmlns="{VERIFICATION_REQUEST}">{_claim(lookup)}</Requete>'
        coverage = "<bam:COUVERTURE/>"
    else:
        content = f'<RECSANSVITALE xmlns="{RECSANS}">{_five(lookup)}</RECSANSVITALE>'
        coverage = "<bam:COUVERTURE/>"
    return _envelope(
        operation_of(lookup),
        content,
        coverage=coverage,
        issuer=issuer,
        security=security,
        message_id=message_id,
    )


def deposit_request(lookups: Iterable[Lookup], *, issuer: str = _ISSUER, security: str = "") -> str:
    """Return the deposit of a lot; its lines are numbered from 1 (inferred form, insi-contract §2.5)."""
    lines = "".join(
        f"<Ligne><IdLigne>{number}</IdLigne>{_claim(lookup)}</Ligne>"
        for number, lookup in enumerate(lookups, 1)
    )
    content = f'<Requete xmlns="{REQ_DEPOSIT}">{lines}</Requete>'
    return _envelope(Operation.DEPOSIT_LOT, content, issuer=issuer, security=security)


def collect_request(lot: str, page: int, *, issuer: str = _ISSUER, security: str = "") -> str:
    """Return the collection of a page of a lot (inferred form, insi-contract §2.5)."""
    content = f'<Requete xmlns="{REQ_COLLECT}"><IdLot>{escape(lot)}</IdLot><Page>{page}</Page></Requete>'
    return _envelope(Operation.COLLECT_LOT, content, issuer=issuer, security=security)


def _claim(lookup: Lookup) -> str:
    matricule = lookup.matricule or ""
    return (
        f"<IndividuVerifie><INSFourni><IdIndividu><NumIdentifiant>{matricule[:13]}</NumIdentifiant>"
        f"<Cle>{matricule[13:]}</Cle></IdIndividu><OID>{lookup.oid}</OID></INSFourni>"
        f"<TraitsIdentiteIndividu>{_five(lookup)}</TraitsIdentiteIndividu></IndividuVerifie>"
    )


def _five(lookup: Lookup) -> str:
    place = f"<LieuNaissance>{escape(lookup.birth_place)}</LieuNaissance>" if lookup.birth_place else ""
    return (
        f"<NomNaissance>{escape(lookup.birth_name)}</NomNaissance><Prenom>{escape(lookup.first_name)}</Prenom>"
        f"<Sexe>{lookup.sex}</Sexe><DateNaissance>{lookup.birth_date}</DateNaissance>{place}"
    )


def _envelope(
    operation: Operation,
    content: str,
    *,
    coverage: str = "<bam:COUVERTURE/>",
    issuer: str,
    security: str,
    message_id: str | None = None,
) -> str:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    issuer = escape(issuer)
    if security:
        security = f'<wsse:Security xmlns:wsse="{WSSE}">{security}</wsse:Security>'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="{SOAP12}"><soap:Header>'
        f'<bam:ContexteBAM xmlns:bam="{CTXBAM}" Nature="CTXBAM" Version="01_02"><bam:Id>{uuid4()}</bam:Id>'
        f"<bam:Temps>{now}</bam:Temps><bam:Emetteur>{issuer}</bam:Emetteur>{coverage}</bam:ContexteBAM>"
        f'<lps:ContexteLPS xmlns:lps="{CTXLPS}" Nature="CTXLPS" Version="01_00"><lps:Id>{uuid4()}</lps:Id>'
        f"<lps:Temps>{now}</lps:Temps><lps:Emetteur>{issuer}</lps:Emetteur><lps:LPS>"
        f'<lps:IDAM R="4">BANCINSI0002</lps:IDAM><lps:Version>01.00</lps:Version>'
        f"<lps:Instance>{_INSTANCE}</lps:Instance><lps:Nom>urn:lps:banc-load:0.1</lps:Nom></lps:LPS></lps:ContexteLPS>"
        f'<wsa:Action xmlns:wsa="{WSA}">{operation.action}</wsa:Action>'
        f'<wsa:MessageID xmlns:wsa="{WSA}">uuid:{message_id or uuid4()}</wsa:MessageID>{security}</soap:Header>'
        f"<soap:Body>{content}</soap:Body></soap:Envelope>"
    )
