"""veraPDF as a command: a stand-in that writes its report, one that hangs, one that is not there."""

from __future__ import annotations

import os
import sys
import time

import pytest
from foreign_cda import unstructured, utf8
from papers import right
from people import P1

from conformance.documents import check_document, read_document
from conformance.documents.outside import OutsideError, OutsideJudges
from conformance.documents.outside.verapdf import find_verapdf, verapdf_problems

RULE = (
    '<rule specification="ISO 19005-1:2005" clause="6.3.4" testNumber="1" status="failed" failedChecks="2">'
    "<description>The font programs shall be embedded</description><check status='failed'><context>root/document[0]/font</context></check></rule>"
)
REPORT = (
    '<?xml version="1.0" encoding="utf-8"?><report><jobs><job><item size="1"><name>x</name></item>'
    '<validationReport jobEndStatus="normal" profileName="PDF/A-1B validation profile" isCompliant="{}"><details>{}</details></validationReport></job></jobs></report>'
)


@pytest.fixture
def command(tmp_path):
    """Write a command that keeps what it was asked and writes a report; the code of exit is that of veraPDF."""

    def write(report, code=0, before=""):
        script = tmp_path / "fake.py"
        script.write_text(
            f"import sys, time, pathlib\npathlib.Path({str(tmp_path / 'asked')!r}).write_text(repr(sys.argv[1:-1]) + open(sys.argv[-1], 'rb').read(5).decode())\n"
            f"{before}\nsys.stdout.write({report!r})\nsys.exit({code})\n",
            encoding="utf-8",
        )
        path = tmp_path / ("verapdf.bat" if os.name == "nt" else "verapdf")
        path.write_text(
            f'@"{sys.executable}" "{script}" %*\r\n'
            if os.name == "nt"
            else f'#!/bin/sh\n"{sys.executable}" "{script}" "$@"\n',
            encoding="utf-8",
        )
        path.chmod(0o755)
        return str(path)

    return write


def _codes(command_, data):
    with OutsideJudges(verapdf=command_) as judges:
        return {one.code: one for one in judges.add_to(check_document(read_document(data, "file"))).problems}


def test_a_pdf_that_conforms_gets_nothing(command, tmp_path):
    assert "pdfa-not-conformant" not in _codes(command(REPORT.format("true", "")), right(P1))
    assert (tmp_path / "asked").read_text() == "['--format', 'xml', '--flavour', '1b']%PDF-"


def test_the_level_claimed_is_asked_for(command, tmp_path):
    _codes(command(REPORT.format("true", "")), right(P1, claim=("1", "A")))
    assert "'1a'" in (tmp_path / "asked").read_text()


def test_each_broken_rule_is_named(command):
    problem = _codes(command(REPORT.format("false", RULE), code=1), right(P1))["pdfa-not-conformant"]
    assert "6.3.4 test 1 (2 times, says veraPDF): The font programs" in problem.text.en
    assert (problem.quotes[0].text, problem.rules) == ("root/document[0]/font", ("DOC-06", "DOC-08"))


def test_the_pdf_in_a_cda_is_judged_too(command):
    data = utf8(P1, body=unstructured(right(P1)), code="11488-4")
    problem = _codes(command(REPORT.format("false", ""), code=1), data)["pdfa-not-conformant"]
    assert "nonXMLBody.pdf" in problem.places[0].file


@pytest.mark.parametrize("report", ["", "no xml", "<report><jobs/></report>"])
def test_a_report_that_says_nothing_is_no_verdict(command, report):
    assert _codes(command(report, code=7), right(P1))["verapdf-failed"].unjudged


def test_one_that_hangs_is_stopped_with_what_it_started(command):
    slow = command("", before="time.sleep(600)")
    began = time.monotonic()
    (problem,) = verapdf_problems(read_document(right(P1), "file"), slow, seconds=1.0)
    assert problem.unjudged
    assert time.monotonic() - began < 300


def test_its_absence_is_a_set_up_error(monkeypatch, tmp_path):
    monkeypatch.delenv("BANC_VERAPDF", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OutsideError, match="veraPDF not found"):
        find_verapdf()
    with pytest.raises(OutsideError, match="BANC_VERAPDF"):
        OutsideJudges(verapdf=str(tmp_path / "gone"))


def test_it_is_found_by_the_variable_and_by_the_path(monkeypatch, command, tmp_path):
    path = command("")
    monkeypatch.setenv("BANC_VERAPDF", path)
    assert find_verapdf() == path
    monkeypatch.delenv("BANC_VERAPDF")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_verapdf()
