"""``docs/contract.md`` from the data: ``python -m simulator.pages.contract`` writes it on standard output.

What the simulator answers is data with an evidence level; this page shows that data, so that it cannot say
otherwise than the program.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from simulator.contract.evidence import EvidenceLevel
from simulator.contract.faults import HTTP_STATUS, fault_catalogue
from simulator.contract.names import (
    MAX_ATTRIBUTES,
    MAX_BODY_BYTES,
    MAX_DEPTH,
    MAX_LOT_BYTES,
    Operation,
)
from simulator.contract.render import DIALECTS, LABELS
from simulator.security.names import CLOCK_SKEW, PS_LIFETIME, VITALE_LIFETIME
from simulator.serving.front import BODY_TIMEOUT_S
from simulator.sessions.profiles import profiles
from simulator.sessions.settings import SessionSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_OPERATIONS: Final = (
    (
        "WS_INS1",
        Operation.SEARCH_BY_CARD,
        EvidenceLevel.OFFICIAL,
        "Search with a Vitale card. Matching among the beneficiaries of the card is inferred",
    ),
    ("WS_INS2", Operation.SEARCH_BY_TRAITS, EvidenceLevel.OFFICIAL, "Search with the birth traits"),
    (
        "WS_INS3",
        Operation.VERIFY,
        EvidenceLevel.INFERRED,
        "Unit verification. Operation name, request object and answer namespace are seen, the rest is inferred",
    ),
    (
        "WS_INS4",
        Operation.DEPOSIT_LOT,
        EvidenceLevel.INFERRED,
        "Deposit of a lot to verify; nothing of it is public",
    ),
    (
        "WS_INS5",
        Operation.COLLECT_LOT,
        EvidenceLevel.INFERRED,
        "Collection of the result of a lot; nothing of it is public",
    ),
)

_HEADERS: Final = (
    (
        "Content-Type",
        "`application/soap+xml; charset=utf-8; action=…`",
        EvidenceLevel.OBSERVED,
        "action not needed when wsa:Action is there; another media type is a finding",
    ),
    (
        "wsa:Action",
        "the action of the operation",
        EvidenceLevel.OBSERVED,
        "not declared in the published WSDL, sent by every real client; wins over the action of Content-Type",
    ),
    (
        "wsa:MessageID",
        "`uuid:<uuid>`",
        EvidenceLevel.OBSERVED,
        "mandatory here (inferred); any other form and reuse are findings, refused in strict sessions (inferred)",
    ),
    (
        "ContexteBAM",
        "Version 01_02: Id, Temps, Emetteur?, DateRef?, COUVERTURE",
        EvidenceLevel.OFFICIAL,
        "its absence is refused (inferred)",
    ),
    (
        "ContexteLPS",
        "Version 01_00: Id, Temps, Emetteur?, LPS{IDAM, Version, Instance, Nom}?",
        EvidenceLevel.OFFICIAL,
        "its absence is refused (inferred); without IDAM: desir_550 (that trigger is inferred)",
    ),
    (
        "wsse:Security",
        "saml:Assertion 1..n",
        EvidenceLevel.OFFICIAL,
        "an empty one, also with xsi:nil, is tolerated, as by the live gateway (observed)",
    ),
    (
        "any block",
        "soap:mustUnderstand, soap:role, soap:relay, soap:encodingStyle",
        EvidenceLevel.INFERRED,
        (
            "SOAP 1.2 allows them on any block, the published schemas declare none: accepted. A mandatory block for the "
            "service that it does not know is a finding, a MustUnderstand fault in strict sessions and where the profile "
            "says so; wsa:To, From, ReplyTo, FaultTo, RelatesTo count as known"
        ),
    ),
)

_WAYS_IN: Final = (
    (
        "Mutual TLS",
        "certificate with CN `INSI-AUTO` or `INSI-MANU`, OU = Emetteur, no assertion",
        EvidenceLevel.OBSERVED,
        "`banc serve --mtls-port`",
    ),
    (
        "CPx",
        f"PS assertion signed RSA-SHA256, exclusive C14N, at most {PS_LIFETIME.total_seconds() / 60:.0f} min old",
        EvidenceLevel.OBSERVED,
        "`--https-port`, or plain HTTP on loopback",
    ),
    (
        "Vitale",
        f"second assertion, NameQualifier VITALE, at most {VITALE_LIFETIME.total_seconds() / 60:.0f} min old, signature not verified",
        EvidenceLevel.REPORTED,
        "with a search by card",
    ),
    (
        "Pro Santé Connect",
        "unsigned assertion, NameQualifier PSC; token as `Authorization: Bearer`",
        EvidenceLevel.INFERRED,
        "the assertion is reported, the way of the token inferred",
    ),
    (
        "ApCV",
        "in place of the Vitale assertion one with NameQualifier APCV, as short-lived, or none at all",
        EvidenceLevel.INFERRED,
        "off: session setting `apcv`",
    ),
)


def contract_page() -> str:
    """Return the page, Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# The contract, and how sure each part is"
    yield ""
    yield "Written by `make docs` from the data of the simulator; do not edit."
    yield ""
    yield "Levels: `official` published contract · `observed` captured from the live service · `reported` third party · `inferred` ours."
    yield from _section(
        "Operations",
        ("guide", "operation", "action", "level", "remark"),
        (
            (guide, f"`{operation.value}`", f"`{operation.action}`", evidence.value, remark)
            for guide, operation, evidence, remark in _OPERATIONS
        ),
    )
    yield ""
    yield "`/lps?wsdl` is the published contract; `/lps?wsdl=inferred` describes the inferred operations, apart."
    yield from _section(
        "Ways in",
        ("way", "what proves the caller", "level", "where"),
        ((way, what, evidence.value, where) for way, what, evidence, where in _WAYS_IN),
    )
    yield from _section(
        "Headers",
        ("header", "content", "level", "remark"),
        ((name, content, evidence.value, remark) for name, content, evidence, remark in _HEADERS),
    )
    yield from _section(
        "Answer codes of the searches",
        ("CodeCR", "LibelleCR", "level"),
        ((code, label, EvidenceLevel.OBSERVED.value) for code, label in LABELS.items()),
    )
    yield from _section(
        f"Faults (all with HTTP {HTTP_STATUS})",
        (
            "code",
            "family",
            "SOAP",
            "subcode",
            "severity",
            "label",
            "when",
            "level",
            "inferred parts",
            "source",
        ),
        (
            (
                f"`{fault.code}`",
                fault.family,
                fault.soap,
                fault.siram,
                fault.severity,
                fault.label,
                fault.when_en,
                fault.evidence.value,
                ", ".join(fault.unsure) or "none",
                fault.source,
            )
            for fault in fault_catalogue().values()
        ),
    )
    yield from _section(
        "Environment profiles",
        (
            "profile",
            "unknown person",
            "mandatory header not known (inferred)",
            "dialect",
            "level",
            "what it is",
            "source",
        ),
        (
            (
                f"`{profile.name}`",
                profile.unknown_person,
                profile.not_understood,
                profile.dialect,
                profile.evidence.value,
                profile.description_en,
                profile.source,
            )
            for profile in profiles().values()
        ),
    )
    yield from _section(
        "Dialects",
        ("dialect", "level"),
        ((f"`{dialect.name}`", dialect.evidence.value) for dialect in DIALECTS.values()),
    )
    yield from _section(
        "Limits (all ours)",
        ("what", "limit"),
        (
            ("request", f"{MAX_BODY_BYTES:,} bytes"),
            ("deposit of a lot", f"{MAX_LOT_BYTES:,} bytes"),
            ("nested elements", str(MAX_DEPTH)),
            ("attributes of an element", str(MAX_ATTRIBUTES)),
            ("time to send a request", f"{BODY_TIMEOUT_S:.0f} s"),
            ("an assertion dated in the future", f"{CLOCK_SKEW.total_seconds() / 60:.0f} min"),
            ("document type declaration, processing instruction, compression", "refused"),
            (
                "UTF-16, ISO-8859-1, ISO-8859-15, windows-1252",
                "a finding, and the message kept in UTF-8; refused in strict sessions",
            ),
            ("any other encoding than UTF-8", "refused"),
        ),
    )
    yield from _section(
        "Settings of a session",
        ("setting", "default"),
        ((f"`{name}`", f"`{value}`") for name, value in SessionSettings().to_json().items()),
    )


def _section(title: str, headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""
    yield f"| {' | '.join(headings)} |"
    yield f"|{' --- |' * len(headings)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


if __name__ == "__main__":
    sys.stdout.write(contract_page())
