"""What was read in a request: typed values, nothing interpreted yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from simulator.values import value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml import etree

    from simulator.contract.evidence import EvidenceLevel
    from simulator.contract.names import Operation

    Query: TypeAlias = "TraitsQuery | CardQuery | VerificationQuery | LotDeposit | LotCollection"


@value(frozen=True, slots=True, kw_only=True)
class TraitsQuery:
    """The content of RECSANSVITALE. ``None``: the element is absent; texts are as sent."""

    birth_name: str | None = None
    first_names: tuple[str, ...] = ()
    """One entry per ``Prenom`` element."""
    sex: str | None = None
    birth_date: str | None = None
    birth_place: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardQuery:
    """The content of RECVITALE. ``None``: the element is absent; texts are as sent."""

    individual_number: str | None = None
    """MatriculeIndividu/NumIdentifiant: the beneficiary's own, when the card holds a certified one."""
    insured_number: str | None = None
    """MatriculeOD/NumIdentifiant: the insured person's (*ouvrant droit*)."""
    birth_name: str | None = None
    birth_date: str | None = None
    birth_rank: str | None = None
    """RangNaissance, *rang gémellaire*."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationQuery:
    """The content of a unit verification. ``None``: the element is absent; texts are as sent.

    The names of the parts are seen (insi-contract §2.4), what is done with them is inferred.
    """

    number: str | None = None
    """INSFourni/IdIndividu/NumIdentifiant."""
    key: str | None = None
    """INSFourni/IdIndividu/Cle."""
    matricule_type: str | None = None
    """INSFourni/IdIndividu/TypeMatricule: read, not compared."""
    oid: str | None = None
    first_names_list: str | None = None
    """ListePrenom; the ``Prenom`` elements are in ``traits``."""
    traits: TraitsQuery = field(default_factory=TraitsQuery)


@dataclass(frozen=True, slots=True)
class LotLine:
    """A line of a lot to verify: how the client names it, and the identity (inferred)."""

    line_id: str | None
    query: VerificationQuery


@dataclass(frozen=True, slots=True, kw_only=True)
class LotDeposit:
    """The deposit of a lot of identities to verify (inferred)."""

    lines: tuple[LotLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LotCollection:
    """The collection of what is known of a lot (inferred). ``None``: the element is absent; texts are as sent."""

    lot_id: str | None = None
    page: str | None = None
    """Counts from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """COUVERTURE of ContexteBAM: what the software read on the card (insi-contract §2.6). Texts are as sent."""

    insured_number: str | None = None
    """ASSURE/Id/Num."""
    individual_number: str | None = None
    """BENEFICIAIRE/Nir/Num."""
    birth_date: str | None = None
    """BENEFICIAIRE/DateNai."""
    birth_rank: str | None = None
    """BENEFICIAIRE/Rang."""


@value(frozen=True, slots=True, kw_only=True)
class Contexts:
    """What ContexteBAM and ContexteLPS say (insi-contract §2.6, §2.7)."""

    bam_id: str
    bam_time: str
    lps_id: str
    lps_time: str
    issuer: str | None = None
    """Emetteur of ContexteLPS."""
    idam: str | None = None
    """CNDA authorisation number of the software."""
    lps_version: str | None = None
    lps_instance: str | None = None
    lps_name: str | None = None
    coverage: Coverage = field(default_factory=Coverage)
    """Empty but for a search by card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A departure of the request from what the contract or an examiner asks. Never changes the answer."""

    code: str
    fr: str
    en: str
    evidence: EvidenceLevel


@value(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that could be read."""

    operation: Operation
    message_id: str
    contexts: Contexts
    query: Query
    """The content of the body; its type goes with the operation."""
    security: etree._Element | None = field(default=None, repr=False, compare=False)
    """The header wsse:Security, still in its document: a signature covers bytes, not values."""
    findings: tuple[Finding, ...] = field(default=())

    @property
    def traits(self) -> TraitsQuery | None:
        """The traits asked, as far as the operation asks by traits."""
        match self.query:
            case TraitsQuery():
                return self.query
            case CardQuery(birth_name=birth_name, birth_date=birth_date):
                return TraitsQuery(birth_name=birth_name, birth_date=birth_date)
            case VerificationQuery(traits=traits):
                return traits
            case _:
                return None

    @property
    def asked(self) -> Mapping[str, str]:
        """What is asked beside the traits, by name: the card, or the identifier to verify."""
        names: tuple[str, ...]
        match self.query:
            case CardQuery():
                names = ("insured_number", "birth_rank", "individual_number")
            case VerificationQuery():
                names = ("number", "key", "oid", "first_names_list")
            case _:
                return {}
        values = {name: getattr(self.query, name) for name in names}
        return {name: value for name, value in values.items() if value is not None}
