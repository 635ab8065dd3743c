"""The bodies of the operations: which element each expects, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from lxml import etree

from simulator.contract.lots import read_collection, read_deposit
from simulator.contract.messages import CardQuery, TraitsQuery, VerificationQuery
from simulator.contract.names import (
    RECSANS,
    RECVIT,
    REQ_COLLECT,
    REQ_DEPOSIT,
    VERIFICATION_REQUEST,
    Operation,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.contract.messages import Query


@dataclass(frozen=True, slots=True)
class Body:
    """What the SOAP body of an operation holds. The schema has been checked before ``read`` is called."""

    tag: str
    read: Callable[[etree._Element], Query]


@lru_cache(maxsize=256)
def local_name(tag: str) -> str:
    """Return the name of an element without its namespace."""
    return tag.rpartition("}")[2]


def read_traits(content: etree._Element) -> TraitsQuery:
    """Read RECSANSVITALE, or the same elements in another namespace."""
    values: dict[str, str] = {}
    first_names: list[str] = []
    for element in content.iterchildren(etree.Element):
        name = local_name(str(element.tag))
        if name == "Prenom":
            first_names.append(element.text or "")
        else:
            values[name] = element.text or ""
    return TraitsQuery(
        birth_name=values.get("NomNaissance"),
        first_names=tuple(first_names),
        sex=values.get("Sexe"),
        birth_date=values.get("DateNaissance"),
        birth_place=values.get("LieuNaissance"),
    )


def read_card(content: etree._Element) -> CardQuery:
    """Read RECVITALE."""

    def text(*path: str) -> str | None:
        return content.findtext("/".join(f"{{{RECVIT}}}{name}" for name in path))

    return CardQuery(
        individual_number=text("MatriculeIndividu", "NumIdentifiant"),
        insured_number=text("MatriculeOD", "NumIdentifiant"),
        birth_name=text("NomNaissance"),
        birth_date=text("DateNaissance"),
        birth_rank=text("RangNaissance"),
    )


def read_verification(content: etree._Element) -> VerificationQuery:
    """Read a unit verification (inferred, insi-contract §2.4)."""
    individual = content.find(f"{{{VERIFICATION_REQUEST}}}IndividuVerifie")
    if individual is None:
        return VerificationQuery()

    def text(*path: str) -> str | None:
        return individual.findtext("/".join(f"{{{VERIFICATION_REQUEST}}}{name}" for name in path))

    traits = individual.find(f"{{{VERIFICATION_REQUEST}}}TraitsIdentiteIndividu")
    return VerificationQuery(
        number=text("INSFourni", "IdIndividu", "NumIdentifiant"),
        key=text("INSFourni", "IdIndividu", "Cle"),
        matricule_type=text("INSFourni", "IdIndividu", "TypeMatricule"),
        oid=text("INSFourni", "OID"),
        first_names_list=text("TraitsIdentiteIndividu", "ListePrenom"),
        traits=TraitsQuery() if traits is None else read_traits(traits),
    )


BODIES: Final = {
    Operation.SEARCH_BY_TRAITS: Body(f"{{{RECSANS}}}RECSANSVITALE", read_traits),
    Operation.SEARCH_BY_CARD: Body(f"{{{RECVIT}}}RECVITALE", read_card),
    Operation.VERIFY: Body(f"{{{VERIFICATION_REQUEST}}}Requete", read_verification),
    Operation.DEPOSIT_LOT: Body(f"{{{REQ_DEPOSIT}}}Requete", read_deposit),
    Operation.COLLECT_LOT: Body(f"{{{REQ_COLLECT}}}Requete", read_collection),
}
"""By operation."""
