from __future__ import annotations

import base64
import ssl
from datetime import timedelta
from itertools import permutations

import pytest
import signxml
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree
from signxml import CanonicalizationMethod, DigestAlgorithm, SignatureMethod, XMLSigner, XMLVerifier

from simulator.security.issuing import Authority, Period, issue_authority, issue_card, new_key
from simulator.security.refusals import AssertionRefusedError
from simulator.security.signing import make_ps_assertion

CARD = "800000000001"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = f"{DSIG}enveloped-signature"


def refusal(verify, message, **options):
    with pytest.raises(AssertionRefusedError) as refused:
        verify(message, **options)
    return refused.value.reason


def test_an_assertion_of_ours_is_accepted_and_read(verify, envelope, assertion):
    got = verify(envelope(assertion()))
    assert (got.name_id, got.qualifier, got.signed) == (CARD, "CPS", True)
    assert got.billing_identifier == "990000001"
    assert got.certificate.cn == CARD
    assert got.findings == ()


def test_the_card_of_an_employee_gives_another_qualifier(verify, envelope, assertion):
    got = verify(envelope(assertion("cpe")))
    assert (got.qualifier, got.findings) == ("CDE-CPE", ())


def test_signxml_accepts_what_we_sign(assertion, pem):
    signed = etree.fromstring(assertion())
    expected = signxml.SignatureConfiguration(
        signature_methods=frozenset({SignatureMethod.RSA_SHA256}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
    )
    result = XMLVerifier().verify(
        signed, x509_cert=pem("cps")[0].decode(), id_attribute="ID", expect_config=expected
    )
    assert result.signed_xml.findtext(f".//{{{SAML}}}NameID") == CARD


def unsigned(assertion):
    root = etree.fromstring(assertion())
    root.remove(root.find(f"{{{DSIG}}}Signature"))
    return root


def test_we_accept_what_signxml_signs(verify, envelope, assertion, pem):
    certificate, key = pem("cps")
    root = unsigned(assertion)
    root.insert(1, etree.Element(f"{{{DSIG}}}Signature", Id="placeholder"))
    signer = XMLSigner(
        signature_algorithm=SignatureMethod.RSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    signed = signer.sign(
        root, key=key, cert=certificate.decode(), reference_uri=root.get("ID"), id_attribute="ID"
    )
    assert verify(envelope(signed)).name_id == CARD


def test_an_assertion_survives_an_envelope_with_other_prefixes(verify, envelope, assertion):
    declare = f'xmlns="urn:default" xmlns:saml="urn:other" xmlns:ds="urn:other" xmlns:s2="{SAML}"'
    assert verify(envelope(assertion(), declare=declare)).name_id == CARD


def test_inclusive_prefixes_are_accepted_as_a_parameter(verify, envelope, assertion, sign):
    signed = sign(unsigned(assertion), prefixes="saml")
    assert verify(envelope(signed)).name_id == CARD


def test_inclusive_prefixes_are_part_of_what_is_signed(verify, envelope, assertion, sign):
    # "x" is listed and not used: declared by the envelope, it would enter the canonical form.
    signed = sign(unsigned(assertion), prefixes="x")
    assert verify(envelope(signed)).name_id == CARD
    assert refusal(verify, envelope(signed, declare='xmlns:x="urn:x"')) == "signature-invalid"


@pytest.mark.parametrize(
    "case",
    [(59, None), (60, None), (61, "expired"), (-5, None), (-6, "not-yet-valid")],
    ids=lambda case: case[0],
)
def test_a_ps_assertion_lives_one_hour(verify, envelope, assertion, now, case):
    age, reason = case
    message = envelope(assertion(issue_instant=now - timedelta(minutes=age)))
    if reason is None:
        assert verify(message).name_id == CARD
        return
    with pytest.raises(AssertionRefusedError) as refused:
        verify(message)
    assert (refused.value.reason, refused.value.fault_code) == (reason, "desir_9104")


def test_the_tolerance_towards_the_future_is_configurable(verify, envelope, assertion, now):
    message = envelope(assertion(issue_instant=now + timedelta(minutes=5)))
    assert refusal(verify, message, skew=timedelta(minutes=4)) == "not-yet-valid"


@pytest.mark.parametrize(
    ("card", "why"),
    [
        ("cps-expired", "expired"),
        ("cps-not-yet-valid", "not-yet-valid"),
        ("cps-other-authority", "untrusted"),
        ("cps-revoked", "revoked"),
        ("cps-authentication", "key-usage"),
        ("cps-weak-key", "weak-key"),
        ("insi-manu", "key-usage"),
    ],
)
def test_a_bad_card_cannot_sign(verify, envelope, assertion, card, why):
    with pytest.raises(AssertionRefusedError, match=why) as refused:
        verify(envelope(assertion(card)))
    assert (refused.value.reason, refused.value.fault_code) == ("certificate", "desir_9105")


def test_a_certificate_that_the_message_vouches_for_itself_is_not_trusted(verify, envelope, now):
    key = new_key()
    span = Period(start=now - timedelta(days=1), end=now + timedelta(days=1))
    own = Authority(certificate=issue_authority("AC BANC-INSI PERSONNES", key, span).certificate, key=key)
    fake = issue_card(
        key, own, span, common_name=CARD, given_name="A", surname="B", profession="C", card_type=0
    )
    forged = make_ps_assertion(
        fake.public_bytes(Encoding.PEM),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        attributes={"identifiantFacturation": "1"},
        issue_instant=now,
    )
    assert refusal(verify, envelope(forged)) == "certificate"


def test_a_card_signs_for_nobody_else(verify, envelope, assertion):
    message = envelope(assertion(name_id="800000000002"))
    with pytest.raises(AssertionRefusedError) as refused:
        verify(message)
    assert (refused.value.reason, refused.value.fault_code) == ("holder", "desir_9105")


def test_a_qualifier_or_issuer_that_the_card_does_not_say_is_noted(verify, envelope, assertion, sign):
    root = unsigned(assertion)
    root.find(f"{{{SAML}}}Issuer").text = "CN=somebody"
    del root.find(f"{{{SAML}}}Issuer").attrib["Format"]
    root.find(f".//{{{SAML}}}NameID").set("NameQualifier", "CPF")
    got = verify(envelope(sign(root)))
    assert [finding.code for finding in got.findings] == [
        "assertion-issuer-format",
        "assertion-issuer",
        "assertion-qualifier",
    ]


def test_the_order_of_the_issuer_s_attributes_does_not_matter(verify, envelope, assertion, sign):
    root = unsigned(assertion)
    root.find(f"{{{SAML}}}Issuer").text = f"2.5.4.42=CAMILLE + CN={CARD}+SN=ESSAI, T=Pharmacien, C=FR"
    assert verify(envelope(sign(root))).findings == ()


SIGNED_OTHERWISE = {
    "rsa-sha1": ({"method": f"{DSIG}rsa-sha1"}, "algorithm"),
    "rsa-sha512": ({"method": f"{MORE}rsa-sha512"}, "algorithm"),
    "sha1 digest": ({"digest": f"{DSIG}sha1"}, "algorithm"),
    "sha512 digest": ({"digest": "http://www.w3.org/2001/04/xmlenc#sha512"}, "algorithm"),
    "inclusive c14n of SignedInfo": ({"c14n": INCLUSIVE}, "algorithm"),
    "c14n with comments": ({"c14n": f"{EXCLUSIVE}WithComments"}, "algorithm"),
    "inclusive c14n of the assertion": ({"transforms": (ENVELOPED, INCLUSIVE)}, "algorithm"),
    "comments kept in the assertion": ({"transforms": (ENVELOPED, f"{EXCLUSIVE}WithComments")}, "algorithm"),
    "enveloped alone": ({"transforms": (ENVELOPED,)}, "signature-form"),
    "c14n twice": ({"transforms": (ENVELOPED, EXCLUSIVE, EXCLUSIVE)}, "signature-form"),
    "two references": ({"references": 2}, "signature-form"),
    "empty reference": ({"uri": ""}, "signature-form"),
}


@pytest.mark.parametrize("case", SIGNED_OTHERWISE)
def test_a_genuine_signature_of_another_shape_is_refused(verify, envelope, assertion, sign, case):
    options, reason = SIGNED_OTHERWISE[case]
    assert refusal(verify, envelope(sign(unsigned(assertion), **options))) == reason


def test_hmac_keyed_with_the_public_certificate_is_refused(verify, envelope, assertion, sign, pem):
    certificate = pem("cps")[0]
    for secret in (certificate, ssl.PEM_cert_to_DER_cert(certificate.decode())):
        forged = sign(unsigned(assertion), method=f"{MORE}hmac-sha256", hmac_key=secret)
        assert refusal(verify, envelope(forged)) == "algorithm"


KEY_VALUE = (
    "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus><ds:Exponent>AQAB</ds:Exponent>"
    "</ds:RSAKeyValue></ds:KeyValue>"
)


@pytest.mark.parametrize("info", [KEY_VALUE, "<ds:KeyName>cps</ds:KeyName>", "<ds:X509Data/>"])
def test_a_key_without_its_certificate_is_not_taken_from_the_message(verify, envelope, assertion, sign, info):
    assert refusal(verify, envelope(sign(unsigned(assertion), key_info=info))) == "signature-form"


@pytest.mark.parametrize("text", ["", "é", "AAAA", "A", "<ds:x/>"])
def test_a_certificate_that_is_none_is_refused(verify, envelope, assertion, sign, text):
    info = f"<ds:X509Data><ds:X509Certificate>{text}</ds:X509Certificate></ds:X509Data>"
    assert refusal(verify, envelope(sign(unsigned(assertion), key_info=info))) in {
        "signature-form",
        "certificate",
    }


def test_a_key_value_beside_the_certificate_is_ignored(verify, envelope, assertion):
    text = assertion().replace(b"<ds:KeyInfo>", f"<ds:KeyInfo>{KEY_VALUE}".encode())
    assert verify(envelope(text)).name_id == CARD


def test_the_certificate_of_another_card_does_not_verify(verify, envelope, assertion, sign, pem):
    assert (
        refusal(verify, envelope(sign(unsigned(assertion), key_certificate=pem("cpe")[0])))
        == "signature-invalid"
    )


def test_whose_certificate_comes_first_is_whose_key_counts(verify, envelope, assertion, pem):
    issuer = b"<ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data>"
    text = assertion().replace(b"</ds:X509Data>", issuer)
    assert verify(envelope(text)).name_id == CARD


def _x509(*certificates, each_apart=False):
    """Return X509Data with certificates (PEM), in that order."""
    elements = [
        "<ds:X509Certificate>"
        + base64.b64encode(ssl.PEM_cert_to_DER_cert(certificate.decode())).decode()
        + "</ds:X509Certificate>"
        for certificate in certificates
    ]
    return "".join(
        f"<ds:X509Data>{part}</ds:X509Data>" for part in (elements if each_apart else ["".join(elements)])
    )


@pytest.fixture(scope="module")
def chain(pki, pem):
    """The certificate of the card, that of its authority, and the one above."""
    authorities = {
        certificate.subject: certificate
        for certificate in x509.load_pem_x509_certificates(pki.bundle.read_bytes())
    }
    found = [x509.load_pem_x509_certificate(pem("cps")[0])]
    while found[-1].issuer != found[-1].subject:
        found.append(authorities[found[-1].issuer])
    return [certificate.public_bytes(Encoding.PEM) for certificate in found]


@pytest.fixture
def carrying(envelope, assertion, sign):
    """Return a message whose assertion carries this KeyInfo."""
    return lambda info: envelope(sign(unsigned(assertion), key_info=info))


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("each_apart", [False, True])
def test_the_chain_of_the_certificate_may_come_in_any_order(verify, carrying, chain, order, each_apart):
    assert len(chain) == 3
    info = _x509(*(chain[place] for place in order), each_apart=each_apart)
    assert verify(carrying(info)).name_id == CARD


def test_the_issuer_alone_does_not_verify(verify, carrying, chain):
    info = _x509(*chain[1:])
    assert refusal(verify, carrying(info)) in {
        "certificate",
        "signature-invalid",
    }


def test_the_certificate_twice_is_once(verify, carrying, chain):
    info = _x509(chain[1], chain[0], chain[0], chain[1])
    assert verify(carrying(info)).name_id == CARD


def test_of_two_cards_the_first_counts_whatever_their_issuer(verify, carrying, pem, chain):
    other = pem("cpe")[0]
    mine_first = _x509(chain[1], chain[0], other)
    assert verify(carrying(mine_first)).name_id == CARD
    theirs_first = _x509(other, chain[1], chain[0])
    assert refusal(verify, carrying(theirs_first)) == "signature-invalid"


@pytest.mark.parametrize(
    "extra", ["<ds:X509SubjectName>CN=x</ds:X509SubjectName>", "<ds:X509SKI>AAAA</ds:X509SKI>"]
)
def test_other_parts_of_x509data_may_come_first(verify, carrying, chain, extra):
    info = _x509(chain[1], chain[0]).replace("<ds:X509Data>", f"<ds:X509Data>{extra}")
    assert verify(carrying(info)).name_id == CARD


def test_too_many_certificates_are_refused(verify, carrying, chain):
    info = _x509(chain[0], *chain * 4)
    assert refusal(verify, carrying(info)) == "signature-form"
