"""One throw-away PKI for the whole run, and what builds messages around it."""

from __future__ import annotations

import base64
import copy
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from simulator.security.assertions import find_assertions
from simulator.security.pki import init_pki
from simulator.security.signature import VerificationCache, verify_ps_assertion
from simulator.security.signing import make_ps_assertion
from simulator.security.trust import TrustStore

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
SOAP = "http://www.w3.org/2003/05/soap-envelope"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
CARD = "800000000001"


@pytest.fixture(scope="session")
def now():
    return NOW


@pytest.fixture(scope="session")
def pki(tmp_path_factory):
    return init_pki(tmp_path_factory.mktemp("pki") / "pki", now=NOW, hosts=["bench.example"])


@pytest.fixture(scope="session")
def trust(pki):
    return TrustStore.load(pki.trust)


@pytest.fixture(scope="session")
def pem(pki):
    """Certificate and key of an entry of the PKI."""

    def read(name):
        entry = pki.entry(name)
        return (pki.directory / entry.cert).read_bytes(), (pki.directory / entry.key).read_bytes()

    return read


@pytest.fixture(scope="session")
def der(pem):
    return lambda name: x509.load_pem_x509_certificate(pem(name)[0]).public_bytes(Encoding.DER)


@pytest.fixture(scope="session")
def assertion(pem):
    """A PS assertion signed by an entry of the PKI."""

    def make(card="cps", **options):
        certificate, key = pem(card)
        options.setdefault("issue_instant", NOW)
        options.setdefault("attributes", {"identifiantFacturation": "990000001", "secteurActivite": "SA07"})
        return make_ps_assertion(certificate, key, **options)

    return make


@dataclass
class Message:
    """An envelope, as text and as a tree."""

    text: bytes

    def __post_init__(self):
        self.root = etree.fromstring(self.text)

    @property
    def security(self):
        return self.root.find(f"{{{SOAP}}}Header/{{{WSSE}}}Security")


@pytest.fixture(scope="session")
def envelope():
    """An envelope with these elements in its Security header."""

    def make(*children, declare=""):
        return Message(
            f'<env:Envelope xmlns:env="{SOAP}" {declare}><env:Header>'
            f'<wsse:Security xmlns:wsse="{WSSE}">'.encode()
            + b"".join(child if isinstance(child, bytes) else etree.tostring(child) for child in children)
            + b'</wsse:Security></env:Header><env:Body Id="_0"/></env:Envelope>'
        )

    return make


@pytest.fixture
def verify(trust):
    """Verify the PS assertion of an envelope as the service does."""
    fresh = VerificationCache()

    def run(message, at=NOW, cache=fresh, store=trust, **options):
        root = message.root if isinstance(message, Message) else message
        return verify_ps_assertion(find_assertions(root).ps, root, store, at, cache, **options)

    return run


@pytest.fixture(scope="session")
def sign(pem):
    """Sign an assertion in any way at all, good or bad: what ``make_ps_assertion`` never would."""

    def run(root, **options):
        return _sign(root, *pem(options.pop("card", "cps")), **options)

    return run


def _sign(
    root,
    certificate,
    key,
    *,
    method="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    digest="http://www.w3.org/2001/04/xmlenc#sha256",
    c14n="http://www.w3.org/2001/10/xml-exc-c14n#",
    transforms=(
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
        "http://www.w3.org/2001/10/xml-exc-c14n#",
    ),
    uri=None,
    references=1,
    hmac_key=None,
    key_info=None,
    prefixes=None,
    key_certificate=None,
):
    root = copy.deepcopy(root)
    for old in root.findall(f"{{{DSIG}}}Signature"):
        root.remove(old)
    uri = f"#{root.get('ID')}" if uri is None else uri
    listed = "".join(
        f'<ds:Transform Algorithm="{each}">'
        + (
            f'<ec:InclusiveNamespaces xmlns:ec="{each}" PrefixList="{prefixes}"/>'
            if prefixes and each.endswith("exc-c14n#")
            else ""
        )
        + "</ds:Transform>"
        for each in transforms
    )
    reference = (
        f'<ds:Reference URI="{uri}"><ds:Transforms>{listed}</ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{digest}"/><ds:DigestValue/></ds:Reference>'
    )
    text = base64.b64encode(
        x509.load_pem_x509_certificate(key_certificate or certificate).public_bytes(Encoding.DER)
    ).decode()
    if key_info is None:
        key_info = f"<ds:X509Data><ds:X509Certificate>{text}</ds:X509Certificate></ds:X509Data>"
    signature = etree.fromstring(
        f'<ds:Signature xmlns:ds="{DSIG}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{c14n}"/>'
        f'<ds:SignatureMethod Algorithm="{method}"/>{reference * references}</ds:SignedInfo>'
        f"<ds:SignatureValue/><ds:KeyInfo>{key_info}</ds:KeyInfo></ds:Signature>"
    )
    root.insert(1, signature)
    context = xmlsec.SignatureContext()
    if hmac_key is None:
        context.key = xmlsec.Key.from_memory(key, xmlsec.constants.KeyDataFormatPem)
    else:
        context.key = xmlsec.Key.from_binary_data(xmlsec.constants.KeyDataHmac, hmac_key)
    context.register_id(root, "ID")
    context.sign(signature)
    return root
