"""Findings are shown beside the line that they are about."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

import simulator
from simulator.contract.evidence import EvidenceLevel
from simulator.contract.messages import Finding
from simulator.journal.annotate import annotate_request, finding_places
from simulator.journal.xml_lines import compared_lines, pretty_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.journal.exchange import Exchange

    Ask = Callable[..., Exchange]

WITHOUT_PLACE = {"scenario-file"}
"""Findings about something else than the request."""


def test_each_finding_of_a_real_call_stands_beside_its_line(ask: Ask) -> None:
    exchange = ask(message_id="bare", content_type="text/xml", software="mine")
    assert {finding.code for finding in exchange.findings} >= {
        "media-type",
        "message-id-form",
        "lps-name-form",
    }
    annotated = annotate_request(exchange)
    lines = (*annotated.headers, *annotated.body)
    beside = {finding.code: line.text.strip() for line in lines for finding in line.findings}
    assert beside["media-type"] == "content-type: text/xml"
    assert beside["message-id-form"] == "<wsa:MessageID>bare</wsa:MessageID>"
    assert beside["lps-name-form"] == "<ctxlps:Nom>mine</ctxlps:Nom>"
    assert beside["assertion-missing"] == "<soap:Header>"
    assert annotated.elsewhere == ()
    assert sum(len(line.findings) for line in lines) == len(exchange.findings)


def test_every_finding_of_the_simulator_has_a_place() -> None:
    found = set()
    for file in Path(simulator.__file__).parent.rglob("*.py"):
        for made in re.finditer(r'\bFinding\(\s*code="([a-z0-9-]+)"', file.read_text("utf-8")):
            found.add(made[1])
    assert len(found) > 15
    assert found - WITHOUT_PLACE == set(finding_places())


def test_what_has_no_place_is_told_apart(plain: Exchange) -> None:
    finding = Finding(code="scenario-file", fr="a", en="b", evidence=EvidenceLevel.INFERRED)
    assert annotate_request(replace(plain, findings=(finding,))).elsewhere == (finding,)


@pytest.mark.parametrize(
    "request_body", [b"not xml", b"<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", b"", b"<a>"]
)
def test_what_is_no_plain_xml_is_given_as_it_is(plain: Exchange, request_body: bytes) -> None:
    body = annotate_request(replace(plain, request=request_body)).body
    assert [line.text for line in body] == request_body.decode().splitlines()


def test_lines_know_their_elements_whatever_stands_in_the_texts() -> None:
    lines = pretty_lines("<a><b>x\u2028y\u0085z</b><c d='1'/></a>".encode())
    assert lines is not None
    assert [line.path for line in lines] == [("a",), ("a", "b"), ("a", "c"), ()]


@given(
    st.binary(max_size=200)
    | st.text(max_size=100).map(lambda text: f"<a>{text}</a>".encode("utf-8", "replace"))
)
def test_any_bytes_become_lines(content: bytes) -> None:
    pretty_lines(content)
    assert isinstance(compared_lines(content, ignore_passing=True), list)


def test_comparing_ignores_prefixes_and_the_order_of_attributes() -> None:
    first = b'<a:x xmlns:a="u" p="1" q="2"><a:y>1</a:y></a:x>'
    second = b'<x xmlns="u" q="2" p="1">\n  <y>1</y>\n</x>'
    assert compared_lines(first, ignore_passing=False) == compared_lines(second, ignore_passing=False)
    third = second.replace(b"<y>1", b"<y>2")
    assert compared_lines(first, ignore_passing=False) != compared_lines(third, ignore_passing=False)
