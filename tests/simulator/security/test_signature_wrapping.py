"""The eight classical signature wrapping attacks (XSW1 to XSW8, Somorovsky and others, 2012), and their cousins.

They were described for SAML responses; here wsse:Security stands for the response. Each keeps the genuine signed
assertion somewhere, so that the signature still holds, and shows the service a forged one.
"""

from __future__ import annotations

import copy

import pytest
import xmlsec
from lxml import etree

from simulator.security.assertions import find_assertions
from simulator.security.refusals import AssertionRefusedError
from simulator.security.signature import VerificationCache, verify_ps_assertion

SOAP = "http://www.w3.org/2003/05/soap-envelope"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
SIGNATURE = f"{{{DSIG}}}Signature"
VICTIM = "899999999999"


class Parts:
    """The genuine message taken apart, and the forged assertion."""

    def __init__(self, message, forged_id):
        self.root = message.root
        self.header = self.root[0]
        self.body = self.root[1]
        self.security = message.security
        self.original = self.security[0]
        self.signature = self.original.find(SIGNATURE)
        self.forged = copy.deepcopy(self.original)
        self.forged.remove(self.forged.find(SIGNATURE))
        self.forged.find(f".//{{{SAML}}}NameID").text = VICTIM
        if forged_id == "other":
            self.forged.set("ID", "_forged")
        elif forged_id == "none":
            del self.forged.attrib["ID"]

    def take_signature(self):
        """Leave the genuine assertion without its signature, as the enveloped transform sees it."""
        self.original.remove(self.signature)
        return self.signature


def xsw1(parts):
    """The forged container carries the signature, which carries the genuine assertion."""
    signature = parts.take_signature()
    parts.security.replace(parts.original, parts.forged)
    signature.append(parts.original)
    parts.security.append(signature)


def xsw2(parts):
    """The forged container carries the genuine assertion and its signature, detached, side by side."""
    signature = parts.take_signature()
    parts.security.insert(0, parts.forged)
    parts.security.append(signature)


def xsw3(parts):
    """The forged assertion stands before the genuine one."""
    parts.security.insert(0, parts.forged)


def xsw4(parts):
    """The forged assertion holds the genuine one."""
    parts.security.replace(parts.original, parts.forged)
    parts.forged.append(parts.original)


def xsw5(parts):
    """The forged assertion has the signature; the genuine one, bare, comes after it."""
    parts.forged.insert(1, parts.take_signature())
    parts.security.insert(0, parts.forged)


def xsw6(parts):
    """The forged assertion has the signature, which holds the genuine one."""
    signature = parts.take_signature()
    parts.security.replace(parts.original, parts.forged)
    parts.forged.insert(1, signature)
    signature.append(parts.original)


def xsw7(parts):
    """The genuine assertion hides in an extension; the forged one takes its place."""
    parts.security.replace(parts.original, parts.forged)
    etree.SubElement(parts.header, "{urn:extension}Extensions").append(parts.original)


def xsw8(parts):
    """The genuine assertion hides in an Object of the signature, which the forged one has."""
    signature = parts.take_signature()
    parts.security.replace(parts.original, parts.forged)
    parts.forged.insert(1, signature)
    etree.SubElement(signature, f"{{{DSIG}}}Object").append(parts.original)


def in_body(parts):
    """The forged assertion has the signature; the genuine one, bare, is in the body."""
    parts.forged.insert(1, parts.take_signature())
    parts.security.replace(parts.original, parts.forged)
    parts.body.append(parts.original)


def second_security(parts):
    """A first Security header with the forged assertion, then the genuine header."""
    first = etree.Element(f"{{{WSSE}}}Security")
    first.append(parts.forged)
    parts.header.insert(0, first)


def second_header(parts):
    """A first Header with the forged assertion, then the genuine Header."""
    first = etree.Element(f"{{{SOAP}}}Header")
    etree.SubElement(first, f"{{{WSSE}}}Security").append(parts.forged)
    parts.root.insert(0, first)


def envelope_in_envelope(parts):
    """The whole genuine message is in the body of a forged one."""
    whole = copy.deepcopy(parts.root)
    parts.security.replace(parts.original, parts.forged)
    parts.body.append(whole)


CLASSICAL = [xsw1, xsw2, xsw3, xsw4, xsw5, xsw6, xsw7, xsw8]
COUSINS = [in_body, second_security, second_header, envelope_in_envelope]


@pytest.fixture
def attack(envelope, assertion):
    def build(variant, forged_id):
        parts = Parts(envelope(assertion(assertion_id="_genuine")), forged_id)
        variant(parts)
        # As received: parsed from bytes, with no memory of how it was built.
        return etree.fromstring(etree.tostring(parts.root))

    return build


