"""What must not leave the machine does not reach a report."""

from __future__ import annotations

import json
import time
from base64 import b64encode, encodebytes
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from simulator.journal.masking import MASK, is_clean_json, mask, mask_header, mask_text, mask_xml, pretty_xml

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "c3VwZXItc2VjcmV0"
SAML = 'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"'


@pytest.mark.parametrize(
    "message",
    [
        f"<a {SAML}><saml:Assertion ID='{SECRET}'/></a>",
        f"<a {SAML}><saml:Assertion><saml:NameID>{SECRET}</saml:NameID></saml:Assertion></a>",
        f"<a {SAML}><saml:Assertion><x/>{SECRET}<!-- {SECRET} --><?pi {SECRET}?></saml:Assertion></a>",
        f"<a {SAML}><saml:Assertion><saml:Assertion/><b>{SECRET}</b></saml:Assertion></a>",
        f"<Assertion><b c='{SECRET}'/></Assertion>",
        f"<a><SignatureValue>{SECRET}</SignatureValue></a>",
        f"<a><X509Certificate>{SECRET}</X509Certificate></a>",
        f"<a><BinarySecurityToken>{SECRET}</BinarySecurityToken></a>",
        f"<a><COUVERTURE><ASSURE><Id><Num>{SECRET}</Num></Id></ASSURE></COUVERTURE></a>",
        f"<a><RECVITALE><MatriculeOD><NumIdentifiant>{SECRET}</NumIdentifiant></MatriculeOD></RECVITALE></a>",
        f"<a><![CDATA[<saml:Assertion>{SECRET}</saml:Assertion>]]></a>",
        f"<a b='&lt;Assertion&gt;{SECRET}&lt;/Assertion&gt;'/>",
        f"<a {SAML}><saml:Assertion><b>{SECRET}</b></saml:Assertion>",
        f"<a><saml:Assertion ID='{SECRET}",
        f"<a>-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----</a>",
        f"erreur : <X509Certificate>{SECRET}</X509Certificate> refusé",
        f"erreur : &lt;ds:SignatureValue&gt;{SECRET}&lt;/ds:SignatureValue&gt;",
        f"Authorization: Bearer {SECRET}",
        f"jeton eyJhbGciOiJSUzI1NiJ9.{SECRET}.{SECRET}",
    ],
)
def test_a_secret_is_masked_wherever_it_stands(message: str) -> None:
    masked = mask_text(message)
    assert SECRET not in masked
    assert MASK in masked


def test_a_masked_assertion_still_shows_how_it_is_made() -> None:
    masked = mask_xml(
        f'<a {SAML}><saml:Assertion Version="2.0" ID="_1"><saml:NameID NameQualifier="CPS">8</saml:NameID>'
        "</saml:Assertion></a>"
    )
    assert masked == (
        f'<a {SAML}><saml:Assertion Version="2.0" ID="{MASK}"><saml:NameID NameQualifier="CPS">{MASK}</saml:NameID>'
        "</saml:Assertion></a>"
    )


@pytest.mark.parametrize(
    "message",
    [
        '<?xml version="1.0"?>\n<a  b = "1">\n <NumIdentifiant>2610529005951</NumIdentifiant></a>\n',
        "<a>not closed",
        "une phrase avec des < et des >",
    ],
)
def test_what_holds_no_secret_stays_as_it_is(message: str) -> None:
    assert mask_text(message) == message


def test_masking_reaches_every_level_and_every_key() -> None:
    pem = f"-----BEGIN CERTIFICATE-----{SECRET}-----END CERTIFICATE-----"
    assert mask({"a": [{pem: pem}], "n": 1, "none": None}) == {"a": [{MASK: MASK}], "n": 1, "none": None}


def test_an_entity_is_never_expanded() -> None:
    bomb = (
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;<SignatureValue>s</SignatureValue></a>'
    )
    assert "root:" not in mask_xml(bomb)


def test_indenting_leaves_what_is_not_xml() -> None:
    assert pretty_xml("<a><b/></a>") == "<a>\n  <b/>\n</a>"
    assert pretty_xml("<a><b></a>") is None


@given(st.text())
def test_any_text_comes_out_fit_for_xml_and_utf8(text: str) -> None:
    element = etree.Element("a")
    element.text = mask_text(text)
    assert etree.tostring(element, encoding="UTF-8")


@pytest.mark.parametrize(
    "text",
    [
        f"authorization: bearer {SECRET}",
        f"BEARER   {SECRET}",
        "SAMLResponse=" + b64encode(f"<saml:Assertion {SAML}>{SECRET}</saml:Assertion>".encode()).decode(),
        "SAMLResponse=" + quote(b64encode(f"<saml:Assertion {SAML}>{SECRET}é</saml:Assertion>".encode())),
        encodebytes(
            f"<?xml version='1.0'?><a><X509Certificate>{SECRET * 9}</X509Certificate></a>".encode()
        ).decode(),
        f"x.eyJhbGciOiJub25lIn0.{SECRET}.",
        f"un-eyJhbGciOiJub25lIn0.{SECRET}.{SECRET}",
    ],
)
def test_tokens_and_encoded_assertions_are_masked_in_every_form(text: str) -> None:
    masked = mask_text(text)
    assert MASK in masked
    for start in range(len(text) - 12):
        # Nothing of the second half of the secret is left, encoded or not.
        if start > len(text) * 2 // 3:
            assert text[start : start + 12] not in masked


def test_base64_that_is_no_assertion_stays() -> None:
    text = "PDF/A: " + b64encode(b"<html>" + b"x" * 60).decode()
    assert mask_text(text) == text


