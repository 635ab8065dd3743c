"""How much of the catalogue a campaign says something about, and the sentence at the head of its reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.rules.catalogue import Strength, load_catalogue
from conformance.verdicts import Verdict
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.record.results import Campaign

SILENT = frozenset({Verdict.NOT_TESTED, Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE})
"""Verdicts that say nothing about the software."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How many rules the campaign says something about."""

    tested: int
    """Rules with a verdict on the software: PASS, FAIL, WARNING or REVIEW."""
    asked: int
    """Rules of the campaign, those that do not apply included."""
    in_part: int
    """Those of the tested ones of which the software does not offer some path."""
    not_applicable: int
    untested_obligations: tuple[str, ...]
    """Keys of the mandatory rules that bind the software and about which nothing was found out."""
    without_check: tuple[str, ...]
    """Those of them that this bench has no check for."""
    catalogue: int
    """Rules that the bench knows."""
    is_selection: bool
    """Rules were left out on purpose."""


def coverage_of(campaign: Campaign) -> Coverage:
    """Return how much a campaign covers."""
    untested = [
        result
        for result in campaign.rules
        if result.verdict in {Verdict.NOT_TESTED, Verdict.INCONCLUSIVE}
        and result.rule.strength is Strength.MUST
    ]
    return Coverage(
        tested=sum(result.verdict not in SILENT for result in campaign.rules),
        asked=len(campaign.rules),
        in_part=sum(bool(result.paths_not_tested) for result in campaign.rules),
        not_applicable=sum(result.verdict is Verdict.NOT_APPLICABLE for result in campaign.rules),
        untested_obligations=tuple(result.rule.key for result in untested),
        without_check=tuple(result.rule.key for result in untested if not result.checks),
        catalogue=len(load_catalogue()),
        is_selection=campaign.meta.is_selection,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The one sentence that says how it went."""

    tone: Verdict
    """FAIL is red, PASS is green, all others are amber."""
    text: Text
    coverage: Text
    """``78 of 164 rules tested``, and whether that is a selection."""
    remarks: tuple[Text, ...] = ()
    """What keeps the headline from being better, one sentence each."""


def headline_of(campaign: Campaign) -> Headline:
    """Return the headline: red on a FAIL, amber when something obligatory was not tested, else green.

    A departure that a waiver covers is not counted as a FAIL here, is named in a remark, and never makes the headline green.
    """
    coverage = coverage_of(campaign)
    failed = _count(campaign, Verdict.FAIL)
    waived = sum(result.is_waived for result in campaign.rules)
    inconclusive = _count(campaign, Verdict.INCONCLUSIVE)
    in_part = sum(result.is_judged_in_part for result in campaign.rules)
    missing = len(coverage.untested_obligations)
    if failed:
        tone, text = Verdict.FAIL, _plural(failed, "non conforme", "non conformes", "failed")
    elif not coverage.tested:
        tone, text = Verdict.NOT_TESTED, Text("Aucune règle n'a été vérifiée", "No rule was verified")
    elif inconclusive:
        tone = Verdict.INCONCLUSIVE
        text = Text(
            f"{inconclusive} {'règles n’ont' if inconclusive > 1 else 'règle n’a'} pas pu être "
            f"jugée{'s' if inconclusive > 1 else ''}",
            f"{inconclusive} rule{'s' if inconclusive > 1 else ''} could not be judged",
        )
    elif in_part:
        tone = Verdict.INCONCLUSIVE
        text = Text(
            f"{in_part} {'règles n’ont' if in_part > 1 else 'règle n’a'} pu être "
            f"jugée{'s' if in_part > 1 else ''} qu’en partie",
            f"{in_part} rule{'s' if in_part > 1 else ''} could be judged in part only",
        )
    elif missing or waived or campaign.meta.interrupted:
        tone = Verdict.WARNING
        text = Text(
            "Aucune non-conformité relevée dans ce qui a été testé",
            "No departure from a mandatory rule found in what was tested",
        )
    else:
        tone = Verdict.PASS
        text = Text("Aucune non-conformité relevée", "No departure from a mandatory rule found")
    return Headline(
        tone=tone, text=text, coverage=_said(coverage), remarks=tuple(_remarks(campaign, coverage, waived))
    )


def paths_not_tested(campaign: Campaign) -> list[Text]:
    """Return a line for each path that the software does not offer: its name, the verbs, and the rules tested without it."""
    rules: dict[Text, dict[str, None]] = {}
    for result in campaign.rules:
        for missed in result.paths_not_tested:
            rules.setdefault(Text(missed.shown("fr"), missed.shown("en")), {})[result.rule.key] = None
    return [
        Text(f"{path.fr} : {grouped(keys)}", f"{path.en}: {grouped(keys)}") for path, keys in rules.items()
    ]


def grouped(keys: Iterable[str]) -> str:
    """Return keys by group: ``SRC-01 02, STA-03``."""
    groups: dict[str, list[str]] = {}
    for key in keys:
        group, _, number = key.partition("-")
        groups.setdefault(group, []).append(number)
    return ", ".join(f"{group}-{' '.join(numbers)}" for group, numbers in groups.items())


def _remarks(campaign: Campaign, coverage: Coverage, waived: int) -> list[Text]:
    remarks = []
    missing, unchecked = len(coverage.untested_obligations), len(coverage.without_check)
    if campaign.meta.interrupted and not campaign.checked:
        unchecked = 0  # stopped before it was known which have a check
    if missing:
        remarks.append(
            Text(
                f"{missing} {'règles obligatoires non testées' if missing > 1 else 'règle obligatoire non testée'}"
                + (f", dont {unchecked} {campaign.meta.without_check.fr}" if unchecked else ""),
                f"{missing} mandatory rule{'s' if missing > 1 else ''} not tested"
                + (f", {unchecked} of them {campaign.meta.without_check.en}" if unchecked else ""),
            )
        )
    if waived:
        remarks.append(
            Text(
                f"{waived} {'écarts couverts' if waived > 1 else 'écart couvert'} par une dérogation : "
                "ce n'est jamais une conformité",
                f"{waived} departure{'s' if waived > 1 else ''} covered by a waiver: never a pass",
            )
        )
    in_part = sum(result.is_judged_in_part for result in campaign.rules)
    if in_part:
        remarks.append(
            Text(
                f"{in_part} {'règles dont un écart est relevé n’ont' if in_part > 1 else 'règle dont un écart est relevé n’a'} "
                "pas pu être jugée" + ("s" if in_part > 1 else "") + " pour le reste",
                f"the rest of {in_part} rule{'s' if in_part > 1 else ''} with a departure could not be judged",
            )
        )
    hidden = sum(result.verdict is Verdict.INCONCLUSIVE and bool(result.also) for result in campaign.rules)
    if hidden:
        remarks.append(
            Text(
                f"{hidden} {'règles non jugées ont' if hidden > 1 else 'règle non jugée a'} aussi un point à revoir",
                f"{hidden} rule{'s that could not be judged have' if hidden > 1 else ' that could not be judged has'} "
                "something to review as well",
            )
        )
    if campaign.meta.interrupted:
        remarks.append(Text("Campagne interrompue avant la fin", "Campaign stopped before its end"))
    return remarks


def _said(coverage: Coverage) -> Text:
    tested, asked = coverage.tested, coverage.asked
    several = "s" if tested > 1 else ""
    fr = f"{tested} règle{several} testée{several} sur {asked}"
    en = f"{tested} of {asked} rule{'s' if asked != 1 else ''} tested"
    if coverage.in_part:
        fr += f", dont {coverage.in_part} en partie"
        en += f", {coverage.in_part} of them in part"
    if coverage.not_applicable:
        fr += f", {coverage.not_applicable} sans objet"
        en += f", {coverage.not_applicable} not applicable"
    if coverage.is_selection:
        fr += f" · sélection : le catalogue compte {coverage.catalogue} règles, rien n'est dit des autres"
        en += f" · a selection: the catalogue has {coverage.catalogue} rules, nothing is said of the others"
    return Text(fr, en)


def _count(campaign: Campaign, verdict: Verdict) -> int:
    # A waiver covers a departure: that the rest of the rule could not be judged is said all the same.
    return sum(
        result.verdict is verdict and (verdict is Verdict.INCONCLUSIVE or not result.is_waived)
        for result in campaign.rules
    )


def _plural(count: int, one: str, several: str, english: str) -> Text:
    return Text(
        f"{count} {'règles' if count > 1 else 'règle'} {several if count > 1 else one}",
        f"{count} rule{'s' if count != 1 else ''} {english}",
    )