@pytest.mark.parametrize("forged_id", ["same", "other", "none"])
@pytest.mark.parametrize("variant", [*CLASSICAL, *COUSINS], ids=lambda each: each.__name__)
def test_wrapping_is_refused(attack, verify, variant, forged_id):
    with pytest.raises(AssertionRefusedError):
        verify(attack(variant, forged_id))


@pytest.mark.parametrize("forged_id", ["same", "other", "none"])
@pytest.mark.parametrize("variant", [*CLASSICAL, *COUSINS], ids=lambda each: each.__name__)
def test_a_wrapped_message_never_speaks_for_the_victim_whatever_element_is_given(
    attack, trust, now, variant, forged_id
):
    root = attack(variant, forged_id)
    for element in root.iter(f"{{{SAML}}}Assertion"):
        try:
            got = verify_ps_assertion(element, root, trust, now, VerificationCache())
        except AssertionRefusedError:
            continue
        assert got.name_id != VICTIM


@pytest.mark.parametrize("variant", [*CLASSICAL, *COUSINS], ids=lambda each: each.__name__)
def test_a_cache_that_knows_the_genuine_assertion_does_not_help(attack, verify, envelope, assertion, variant):
    cache = VerificationCache()
    verify(envelope(assertion(assertion_id="_genuine")), cache=cache)
    with pytest.raises(AssertionRefusedError):
        verify(attack(variant, "same"), cache=cache)


@pytest.mark.parametrize("variant", [xsw2, xsw3, xsw4, xsw5, xsw7, in_body], ids=lambda each: each.__name__)
def test_the_attack_is_a_real_one(attack, pem, variant):
    """A service that verifies "the signature of the message" and reads "its first assertion" is fooled."""
    root = attack(variant, "other")
    (genuine,) = root.xpath("//*[@ID='_genuine']")
    context = xmlsec.SignatureContext()
    context.register_id(genuine, "ID")
    context.key = xmlsec.Key.from_memory(pem("cps")[0], xmlsec.constants.KeyDataFormatCertPem)
    context.verify(root.find(f".//{SIGNATURE}"))
    assert root.findtext(f".//{{{WSSE}}}Security//{{{SAML}}}NameID") == VICTIM


def test_the_genuine_message_is_accepted(attack, verify):
    assert verify(attack(lambda _: None, "other")).name_id == "800000000001"


@pytest.mark.parametrize("path", ["body", "header", "nested"])
def test_an_assertion_elsewhere_than_in_the_security_header_is_refused(envelope, assertion, trust, now, path):
    message = envelope(assertion())
    genuine = message.security[0]
    if path == "body":
        message.root[1].append(genuine)
    elif path == "header":
        message.root[0].append(genuine)
    else:
        etree.SubElement(message.security, "wrapper").append(genuine)
    with pytest.raises(AssertionRefusedError) as refused:
        verify_ps_assertion(genuine, message.root, trust, now, VerificationCache())
    assert refused.value.reason == "misplaced"


def test_an_inner_envelope_is_not_taken_for_the_message(envelope, assertion, trust, now):
    inner = envelope(assertion()).root
    outer = envelope().root
    outer[1].append(inner)
    element = inner.find(f".//{{{SAML}}}Assertion")
    with pytest.raises(AssertionRefusedError) as refused:
        verify_ps_assertion(element, inner, trust, now, VerificationCache())
    assert refused.value.reason == "misplaced"


def test_an_element_of_another_message_is_refused(envelope, assertion, trust, now):
    genuine, other = envelope(assertion()), envelope(assertion())
    with pytest.raises(AssertionRefusedError) as refused:
        verify_ps_assertion(genuine.security[0], other.root, trust, now, VerificationCache())
    assert refused.value.reason == "misplaced"


def test_two_security_headers_are_refused_even_when_the_first_is_genuine(envelope, assertion, verify):
    message = envelope(assertion())
    message.root[0].append(etree.Element(f"{{{WSSE}}}Security"))
    with pytest.raises(AssertionRefusedError) as refused:
        verify(message)
    assert refused.value.reason == "several"


def test_a_signature_deeper_than_the_assertion_is_refused_though_it_holds(envelope, assertion, verify):
    root = etree.fromstring(assertion())
    root.find(f"{{{SAML}}}Subject").append(root.find(SIGNATURE))
    with pytest.raises(AssertionRefusedError) as refused:
        verify(envelope(root))
    assert refused.value.reason == "signature-form"


def test_only_assertions_are_found_in_security(attack):
    with pytest.raises(AssertionRefusedError) as refused:
        find_assertions(attack(xsw2, "other"))
    assert refused.value.reason in {"misplaced", "several"}
