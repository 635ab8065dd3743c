"""What differs between two exchanges, in lines."""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING, Final

from simulator.journal.exchange import header_pairs
from simulator.journal.explain import explain
from simulator.journal.xml_lines import compared_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.journal.exchange import Exchange
    from simulator.journal.explain import Language

_PASSING_HEADERS: Final = frozenset({"content-length", "date", "host", "traceparent", "x-request-id"})
_TITLES: Final = {
    "decision": ("Décision", "Decision"),
    "request": ("Demande", "Request"),
    "response": ("Réponse", "Response"),
}


def diff(
    first: Exchange, second: Exchange, *, ignore_passing: bool = False, lang: Language = "fr"
) -> Iterator[str]:
    """Yield the lines of a unified diff of two exchanges; none when nothing differs.

    XML is compared by what it means: prefixes, order of attributes and white space between elements do not count.

    Args:
        first: the one whose lines are marked ``-``.
        second: the one whose lines are marked ``+``.
        ignore_passing: leave out identifiers and times, which are others in each call.
        lang: of the explanations.
    """
    for side, titles in _TITLES.items():
        before, after = (
            _side(exchange, side, lang, ignore_passing=ignore_passing) for exchange in (first, second)
        )
        title = titles[0 if lang == "fr" else 1]
        yield from unified_diff(
            before,
            after,
            fromfile=f"{title} {first.id}",
            tofile=f"{title} {second.id}",
            lineterm="",
        )


def _side(exchange: Exchange, side: str, lang: Language, *, ignore_passing: bool) -> list[str]:
    if side == "decision":
        findings = [finding.fr if lang == "fr" else finding.en for finding in exchange.findings]
        return [*explain(exchange, lang), *(f"! {text}" for text in findings)]
    headers = exchange.request_headers if side == "request" else exchange.response_headers
    body = exchange.request if side == "request" else exchange.response
    told = sorted(
        f"{name.lower()}: {value}"
        for name, value in header_pairs(headers)
        if not (ignore_passing and name.lower() in _PASSING_HEADERS)
    )
    status = [] if side == "request" else [f"HTTP {exchange.http_status}"]
    return [*status, *told, "", *compared_lines(body, ignore_passing=ignore_passing)]