HOSTILE = {
    "opening tags": "<Assertion",
    "closing tags": "</Assertion ",
    "prefixes": "</" + "a" * 20,
    "escaped": "&lt;/a",
    "tokens": "eyJ-",
    "long tokens": "eyJhbGciOiJub25l.",
    "pem": "-----BEGIN A-----",
    "pem ends": "-----END A",
    "bearer": "bearer ",
    "base64": "PHNh",
    "base64 lines": "PHNhbWw6\n",
    "declaration": "<?xml ",
    "nested": "<a:Signature>",
    "spaces": "<Assertion></Assertion" + " " * 40,
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("prefix", ["", "<", "x "])
def test_the_time_to_mask_grows_with_the_text_and_not_faster(piece: str, prefix: str) -> None:
    def best_of(length: int) -> float:
        text = prefix + (piece * (length // len(piece) + 1))[:length]
        times = []
        for _ in range(3):
            started = time.thread_time()
            mask_text(text)
            times.append(time.thread_time() - started)
        return min(times)

    small, large = best_of(16_000), best_of(256_000)
    # 16 times as long: linear is 16, quadratic 256. Below a millisecond the clock itself is what is measured.
    assert large < max(small, 0.001) * 80


def test_elements_within_masked_elements_are_each_looked_at_once() -> None:
    deep = 200

    def nested(many: int) -> str:
        return "<Assertion>" * deep + "<a>x</a>" * many + "</Assertion>" * deep

    def best_of(many: int) -> float:
        times = []
        for _ in range(3):
            started = time.thread_time()
            mask_text(nested(many))
            times.append(time.thread_time() - started)
        return min(times)

    flat = "<r>" + "<Assertion><a>x</a></Assertion>" * 5000 + "</r>"
    started = time.thread_time()
    mask_text(flat)
    # Two hundred elements around the same content cost no more than one around each: not two hundred times as much.
    assert best_of(5000) < (time.thread_time() - started) * 20


@pytest.mark.parametrize(
    "name",
    [
        "Authorization", "X-Auth-Token", "X-Token", "Cookie", "Set-Cookie", "Client-Secret", "X-Password", "X-Credential",
        "X-API-Key", "apikey", "X-SSL-Client-Cert", "PROXY-AUTHORIZATION",
    ],
)  # fmt: skip
def test_a_header_that_holds_a_secret_is_masked_whatever_it_is_called(name: str) -> None:
    assert mask_header(name, "abc") == MASK
    assert mask_header("X-Version", "abc") == "abc"
    assert mask_header("WWW-Authenticate", "Bearer") == "Bearer"


def written(data: Any) -> str:
    """Return JSON as the record writes it."""
    try:
        return orjson.dumps(data).decode()
    except TypeError:
        return json.dumps(data)


@pytest.mark.parametrize(
    "text",
    [
        f"<Nonce>{SECRET}</Nonce>",
        "&lt;Assertion&gt;abc",
        "-----BEGIN PRIVATE KEY-----abc",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc",
        "Authorization: BEARER abcdefghijkl",
        "PD94bWwgdmVyc2lvbj0iMS4wIj8+PEFzc2VydGlvbiBJRD0iYWJjIj4=",
        "a\x00b",
        "a\x08b",
        "a\x0cb",
        "a\x7fb",
        "a\uffffb",
        "a\ud800b",
    ],
)
@pytest.mark.parametrize(
    "wrap", [lambda text: text, lambda text: {"a": [1, {"b": text}]}, lambda text: {text: 1}]
)
def test_json_that_is_called_clean_is_left_as_it_is_by_masking(text: str, wrap: Callable[[str], Any]) -> None:
    data = wrap(text)
    assert mask(data) != data
    assert not is_clean_json(written(data))


def test_ordinary_json_is_clean() -> None:
    data = {
        "birth_name": "D'ARTOIS-L'HÉRITIER",
        "at": "2026-11-27T10:00:00+00:00",
        "said": '«\u00a0non\u00a0»\n"oui"',
    }
    assert is_clean_json(written(data))
    assert mask(data) == data


FRAGMENTS = st.sampled_from(
    ["<", ">", "/", "&lt;", "Assertion", "-----BEGIN A-----", "eyJ", ".", "bearer ", "Bearer\t", "PD", "A" * 40, "x" * 12,
     "\n", "\x00", "\x7f", "\ufffe", "\ud801", "é", '"', "\\", " ", "Signature", "='"]
)  # fmt: skip


@given(st.lists(FRAGMENTS, max_size=12).map("".join))
def test_nothing_that_masking_would_change_is_called_clean(text: str) -> None:
    assert mask({"a": text}) == {"a": text} or not is_clean_json(written({"a": text}))


@given(st.lists(FRAGMENTS, max_size=10).map("".join))
def test_an_answer_without_secrets_is_left_as_the_long_way_leaves_it(text: str) -> None:
    # A name that is masked within a comment: the whole message is looked into.
    message = f"<a>{text}</a>"
    looked_into = mask_xml(f"<!--Nonce-->{message}")
    assert mask_xml(message) == looked_into.removeprefix("<!--Nonce-->")


def test_an_empty_coverage_hides_nothing_and_one_that_holds_a_number_is_masked() -> None:
    empty = '<a xmlns:c="urn:c"><c:COUVERTURE/><b>X</b></a>'
    assert mask_xml(empty) == empty
    both = '<a xmlns:c="urn:c"><c:COUVERTURE/><c:COUVERTURE><c:Num>2691399999999</c:Num></c:COUVERTURE></a>'
    assert "2691399999999" not in mask_xml(both)
    told = '<a><COUVERTURE x="1"/><COUVERTURE ><Num>2691399999999</Num></COUVERTURE></a>'
    assert "2691399999999" not in mask_xml(told)
