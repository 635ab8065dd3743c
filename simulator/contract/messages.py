"""What was read in a request: typed values, nothing interpreted yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from lxml import etree

    from simulator.contract.names import Evidence, Operation

    Query: TypeAlias = "TraitsQuery | CardQuery"


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A departure of the request from what the contract or an examiner asks. Never changes the answer."""

    code: str
    fr: str
    en: str
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
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
        """The traits asked, for a search by traits."""
        return self.query if isinstance(self.query, TraitsQuery) else None
