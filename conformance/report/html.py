"""``index.html``: the campaign for people, in one file that needs no network."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from itertools import groupby
from typing import TYPE_CHECKING, Any

import jinja2

from conformance.drivers.verbs import VERBS
from conformance.record.judging import said_of_paths
from conformance.report.coverage import coverage_of, headline_of, paths_not_tested
from conformance.report.packing import Packer, pack
from conformance.report.shown import WEIGHT, decimal, doctor_of, facts_of, log_of, shown_check, typeset
from conformance.report.view import readable
from conformance.verdicts import Verdict
from simulator.contract.evidence import EvidenceLevel
from simulator.datafile import load_yaml
from simulator.journal.masking import mask_text

if TYPE_CHECKING:
    from conformance.record.results import Campaign, RuleResult
    from conformance.rules.catalogue import Source
    from simulator.text import Lang

MAX_PAGE = 1_500_000
"""Bytes of the whole file: what travels by mail. Evidence of passed checks gives way first."""
ASSETS = 60_000
"""Bytes set aside for the style, the script and the labels."""
MAX_WORST = 14
"""Rules named in the summary, which has to stay on two pages of paper."""

_TEXT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": {"anyOf": [{"$ref": "#/$defs/text"}, {"$ref": "#/$defs/texts"}]},
    "$defs": {
        "text": {
            "type": "object",
            "required": ["fr", "en"],
            "additionalProperties": False,
            "properties": {"fr": {"type": "string"}, "en": {"type": "string"}},
        },
        "texts": {"type": "object", "additionalProperties": {"$ref": "#/$defs/text"}},
    },
}


def render_html(campaign: Campaign, lang: Lang) -> str:
    """Return ``index.html``: the page in ``lang``, with that in the other language and the evidence packed inside."""
    packer = Packer(campaign)
    other: Lang = "en" if lang == "fr" else "fr"
    pages = {each: _page(campaign, packer, each) for each in (lang, other)}
    room = MAX_PAGE - len(pages[lang].encode()) - len(pack({"page": pages[other]})) - ASSETS
    packed = pack(
        {
            **packer.data(room),
            "start": round(campaign.meta.started_at.timestamp() * 1000),
            "bench": campaign.meta.bench_version,
            "labels": {each: _labels(each) for each in (lang, other)},
            "pages": {other: pages[other]},
        }
    )
    return (
        _environment()
        .get_template("report.html")
        .render(
            lang=lang,
            title=_title(campaign, lang),
            css=_asset("report.css"),
            js=_asset("report.js"),
            js_digest=_digest(_asset("report.js")),
            bench_version=campaign.meta.bench_version,
            page=pages[lang],
            packed=packed,
        )
    )


def _page(campaign: Campaign, packer: Packer, lang: Lang) -> str:
    texts = _texts(lang)
    rules = [_rule(result, packer, lang) for result in campaign.rules]
    headline = headline_of(campaign)
    return (
        _environment()
        .get_template("page.html")
        .render(
            lang=lang,
            t=texts,
            title=_title(campaign, lang),
            meta=campaign.meta,
            facts=facts_of(campaign, texts, lang),
            doctor=doctor_of(campaign, lang),
            summary=campaign.summary(),
            headline={
                "tone": headline.tone,
                "text": typeset(headline.text[lang], lang),
                "coverage": typeset(headline.coverage[lang], lang),
                "remarks": [typeset(remark[lang], lang) for remark in headline.remarks],
            },
            groups=_groups(rules, lang),
            worst=[
                item
                for item in _by_weight(rules)
                if item["verdict"] in {Verdict.FAIL, Verdict.INCONCLUSIVE} or item["also"]
            ],
            waivers=[item for item in rules if item["waiver"]],
            paths=[typeset(line[lang], lang) for line in paths_not_tested(campaign)],
            untested=_grouped(coverage_of(campaign).untested_obligations),
            log=log_of(campaign, packer, texts, lang),
            say=lambda text: typeset(text[lang], lang),
            sources=_sources(campaign),
            MAX_WORST=MAX_WORST,
        )
    )


def _title(campaign: Campaign, lang: Lang) -> str:
    return f"{_texts(lang)['title']} · {mask_text(campaign.meta.software_name)}"


def _groups(
    rules: list[dict[str, Any]], lang: Lang
) -> list[tuple[str, list[dict[str, Any]], dict[Verdict, int]]]:
    """Return the groups of rules: title, rules, and how many rules there are of each verdict."""
    groups = []
    for _, grouped in groupby(rules, key=lambda item: item["rule"].group):
        members = list(grouped)
        title = members[0]["rule"].group_title[lang]
        counts = {verdict: sum(item["verdict"] is verdict for item in members) for verdict in Verdict}
        groups.append((typeset(title, lang), members, counts))
    return groups


def _by_weight(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rules, key=lambda item: WEIGHT.index(item["verdict"]))


def _grouped(keys: tuple[str, ...]) -> str:
    """Return keys by prefix, so that a hundred fit on a page: ``SRC-01 02 · STA-03``."""
    groups: dict[str, list[str]] = {}
    for key in keys:
        prefix, _, number = key.partition("-")
        groups.setdefault(prefix, []).append(number)
    return " · ".join(f"{prefix}-{' '.join(numbers)}" for prefix, numbers in groups.items())


def _rule(result: RuleResult, packer: Packer, lang: Lang) -> dict[str, Any]:
    waiver = result.waiver
    return {
        "rule": result.rule,
        "verdict": result.verdict,
        "reason": typeset(readable(mask_text(result.reason[lang])), lang),
        "in_part": typeset(in_part[lang], lang)
        if (in_part := said_of_paths(result.paths_not_tested))
        else "",
        "also": list(dict.fromkeys(check.verdict for check in result.also)),
        "checks": [shown_check(check, packer, lang) for check in result.checks],
        "waiver": waiver
        and {
            "state": str(result.waiver_state or ""),
            "reason": readable(mask_text(waiver.reason)),
            "author": readable(mask_text(waiver.author)),
            "link": readable(mask_text(waiver.link)),
            "expires": waiver.expires.isoformat(),
        },
    }


def _sources(campaign: Campaign) -> list[Source]:
    """Return the documents behind the rules of this campaign, each once, the official ones first."""
    found = {source.name: source for result in campaign.rules for source in result.rule.sources}
    levels = list(EvidenceLevel)
    return sorted(found.values(), key=lambda source: (levels.index(source.evidence), source.name))


def _digest(script: str) -> str:
    """Return the digest by which the page allows its own script, and no other, to run."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("conformance.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["masked"] = mask_text
    environment.filters["decimal"] = decimal
    return environment


