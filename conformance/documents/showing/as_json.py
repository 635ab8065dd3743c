"""The outcome as JSON, stable for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.documents.record import Trait

if TYPE_CHECKING:
    from conformance.documents.document import Document
    from conformance.documents.problems import Problem, Quote
    from conformance.documents.showing.outcome import FileOutcome, Outcome

VERSION = 1


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """Return what ``banc check --json`` writes."""
    return {
        "version": VERSION,
        "files": [_file(one) for one in outcome.files],
        "between": [problem_json(problem) for problem in outcome.between],
        "failed": outcome.failed,
        "unjudged": outcome.unjudged,
    }


def problem_json(problem: Problem) -> dict[str, Any]:
    """Return one problem."""
    return {
        "code": problem.code,
        "severity": str(problem.severity),
        "text": {"fr": problem.text.fr, "en": problem.text.en},
        "rules": list(problem.rules),
        "evidence": str(problem.evidence),
        "unjudged": problem.unjudged,
        "quotes": [_quote(one) for one in problem.quotes],
    }


def _file(one: FileOutcome) -> dict[str, Any]:
    made: dict[str, Any] = {
        "file": one.name,
        "verdict": one.verdict,
        "problems": [problem_json(each) for each in one.problems],
    }
    if one.document is not None:
        made["format"] = str(one.document.format)
        made["documents"] = [_document(each) for each in one.document.walk()]
    if one.tally is not None:
        made["stream"] = {
            "documents": one.tally.documents, "failed": one.tally.failed, "unjudged": one.tally.unjudged, "codes": one.tally.codes,
        }  # fmt: skip
    return made


def _document(document: Document) -> dict[str, Any]:
    return {
        "name": document.name,
        "format": str(document.format),
        "patients": [
            {str(trait): [value.text for value in record.of(trait)] for trait in Trait if record.of(trait)}
            for record in document.records
        ],
    }


def _quote(one: Quote) -> dict[str, Any]:
    place = one.place
    return {
        "file": place.file, "kind": str(place.kind), "path": place.path, "line": place.line, "page": place.page,
        "box": None if place.box is None else [round(side, 1) for side in place.box], "text": one.text,
        "where": {"fr": place.text.fr, "en": place.text.en},
    }  # fmt: skip
