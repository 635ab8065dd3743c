"""Writing an answer: the exact shapes of the live service, by dialect.

Built as text on purpose: the live service binds several prefixes to one namespace in ways that a tree
serialiser cannot reproduce. Every inserted value is escaped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

from simulator.contract.names import RECSANS, RECVIT, RESULTAT, SIRAM, SOAP11, SOAP12, Evidence

if TYPE_CHECKING:
    from simulator.contract.faults import Fault

_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierBlock:
    """INSACTIF, or one INSHISTO. ``number`` and ``key`` are written as they are, right or wrong."""

    number: str
    key: str | None
    oid: str
    date_from: str | None = None
    date_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A RESULTAT: code 00 with an individual, 01 or 02 without."""

    code: str
    label: str
    active: IdentifierBlock | None = None
    history: tuple[IdentifierBlock, ...] = ()
    traits: TraitsBlock | None = None


LABELS: Final = {"00": "OK", "01": "Aucune identite trouvee", "02": "Plusieurs identites trouvees"}
"""LibelleCR by CodeCR, without accents as on the wire (insi-contract §3.1, observed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How the live service wrote its answers at one time.

    ``body`` is the prefix of the Body element of answers; ``bindings`` the further prefixes declared on
    it; ``result_bindings`` those on RESULTAT, for the namespaces of the two requests in this order.
    """

    name: str
    envelope: str
    body: str
    bindings: tuple[str, ...]
    result_bindings: tuple[str, str] | None
    result_prefix: str
    with_first_name: bool
    with_matricule_type: bool
    gateway_prefix: str
    gateway_body: str
    gateway_language: str
    evidence: Evidence


DIALECTS: Final = {
    dialect.name: dialect
    for dialect in (
        Dialect(
            name="live-2026",
            envelope="soap",
            body="env",
            bindings=("S",),
            result_bindings=("ns0", "ns1"),
            result_prefix="",
            with_first_name=False,
            with_matricule_type=False,
            gateway_prefix="soap",
            gateway_body="env",
            gateway_language="fr",
            evidence=Evidence.OBSERVED,
        ),
        Dialect(
            name="live-2022",
            envelope="soap",
            body="S",
            bindings=(),
            result_bindings=("ns2", "ns3"),
            result_prefix="",
            with_first_name=True,
            with_matricule_type=True,
            gateway_prefix="S",
            gateway_body="S",
            gateway_language="en",
            evidence=Evidence.OBSERVED,
        ),
        Dialect(
            name="plain",
            envelope="soap",
            body="soap",
            bindings=(),
            result_bindings=None,
            result_prefix="res",
            with_first_name=False,
            with_matricule_type=False,
            gateway_prefix="soap",
            gateway_body="soap",
            gateway_language="fr",
            evidence=Evidence.INFERRED,
        ),
    )
}
"""Dialects by name; ``live-2026`` is the default, ``plain`` is ours (insi-contract §2.3 and §3.2)."""


def render_answer(answer: Answer, dialect: Dialect) -> bytes:
    """Return the bytes of a successful answer (HTTP 200)."""
    prefix = f"{dialect.result_prefix}:" if dialect.result_prefix else ""
    declaration = f'xmlns{":" + dialect.result_prefix if dialect.result_prefix else ""}="{RESULTAT}"'
    if dialect.result_bindings:
        vitale, traits = dialect.result_bindings
        declaration += f' xmlns:{vitale}="{RECVIT}" xmlns:{traits}="{RECSANS}"'
    individual = ""
    if answer.active is not None and answer.traits is not None:
        blocks = _identifier("INSACTIF", answer.active, prefix, with_type=False)
        for old in answer.history:
            blocks += _identifier("INSHISTO", old, prefix, with_type=dialect.with_matricule_type)
        individual = f"<{prefix}INDIVIDU>{blocks}{_traits(answer.traits, prefix, dialect)}</{prefix}INDIVIDU>"
    result = (
        f"<{prefix}RESULTAT {declaration}><{prefix}CR>{_element(prefix, 'CodeCR', answer.code)}"
        f"{_element(prefix, 'LibelleCR', answer.label)}</{prefix}CR>{individual}</{prefix}RESULTAT>"
    )
    return _envelope(dialect.envelope, dialect.body, dialect.bindings, result)


