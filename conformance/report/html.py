"""``index.html``: the campaign for people, in one file that needs no network."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib import resources
from itertools import groupby
from typing import TYPE_CHECKING, Any

import jinja2

from conformance.drivers.verbs import VERBS
from conformance.report.view import check_view
from conformance.verdicts import Verdict
from simulator.datafile import load_yaml
from simulator.evidence import EvidenceLevel
from simulator.journal.masking import mask_text, pretty_xml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from conformance.results import Campaign, CheckResult, RuleResult
    from conformance.rules.catalogue import Source
    from simulator.text import Lang, Text

MAX_SHOWN = 60_000
"""Characters of one message shown; a browser does not like more, and report.json has it all."""

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
    """Return ``index.html``."""
    texts = _texts(lang)
    groups = [
        (typeset(group_title[lang], lang), [_rule(result, lang) for result in members])
        for (_, group_title), members in groupby(campaign.rules, key=_group)
    ]
    return (
        _environment()
        .get_template("report.html")
        .render(
            lang=lang,
            t=texts,
            css=_asset("report.css"),
            js=_asset("report.js"),
            js_digest=_digest(_asset("report.js")),
            campaign=campaign,
            meta=campaign.meta,
            summary=campaign.summary(),
            headline=_headline(campaign, texts, lang),
            groups=groups,
            say=lambda text: typeset(text[lang], lang),
            sources=_sources(campaign),
            moment=_moment(campaign.meta.started_at, lang),
            duration=_duration(campaign.meta.finished_at - campaign.meta.started_at, lang),
        )
    )


def _group(result: RuleResult) -> tuple[str, Text]:
    return result.rule.group, result.rule.group_title


def _rule(result: RuleResult, lang: Lang) -> dict[str, Any]:
    rule = result.rule
    return {
        "rule": rule,
        "verdict": result.verdict,
        "reason": typeset(mask_text(result.reason[lang]), lang),
        "checks": [_check(check, lang) for check in result.checks],
        "words": " ".join(
            [rule.key, rule.title[lang], rule.statement[lang], *(item.tag for item in rule.references)]
        ).lower(),
    }


def _check(check: CheckResult, lang: Lang) -> dict[str, Any]:
    view = check_view(check, lang)
    for entry in view.evidence:
        if entry["kind"] == "exchange":
            for side in ("request", "response"):
                entry[side] = _message(entry[side])
    return {
        "id": view.id,
        "title": typeset(view.title, lang),
        "verdict": view.verdict,
        "reason": typeset(view.reason, lang),
        "hint": typeset(view.hint, lang),
        "duration": view.duration,
        "evidence": view.evidence,
    }


def _message(xml: str) -> dict[str, Any]:
    """Return a SOAP message as it is shown: indented when it is XML, cut when it is huge."""
    pretty = pretty_xml(xml)
    shown = xml if pretty is None else pretty
    return {"text": shown[:MAX_SHOWN], "is_xml": pretty is not None, "cut": len(shown) > MAX_SHOWN}


def typeset(text: str, lang: Lang) -> str:
    """Return a sentence with the no-break spaces that French punctuation takes."""
    if lang != "fr":
        return text
    return re.sub(r"(?<=«) | (?=[»;:?!])", "\N{NO-BREAK SPACE}", text)


def _headline(campaign: Campaign, texts: Mapping[str, Any], lang: Lang) -> dict[str, str]:
    """Return the one sentence that says how it went, and its tone."""
    summary = campaign.summary()
    failed, inconclusive = summary[Verdict.FAIL], summary[Verdict.INCONCLUSIVE]
    passed, total = summary[Verdict.PASS], len(campaign.rules)
    detail = plural(texts["headline_detail"], total, lang, passed=passed, total=total)
    if failed:
        return {
            "tone": "FAIL",
            "text": plural(texts["headline_fail"], failed, lang, n=failed),
            "detail": detail,
        }
    if inconclusive:
        sentence = plural(texts["headline_inconclusive"], inconclusive, lang, n=inconclusive)
        return {"tone": "INCONCLUSIVE", "text": sentence, "detail": detail}
    if not passed:
        return {"tone": "NOT_TESTED", "text": texts["headline_empty"], "detail": detail}
    return {"tone": "PASS", "text": texts["headline_pass"], "detail": detail}


def plural(forms: str, count: int, lang: Lang, **values: object) -> str:
    """Return the singular or the plural of ``singular|plural``, filled in; 0 is singular in French only."""
    singular, _, several = forms.partition("|")
    is_singular = count <= 1 if lang == "fr" else count == 1
    return (singular if is_singular else several).format(**values)


def _sources(campaign: Campaign) -> list[Source]:
    """Return the documents behind the rules of this campaign, each once, the official ones first."""
    found = {source.name: source for result in campaign.rules for source in result.rule.sources}
    levels = list(EvidenceLevel)
    return sorted(found.values(), key=lambda source: (levels.index(source.evidence), source.name))


def _moment(at: datetime, lang: Lang) -> str:
    zone = at.strftime("%z")
    zone = f"UTC{zone[:3]}:{zone[3:5]}" if zone.strip("+-0:") else "UTC"
    return at.strftime("%d/%m/%Y à %H:%M:%S " if lang == "fr" else "%Y-%m-%d %H:%M:%S ") + zone


def _duration(time: timedelta, lang: Lang) -> str:
    seconds = max(time.total_seconds(), 0.0)
    minutes, rest = divmod(round(seconds), 60)
    if minutes:
        return f"{minutes} min {rest:02d} s"
    return decimal(seconds, 1, lang) + " s"


def decimal(number: float, digits: int, lang: Lang) -> str:
    """Return a number with the decimal sign of the language."""
    shown = f"{number:.{digits}f}"
    return shown.replace(".", ",") if lang == "fr" else shown


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
