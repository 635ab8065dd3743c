"""The outcome as one HTML page that needs nothing else, with cut-outs of the places."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, StrictUndefined

from conformance.documents.record import Trait
from conformance.documents.showing.cutouts import cutout
from simulator.text import Text
from simulator.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.documents.document import Document
    from conformance.documents.problems import Problem
    from conformance.documents.showing.outcome import FileOutcome, Outcome
    from simulator.text import Lang

_MAX_CUTOUTS = 60
_IDENTITY = (
    Trait.BIRTH_NAME, Trait.FIRST_NAME, Trait.FIRST_NAMES, Trait.SEX, Trait.BIRTH_DATE, Trait.BIRTH_PLACE, Trait.MATRICULE,
    Trait.NATURE, Trait.OID, Trait.MAILBOX,
)  # fmt: skip
EVIDENCE = {
    "official": Text("texte officiel ou jeu d’essai officiel lu", "official text or test material read"),
    "observed": Text("observé", "observed"),
    "reported": Text("rapporté par un tiers", "reported by a third party"),
    "inferred": Text("déduit par le banc", "inferred by the bench"),
}


def outcome_page(outcome: Outcome, lang: Lang) -> str:
    """Return the page."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    source = files("conformance.documents.showing").joinpath("page.html").read_text(encoding="utf-8")
    documents = [one.document for one in outcome.files if one.document is not None]
    budget = [_MAX_CUTOUTS]
    return environment.from_string(source).render(
        lang=lang,
        version=VERSION,
        files=[_file(one, documents, budget, lang) for one in outcome.files],
        between=[_problem(problem, documents, budget, lang) for problem in outcome.between],
        several=outcome.compared,
        failed=outcome.failed,
        unjudged=outcome.unjudged,
        matrix=_matrix(documents, lang),
    )


def _file(one: FileOutcome, documents: list[Document], budget: list[int], lang: Lang) -> dict[str, Any]:
    return {
        "name": one.name,
        "verdict": one.verdict,
        "format": str(one.document.format) if one.document else "",
        "documents": one.tally.documents if one.tally else None,
        "failed": one.tally.failed if one.tally else None,
        "codes": sorted(one.tally.codes.items(), key=lambda item: -item[1]) if one.tally else [],
        "problems": [_problem(problem, documents, budget, lang) for problem in one.problems],
    }


def _problem(problem: Problem, documents: list[Document], budget: list[int], lang: Lang) -> dict[str, Any]:
    quotes = []
    for one in problem.quotes:
        image = None
        if one.place.box is not None and budget[0] > 0:
            image = next((found for document in documents if (found := cutout(document, one.place))), None)
            budget[0] -= image is not None
        quotes.append(
            {"file": one.place.file, "where": one.place.text[lang], "text": one.text, "image": image}
        )
    return {
        "code": problem.code, "severity": str(problem.severity), "text": problem.text[lang], "rules": problem.rules,
        "evidence": EVIDENCE[str(problem.evidence)][lang], "unjudged": problem.unjudged, "quotes": quotes,
    }  # fmt: skip


def _matrix(documents: Iterable[Document], lang: Lang) -> dict[str, Any]:
    """Return every record side by side: one row a trait, one column a document."""
    columns = [
        (document.name, record) for top in documents for document in top.walk() for record in document.records
    ][:12]
    rows = []
    for trait in _IDENTITY:
        cells = [" · ".join(dict.fromkeys(value.text for value in record.of(trait))) for _, record in columns]
        if any(cells):
            rows.append({"trait": trait.text[lang], "cells": cells})
    names = [name for name, _ in columns]
    # The page and its symbol are one file: what tells them apart is the format.
    told = [f"{name} [{record.format}]" if names.count(name) > 1 else name for name, record in columns]
    return {"names": told, "rows": rows}
