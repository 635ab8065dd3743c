"""What a search by card departs from beside its fields: a COUVERTURE left empty, a key that is not that of its number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lxml import etree

from simulator.contract.evidence import EvidenceLevel
from simulator.contract.messages import Finding
from simulator.contract.names import CTXBAM
from simulator.ins import MatriculeError, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_COVERAGE: Final = f"{{{CTXBAM}}}COUVERTURE"
_NUMBERS: Final = frozenset({"NumIdentifiant", "Num"})
_KEY: Final = "Cle"


def card_findings(query: etree._Element, bam: etree._Element) -> Iterator[Finding]:
    """Note what RECVITALE and its ContexteBAM depart from; ``query`` is RECVITALE."""
    cover = bam.find(_COVERAGE)
    if cover is None or len(cover) == 0:
        yield Finding(
            code="coverage-empty",
            fr="COUVERTURE vide : les clients réels y mettent l'assuré et le bénéficiaire d'une recherche par carte",
            en="COUVERTURE is empty: real clients put the insured person and the beneficiary of a search by card there",
            evidence=EvidenceLevel.OBSERVED,
        )
    for top in (query, cover):
        for element in () if top is None else top.iter(f"{{*}}{_KEY}"):
            holder = element.getparent()
            if holder is not None and not _is_key_of(element.text, holder):
                name = etree.QName(holder).localname
                yield Finding(
                    code="card-key",
                    fr=f"{name}/Cle n'est pas la clé de son numéro ; les clients réels n'en envoient pas",
                    en=f"{name}/Cle is not the key of its number; real clients send none",
                    evidence=EvidenceLevel.INFERRED,
                )


def _is_key_of(key: str | None, holder: etree._Element) -> bool:
    """Tell whether a key fits the number beside it; without either there is nothing to say."""
    number = next(
        (
            one.text or ""
            for one in holder
            if isinstance(one.tag, str) and etree.QName(one).localname in _NUMBERS
        ),
        "",
    )
    if not (key or "").strip() or not number.strip():
        return True
    try:
        return key_of(number.strip()) == (key or "").strip()
    except MatriculeError:
        return True  # The number itself is refused elsewhere.