@cache
def _asset(name: str) -> str:
    """Return one of our own files, put into the page as it is."""
    return (resources.files("conformance.report") / "templates" / name).read_text(encoding="utf-8")


@cache
def _texts(lang: Lang) -> dict[str, Any]:
    """Return the words of the page in one language; groups of words stay groups."""
    data = load_yaml(resources.files("conformance.report") / "texts.yaml", _TEXT_SCHEMA)
    data["verbs"] |= {verb.value: {"fr": each.title.fr, "en": each.title.en} for verb, each in VERBS.items()}
    return {
        name: typeset(entry[lang], lang)
        if "fr" in entry
        else {key: typeset(text[lang], lang) for key, text in entry.items()}
        for name, entry in data.items()
    }


_WORDS = [
    "after",
    "before",
    "broke",
    "by",
    "copied",
    "copy_button",
    "document",
    "attachment",
    "empty",
    "exchange",
    "exchange_dmp",
    "exchange_mssante",
    "explanation",
    "field",
    "har",
    "left_out",
    "no",
    "no_answer",
    "no_evidence",
    "received",
    "sent",
    "travelled",
    "note",
    "remarks",
    "request",
    "response",
    "result",
    "state",
    "timeline",
    "yes",
]


def _labels(lang: Lang) -> dict[str, Any]:
    """Return the words that the evidence is shown with."""
    texts = _texts(lang)
    return {
        "words": {name: texts[name] for name in _WORDS},
        "verbs": texts["verbs"],
        "fields": texts["fields"],
        "outcomes": texts["outcomes"],
        "omitted": texts["omitted"],
        "levels": texts["evidence_levels"],
    }
