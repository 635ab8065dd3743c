"""``rules.csv``: the concordance and the verdicts, one row per rule, for a spreadsheet.

UTF-8 with a byte order mark, fields apart by ``;`` in French and ``,`` in English (what a spreadsheet of that language opens by a
double click), lines ended by CRLF (RFC 4180). A cell that a spreadsheet would take for a formula has an apostrophe before it.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from conformance.report.view import readable
from conformance.rules.concordance import FAMILIES, concordance
from conformance.verdicts import Verdict
from simulator.journal.masking import mask_text
from simulator.text import Text, inert, visible

if TYPE_CHECKING:
    from conformance.record.results import Campaign, RuleResult
    from simulator.text import Lang

DELIMITER: Final = {"fr": ";", "en": ","}

COLUMNS: Final = (
    Text("clé", "key"),
    Text("groupe", "group"),
    Text("titre", "title"),
    Text("force", "strength"),
    Text("niveau de preuve", "evidence level"),
    *FAMILIES.values(),
    Text("verdict", "verdict"),
    Text("motif", "reason"),
    Text("voies non testées", "paths not tested"),
    Text("ce que les contrôles ne voient pas", "what the checks do not see"),
    Text("contrôles", "checks"),
    Text("contrôles conformes", "checks passed"),
    Text("contrôles non conformes", "checks failed"),
    Text("dérogation", "waiver"),
    Text("échéance de la dérogation", "waiver expires"),
    Text("identifiants des contrôles", "ids of the checks"),
)


def render_csv(campaign: Campaign, lang: Lang) -> str:
    """Return ``rules.csv``, its byte order mark included."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=DELIMITER[lang], lineterminator="\r\n")
    writer.writerow([column[lang] for column in COLUMNS])
    numbers = {row.rule.key: row for row in concordance(result.rule for result in campaign.rules)}
    for result in campaign.rules:
        families = [numbers[result.rule.key].cell(family, lang) for family in FAMILIES]
        writer.writerow([_cell(text) for text in _row(result, families, lang)])
    return "\ufeff" + out.getvalue()


def _row(result: RuleResult, families: list[str], lang: Lang) -> list[str]:
    rule, checks = result.rule, result.checks
    waiver = result.waiver
    return [
        rule.key,
        rule.group,
        rule.title[lang],
        str(rule.strength),
        str(rule.evidence),
        *families,
        str(result.verdict),
        readable(result.reason[lang]),
        ", ".join(dict.fromkeys(missed.shown(lang) for missed in result.paths_not_tested)),
        rule.partial[lang] if rule.partial else "",
        str(len(checks)),
        str(sum(check.verdict is Verdict.PASS for check in checks)),
        str(sum(check.verdict is Verdict.FAIL for check in checks)),
        f"{result.waiver_state}: {waiver.reason} ({waiver.author})" if waiver else "",
        waiver.expires.isoformat() if waiver else "",
        " ".join(check.id for check in checks),
    ]


def _cell(text: str) -> str:
    return inert(visible(mask_text(text)))
