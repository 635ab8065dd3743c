"""The SOAP requests of users, as real clients write them (insi-contract §7)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from simulator.contract.names import (
    RECSANS,
    RECVIT,
    REQ_COLLECT,
    REQ_DEPOSIT,
    VERIFICATION_REQUEST,
    Operation,
)
from simulator.contract.request import NO_COVERAGE, Software, write_request

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.load.calling.expected import Lookup

ACTION: Final = Operation.SEARCH_BY_TRAITS.action
HEADERS: Final = {"Content-Type": f'application/soap+xml; charset=utf-8; action="{ACTION}"'}

_ISSUER: Final = "10B0000001"
_SOFTWARE: Final = Software(
    idam="BANCINSI0002",
    version="01.00",
    instance="0b4c6bfa-4f5e-4b8e-9d6f-2f5b5f2a6c11",
    name="urn:lps:banc-load:0.1",
)
_BY_NAME: Final = {
    "traits": Operation.SEARCH_BY_TRAITS,
    "card": Operation.SEARCH_BY_CARD,
    "verify": Operation.VERIFY,
}


@cache
def headers_of(operation: Operation) -> Mapping[str, str]:
    """Return the HTTP headers of a call, the same object each time."""
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
        coverage = NO_COVERAGE
    else:
        content = f'<RECSANSVITALE xmlns="{RECSANS}">{_five(lookup)}</RECSANSVITALE>'
        coverage = NO_COVERAGE
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
    coverage: str = NO_COVERAGE,
    issuer: str,
    security: str,
    message_id: str | None = None,
) -> str:
    return write_request(
        operation,
        content,
        software=_SOFTWARE,
        issuer=issuer,
        coverage=coverage,
        security=security,
        message_id=message_id,
    )
