"""``junit.xml``: what a CI system shows, in the shape that the Jenkins xUnit plug-in accepts."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from conformance.record.results import Waiver, WaiverState
from conformance.report.junit import render_junit
from conformance.rules import load_catalogue
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.record.results import Campaign, RuleResult
    from simulator.text import Lang

# What junit-10 asks for, written anew from the description of the format, and stricter where other readers are:
# no attribute that one of them does not know, and children in the order that all of them accept.
SHAPE = etree.XMLSchema(
    etree.fromstring("""
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:simpleType name="seconds"><xs:restriction base="xs:string"><xs:pattern value="[0-9]+\\.[0-9]{3}"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="name"><xs:restriction base="xs:string"><xs:minLength value="1"/></xs:restriction></xs:simpleType>
  <xs:complexType name="end" mixed="true">
    <xs:attribute name="message" type="xs:string"/><xs:attribute name="type" type="xs:string"/>
  </xs:complexType>
  <xs:element name="testsuites"><xs:complexType>
    <xs:sequence><xs:element ref="testsuite" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
    <xs:attribute name="name" type="xs:string"/><xs:attribute name="time" type="seconds"/>
    <xs:attribute name="tests" type="xs:nonNegativeInteger"/><xs:attribute name="failures" type="xs:nonNegativeInteger"/>
    <xs:attribute name="disabled" type="xs:nonNegativeInteger"/><xs:attribute name="errors" type="xs:nonNegativeInteger"/>
  </xs:complexType></xs:element>
  <xs:element name="testsuite"><xs:complexType>
    <xs:sequence>
      <xs:element name="properties" minOccurs="0"><xs:complexType><xs:sequence>
        <xs:element name="property" maxOccurs="unbounded"><xs:complexType>
          <xs:attribute name="name" type="name" use="required"/><xs:attribute name="value" type="xs:string" use="required"/>
        </xs:complexType></xs:element>
      </xs:sequence></xs:complexType></xs:element>
      <xs:element ref="testcase" minOccurs="0" maxOccurs="unbounded"/>
      <xs:element name="system-out" type="xs:string" minOccurs="0"/><xs:element name="system-err" type="xs:string" minOccurs="0"/>
    </xs:sequence>
    <xs:attribute name="name" type="name" use="required"/>
    <xs:attribute name="tests" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="failures" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="errors" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="skipped" type="xs:nonNegativeInteger"/>
    <xs:attribute name="time" type="seconds"/><xs:attribute name="timestamp" type="xs:dateTime"/>
  </xs:complexType></xs:element>
  <xs:element name="testcase"><xs:complexType>
    <xs:sequence>
      <xs:choice minOccurs="0">
        <xs:element name="skipped" type="end"/><xs:element name="error" type="end"/><xs:element name="failure" type="end"/>
      </xs:choice>
      <xs:element name="system-out" type="xs:string" minOccurs="0"/><xs:element name="system-err" type="xs:string" minOccurs="0"/>
    </xs:sequence>
    <xs:attribute name="name" type="name" use="required"/><xs:attribute name="classname" type="name" use="required"/>
    <xs:attribute name="time" type="seconds" use="required"/>
  </xs:complexType></xs:element>
