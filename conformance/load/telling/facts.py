"""What a report says of a run, worked out once for the page, the terminal and the files."""

from __future__ import annotations

from collections import Counter
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from conformance.load.calling.arrivals import GENERATOR_BOUND, limit_of
from conformance.load.quantities import show_duration, show_rate, show_share
from conformance.load.summary import exit_code
from simulator.commands.exits import EXIT_FAILED, EXIT_MISSED
from simulator.datafile import load_yaml
from simulator.journal.masking import mask_text

if TYPE_CHECKING:
    from conformance.load.summary import Cell, Summary
    from simulator.text import Lang

BOUND_SHARE = 0.2
"""Share of the run during which a limit must have been reached to be told."""
TELLING_SHARE = 0.2
"""Share of a processor that a generator must have used for its cost of a call to be told."""


@cache
def texts(lang: Lang) -> dict[str, str]:
    """Return the texts of the reports in a language."""
    data = load_yaml(files("conformance.load.telling") / "texts.yaml")
    return {name: both[lang] for name, both in data.items()}


def bound(summary: Summary) -> str:
    """Return who was at its end during a part of the run: ``generator``, ``server``, ``both``, ``none``, ``unknown``."""
    bins = summary.bins
    if not bins:
        return "unknown"
    workers = int(summary.environment.get("server_workers", 1))
    limits = [limit_of(each.generator, each.server, workers) for each in bins]
    enough = max(1, round(len(bins) * BOUND_SHARE))
    ours = sum(limit in {"generator", "both"} for limit in limits) >= enough
    told = saturated_share(summary)
    theirs = sum(limit in {"server", "both"} for limit in limits) >= enough
    theirs = theirs or (told is not None and told >= BOUND_SHARE)
    if ours and theirs:
        return "both"
    if ours or theirs:
        return "generator" if ours else "server"
    known = told is not None or any(each.server is not None for each in bins)
    return "none" if known else "unknown"


def saturated_share(summary: Summary) -> float | None:
    """Return the share of the run in which a worker of the simulator had no time left, by its own account."""
    seconds = (summary.end or {}).get("saturated")
    if seconds is None or not summary.elapsed:
        return None
    return float(seconds) / summary.elapsed / int(summary.environment.get("server_workers", 1))


def generator_cost(summary: Summary) -> float | None:
    """Return the processor time that the generators took for one call, in seconds."""
    calls = summary.total().calls
    return sum(sum(each.ours.values()) for each in summary.bins) / calls if calls else None


def limits_sentence(summary: Summary, lang: Lang) -> str:
    """Return what a call costs the generator, and what the simulator says of its own reserve; empty: neither is known."""
    t = texts(lang)
    told = []
    cost, share = generator_cost(summary), saturated_share(summary)
    # Below that, most of it is what the generator does four times a second whatever the load is.
    if cost and cost * summary.total().calls >= TELLING_SHARE * summary.elapsed:
        told.append(t["cost"].format(cost=show_duration(cost, lang), rate=show_rate(1 / cost, lang)))
    if share is not None:
        told.append(t["saturated"].format(share=show_share(min(share, 1.0), lang)))
    return " ".join(told)


def clean_sentence(summary: Summary, lang: Lang) -> str:
    """Return at what rate the software called without a departure; empty: it departed, or nothing of it was examined."""
    seconds = sum(summary.seconds.values())
    calls = summary.total(operation="insi")
    if summary.departures is None or summary.departures or not summary.observed or not seconds:
        return ""
    rate = show_rate((calls.calls - calls.errors - calls.wrong) / seconds, lang)
    return texts(lang)["clean"].format(rate=rate, count=summary.observed)


def verdict_sentence(summary: Summary, lang: Lang) -> str:
    """Return what the exit code of a run means."""
    t, code = texts(lang), exit_code(summary)
    if code == EXIT_FAILED and not summary.wrong and not summary.total().wrong:
        return t["verdict_rule"]
    if (
        code == EXIT_MISSED
        and all(each.held for each in summary.judgements())
        and summary.reason != "server-gone"
        and not summary.lost_nodes
    ):
        return t["verdict_unseen"]
    return t[f"verdict_{code}"]


