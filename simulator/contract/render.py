"""Writing an answer: the exact shapes of the live service, by dialect.

Built as text on purpose: the live service binds several prefixes to one namespace in ways that a tree
serialiser cannot reproduce. Every inserted value is escaped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

from simulator.contract.evidence import EvidenceLevel
from simulator.contract.names import RECSANS, RECVIT, RESULTAT, SIRAM, SOAP11, SOAP12
from simulator.contract.soap import around_body
from simulator.values import value

if TYPE_CHECKING:
    from simulator.contract.faults import Fault

_MARKUP: Final = re.compile("[&<>]")
_TRAITS: Final = ("NomNaissance", "Prenom", "ListePrenom", "Sexe", "DateNaissance", "LieuNaissance")


@value(frozen=True, slots=True, kw_only=True)
class IdentifierBlock:
    """INSACTIF, or one INSHISTO. ``number`` and ``key`` are written as they are, right or wrong."""

    number: str
    key: str | None
    oid: str
    date_from: str | None = None
    date_to: str | None = None
    dates_first: bool = False
    """Write the dates before IdIndividu, against the schema, as the CNDA file TEST_2.04_cas2 does (insi-contract §2.3)."""


@value(frozen=True, slots=True, kw_only=True)
class TraitsBlock:
    """TIQ. ``None``: the element is left out; an empty text is written as an empty element."""

    birth_name: str | None
    first_names: str | None
    """ListePrenom."""
    sex: str | None
    birth_date: str | None
    birth_place: str | None
    first_name: str | None = None
    """Prenom, which the live service returned until October 2022 only."""


@value(frozen=True, slots=True, kw_only=True)
class Answer:
    """A RESULTAT: code 00 with an individual, 01 or 02 without."""

    code: str
    label: str
    active: IdentifierBlock | None = None
    history: tuple[IdentifierBlock, ...] = ()
    traits: TraitsBlock | None = None

    def render(self, dialect: Dialect) -> bytes:
        """Return the bytes of the answer."""
        return render_answer(self, dialect)


LABELS: Final = {"00": "OK", "01": "Aucune identite trouvee", "02": "Plusieurs identites trouvees"}
"""LibelleCR by CodeCR, without accents as on the wire (insi-contract §3.1, observed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How the live service wrote its messages at one time, inside ``soap:Envelope``."""

    name: str
    body: str
    """Prefix of the Body element."""
    result_prefix: str
    """Prefix of RESULTAT and all it holds; empty for the default namespace."""
    result_namespaces: tuple[tuple[str, str], ...]
    """Prefix and namespace of each declaration on RESULTAT, in order; an empty prefix is the default."""
    with_first_name: bool
    with_matricule_type: bool
    gateway_prefix: str
    """Prefix of the elements of a gateway fault."""
    gateway_language: str
    evidence: EvidenceLevel
    colon: str = field(init=False, repr=False, compare=False)
    """``result_prefix`` as it stands before a name."""
    opening: str = field(init=False, repr=False, compare=False)
    """A message up to the content of RESULTAT: the same in every answer."""
    closing: str = field(init=False, repr=False, compare=False)
    """The rest of it."""

    def __post_init__(self) -> None:
        """Write what is the same in every answer, once."""
        colon = f"{self.result_prefix}:" if self.result_prefix else ""
        declarations = "".join(
            f' xmlns{":" if name else ""}{name}="{namespace}"' for name, namespace in self.result_namespaces
        )
        opening, closing = _envelope(self.body, "S")
        object.__setattr__(self, "colon", colon)
        object.__setattr__(self, "opening", f"{opening}<{colon}RESULTAT{declarations}>")
        object.__setattr__(self, "closing", f"</{colon}RESULTAT>{closing}")


def _envelope(body: str, inner: str) -> tuple[str, str]:
    """Return a message up to the content of its Body, and from there; ``inner`` is one more prefix that the Body declares."""
    prefixes = [name for name in (inner, body) if name != "soap"] if body != "soap" else []
    declarations = "".join(f' xmlns:{name}="{SOAP12}"' for name in prefixes)
    return around_body(body=body, declared=declarations, after="\n")


DIALECTS: Final = {
    dialect.name: dialect
    for dialect in (
        Dialect(
            name="live-2026",
            body="env",
            result_prefix="",
            result_namespaces=(("", RESULTAT), ("ns0", RECVIT), ("ns1", RECSANS)),
            with_first_name=False,
            with_matricule_type=False,
            gateway_prefix="soap",
            gateway_language="fr",
            evidence=EvidenceLevel.OBSERVED,
        ),
        Dialect(
            name="live-2022",
            body="env",
            result_prefix="ns2",
            result_namespaces=(("ns3", RECVIT), ("ns2", RESULTAT), ("", RECSANS)),
            with_first_name=True,
            with_matricule_type=True,
            gateway_prefix="S",
            gateway_language="en",
            evidence=EvidenceLevel.OBSERVED,
        ),
        # Each part was seen, at different times: Prenom gone after October 2022, the gateway's new shape from
        # October 2023. That they were in force together is inferred.
        Dialect(
            name="live-2023",
            body="env",
            result_prefix="ns2",
            result_namespaces=(("ns3", RECVIT), ("ns2", RESULTAT), ("", RECSANS)),
            with_first_name=False,
            with_matricule_type=False,
            gateway_prefix="soap",
            gateway_language="fr",
            evidence=EvidenceLevel.INFERRED,
        ),
        Dialect(
            name="plain",
            body="soap",
            result_prefix="res",
            result_namespaces=(("res", RESULTAT),),
            with_first_name=False,
            with_matricule_type=False,
            gateway_prefix="soap",
            gateway_language="fr",
            evidence=EvidenceLevel.INFERRED,
        ),
    )
}
"""Dialects by name; ``live-2026`` is the default, ``plain`` is ours.

Those of 2022 and 2026 are those of captures (insi-contract §2.3 and §3.2, seen: padoa/tlsi-ins, ``src/ins/fixtures`` and its
history): prefixes, order of declarations and of attributes.
"""


def render_answer(answer: Answer, dialect: Dialect) -> bytes:
    """Return the bytes of a successful answer (HTTP 200)."""
    prefix, individual = dialect.colon, ""
    if answer.active is not None and answer.traits is not None:
        blocks = _identifier("INSACTIF", answer.active, prefix, "")
        if answer.history:
            kind = (
                f"<{prefix}TypeMatricule>NIR</{prefix}TypeMatricule>" if dialect.with_matricule_type else ""
            )
            blocks += "".join([_identifier("INSHISTO", old, prefix, kind) for old in answer.history])
        individual = f"<{prefix}INDIVIDU>{blocks}{_traits(answer.traits, prefix, dialect)}</{prefix}INDIVIDU>"
    code, label = answer.code, answer.label
    if _MARKUP.search(f"{code}{label}"):
        code, label = escape(code), escape(label)
    return (
        f"{dialect.opening}<{prefix}CR><{prefix}CodeCR>{code}</{prefix}CodeCR>"
        f"<{prefix}LibelleCR>{label}</{prefix}LibelleCR></{prefix}CR>{individual}{dialect.closing}"
    ).encode()


def render_body(content: str, dialect: Dialect) -> bytes:
    """Return a whole message around an answer that names its own namespace (HTTP 200)."""
    return _message(dialect.body, "S", content)


def render_fault(fault: Fault, dialect: Dialect, *, message_id: str | None) -> bytes:
    """Return the bytes of a SOAP fault (HTTP 500), in the shape of its family.

    The gateway echoes the MessageID, the application does not (insi-contract §3.2, observed).
    """
    if fault.family == "application":
        attributes = f"severite={quoteattr(fault.severity)} code={quoteattr(fault.code)}"
        return _message("env", "S", _fault("S", fault, "en", attributes))
    echo = f" messageID={quoteattr(message_id)}" if message_id else ""
    attributes = f"code={quoteattr(fault.code)}{echo} severite={quoteattr(fault.severity)}"
    prefix = dialect.gateway_prefix
    return _message(dialect.body, prefix, _fault(prefix, fault, dialect.gateway_language, attributes))


def _message(body: str, inner: str, content: str) -> bytes:
    opening, closing = _envelope(body, inner)
    return f"{opening}{content}{closing}".encode()


def _fault(prefix: str, fault: Fault, language: str, attributes: str) -> str:
    # Seen on every captured fault with this prefix.
    declaration = f' xmlns:ns4="{SOAP11}"' if prefix == "S" else ""
    return (
        f"<{prefix}:Fault{declaration}><{prefix}:Code><{prefix}:Value>{prefix}:{fault.soap}</{prefix}:Value>"
        f"<{prefix}:Subcode><{prefix}:Value>{prefix}:{fault.siram}</{prefix}:Value></{prefix}:Subcode></{prefix}:Code>"
        f'<{prefix}:Reason><{prefix}:Text xml:lang="{language}">{escape(fault.reason)}</{prefix}:Text></{prefix}:Reason>'
        f'<{prefix}:Detail><siram:Erreur {attributes} xmlns:siram="{SIRAM}">{escape(fault.label)}</siram:Erreur>'
        f"</{prefix}:Detail></{prefix}:Fault>"
    )


def _identifier(name: str, block: IdentifierBlock, prefix: str, kind: str) -> str:
    """Return a block; ``kind`` is TypeMatricule, written, or nothing."""
    number, key, oid, first, last = block.number, block.key, block.oid, block.date_from, block.date_to
    if _MARKUP.search(f"{number}{key}{oid}{first}{last}"):
        number, oid = escape(number), escape(oid)
        key, first, last = _escaped(key), _escaped(first), _escaped(last)
    cle = "" if key is None else f"<{prefix}Cle>{key}</{prefix}Cle>"
    identifier = (
        f"<{prefix}IdIndividu><{prefix}NumIdentifiant>{number}</{prefix}NumIdentifiant>{cle}{kind}</{prefix}IdIndividu>"
        f"<{prefix}OID>{oid}</{prefix}OID>"
    )
    dates = "" if first is None else f"<{prefix}DateDeb>{first}</{prefix}DateDeb>"
    if last is not None:
        dates += f"<{prefix}DateFin>{last}</{prefix}DateFin>"
    content = dates + identifier if block.dates_first else identifier + dates
    return f"<{prefix}{name}>{content}</{prefix}{name}>"


def _traits(block: TraitsBlock, prefix: str, dialect: Dialect) -> str:
    first_name, first_names = block.first_name, block.first_names
    if first_name is None and dialect.with_first_name and first_names:
        first_name = first_names.split(" ")[0]
    values = (block.birth_name, first_name, first_names, block.sex, block.birth_date, block.birth_place)
    written = [
        f"<{prefix}{name}>{value}</{prefix}{name}>"
        for name, value in zip(_TRAITS, values, strict=True)
        if value is not None
    ]
    if _MARKUP.search("".join(filter(None, values))):
        written = [
            f"<{prefix}{name}>{escape(value)}</{prefix}{name}>"
            for name, value in zip(_TRAITS, values, strict=True)
            if value is not None
        ]
    return f"<{prefix}TIQ>{''.join(written)}</{prefix}TIQ>"


def _escaped(value: str | None) -> str | None:
    return None if value is None else escape(value)
