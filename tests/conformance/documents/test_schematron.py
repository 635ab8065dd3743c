"""Schematrons that the user brings: compiled by us, run by Saxon in a process of its own, each finding with its place."""

from __future__ import annotations

import pytest
from foreign_cda import header, utf8
from foreign_people import TOUR
from lxml import etree
from people import P1

from conformance.documents import Severity, check_document, read_document
from conformance.documents.outside import OutsideError, OutsideJudges
from conformance.documents.outside.saxon import Schematron
from conformance.documents.outside.schematron import compile_schematron

HEAD = '<schema xmlns="http://purl.oclc.org/dsdl/schematron" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" queryBinding="xslt2">'
NS = '<ns prefix="c" uri="urn:hl7-org:v3"/>'
RULES = """<title>Ours</title>{ns}
<let name="ins" value="('1.2.250.1.213.1.4.8', '1.2.250.1.213.1.4.10')"/>
<xsl:function name="c:long" xmlns:c="urn:hl7-org:v3" xmlns:xs="http://www.w3.org/2001/XMLSchema"><xsl:param name="x"/><xsl:sequence select="string-length($x) &gt; 14"/></xsl:function>
<include href="parts/names.sch"/>
<pattern id="ids"><let name="roles" value="//c:patientRole"/>
  <rule abstract="true" id="rooted"><assert test="@root">an id has a root</assert></rule>
  <rule context="c:patientRole/c:id[@root = $ins]"><extends rule="rooted"/>
    <let name="n" value="@extension"/>
    <assert id="A1" test="c:long($n)">number too short: <value-of select="$n"/> in <name/></assert></rule>
  <rule context="c:patientRole/c:id"><report role="warning" test="starts-with(@extension, 'P')">a local id <name path=".."/></report></rule>
  <rule context="c:birthTime/@value"><assert test="matches(., '^[0-9]{{8}}$')">date of eight figures, got {{<value-of select="."/>}}</assert></rule>
  <rule context="c:administrativeGenderCode"><assert test="@code = doc('voc.xml')//code/@value">code of the list</assert></rule>
</pattern>
<pattern abstract="true" id="must"><rule context="$where"><assert test="$what">$what is wanted in $where</assert></rule></pattern>
<pattern is-a="must" id="m1"><param name="where" value="c:patient"/><param name="what" value="c:birthplace"/></pattern>
</schema>"""
NAMES = '<pattern xmlns="http://purl.oclc.org/dsdl/schematron" id="names"><rule context="c:patient/c:name"><assert test="c:family[@qualifier=\'BR\']">a birth name</assert></rule></pattern>'


@pytest.fixture
def ours(tmp_path):
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "names.sch").write_text(NAMES, encoding="utf-8")
    (tmp_path / "voc.xml").write_text('<v><code value="F"/><code value="M"/></v>', encoding="utf-8")
    path = tmp_path / "ours.sch"
    path.write_text(HEAD + RULES.format(ns=NS), encoding="utf-8")
    return path


def _found(path, data):
    with OutsideJudges([path]) as judges:
        checked = judges.add_to(check_document(read_document(data, "note.xml")))
    return [one for one in checked.problems if one.code.startswith("schematron")]


def test_what_is_right_has_only_the_warning_asked_for(ours):
    (only,) = _found(ours, utf8(TOUR))
    assert (only.severity, only.places[0].path) == (
        Severity.WARNING, "/ClinicalDocument/recordTarget/patientRole/id[2]",
    )  # fmt: skip
    assert "a local id patientRole" in only.text.en


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "said", "path"),
    [
        (b'extension="279035121518989"', b'extension="2790"', "number too short: 2790 in id", "/id[1]"),
        (b'value="19790328"', b'value="1979"', "got {1979}", "/birthTime/@value"),
        (b'code="F"', b'code="X"', "code of the list", "/administrativeGenderCode"),
        (b'<family qualifier="BR">', b'<family qualifier="CL">', "a birth name", "/patient/name"),
        (b"birthplace>", b"birthplaces>", "c:birthplace is wanted in c:patient", "/patient"),
    ],
)  # fmt: skip
def test_each_kind_of_rule_finds_its_fault_with_its_place(ours, old, new, said, path):
    failures = [one for one in _found(ours, utf8(P1).replace(old, new)) if one.severity is Severity.FAIL]
    assert [one.text.en.endswith(said) for one in failures] == [True]
    assert failures[0].places[0].path.endswith(path)
    assert failures[0].places[0].line
    assert str(failures[0].evidence) == "reported"


@pytest.mark.slow
def test_the_first_rule_of_a_pattern_that_matches_is_the_only_one(ours):
    texts = [
        one.text.en
        for one in _found(ours, utf8(P1).replace(b'extension="279035121518989"', b'extension="P"'))
    ]
    assert sum("a local id" in one for one in texts) == 1


