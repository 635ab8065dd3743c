"""Documents as other software writes them: the right ones give no failure, each wrong one is named with its place.

One table a format in ``foreign_*.py``: every entry is a document of its own, written by hand there, never copied. They were written before the judge saw
them; what it got wrong at first was mended for the kind, not for the case. Pages and images cost most: one in four of them runs in ``make test``, all in
``make test-all``.
"""

from __future__ import annotations

import importlib

import pytest

from conformance.documents import (
    Expected,
    Profile,
    Severity,
    Status,
    check,
    check_document,
    read_document,
)

TABLES = {
    name: importlib.import_module(f"foreign_{name}")
    for name in ("cda", "hl7", "fhir", "symbols", "paper", "sent", "mail")
}
DRAWN = {"symbols", "paper"}


def _cases(which):
    for table, module in TABLES.items():
        for number, case in enumerate(getattr(module, which)):
            marks = [pytest.mark.slow] if table in DRAWN and number % 4 else []
            yield pytest.param(table, case, marks=marks, id=f"{table}: {case}")


def _expected(identity, profile=None):
    return Expected(identity=identity, status=Status.QUAL, profile=profile) if identity else Expected()


@pytest.mark.parametrize(("table", "case"), _cases("RIGHT"))
def test_a_right_document_of_other_software_has_no_failure(table, case):
    identity, make = TABLES[table].RIGHT[case]
    document = read_document(make())
    for expected in (Expected(), _expected(identity)):
        problems = check_document(document, expected).problems
        said = [one.line("en") for one in problems if one.severity is Severity.FAIL or one.unjudged]
        assert said == []


@pytest.mark.parametrize(("table", "case"), _cases("WRONG"))
def test_one_wrong_trait_is_named_with_its_place(table, case):
    identity, make, code, where = TABLES[table].WRONG[case]
    production = case in getattr(TABLES[table], "PRODUCTION", ())
    expected = _expected(identity, Profile.PRODUCTION if production else None)
    problems = check(make(), expected, name="file")
    places = [place.full.en for one in problems if one.code == code for place in one.places]
    assert any(where in place for place in places), [one.line("en") for one in problems]
