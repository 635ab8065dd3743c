"""Bulk verification, WS_INS4 and WS_INS5: requests and answers. All of it is inferred (insi-contract §2.5, §10.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from lxml import etree

from simulator.contract.messages import LotCollection, LotDeposit, LotLine, TraitsQuery, VerificationQuery
from simulator.contract.names import REP_COLLECT, REP_DEPOSIT, REQ_COLLECT
from simulator.contract.render import LABELS, render_body

if TYPE_CHECKING:
    from simulator.contract.render import Dialect

_DONE: Final = f"<CR><CodeCR>00</CodeCR><LibelleCR>{LABELS['00']}</LibelleCR></CR>"


def read_deposit(content: etree._Element) -> LotDeposit:
    """Read the deposit of a lot. The schema has been checked."""
    return LotDeposit(lines=tuple(_read_line(line) for line in content.iterchildren(etree.Element)))


def read_collection(content: etree._Element) -> LotCollection:
    """Read the collection of a lot. The schema has been checked."""
    return LotCollection(
        lot_id=content.findtext(f"{{{REQ_COLLECT}}}IdLot"), page=content.findtext(f"{{{REQ_COLLECT}}}Page")
    )


def _read_line(line: etree._Element) -> LotLine:
    # One walk for all: the names of the leaves differ, whatever holds them.
    values: dict[str, str] = {}
    first_names: list[str] = []
    for element in line.iterdescendants(etree.Element):
        name = str(element.tag).rpartition("}")[2]
        if name == "Prenom":
            first_names.append(element.text or "")
        else:
            values[name] = element.text or ""
    return LotLine(
        line_id=values.get("IdLigne"),
        query=VerificationQuery(
            number=values.get("NumIdentifiant"),
            key=values.get("Cle"),
            matricule_type=values.get("TypeMatricule"),
            oid=values.get("OID"),
            first_names_list=values.get("ListePrenom"),
            traits=TraitsQuery(
                birth_name=values.get("NomNaissance"),
                first_names=tuple(first_names),
                sex=values.get("Sexe"),
                birth_date=values.get("DateNaissance"),
                birth_place=values.get("LieuNaissance"),
            ),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositAnswer:
    """The receipt of a lot."""

    lot_id: str
    state: str
    lines: int
    code: str = "00"

    def render(self, dialect: Dialect) -> bytes:
        """Return the bytes of the answer."""
        return render_body(
            f'<Resultat xmlns="{REP_DEPOSIT}">{_DONE}<IdLot>{escape(self.lot_id)}</IdLot><Etat>{self.state}</Etat>'
            f"<NbLignes>{self.lines}</NbLignes></Resultat>",
            dialect,
        )


@dataclass(frozen=True, slots=True)
class LineResult:
    """The result of one line."""

    line_id: str
    code: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionAnswer:
    """One page of the results of a lot."""

    lot_id: str
    state: str
    lines: int
    available: int
    """Lines of the whole lot whose result is available."""
    page: int
    pages: int
    results: tuple[LineResult, ...]
    code: str = "00"

    def render(self, dialect: Dialect) -> bytes:
        """Return the bytes of the answer."""
        results = "".join(
            f"<Ligne><IdLigne>{escape(result.line_id)}</IdLigne><CR><CodeCR>{escape(result.code)}</CodeCR>"
            f"<LibelleCR>{escape(result.label)}</LibelleCR></CR></Ligne>"
            for result in self.results
        )
        return render_body(
            f'<Resultat xmlns="{REP_COLLECT}">{_DONE}<IdLot>{escape(self.lot_id)}</IdLot><Etat>{self.state}</Etat>'
            f"<NbLignes>{self.lines}</NbLignes><NbTraitees>{self.available}</NbTraitees>"
            f"<Page>{self.page}</Page><NbPages>{self.pages}</NbPages>{results}</Resultat>",
            dialect,
        )
