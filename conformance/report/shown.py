"""What the page shows of a campaign and of its checks, in one language: facts, checks, the log of the developer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from conformance.record.timeline import ActEntry, ExchangeEntry
from conformance.report.view import readable
from conformance.verdicts import Verdict
from simulator.journal.exchange import INSI
from simulator.journal.masking import mask_text
from simulator.text import Text, show_moment, with_decimal_sign

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from conformance.record.results import Campaign, CheckResult
    from conformance.report.packing import Packer
    from simulator.text import Lang

WEIGHT: Final = (
    Verdict.FAIL,
    Verdict.INCONCLUSIVE,
    Verdict.WARNING,
    Verdict.REVIEW,
    Verdict.NOT_TESTED,
    Verdict.NOT_APPLICABLE,
    Verdict.PASS,
)
"""Verdicts, what needs work first."""

LOGGED: Final = frozenset(WEIGHT[:4])
"""Verdicts that a developer has something to do about."""

_EXPECTED: Final = {
    "fr": re.compile(
        r"^(?P<where>.{1,400}?)\s?: attendu (?P<expected>.{1,2000}?), obtenu (?P<got>.{1,4000})$", re.DOTALL
    ),
    "en": re.compile(
        r"^(?P<where>.{1,400}?): expected (?P<expected>.{1,2000}?), got (?P<got>.{1,4000})$", re.DOTALL
    ),
}
"""How the reasons of the suite are built (``suite.desk``)."""


def typeset(text: str, lang: Lang) -> str:
    """Return a sentence with the no-break spaces that French punctuation takes."""
    if lang != "fr":
        return text
    return re.sub(r"(?<=«) | (?=[»;:?!])", "\N{NO-BREAK SPACE}", text)


def decimal(number: float, digits: int, lang: Lang) -> str:
    """Return a number with the decimal sign of the language."""
    return with_decimal_sign(f"{number:.{digits}f}", lang)


def shown_check(check: CheckResult, packer: Packer, lang: Lang) -> dict[str, Any]:
    """Return a check without its evidence, of which it says the place."""
    return {
        "id": readable(mask_text(check.id)),
        "title": _sentence(check.title[lang], lang),
        "verdict": check.verdict,
        "reason": _sentence(check.reason[lang], lang),
        "hint": _sentence(check.hint[lang], lang) if check.hint else "",
        "duration": check.duration,
        "place": packer.place(check),
    }


def log_of(campaign: Campaign, packer: Packer, texts: Mapping[str, Any], lang: Lang) -> list[dict[str, Any]]:
    """Return the checks that need work, failures first: what was expected, what came, where, and the last act before."""
    found = [
        (WEIGHT.index(check.verdict), result.rule.key, check)
        for result in campaign.rules
        for check in result.checks
        if check.verdict in LOGGED
    ]
    lines = []
    for _, key, check in sorted(found, key=lambda line: line[0]):
        match = _EXPECTED[lang].match(readable(mask_text(check.reason[lang])))
        parts = match.groupdict() if match else {"where": "", "expected": "", "got": ""}
        lines.append(
            {
                "rule": key,
                "check": shown_check(check, packer, lang),
                "last": _last_act(check, texts),
                **{name: _sentence(text.strip(), lang) for name, text in parts.items()},
            }
        )
    return lines


def _last_act(check: CheckResult, texts: Mapping[str, Any]) -> str:
    for entry in reversed(check.evidence):
        match entry:
            case ActEntry():
                verb = texts["verbs"].get(entry.verb, entry.verb)
                ended = (
                    ""
                    if entry.outcome == "returned"
                    else f" ({texts['outcomes'].get(entry.outcome, entry.outcome)})"
                )
                return f"{entry.at:%H:%M:%S}.{entry.at.microsecond // 1000:03d} · {readable(mask_text(verb))}{ended}"
            case ExchangeEntry():
                name = "exchange" if entry.service == INSI else f"exchange_{entry.service}"
                operation = readable(mask_text(f"{entry.operation} {entry.code}".strip()))
                return f"{entry.at:%H:%M:%S} · {texts[name]} n° {entry.number} · {operation}"
    return ""


def facts_of(campaign: Campaign, texts: Mapping[str, Any], lang: Lang) -> list[tuple[str, str]]:
    """Return name and content of what has to be known to run the campaign again; what is not known is left out."""
    meta = campaign.meta
    session = meta.plan_data.get("session") or {}
    driver = meta.plan_data.get("driver") or {}
    kind = driver.get("kind") if isinstance(driver, dict) else driver
    address = " · ".join(str(part) for part in (kind, meta.software_address) if part)
    verbs = "" if not meta.verbs else f"{len(meta.verbs)}"
    selection = texts["selected" if meta.is_selection else "whole_catalogue"]
    facts = [
        ("vendor", meta.software_vendor),
        ("started", show_moment(meta.started_at, lang)),
        ("duration", _duration(meta.finished_at - meta.started_at, lang)),
        ("selection", selection),
        ("driver", address),
        ("verbs_declared", verbs),
        ("profile", _member(session, "profile")),
        ("strictness", _member(session, "strictness")),
        ("set_up", _set_up(campaign)[lang]),
        ("seed", "" if meta.seed is None else str(meta.seed)),
        ("plan", meta.plan or ""),
        ("bench", f"banc-insi {meta.bench_version}"),
        ("simulator", meta.simulator_version),
    ]
    return [(texts[name], readable(mask_text(content))) for name, content in facts if content]


def doctor_of(campaign: Campaign, lang: Lang) -> list[dict[str, Any]]:
    """Return what the doctor found to mend before the campaign: what, remedy, and what travelled."""
    return [
        {
            "text": _sentence(finding.text[lang], lang),
            "remedy": _sentence(finding.remedy[lang], lang) if finding.remedy else "",
            "details": readable(mask_text(finding.details)),
            "not_looked_at": finding.remedy is None,
        }
        for finding in campaign.meta.doctor
        if not finding.is_ok
    ]


def _set_up(campaign: Campaign) -> Text:
    found = campaign.meta.doctor
    good = sum(finding.is_ok for finding in found)
    bad = sum(not finding.is_ok and finding.remedy is not None for finding in found)
    if not good and not bad:
        return Text("non vérifiée", "not looked at") if found else Text("", "")
    return Text(
        f"{good} point{'s' if good > 1 else ''} en ordre" + (f", {bad} à reprendre" if bad else ""),
        f"{good} point{'s' if good != 1 else ''} in order" + (f", {bad} to mend" if bad else ""),
    )


def _member(mapping: object, name: str) -> str:
    value = mapping.get(name) if isinstance(mapping, dict) else None
    return "" if value is None else str(value)


def _sentence(text: str, lang: Lang) -> str:
    return typeset(readable(mask_text(text)), lang)


def _duration(time: timedelta, lang: Lang) -> str:
    seconds = max(time.total_seconds(), 0.0)
    minutes, rest = divmod(round(seconds), 60)
    if minutes:
        return f"{minutes} min {rest:02d} s"
    return decimal(seconds, 1, lang) + " s"
