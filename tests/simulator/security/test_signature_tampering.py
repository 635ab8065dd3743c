"""What a signature covers: nothing else is read, and no change after signing goes unseen."""

from __future__ import annotations

import copy
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from simulator.security.assertions import find_assertions
from simulator.security.refusals import AssertionRefusal, AssertionRefusedError
from simulator.security.signature import VerificationCache, _verify, verify_ps_assertion

from .test_signature_verification import CARD, DSIG, ENVELOPED, EXCLUSIVE, MORE, SAML, refusal, unsigned


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1:9/x",
        "file:///etc/passwd",
        "#xpointer(/)",
        "#xpointer(id('ID'))",
        "#other",
        "cid:x",
        " ",
    ],
)
def test_a_reference_to_anything_but_the_assertion_is_refused(verify, envelope, assertion, uri):
    text = re.sub(rb'URI="#[^"]+"', f'URI="{uri}"'.encode(), assertion())
    assert refusal(verify, envelope(text)) == "signature-form"


def test_a_reference_without_uri_is_refused(verify, envelope, assertion):
    assert refusal(verify, envelope(re.sub(rb' URI="#[^"]+"', b"", assertion()))) == "signature-form"


XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"


@pytest.mark.parametrize(
    "transform",
    [
        f'<ds:Transform Algorithm="{XSLT}"><x:stylesheet xmlns:x="http://www.w3.org/1999/XSL/Transform"/></ds:Transform>',
        f'<ds:Transform Algorithm="{XPATH}"><ds:XPath>false()</ds:XPath></ds:Transform>',
        f'<ds:Transform Algorithm="{DSIG}base64"/>',
    ],
    ids=["XSLT", "XPath", "base64"],
)
def test_an_extra_transform_is_refused_unexecuted(verify, envelope, assertion, transform):
    text = assertion().replace(b"</ds:Transforms>", transform.encode() + b"</ds:Transforms>")
    assert refusal(verify, envelope(text)) == "signature-form"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ENVELOPED, XSLT),
        (ENVELOPED, XPATH),
    ],
    ids=["XSLT", "XPath"],
)
def test_another_transform_in_the_place_of_one_is_refused(verify, envelope, assertion, before, after):
    assert refusal(verify, envelope(assertion().replace(before.encode(), after.encode()))) == "algorithm"


def test_the_transforms_the_other_way_round_are_refused(verify, envelope, assertion):
    enveloped, exclusive = (f'<ds:Transform Algorithm="{each}"/>'.encode() for each in (ENVELOPED, EXCLUSIVE))
    text = assertion().replace(enveloped + exclusive, exclusive + enveloped)
    assert refusal(verify, envelope(text)) == "algorithm"


def test_a_parameter_of_an_algorithm_is_refused(verify, envelope, assertion):
    method = f'SignatureMethod Algorithm="{MORE}rsa-sha256"'
    text = assertion().replace(
        f"{method}/>".encode(),
        f"{method}><ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>".encode(),
    )
    assert refusal(verify, envelope(text)) == "signature-form"


TAMPERED = {
    "billing identifier": (b">990000001<", b">990000002<"),
    "sector": (b">SA07<", b">SA05<"),
    "name": (CARD.encode() + b"</saml:NameID>", b"800000000002</saml:NameID>"),
    "qualifier": (b'"CPS"', b'"CPF"'),
    "time": (b'IssueInstant="2026-03-02T10', b'IssueInstant="2026-03-02T09'),
    "issuer": (b"SN=ESSAI", b"SN=AUTRE"),
    "space added": (b"<saml:Subject>", b"<saml:Subject> "),
}


@pytest.mark.parametrize("case", TAMPERED)
def test_a_change_after_signing_is_refused(verify, envelope, assertion, case):
    before, after = TAMPERED[case]
    original = assertion()
    text = original.replace(before, after)
    assert text != original
    assert refusal(verify, envelope(text)) == "signature-invalid"


def test_a_pretty_printed_assertion_no_longer_verifies(verify, envelope, assertion):
    pretty = etree.tostring(etree.fromstring(assertion()), pretty_print=True)
    assert refusal(verify, envelope(pretty)) == "signature-invalid"


def test_a_changed_id_no_longer_verifies(verify, envelope, assertion):
    text = assertion(assertion_id="_before").replace(b"_before", b"_after")
    assert refusal(verify, envelope(text)) == "signature-invalid"