def render_fault(fault: Fault, dialect: Dialect, *, message_id: str | None) -> bytes:
    """Return the bytes of a SOAP fault (HTTP 500), in the shape of its family.

    The gateway echoes the MessageID, the application does not (insi-contract §3.2, observed).
    """
    if fault.family == "application":
        error = (
            f'<siram:Erreur xmlns:siram="{SIRAM}" severite={quoteattr(fault.severity)} '
            f"code={quoteattr(fault.code)}>{escape(fault.label)}</siram:Erreur>"
        )
        content = _fault("S", f' xmlns:ns4="{SOAP11}"', fault, "en", error)
        return _envelope("S", "S", (), content)
    echo = f" messageID={quoteattr(message_id)}" if message_id else ""
    error = (
        f'<siram:Erreur xmlns:siram="{SIRAM}" code={quoteattr(fault.code)} '
        f"severite={quoteattr(fault.severity)}{echo}>{escape(fault.label)}</siram:Erreur>"
    )
    prefix = dialect.gateway_prefix
    content = _fault(prefix, "", fault, dialect.gateway_language, error)
    return _envelope(prefix, dialect.gateway_body, (), content)


def _fault(prefix: str, declarations: str, fault: Fault, language: str, error: str) -> str:
    return (
        f"<{prefix}:Fault{declarations}><{prefix}:Code><{prefix}:Value>{prefix}:{fault.soap}</{prefix}:Value>"
        f"<{prefix}:Subcode><{prefix}:Value>{prefix}:{fault.siram}</{prefix}:Value></{prefix}:Subcode></{prefix}:Code>"
        f'<{prefix}:Reason><{prefix}:Text xml:lang="{language}">{escape(fault.reason)}</{prefix}:Text></{prefix}:Reason>'
        f"<{prefix}:Detail>{error}</{prefix}:Detail></{prefix}:Fault>"
    )


def _envelope(envelope: str, body: str, bindings: tuple[str, ...], content: str) -> bytes:
    extra = "".join(f' xmlns:{name}="{SOAP12}"' for name in bindings)
    own = "" if body == envelope else f' xmlns:{body}="{SOAP12}"'
    return (
        f'{_DECLARATION}<{envelope}:Envelope xmlns:{envelope}="{SOAP12}"><{body}:Body{extra}{own}>'
        f"{content}</{body}:Body></{envelope}:Envelope>"
    ).encode()


def _identifier(name: str, block: IdentifierBlock, prefix: str, *, with_type: bool) -> str:
    kind = _element(prefix, "TypeMatricule", "NIR") if with_type else ""
    return (
        f"<{prefix}{name}><{prefix}IdIndividu>{_element(prefix, 'NumIdentifiant', block.number)}"
        f"{_element(prefix, 'Cle', block.key)}{kind}</{prefix}IdIndividu>{_element(prefix, 'OID', block.oid)}"
        f"{_element(prefix, 'DateDeb', block.date_from)}{_element(prefix, 'DateFin', block.date_to)}</{prefix}{name}>"
    )


def _traits(block: TraitsBlock, prefix: str, dialect: Dialect) -> str:
    first_name = block.first_name
    if first_name is None and dialect.with_first_name and block.first_names:
        first_name = block.first_names.split(" ")[0]
    return (
        f"<{prefix}TIQ>{_element(prefix, 'NomNaissance', block.birth_name)}{_element(prefix, 'Prenom', first_name)}"
        f"{_element(prefix, 'ListePrenom', block.first_names)}{_element(prefix, 'Sexe', block.sex)}"
        f"{_element(prefix, 'DateNaissance', block.birth_date)}{_element(prefix, 'LieuNaissance', block.birth_place)}"
        f"</{prefix}TIQ>"
    )


def _element(prefix: str, name: str, value: str | None) -> str:
    return "" if value is None else f"<{prefix}{name}>{escape(value)}</{prefix}{name}>"
