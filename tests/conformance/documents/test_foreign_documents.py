"""Documents as other software writes them: the right ones give no failure, each wrong one is named with its place.

One table a format in ``foreign_*.py``: every entry is a document of its own, written by hand there, never copied. They were written before the judge saw
them; what it got wrong at first was mended for the kind, not for the case. Pages and images cost most: one in six of them runs in ``make test``, all in
``make test-all``.
"""

from __future__ import annotations

import importlib

import foreign_before
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
    for name in ("cda", "hl7", "fhir", "symbols", "paper", "sent", "mail", "more")
}
DRAWN_WORDS = {"page", "page:", "mail", "mail:"}
DRAWN = {"symbols", "paper", "more", "mail"}


def _cases(which):
    return list(_each(which))


def _each(which):
    for table, module in TABLES.items():
        for number, case in enumerate(getattr(module, which)):
            marks = [pytest.mark.slow] if table in DRAWN and number % 6 else []
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


def _before(which):
    return [
        pytest.param(case, marks=[pytest.mark.slow] if number % 3 and DRAWN_WORDS & set(case.split()) else [])
        for number, case in enumerate(getattr(foreign_before, which))
    ]


@pytest.mark.parametrize("status", [Status.PROV, Status.RECUP, Status.VALI])
@pytest.mark.parametrize("case", _before("RIGHT"))
def test_before_qual_a_document_without_the_ins_has_no_failure(case, status):
    document = read_document(foreign_before.RIGHT[case](), "file")
    for expected in (Expected(), Expected(identity=foreign_before.P1, status=status)):
        problems = check_document(document, expected).problems
        assert [one.line("en") for one in problems if one.severity is Severity.FAIL or one.unjudged] == []


@pytest.mark.parametrize("case", _before("WRONG"))
def test_before_qual_every_leak_is_named_with_its_place(case):
    make, code, where = foreign_before.WRONG[case]
    document = read_document(make(), "file")
    for status in (Status.PROV, Status.RECUP, Status.VALI):
        problems = check_document(document, Expected(identity=foreign_before.P1, status=status)).problems
        places = [place.full.en for one in problems if one.code == code for place in one.places]
        assert any(where in place for place in places), [one.line("en") for one in problems]
