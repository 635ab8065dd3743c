"""Which official numbers each rule has, family by family (ins-rules § 0.3), as rows and as CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from simulator.contract.evidence import EvidenceLevel
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.rules.model import Reference, Rule
    from simulator.text import Lang

FAMILIES: Final = {
    "regle": Text("Règle (Guide v2)", "Règle (Guide v2)"),
    "ins": Text("LGC/LGO.INS (vague 1)", "LGC/LGO.INS (wave 1)"),
    "va1": Text("INS/va1 (projet)", "INS/va1 (draft)"),
    "exi": Text("EXI (Guide v3, RNIV)", "EXI (Guide v3, RNIV)"),
    "other": Text("Autres", "Others"),
}
"""The families of numbers, in the order of the columns."""

_MARKS: Final = {
    "draft": Text("projet", "draft"),
    "reported": Text("rapporté", "reported"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcordanceRow:
    """One rule and its numbers."""

    rule: Rule
    numbers: dict[str, tuple[Reference, ...]]
    """By family, each family there."""

    def cell(self, family: str, lang: Lang) -> str:
        """Return the numbers of one family on one line, drafts and second-hand ones marked."""
        return ", ".join(shown_reference(each, lang) for each in self.numbers[family])


def concordance(rules: Iterable[Rule]) -> list[ConcordanceRow]:
    """Return one row per rule, in their order."""
    return [
        ConcordanceRow(
            rule=rule,
            numbers={
                family: tuple(each for each in rule.references if family_of(each) == family)
                for family in FAMILIES
            },
        )
        for rule in rules
    ]


def family_of(reference: Reference) -> str:
    """Return the family of a number: a key of ``FAMILIES``."""
    tag = reference.tag
    if tag.startswith("Règle "):
        return "regle"
    if tag.startswith(("INS/va1", "SC.INS/va1")):
        return "va1"
    if ".INS." in tag or tag.startswith("SC.INS."):
        return "ins"
    return "exi" if tag.startswith("EXI ") else "other"


def shown_reference(reference: Reference, lang: Lang) -> str:
    """Return a number as users see it: ``INS/va1.20.01 (projet)``, ``EXI ID 17 (rapporté)``."""
    if reference.draft:
        return f"{reference.tag} ({_MARKS['draft'][lang]})"
    if reference.evidence is not EvidenceLevel.OFFICIAL:
        return f"{reference.tag} ({_MARKS['reported'][lang]})"
    return reference.tag


def concordance_csv(rows: Iterable[ConcordanceRow], lang: Lang) -> str:
    """Return the concordance as CSV: comma, one header line, UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    first = ("clé", "titre", "niveau") if lang == "fr" else ("key", "title", "evidence")
    writer.writerow([*first, *(name[lang] for name in FAMILIES.values())])
    for row in rows:
        writer.writerow(
            [
                row.rule.key,
                row.rule.title[lang],
                row.rule.evidence.value,
                *(row.cell(family, lang) for family in FAMILIES),
            ]
        )
    return out.getvalue()
