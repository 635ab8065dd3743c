"""What a session may be recognised by, and what a wrong declaration says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from simulator.contract.messages import Contexts
from simulator.security.pki import init_pki
from simulator.sessions.recognition import claims_json, read_claims, recognised
from simulator.sessions.settings import SessionSettings, SettingsError

FINGERPRINT = "ab" * 32


def contexts(**fields):
    return Contexts(bam_id="1", bam_time="t", lps_id="2", lps_time="t", **fields)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    pki = init_pki(tmp_path_factory.mktemp("pki") / "pki", now=datetime.now(UTC))
    pem = (pki.directory / pki.entry("insi-manu").cert).read_bytes()
    return x509.load_pem_x509_certificate(pem)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (None, {}),
        ({}, {}),
        ({"lps_instance": "poste-12"}, {"lps_instance": "poste-12"}),
        ({"lps_instance": ["b", "a", "b"]}, {"lps_instance": ["a", "b"]}),
        ({"idam": " 750000000001 "}, {"idam": "750000000001"}),
        ({"lps_name": "urn:lps:X:1"}, {"lps_name": "urn:lps:X:1"}),
        ({"certificate": "serial=0a:1B"}, {"certificate": "serial=A1B"}),
        (
            {"certificate": "sha256=" + ":".join(["AB"] * 32)},
            {"certificate": f"sha256={FINGERPRINT}"},
        ),
        (
            {"certificate": "CN=INSI-MANU, OU=10B0000001"},
            {"certificate": "CN=INSI-MANU,OU=10B0000001"},
        ),
    ],
)
def test_a_declaration_is_kept_in_one_form(given, kept):
    claims = read_claims(given)
    assert claims_json(claims) == kept
    assert read_claims(claims_json(claims)) == claims


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([], "recognise: expected an object, got []"),
        ("idam", "recognise: expected an object, got 'idam'"),
        (
            {"ip": "10.0.0.1"},
            "recognise: expected one of lps_instance, idam, lps_name, certificate, got 'ip'",
        ),
        ({"idam": ""}, "recognise.idam: expected a text of 1 to 500 printable characters, got ''"),
        ({"idam": "  "}, "recognise.idam: expected a text"),
        ({"idam": 750000000001}, "recognise.idam: expected a text"),
        ({"idam": None}, "recognise.idam: expected a text"),
        ({"idam": "a\nb"}, "recognise.idam: expected a text"),
        ({"idam": "\ud800"}, "recognise.idam: expected a text"),
        ({"idam": "x" * 501}, "recognise.idam: expected a text of 1 to 500"),
        ({"idam": ["1"] * 101}, "recognise.idam: expected at most 100 values, got 101"),
        ({"certificate": "INSI-MANU"}, "recognise.certificate: expected serial=<hexadecimal>, sha256="),
        ({"certificate": "CN=INSI-MANU"}, "recognise.certificate: expected serial="),
        ({"certificate": "serial=xyz"}, "recognise.certificate: expected serial="),
        ({"certificate": "sha256=abcd"}, "recognise.certificate: expected serial="),
    ],
)
def test_a_wrong_declaration_names_the_kind(given, says):
    with pytest.raises(SettingsError) as caught:
        SessionSettings().changed({"recognise": given})
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("claim", "call"),
    [
        (("lps_instance", "poste-12"), contexts(lps_instance="poste-12")),
        (("idam", "750000000001"), contexts(idam="750000000001")),
        (("lps_name", "urn:lps:X:1"), contexts(lps_name="urn:lps:X:1")),
    ],
)
def test_a_call_is_recognised_by_what_it_says_of_its_software(claim, call):
    assert recognised({claim: "mine"}, call, None) == {"mine": [claim]}
    assert recognised({(claim[0], "another"): "mine"}, call, None) == {}
    assert recognised({("certificate", claim[1]): "mine"}, call, None) == {}
    assert recognised({claim: "mine"}, contexts(), None) == {}


@pytest.mark.parametrize("form", ["serial={serial:x}", "sha256={digest}", "CN=INSI-MANU,OU={unit}"])
def test_a_call_is_recognised_by_its_client_certificate(certificate, form):
    unit = certificate.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATIONAL_UNIT_NAME)[0].value
    declared = form.format(
        serial=certificate.serial_number, digest=certificate.fingerprint(SHA256()).hex(), unit=unit
    )
    (claim,) = read_claims({"certificate": declared})
    der = certificate.public_bytes(Encoding.DER)
    assert recognised({claim: "mine"}, contexts(), der) == {"mine": [claim]}
    assert recognised({claim: "mine"}, contexts(), None) == {}


def test_a_certificate_that_cannot_be_read_is_nobodys():
    assert recognised({("certificate", "serial=1"): "mine"}, contexts(), b"nonsense") == {}


def test_a_call_may_be_claimed_by_several_sessions():
    claims = {("idam", "1"): "a", ("lps_instance", "x"): "b", ("lps_name", "n"): "a"}
    found = recognised(claims, contexts(idam="1", lps_instance="x", lps_name="n"), None)
    assert found == {"a": [("idam", "1"), ("lps_name", "n")], "b": [("lps_instance", "x")]}