def test_an_unsigned_assertion_is_refused(verify, envelope, assertion):
    assert refusal(verify, envelope(unsigned(assertion))) == "not-signed"


def test_no_assertion_at_all_is_refused(verify, envelope):
    with pytest.raises(AssertionRefusedError) as refused:
        verify(envelope())
    assert (refused.value.reason, refused.value.fault_code) == ("absent", "desir_9101")


def test_two_signatures_are_refused(verify, envelope, assertion):
    root = etree.fromstring(assertion())
    root.insert(1, copy.deepcopy(root.find(f"{{{DSIG}}}Signature")))
    assert refusal(verify, envelope(root)) == "signature-form"


def test_an_assertion_without_id_is_refused(verify, envelope, assertion):
    root = etree.fromstring(assertion())
    del root.attrib["ID"]
    assert refusal(verify, envelope(root)) == "malformed"


@pytest.mark.parametrize(
    "attribute", ["Id", "ID", "id", "AssertionID", "{http://www.w3.org/XML/1998/namespace}id"]
)
def test_an_id_used_twice_in_the_message_is_refused(verify, envelope, assertion, attribute):
    message = envelope(assertion(assertion_id="_twice"))
    message.root[-1].set(attribute, "_twice")
    assert refusal(verify, message) == "duplicate-id"


@pytest.mark.parametrize("node", [b"<!--x-->", b"<?x y?>"], ids=["comment", "instruction"])
def test_a_name_cut_by_a_comment_is_refused(verify, envelope, assertion, node):
    # Canonicalisation drops comments, so the signature still holds: reading the first text node only would
    # make 8000000000012 read as 800000000001.
    text = assertion().replace(b"0001</saml:NameID>", b"00" + node + b"01</saml:NameID>")
    assert refusal(verify, envelope(text)) == "malformed"


def test_a_comment_dropped_by_the_parser_cuts_nothing(verify, envelope, assertion):
    text = assertion().replace(b"0001</saml:NameID>", b"00<!--x-->01</saml:NameID>")
    root = etree.fromstring(envelope(text).text, etree.XMLParser(remove_comments=True))
    assert verify(root).name_id == CARD


def test_an_object_in_the_signature_is_refused(verify, envelope, assertion):
    text = assertion().replace(b"</ds:Signature>", b"<ds:Object>x</ds:Object></ds:Signature>")
    assert refusal(verify, envelope(text)) == "signature-form"


def test_an_assertion_nested_where_the_signature_does_not_look_is_refused(verify, envelope, assertion):
    # KeyInfo is outside what the enveloped signature covers.
    inner = f'<saml:Assertion xmlns:saml="{SAML}"/></ds:KeyInfo>'.encode()
    text = assertion().replace(b"</ds:KeyInfo>", inner)
    assert refusal(verify, envelope(text)) == "malformed"


def test_the_signature_right_after_the_issuer_is_asked_for(verify, envelope, assertion):
    root = etree.fromstring(assertion())
    root.append(root.find(f"{{{DSIG}}}Signature"))
    assert refusal(verify, envelope(root)) == "malformed"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_change_of_a_byte_changes_what_is_read(data, trust, envelope, assertion, now):
    original = assertion(assertion_id="_fixed")
    good = envelope(original).root
    expected = verify_ps_assertion(find_assertions(good).ps, good, trust, now, VerificationCache())
    position = data.draw(st.integers(0, len(original) - 1))
    byte = data.draw(st.integers(1, 127))
    changed = original[:position] + bytes([byte]) + original[position + 1 :]
    try:
        root = envelope(changed).root
        got = verify_ps_assertion(find_assertions(root).ps, root, trust, now, VerificationCache())
    except (etree.XMLSyntaxError, AssertionRefusedError):
        return
    assert (got.name_id, got.attributes, got.issue_instant, got.certificate) == (
        expected.name_id,
        expected.attributes,
        expected.issue_instant,
        expected.certificate,
    )


def test_bytes_that_cannot_be_read_by_themselves_are_malformed(trust, now):
    # Found by fuzzing: a name that libxml2 let through in the message was refused once written out again.
    with pytest.raises(AssertionRefusedError) as caught:
        _verify(b'<a xmlns:saml="urn:x"><saml: x="1"/></a>', trust, now)
    assert caught.value.reason is AssertionRefusal.MALFORMED
