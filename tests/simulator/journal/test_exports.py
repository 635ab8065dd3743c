"""Exchanges for other programs: NDJSON, HTTP archives, differences."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from simulator.contract.evidence import EvidenceLevel
from simulator.contract.messages import Finding
from simulator.contract.names import RECVIT
from simulator.journal.diff import diff
from simulator.journal.exchange import Headers
from simulator.journal.export import to_har, to_ndjson
from simulator.journal.masking import MASK

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.journal.exchange import Exchange

    Ask = Callable[..., Exchange]

SECRET = "c3VwZXItc2VjcmV0"
CARD = "2610529005950"

_TEXT = {"type": "string"}
_SIZE = {"type": "integer", "minimum": -1}
_MILLIS = {"type": "number", "minimum": 0}
_PAIRS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name", "value"],
        "properties": {"name": _TEXT, "value": _TEXT, "comment": _TEXT},
        "additionalProperties": False,
    },
}


def _object(optional: dict[str, Any], **required: Any) -> dict[str, Any]:
    """Return the schema of an object as HAR 1.2 gives it: only names that start with _ may be added (§ Custom fields)."""
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **optional, "comment": _TEXT},
        "patternProperties": {"^_": {}},
        "additionalProperties": False,
    }


HAR = _object(
    {},
    log=_object(
        {"browser": {}, "pages": {}},
        version={"const": "1.2"},
        creator=_object({}, name=_TEXT, version=_TEXT),
        entries={
            "type": "array",
            "items": _object(
                {"pageref": _TEXT, "serverIPAddress": _TEXT, "connection": _TEXT},
                startedDateTime={"type": "string", "format": "date-time"},
                time=_MILLIS,
                request=_object(
                    {"postData": _object({"params": {"type": "array"}, "text": _TEXT}, mimeType=_TEXT)},
                    method=_TEXT,
                    url={"type": "string", "format": "uri"},
                    httpVersion=_TEXT,
                    cookies={"type": "array"},
                    headers=_PAIRS,
                    queryString=_PAIRS,
                    headersSize=_SIZE,
                    bodySize=_SIZE,
                ),
                response=_object(
                    {},
                    status={"type": "integer"},
                    statusText=_TEXT,
                    httpVersion=_TEXT,
                    cookies={"type": "array"},
                    headers=_PAIRS,
                    content=_object(
                        {"text": _TEXT, "encoding": _TEXT, "compression": {"type": "integer"}},
                        size={"type": "integer"},
                        mimeType=_TEXT,
                    ),
                    redirectURL=_TEXT,
                    headersSize=_SIZE,
                    bodySize=_SIZE,
                ),
                cache={"type": "object"},
                timings=_object(
                    {"blocked": {}, "dns": {}, "connect": {}, "ssl": {}},
                    send=_MILLIS,
                    wait=_MILLIS,
                    receive=_MILLIS,
                ),
            ),
        },
    ),
)
"""The structure of HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/), written from its text."""


def valid_har(parts: Any) -> list[dict[str, Any]]:
    document = json.loads(b"".join(parts))
    jsonschema.Draft202012Validator(HAR, format_checker=jsonschema.FormatChecker()).validate(document)
    entries: list[dict[str, Any]] = document["log"]["entries"]
    return entries


@pytest.fixture
def secretive(plain: Exchange) -> Exchange:
    """An exchange with a secret of every kind, in every place."""
    request = (
        f'<Envelope><Assertion ID="{SECRET}"><NameID>{SECRET}</NameID></Assertion>'
        f"<BinarySecurityToken>{SECRET}</BinarySecurityToken>"
        f'<RECVITALE xmlns="{RECVIT}"><MatriculeOD><NumIdentifiant>{CARD}</NumIdentifiant></MatriculeOD></RECVITALE>'
        "</Envelope>"
    )
    return replace(
        plain,
        request=request.encode(),
        response=f"<a><X509Certificate>{SECRET}</X509Certificate>{CARD}</a>".encode(),
        request_headers=Headers(
            [("Authorization", f"Bearer {SECRET}"), ("Cookie", f"a={SECRET}"), ("Cookie", f"b={SECRET}")]
        ),
        response_headers=Headers([("Set-Cookie", SECRET)]),
        asked={"insured_number": CARD},
        decision=replace(
            plain.decision, cause=f"the card {CARD} and -----BEGIN KEY-----{SECRET}-----END KEY-----"
        ),
        findings=(Finding(code="x", fr=CARD, en=CARD, evidence=EvidenceLevel.INFERRED),),
        client_certificate=SECRET.encode(),
    )


class TestNdjson:
    def test_a_line_is_an_exchange_with_its_reasons(self, ask: Ask) -> None:
        exchange, other = ask(), ask(sex="F")
        lines = list(to_ndjson([exchange, other]))
        assert all(line.endswith(b"}\n") and line.count(b"\n") == 1 for line in lines)
        told, second = map(json.loads, lines)
        assert told["request"].encode() == exchange.request
        assert told["response"].encode() == exchange.response
        assert told["timings"].keys() == {"read", "authenticate", "decide", "render"}
        assert (told["authentication"], told["code"], second["code"]) == ("none", "00", "01")
        assert "Réponse : 00 (une identité trouvée), HTTP 200" in told["explanation"]["fr"]
        assert "Answer: 00 (one identity found), HTTP 200" in told["explanation"]["en"]

    def test_no_secret_is_left_anywhere(self, secretive: Exchange) -> None:
        (line,) = to_ndjson([secretive])
        assert SECRET.encode() not in line
        assert base64.b64encode(SECRET.encode()) not in line
        told = json.loads(line)
        headers = [["Authorization", MASK], ["Cookie", MASK], ["Cookie", MASK]]
        assert told["request_header_list"] == headers
        assert told["asked"] == {"insured_number": MASK}
        assert CARD not in json.dumps({name: value for name, value in told.items() if name != "response"})

    def test_secrets_are_given_to_who_asks(self, secretive: Exchange) -> None:
        (line,) = to_ndjson([secretive], masked=False)
        told = json.loads(line)
        assert told["request"].encode() == secretive.request
        assert told["asked"] == {"insured_number": CARD}

    def test_bytes_that_are_no_text_come_in_base64_when_nothing_is_masked(self, plain: Exchange) -> None:
        content = b"\xff\xfe\x00<a/>"
        (line,) = to_ndjson([replace(plain, request=content)], masked=False)
        assert base64.b64decode(json.loads(line)["request_base64"]) == content


class TestHar:
    def test_real_calls_are_a_valid_archive(self, ask: Ask) -> None:
        exchanges = [ask(), ask(sex="F"), ask(b"not xml"), ask(b"\xff")]
        entries = valid_har(to_har(exchanges))
        assert [entry["response"]["status"] for entry in entries] == [200, 200, 500, 500]
        first = entries[0]
        assert first["request"]["postData"]["text"].encode() == exchanges[0].request
        assert first["response"]["content"]["text"].encode() == exchanges[0].response
        assert first["request"]["url"] == "http://localhost/lps"
        assert first["time"] == sum(first["timings"].values())
        assert first["_bancInsi"]["code"] == "00"

    def test_nothing_is_a_valid_archive_too(self) -> None:
        assert valid_har(to_har([])) == []

    def test_an_answer_that_was_not_sent_is_status_0(self, plain: Exchange) -> None:
        silent = replace(plain, http_status=0, response=b"", response_headers={}, chaos=("no-answer",))
        (entry,) = valid_har(to_har([silent]))
        assert entry["response"]["status"] == 0
        assert entry["_bancInsi"]["chaos"] == ["no-answer"]

    def test_no_secret_is_left_in_it(self, secretive: Exchange) -> None:
        (entry,) = valid_har(to_har([secretive]))
        assert SECRET not in json.dumps(entry)
        assert entry["request"]["url"].startswith("https://")

    def test_a_binary_answer_is_in_base64_when_nothing_is_masked(self, plain: Exchange) -> None:
        (entry,) = valid_har(to_har([replace(plain, response=b"\x1f\x8b\xff")], masked=False))
        content = entry["response"]["content"]
        assert (content["encoding"], base64.b64decode(content["text"])) == ("base64", b"\x1f\x8b\xff")


class TestDiff:
    def test_the_same_question_asked_again_does_not_differ(self, ask: Ask, bench: Any) -> None:
        ask(message_id="uuid:6f2a1c9e-0000-4000-8000-000000000001")
        ask(message_id="uuid:6f2a1c9e-0000-4000-8000-000000000002")
        first, second = bench.journal.list()
        changed = list(diff(first, replace(second, findings=first.findings), ignore_passing=True))
        assert changed == []
        exact = list(diff(first, second, ignore_passing=False))
        assert "-  <soap:Header>" not in exact
        assert any(line.startswith("-") and "000000000001" in line for line in exact)

    @pytest.mark.parametrize(("lang", "title"), [("fr", "Décision"), ("en", "Decision")])
    def test_what_differs_is_told_side_by_side(self, ask: Ask, bench: Any, lang: Any, title: str) -> None:
        ask()
        ask(sex="F")
        first, second = bench.journal.list()
        lines = list(diff(first, second, ignore_passing=True, lang=lang))
        assert lines[0] == f"--- {title} 1"
        assert "-      <rec:Sexe>M</rec:Sexe>" in lines
        assert "+      <rec:Sexe>F</rec:Sexe>" in lines
        assert "+        <res:CodeCR>01</res:CodeCR>" in lines
