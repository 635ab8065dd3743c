"""Good messages to spoil: every operation the reader knows, as several kinds of client write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

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
from simulator.population.families import families
from simulator.security.signing import make_ps_assertion, make_psc_assertion, make_vitale_assertion

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from simulator.security.pki import PkiSummary

CANARY: Final = "CANARI-QUI-NE-DOIT-PAS-SORTIR"
"""The content of a file that hostile messages ask for: it must never come out."""
SERIAL: Final = b"SERIAL"
"""Replaced by the number of the mutant, so that identifiers are fresh."""
LOT: Final = b"LOT-OF-THE-SESSION"
"""Replaced by the identifier of a lot that the session called has."""
POPULATION_SEED: Final = 1
_BILLING: Final = "990000001"
_TIME: Final = "2026-01-05T09:00:00Z"


@dataclass(frozen=True, kw_only=True)
class Seed:
    """One good message."""

    name: str
    operation: Operation
    body: bytes
    content_type: str


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """All good messages, and what hostile ones point at or come with."""

    seeds: tuple[Seed, ...]
    certificates: tuple[bytes, ...]
    """DER, of every entry of the PKI: good, bad, and not for this."""
    canary: str
    """URL of the file that holds ``CANARY``."""
    listener: str
    """URL that nobody may ever fetch."""


def _traits(
    birth_name: str = "ADRTROIS",
    first_names: tuple[str, ...] = ("TOUSSAINT",),
    birth_date: str = "1960-01-01",
    birth_place: str | None = None,
) -> str:
    names = "".join(f"<Prenom>{name}</Prenom>" for name in first_names)
    place = f"<LieuNaissance>{birth_place}</LieuNaissance>" if birth_place else ""
    return (
        f"<NomNaissance>{birth_name}</NomNaissance>{names}<Sexe>M</Sexe>"
        f"<DateNaissance>{birth_date}</DateNaissance>{place}"
    )


def _search(*traits: object) -> str:
    return f'<RECSANSVITALE xmlns="{RECSANS}">{_traits(*traits)}</RECSANSVITALE>'  # type: ignore[arg-type]


_INSURED: Final = families(POPULATION_SEED)[0]
_TWIN: Final = next(person for person in families(POPULATION_SEED) if "twin" in person.tags)


def _card() -> str:
    matricule, traits = _INSURED.identity.matricule, _INSURED.identity.traits
    number = f"<v:NumIdentifiant>{matricule.number}</v:NumIdentifiant><v:Cle>{matricule.key}</v:Cle>"
    return (
        f'<v:RECVITALE xmlns:v="{RECVIT}"><v:MatriculeIndividu>{number}<v:TypeMatricule>NIR</v:TypeMatricule>'
        f"</v:MatriculeIndividu><v:MatriculeOD>{number}</v:MatriculeOD>"
        f"<v:NomNaissance>{traits.birth_name}</v:NomNaissance><v:DateNaissance>{traits.birth_date}</v:DateNaissance>"
        "<v:RangNaissance>1</v:RangNaissance></v:RECVITALE>"
    )


def _twin() -> str:
    card = _TWIN.card
    assert card is not None
    return (
        f'<RECVITALE xmlns="{RECVIT}"><MatriculeOD><NumIdentifiant>{card.insured_number}</NumIdentifiant></MatriculeOD>'
        f"<DateNaissance>{_TWIN.identity.traits.birth_date}</DateNaissance>"
        f"<RangNaissance>{card.birth_rank}</RangNaissance></RECVITALE>"
    )


def _claim() -> str:
    """Return an identity to verify, the right one."""
    identity = _INSURED.identity
    traits = identity.traits
    return (
        f"<IndividuVerifie><INSFourni><IdIndividu><NumIdentifiant>{identity.matricule.number}</NumIdentifiant>"
        f"<Cle>{identity.matricule.key}</Cle><TypeMatricule>NIR</TypeMatricule></IdIndividu><OID>{identity.oid}</OID>"
        f"</INSFourni><TraitsIdentiteIndividu><NomNaissance>{traits.birth_name}</NomNaissance>"
        f"<ListePrenom>{traits.first_names}</ListePrenom><Sexe>{traits.sex}</Sexe>"
        f"<DateNaissance>{traits.birth_date}</DateNaissance></TraitsIdentiteIndividu></IndividuVerifie>"
    )


def _deposit() -> str:
    lines = "".join(f"<Ligne><IdLigne>{number}</IdLigne>{_claim()}</Ligne>" for number in (1, 2, 3))
    return f'<Requete xmlns="{REQ_DEPOSIT}">{lines}</Requete>'


def _contexts(coverage: str = "") -> str:
    cover = f"<c:COUVERTURE>{coverage}</c:COUVERTURE>" if coverage else "<c:COUVERTURE/>"
    return (
        f'<c:ContexteBAM xmlns:c="{CTXBAM}" Nature="CTXBAM" Version="01_02"><c:Id>bam-SERIAL</c:Id>'
        f"<c:Temps>{_TIME}</c:Temps><c:Emetteur>{_BILLING}</c:Emetteur>{cover}</c:ContexteBAM>"
        f'<l:ContexteLPS xmlns:l="{CTXLPS}" Nature="CTXLPS" Version="01_00"><l:Id>lps-SERIAL</l:Id>'
        f"<l:Temps>{_TIME}</l:Temps><l:Emetteur>{_BILLING}</l:Emetteur><l:LPS>"
        '<l:IDAM R="4">750000000001</l:IDAM><l:Version>01.00</l:Version><l:Instance>instance-1</l:Instance>'
        "<l:Nom>urn:lps:BANC:1.0</l:Nom></l:LPS></l:ContexteLPS>"
    )


def _coverage() -> str:
    identity = _INSURED.identity
    number = f"<c:Num>{identity.matricule.number}</c:Num><c:Cle>{identity.matricule.key}</c:Cle>"
    return (
        "<c:GrandRegime>01</c:GrandRegime><c:Organisme>349</c:Organisme><c:CodeCentre>9881</c:CodeCentre>"
        f"<c:ASSURE><c:Id>{number}</c:Id></c:ASSURE><c:BENEFICIAIRE><c:Nir>{number}"
        "<c:DateCertification>2026-01-01</c:DateCertification></c:Nir>"
        f"<c:DateNai>{identity.traits.birth_date}</c:DateNai><c:Rang>1</c:Rang><c:Porteur>1</c:Porteur></c:BENEFICIAIRE>"
    )


def _envelope(
    operation: Operation,
    body: str,
    *,
    security: str | None = None,
    coverage: str = "",
    more: str = "",
    declaration: bool = True,
) -> bytes:
    header = "" if security is None else f'<o:Security xmlns:o="{WSSE}">{security}</o:Security>'
    start = '<?xml version="1.0" encoding="UTF-8"?>\n' if declaration else ""
    return (
        f'{start}<s:Envelope xmlns:s="{SOAP12}" xmlns:w="{WSA}"><s:Header>{header}{_contexts(coverage)}'
        f"<w:Action>{operation.action}</w:Action><w:MessageID>uuid:SERIAL</w:MessageID>{more}</s:Header>"
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def _unprefixed(operation: Operation, body: str) -> bytes:
    """Return a message in which each part declares its namespace as the default one."""
    contexts = _contexts().replace("<c:", "<").replace("</c:", "</").replace("xmlns:c=", "xmlns=")
    contexts = contexts.replace("<l:", "<").replace("</l:", "</").replace("xmlns:l=", "xmlns=")
    return (
        f'<Envelope xmlns="{SOAP12}">\r\n  <Header>\r\n    {contexts}\r\n'
        f'    <Action xmlns="{WSA}">{operation.action}</Action>\r\n'
        f'    <MessageID xmlns="{WSA}">SERIAL</MessageID>\r\n  </Header>\r\n'
        f"  <Body>\r\n    {body}\r\n  </Body>\r\n</Envelope>\r\n"
    ).encode()


BODIES: Final[dict[Operation, tuple[str, ...]]] = {
    Operation.SEARCH_BY_TRAITS: (
        _search(),
        _search("DE VINCI", ("LEONARDO", "DA"), "2014-02-01", "63220"),
        _search("D&apos;ARTAGNAN DE L&apos;HERAULT", ("PIERRE-ALAIN",), "2001-06-17"),
        _search("INCONNU", ("PERSONNE",), "1960-00-00", "99999"),
    ),
    Operation.SEARCH_BY_CARD: (_card(), _twin()),
    Operation.VERIFY: (f'<Requete xmlns="{VERIFICATION_REQUEST}">{_claim()}</Requete>',),
    Operation.DEPOSIT_LOT: (_deposit(),),
    Operation.COLLECT_LOT: (
        f'<Requete xmlns="{REQ_COLLECT}"><IdLot>{LOT.decode()}</IdLot><Page>1</Page></Requete>',
    ),
}
"""By operation; the first one is found in every kind of message."""


def plain_seeds() -> list[Seed]:
    """Return the messages without signature: always the same bytes."""
    seeds = []
    for operation, bodies in BODIES.items():
        with_action = f'application/soap+xml; charset=utf-8; action="{operation.action}"'
        for number, body in enumerate(bodies):
            seeds.append((f"{operation.value}-{number}", operation, _envelope(operation, body), with_action))
        addressed = (
            '<w:To s:mustUnderstand="1">https://127.0.0.1:8080/lps</w:To>'
            f"<w:ReplyTo><w:Address>{WSA}/anonymous</w:Address></w:ReplyTo>"
        )
        variants = {
            "unprefixed": _unprefixed(operation, bodies[0]),
            "empty-security": _envelope(operation, bodies[0], security="", declaration=False),
            "addressed": _envelope(operation, bodies[0], more=addressed, coverage=_coverage()),
        }
        seeds.extend(
            (f"{operation.value}-{kind}", operation, body, "application/soap+xml; charset=utf-8")
            for kind, body in variants.items()
        )
    return [
        Seed(name=name, operation=operation, body=body, content_type=content_type)
        for name, operation, body, content_type in seeds
    ]


def signed_seeds(pki: PkiSummary, now: datetime) -> list[Seed]:
    """Return the messages with assertions: signed by a card of this PKI, of a Vitale card, of Pro Santé Connect."""
    entry = pki.entry("cps")
    certificate, key = ((pki.directory / name).read_bytes() for name in (entry.cert, entry.key))
    attributes = {"identifiantFacturation": _BILLING, "codeSpecialiteAMO": "50", "secteurActivite": "SA33"}
    signed = make_ps_assertion(certificate, key, attributes=attributes, issue_instant=now).decode()
    card = _INSURED.card
    assert card is not None
    vitale = make_vitale_assertion(serial=card.serial, issuer="800000000001", issue_instant=now).decode()
    psc = make_psc_assertion(
        name_id="800000000001", issuer="banc", attributes=attributes, issue_instant=now
    ).decode()
    return [
        Seed(
            name=f"{operation.value}-{kind}",
            operation=operation,
            body=_envelope(operation, bodies[0], security=security, coverage=_coverage()),
            content_type="application/soap+xml; charset=utf-8",
        )
        for operation, bodies in BODIES.items()
        for kind, security in (("cpx", signed), ("cpx-vitale", signed + vitale), ("psc", psc))
    ]


def make_corpus(
    folder: Path, pki: PkiSummary, now: datetime, listener: str = "http://127.0.0.1:9/"
) -> Corpus:
    """Return the corpus, with the canary file written in ``folder``."""
    path = folder / "canary.txt"
    path.write_text(CANARY, encoding="ascii")
    return Corpus(
        seeds=(*plain_seeds(), *signed_seeds(pki, now)),
        certificates=tuple(
            x509.load_pem_x509_certificate((pki.directory / entry.cert).read_bytes()).public_bytes(
                Encoding.DER
            )
            for entry in pki.entries
        ),
        canary=path.as_uri(),
        listener=listener,
    )