</xs:schema>""")
)


@pytest.fixture(scope="session")
def junit(campaign: Campaign) -> etree._Element:
    return etree.fromstring(render_junit(campaign, "fr"))


def case(junit: etree._Element, key: str) -> etree._Element:
    return next(node for node in junit.iter("testcase") if node.get("classname") == key)


def names(junit: etree._Element) -> list[tuple[str | None, str | None]]:
    return [(node.get("classname"), node.get("name")) for node in junit.iter("testcase")]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_file_has_the_shape_that_jenkins_accepts(campaign: Campaign, lang: Lang) -> None:
    SHAPE.assertValid(etree.fromstring(render_junit(campaign, lang)))


def test_the_whole_catalogue_has_that_shape(
    make_campaign: Callable[..., Campaign], make_result: Callable[..., RuleResult]
) -> None:
    results = tuple(make_result(key, Verdict.NOT_TESTED, evidence=()) for key in load_catalogue())
    SHAPE.assertValid(etree.fromstring(render_junit(make_campaign(results), "fr")))


@pytest.mark.parametrize(
    ("broken", "what"),
    [
        (b'<testsuites name="x" skipped="1"/>', "skipped"),
        (b'<testsuites><testsuite name="x" tests="1" failures="0"/></testsuites>', "errors"),
    ],
)
def test_the_shape_refuses_what_jenkins_refuses(broken: bytes, what: str) -> None:
    assert not SHAPE.validate(etree.fromstring(broken))
    assert what in str(SHAPE.error_log.last_error)


@pytest.mark.parametrize(
    ("key", "children"),
    [
        ("SRC-01", []),
        ("RSP-12", ["system-out"]),
        ("ERR-02", ["system-out"]),
        ("STA-03", ["failure"]),
        ("ATT-01", ["skipped"]),
        ("PRF-08", ["skipped"]),
        ("SEC-06", ["error"]),
    ],
)
def test_each_verdict_has_its_junit_end(junit: etree._Element, key: str, children: list[str]) -> None:
    assert [child.tag for child in case(junit, key)] == children


def test_there_is_one_case_for_each_check(campaign: Campaign, make_campaign: Callable[..., Campaign]) -> None:
    (failed,) = (result for result in campaign.rules if result.verdict is Verdict.FAIL)
    (check,) = failed.checks
    passed = dataclasses.replace(check, id="status.other", verdict=Verdict.PASS)
    two = dataclasses.replace(failed, checks=(check, passed))
    junit = etree.fromstring(render_junit(make_campaign((two,)), "fr"))
    assert names(junit) == [("STA-03", "status.sta-03"), ("STA-03", "status.other")]
    assert [len(node) for node in junit.iter("testcase")] == [1, 0]


def test_cases_have_the_same_names_in_both_languages(campaign: Campaign) -> None:
    french, english = (etree.fromstring(render_junit(campaign, lang)) for lang in ("fr", "en"))
    assert names(french) == names(english)


def test_reasons_follow_the_language(campaign: Campaign) -> None:
    reason = case(etree.fromstring(render_junit(campaign, "en")), "STA-03")[0].get("message")
    assert reason == "[en] le statut est passé à « identité validée »"


def test_a_failure_carries_reason_and_details(junit: etree._Element) -> None:
    failure = case(junit, "STA-03")[0]
    assert failure.get("message") == "le statut est passé à « identité validée »"
    assert failure.get("type") == "FAIL"
    assert "Accepter l'identité INSi" in str(failure.text)
    assert "LGC.INS.23" in str(failure.text)


def test_totals_agree_with_the_cases(junit: etree._Element) -> None:
    assert [junit.get(name) for name in ("tests", "failures", "errors")] == ["7", "1", "1"]
    assert sum(int(str(suite.get("skipped"))) for suite in junit.iter("testsuite")) == 2


def test_properties_say_what_was_tested_and_how_much(junit: etree._Element) -> None:
    found = {node.get("name"): node.get("value") for node in junit[0].iter("property")}
    assert found["software"] == "LGO de référence"
    assert (found["seed"], found["rules.tested"], found["rules.asked"]) == ("20250304", "4", "7")
    assert found["rules.catalogue"] == str(len(load_catalogue()))


def test_a_waived_departure_is_skipped_and_says_by_whom(
    campaign: Campaign, make_campaign: Callable[..., Campaign]
) -> None:
    failed = next(result for result in campaign.rules if result.verdict is Verdict.FAIL)
    waiver = Waiver(rule="STA-03", reason="livré en V3", author="A. Durand", expires=date(2025, 12, 31))
    waived = dataclasses.replace(failed, waiver=waiver, waiver_state=WaiverState.HOLDS)
    (skipped,) = case(etree.fromstring(render_junit(make_campaign((waived,)), "fr")), "STA-03")
    assert skipped.tag == "skipped"
    assert "dérogation (A. Durand, 2025-12-31): livré en V3" in str(skipped.get("message"))
    expired = dataclasses.replace(waived, waiver_state=WaiverState.EXPIRED)
    (failure,) = case(etree.fromstring(render_junit(make_campaign((expired,)), "fr")), "STA-03")
    assert failure.tag == "failure"


def test_control_characters_of_the_software_leave_valid_xml(
    make_campaign: Callable[..., Campaign], make_result: Callable[..., RuleResult]
) -> None:
    result = make_result("STA-03", Verdict.FAIL, reason="\x00\x1b[31m\ufffe\ud800 & <b>")
    (failure,) = etree.fromstring(render_junit(make_campaign((result,)), "fr")).iter("failure")
    assert str(failure.get("message")).endswith(" & <b>")


def test_a_secret_in_a_reason_is_masked(
    make_campaign: Callable[..., Campaign], make_result: Callable[..., RuleResult]
) -> None:
    result = make_result("STA-03", Verdict.FAIL, reason="refus : <SignatureValue>c2VjcmV0</SignatureValue>")
    assert b"c2VjcmV0" not in render_junit(make_campaign((result,)), "fr")
