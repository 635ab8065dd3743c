"""What must not leave the machine does not reach a report."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from simulator.journal.masking import MASK, mask, mask_text, mask_xml, pretty_xml

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