def rule_rows(summary: Summary, lang: Lang) -> list[dict[str, Any]]:
    """Return what was seen of each rule under load; ``problems``: reasons, the most frequent first."""
    t = texts(lang)
    return [
        {
            "rule": rule,
            "looks": seen.kept + seen.departed,
            "departures": seen.departed,
            "verdict": seen.verdict,
            "word": t[f"rule_{seen.verdict}"],
            "problems": [mask_text(problem) for problem, _ in Counter(seen.problems).most_common(3)],
        }
        for rule, seen in sorted(summary.rules.items())
    ]


def row(cell: Cell, seconds: float, lang: Lang) -> dict[str, str]:
    """Return the figures of one cell for people."""
    shown = {
        name: show_duration(value, lang) if (value := cell.latency.quantile(share)) is not None else "–"
        for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("longest", 1.0))
    }
    return {
        "calls": str(cell.calls),
        "rate": show_rate((cell.calls - cell.errors - cell.wrong) / seconds, lang) if seconds else "–",
        **shown,
        "errors": f"{cell.errors} ({show_share(cell.error_share, lang)})" if cell.errors else "0",
        "wrong": str(cell.wrong),
        "retries": str(cell.retries),
        "codes": ", ".join(f"{code} {number}" for code, number in cell.codes.most_common(8)),
    }


def knee_sentence(summary: Summary, lang: Lang) -> str | None:
    """Return what was found about the knee, for a ramp."""
    t = texts(lang)
    if summary.options is None or summary.options.profile.ramp is None:
        return None
    knee = summary.knee
    if knee is None:
        return t["knee_not_found"]
    lost = knee["lost"]
    first = (
        f"{t['last_held']} : {show_rate(knee['held']['rate'], lang)} (p95 {show_duration(knee['held']['p95'], lang)})"
        if knee["held"]
        else t["none_held"]
    )
    sentence = (
        f"{first} ; {t['first_lost']} : {show_rate(lost['rate'], lang)} "
        f"(p95 {show_duration(lost['p95'], lang)}, {show_rate(lost['answered'], lang)}) : {t['knee_' + knee['why']]}."
    )
    if lang == "en":
        sentence = sentence.replace(" : ", ": ").replace(" ; ", "; ")
    limit = knee["limit"]
    return f"{sentence} {t['bound_' + limit]}" if limit in {"generator", "server", "both"} else sentence


def generator_bound(summary: Summary) -> bool:
    """Tell whether the generator itself was the limit."""
    return bound(summary) in {"generator", "both"}


def figures(summary: Summary) -> dict[str, Any]:
    """Return the figures of a run as numbers: seconds, shares, calls per second."""

    def cell(of: Cell, seconds: float) -> dict[str, Any]:
        return {
            "calls": of.calls,
            "rate": (of.calls - of.errors - of.wrong) / seconds if seconds else None,
            "errors": of.errors,
            "error_share": of.error_share,
            "wrong": of.wrong,
            "retries": of.retries,
            "codes": dict(of.codes),
            "latency": {
                name: of.latency.quantile(share)
                for name, share in (
                    ("p50", 0.5),
                    ("p90", 0.9),
                    ("p95", 0.95),
                    ("p99", 0.99),
                    ("p999", 0.999),
                    ("max", 1.0),
                )
            },
            "mean": of.latency.mean(),
        }

    total = sum(summary.seconds.values())
    return {
        "total": cell(summary.total(), total),
        "operations": {name: cell(summary.total(operation=name), total) for name in summary.operations()},
        "nodes": {name: cell(of, total) for name, of in summary.nodes.items()},
        "stages": {
            stage["name"]: {
                "judged": summary.judged.get(stage["name"], True),
                **cell(summary.total(stage=stage["name"]), summary.seconds.get(stage["name"], 0.0)),
            }
            for stage in summary.stages
        },
    }


__all__ = [
    "GENERATOR_BOUND",
    "bound",
    "figures",
    "generator_bound",
    "knee_sentence",
    "row",
    "rule_rows",
    "texts",
    "verdict_sentence",
]
