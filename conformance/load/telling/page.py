"""``index.html``: a load run for people, in one file that needs no network and no script."""

from __future__ import annotations

from datetime import datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import jinja2

from conformance.load.quantities import show_duration, show_share
from conformance.load.summary import exit_code
from conformance.load.telling.charts import charts
from conformance.load.telling.facts import (
    bound,
    clean_sentence,
    knee_sentence,
    limits_sentence,
    row,
    rule_rows,
    texts,
    verdict_sentence,
)
from simulator.journal.masking import mask_text, pretty_xml
from simulator.text import show_moment, with_decimal_sign

if TYPE_CHECKING:
    from conformance.load.options import LoadOptions
    from conformance.load.summary import Summary
    from simulator.text import Lang

SHOWN: Final = 20
"""Wrong answers shown with their exchange; the record has more."""
ERRORS_SHOWN: Final = 20


def render_page(summary: Summary, lang: Lang) -> str:
    """Return the page of a run."""
    t = texts(lang)
    options = summary.options
    assert options is not None  # noqa: S101 - never so: for the type checker
    code = exit_code(summary)
    seconds = sum(summary.seconds.values())
    total = summary.total()
    context: dict[str, Any] = {
        "lang": lang,
        "t": t,
        "css": (files("conformance.load.telling") / "templates" / "load.css").read_text("utf-8"),
        "profile": {"title": options.profile.title[lang], "purpose": options.profile.purpose[lang]},
        "meta": _meta(summary, options, lang),
        "code": code,
        "verdict": verdict_sentence(summary, lang),
        "rules": rule_rows(summary, lang),
        "reason": t[f"reason_{summary.reason}"],
        "total": row(total, seconds, lang),
        "errors": str(total.errors),
        "share": show_share(total.error_share, lang) if total.errors else "",
        "retries": total.retries > 0,
        "judgements": [
            {
                "title": each.threshold.title(lang),
                "value": each.threshold.show(each.value, lang),
                "margin": each.show_margin(lang),
                "held": each.held,
            }
            for each in summary.judgements()
        ],
        "wrong": [
            {
                "problem": mask_text(each["problem"]),
                "request": _xml(each["request"]),
                "answer": _xml(each["answer"]),
            }
            for each in summary.wrong[:SHOWN]
        ],
        "wrong_count": total.wrong,
        "charts": charts(summary, lang),
        "operations": [
            (name, row(summary.total(operation=name), seconds, lang), False) for name in summary.operations()
        ],
        "stages": [
            (
                stage["name"],
                row(summary.total(stage=stage["name"]), summary.seconds.get(stage["name"], 0.0), lang),
                not summary.judged.get(stage["name"], True),
            )
            for stage in summary.stages
        ],
        "workers": [
            (name or "–", row(cell, seconds, lang), False)
            for name, cell in summary.workers.items()
            if cell.calls
        ],
        "nodes": [(name, row(cell, seconds, lang), False) for name, cell in summary.nodes.items()],
        "split": _split(summary, lang),
        "bound": t[f"bound_{bound(summary)}"],
        "limits": limits_sentence(summary, lang),
        "knee": knee_sentence(summary, lang),
        "departures": None if summary.departures is None else summary.departures.most_common(20),
        "observed": summary.observed,
        "clean": clean_sentence(summary, lang),
        "error_lines": [
            f"{show_duration(each['t'], lang)} · {mask_text(each['problem'])}"
            for each in summary.errors[:ERRORS_SHOWN]
        ],
        "events": [
            f"{show_duration(each['t'], lang)} · {t.get(each['what'], each['what'])} {each.get('worker') or each.get('node', '')}".strip()
            for each in summary.events
        ],
        "environment": _environment(summary, lang),
    }
    return _jinja().get_template("load.html").render(**context)


def _jinja() -> jinja2.Environment:
    folder = files("conformance.load.telling") / "templates"
    loader = jinja2.FunctionLoader(lambda name: (folder / name).read_text("utf-8"))
    return jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )


def _meta(summary: Summary, options: LoadOptions, lang: Lang) -> list[tuple[str, str]]:
    t = texts(lang)
    profile = options.profile
    target = (
        options.software
        if profile.target == "software" and options.software
        else ", ".join(options.soap_bases())
    )
    return [
        (
            t["started"],
            show_moment(datetime.fromisoformat(summary.started_at), lang) if summary.started_at else "",
        ),
        (t["duration"], show_duration(summary.elapsed, lang)),
        (
            t["profile"],
            f"{profile.id} ({t['evidence']} : {t.get(f'evidence-{profile.evidence}', profile.evidence)})",
        ),
        (t["workload"], t[profile.workload].partition(" :")[0].partition(":")[0]),
        (t["target"], f"{profile.target} · {target} · {profile.transport}"),
        (t["seed"], str(options.seed)),
    ]


def _split(summary: Summary, lang: Lang) -> dict[str, Any] | None:
    t = texts(lang)
    split = summary.split
    if split is None:
        return None
    whole = sum(split[name] for name in ("client", "network", "simulator")) or 1.0
    parts = [
        (t[f"split_{name}"], style, split[name] / whole, show_duration(split[name], lang))
        for name, style in (("client", "c2"), ("network", "c6"), ("simulator", "c1"))
    ]
    return {"calls": split["calls"], "parts": parts}


def _environment(summary: Summary, lang: Lang) -> list[tuple[str, str]]:
    t = texts(lang)
    shown = []
    for name, value in summary.environment.items():
        text = (
            ", ".join(f"{key} {each}" for key, each in value.items())
            if isinstance(value, dict)
            else (t["yes"] if value else t["no"])
            if isinstance(value, bool)
            else with_decimal_sign(str(value), lang)
            if isinstance(value, float)
            else str(value)
        )
        shown.append((t.get(f"env-{name}", name.replace("_", " ")), text))
    if summary.end is not None:
        if summary.end.get("unserved"):
            shown.append((t["unserved"], str(summary.end["unserved"])))
        if summary.end.get("journal"):
            shown.append((t["lost_journal"], str(summary.end["journal"]["lost"])))
    return shown


def _xml(text: str) -> str:
    return pretty_xml(mask_text(text)) or mask_text(text) if text else ""
