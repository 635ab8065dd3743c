"""The bodies of the operations: which element each expects, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lxml import etree

from simulator.contract.messages import CardQuery, TraitsQuery
from simulator.contract.names import RECSANS, RECVIT, Operation

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.contract.messages import Query


@dataclass(frozen=True, slots=True)
class Body:
    """What the SOAP body of an operation holds. The schema has been checked before ``read`` is called."""

    tag: str
    read: Callable[[etree._Element], Query]


def read_traits(content: etree._Element) -> TraitsQuery:
    """Read RECSANSVITALE."""
    values: dict[str, str] = {}
    first_names: list[str] = []
    for element in content.iterchildren(etree.Element):
        name = str(element.tag).rpartition("}")[2]
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


BODIES: Final = {
    Operation.SEARCH_BY_TRAITS: Body(f"{{{RECSANS}}}RECSANSVITALE", read_traits),
    Operation.SEARCH_BY_CARD: Body(f"{{{RECVIT}}}RECVITALE", read_card),
}
"""By operation."""
