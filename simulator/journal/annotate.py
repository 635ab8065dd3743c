"""Findings put beside the line of the request that they are about."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from simulator.datafile import load_yaml
from simulator.journal.exchange import header_pairs
from simulator.journal.xml_lines import pretty_lines

if TYPE_CHECKING:
    from simulator.contract.messages import Finding
    from simulator.journal.exchange import Exchange
    from simulator.journal.xml_lines import Line


class Annotated(NamedTuple):
    """A line of a request and the findings about it."""

    text: str
    findings: tuple[Finding, ...] = ()


class AnnotatedRequest(NamedTuple):
    """A request as people read it."""

    headers: tuple[Annotated, ...]
    body: tuple[Annotated, ...]
    elsewhere: tuple[Finding, ...]
    """Findings without a place in it."""


def annotate_request(exchange: Exchange) -> AnnotatedRequest:
    """Return the request of an exchange, indented, each finding beside the line it is about."""
    pairs = header_pairs(exchange.request_headers)
    lines = pretty_lines(exchange.request)
    text = exchange.request.decode("utf-8", "replace").splitlines() if lines is None else ()
    at_headers: dict[int, list[Finding]] = {}
    at_lines: dict[int, list[Finding]] = {}
    elsewhere: list[Finding] = []
    for finding in exchange.findings:
        place: dict[str, Any] = finding_places().get(finding.code, {})
        header = next((i for i, (name, _) in enumerate(pairs) if name.lower() == place.get("header")), None)
        line = _line_of(place.get("elements", ()), finding, lines or [])
        if header is not None:
            at_headers.setdefault(header, []).append(finding)
        elif line is not None:
            at_lines.setdefault(line, []).append(finding)
        else:
            elsewhere.append(finding)
    return AnnotatedRequest(
        tuple(
            Annotated(f"{name}: {value}", tuple(at_headers.get(i, ())))
            for i, (name, value) in enumerate(pairs)
        ),
        tuple(Annotated(line.text, tuple(at_lines.get(i, ()))) for i, line in enumerate(lines or []))
        or tuple(map(Annotated, text)),
        tuple(elsewhere),
    )


@cache
def finding_places() -> dict[str, dict[str, Any]]:
    """Return where each finding is shown, by its code."""
    folder = files("simulator.journal")
    schema = json.loads((folder / "finding_places.schema.json").read_text("utf-8"))
    places: dict[str, dict[str, Any]] = load_yaml(folder / "finding_places.yaml", schema)
    return places


def _line_of(elements: tuple[str, ...], finding: Finding, lines: list[Line]) -> int | None:
    # The one that the finding names first; the sort keeps the order of the others.
    ordered = sorted(elements, key=lambda path: not _is_named(path, finding.en))
    for path in ordered:
        end = tuple(path.split("/"))
        for number, line in enumerate(lines):
            if line.path[-len(end) :] == end:
                return number
    return None


def _is_named(path: str, text: str) -> bool:
    *parents, name = path.split("/")
    return f"{'/'.join(parents)}/{name}" in text or f":{name} " in text or text.startswith(f"{name}:")