@pytest.mark.slow
def test_only_the_default_phase_runs(ours):
    text = ours.read_text(encoding="utf-8").replace("queryBinding", 'defaultPhase="few" queryBinding')
    ours.write_text(
        text.replace(
            "<title>Ours</title>" + NS,
            "<title>Ours</title>" + NS + '<phase id="few"><active pattern="m1"/></phase>',
        ),
        encoding="utf-8",
    )
    assert _found(ours, utf8(TOUR)) == []


@pytest.mark.slow
def test_a_stylesheet_that_is_ready_is_run_as_it_is(tmp_path):
    path = tmp_path / "ready.xsl"
    path.write_text(
        '<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:svrl="http://purl.oclc.org/dsdl/svrl"><xsl:template match="/">'
        '<svrl:schematron-output><svrl:failed-assert location="/*[1]" test="false()"><svrl:text>never</svrl:text></svrl:failed-assert></svrl:schematron-output></xsl:template></xsl:stylesheet>',
        encoding="utf-8",
    )
    (problem,) = _found(path, utf8(TOUR))
    assert (problem.places[0].path, problem.text.en) == ("/*[1]", "schematron ready.xsl : never")


@pytest.mark.slow
def test_a_cda_in_an_archive_is_judged_too(ours):
    from foreign_lots import packed

    broken = {"DOC00001.XML": utf8(P1, header_of=header(P1, date="1979"))}
    assert any("DOC00001.XML" in one.places[0].file for one in _found(ours, packed(P1, broken)))


def _schema(tmp_path, rule):
    path = tmp_path / "one.sch"
    path.write_text(
        f"{HEAD}{NS}<pattern><rule context='c:patient'>{rule}</rule></pattern></schema>", encoding="utf-8"
    )
    return path


@pytest.mark.slow
@pytest.mark.parametrize(
    "test",
    [
        "doc('http://127.0.0.1:9/x')/x",
        "unparsed-text('https://127.0.0.1:9/x')",
        "doc('missing.xml')/x",
        "1 idiv 0",
    ],
)
def test_what_a_schematron_cannot_have_is_said_and_is_no_verdict(tmp_path, test):
    path = _schema(tmp_path, f'<assert test="{test}">x</assert>')
    (problem,) = _found(path, utf8(TOUR))
    assert (problem.code, problem.unjudged) == ("schematron-not-judged", True)


def test_nothing_is_asked_of_the_network(tmp_path):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        path = _schema(
            tmp_path, f"<assert test=\"doc('http://127.0.0.1:{server.getsockname()[1]}/x')/x\">x</assert>"
        )
        (problem,) = _found(path, utf8(TOUR))
        assert problem.unjudged
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.slow
def test_one_that_never_ends_is_stopped(tmp_path):
    path = _schema(
        tmp_path,
        '<assert test="sum(for $a in 1 to 1000000000, $b in 1 to 1000000000 return $a mod 7) = 0">x</assert>',
    )
    one = Schematron(path, judging=1.5)
    try:
        (problem,) = one.problems(read_document(utf8(TOUR), "note.xml"))
    finally:
        one.close()
    assert problem.unjudged


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<schema/>", "schema"),
        ("no xml", "readable"),
        (HEAD.replace("xslt2", "exslt") + "</schema>", "exslt"),
        (HEAD + '<include href="gone.sch"/></schema>', "gone.sch"),
        (HEAD + '<include href="http://127.0.0.1:9/x.sch"/></schema>', "no network"),
        (
            HEAD + "<pattern><rule context='c:x'><assert test='1'>x</assert></rule></pattern></schema>",
            "does not compile",
        ),
        (
            HEAD + "<pattern><rule context='x'><assert test='(('>x</assert></rule></pattern></schema>",
            "does not compile",
        ),
    ],
)
def test_a_schematron_at_fault_is_a_set_up_error(tmp_path, text, said):
    path = tmp_path / "bad.sch"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OutsideError, match=said):
        _found(path, utf8(TOUR))


@pytest.mark.slow
def test_without_saxon_it_is_said_what_to_install(ours, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ours.parent))
    (ours.parent / "saxonche.py").write_text("raise ImportError(name='saxonche')", encoding="utf-8")
    with pytest.raises(OutsideError, match="schematron"):
        _found(ours, utf8(TOUR))


@pytest.mark.slow
def test_braces_in_a_test_stay_text(tmp_path):
    path = _schema(tmp_path, "<assert test=\"matches('a', '^[0-9]{4}$')\">four</assert>")
    sheet = etree.fromstring(compile_schematron(path))
    assert "{{4}}" in etree.tostring(sheet).decode()
    (problem,) = _found(path, utf8(TOUR))
    assert problem.quotes[0].text == "matches('a', '^[0-9]{4}$')"
