"""Several files of one patient: what is quoted stands in different files, in whatever order they are given."""

from __future__ import annotations

import itertools

import pytest
from foreign_cda import utf8
from foreign_hl7 import full
from foreign_mail import sent
from foreign_paper import Sheet, lines, usual
from foreign_symbols import blocks
from people import P1, P2

from conformance.documents import Expected
from conformance.documents.comparing import top_file
from conformance.documents.showing import judge_files

WRONG_SYMBOL = Sheet().rows(lines(P1)).mark(P1, payload=blocks(P2)).done()
SETS = {
    "the symbol of a page against a CDA": ({"a.pdf": WRONG_SYMBOL, "b.xml": utf8(P1)}, "matricule-contradicts"),
    "the symbol of a page against a message and a mail": ({"a.pdf": WRONG_SYMBOL, "b.hl7": full(P1), "c.eml": sent(P1)}, "birth-date-contradicts"),
    "a message of another": ({"a.pdf": usual(P1), "b.hl7": full(P2)}, "matricule-contradicts"),
    "a hyphen lost on paper": ({"a.pdf": usual(P1, name="PAT TROIS"), "b.xml": utf8(P1)}, "name-separators"),
    "the address of another in a mail": ({"a.eml": sent(P2, to=f"{P2.matricule.value}@patient.mssante.fr"), "b.xml": utf8(P1)}, "matricule-contradicts"),
    "a CDA without INS beside one with it": ({"a.xml": utf8(P1), "b.xml": utf8(P1).replace(b"1.2.250.1.213.1.4.10", b"1.2.3.4")}, "ins-in-one-only"),
}  # fmt: skip


def _between(folder, files, order):
    paths = []
    for name in order:
        (folder / name).write_bytes(files[name])
        paths.append((name, folder / name))
    return judge_files(paths, Expected()).between


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, marks=[pytest.mark.slow] if "mail" in case else []) for case in SETS],
)
def test_files_that_disagree_are_quoted_in_every_order(case, tmp_path):
    files, code = SETS[case]
    for order in itertools.permutations(files):
        problem = next((one for one in _between(tmp_path, files, order) if one.code == code), None)
        assert problem is not None, order
        assert len({top_file(place) for place in problem.places}) > 1


def test_files_that_agree_have_nothing_between_them(tmp_path):
    files = {"a.pdf": usual(P1), "b.xml": utf8(P1), "c.hl7": full(P1), "d.eml": sent(P1)}
    assert _between(tmp_path, files, tuple(files)) == ()


def test_what_one_file_contradicts_in_itself_is_told_of_that_file(tmp_path):
    (tmp_path / "a.pdf").write_bytes(WRONG_SYMBOL)
    outcome = judge_files([("a.pdf", tmp_path / "a.pdf")], Expected())
    assert "matricule-contradicts" in {one.code for one in outcome.files[0].problems}
    assert outcome.between == ()
