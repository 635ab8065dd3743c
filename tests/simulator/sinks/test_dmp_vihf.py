"""The VIHF of a call to the DMP: its signature is verified, and it is held against what is asked."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from simulator.security.signing import make_ps_assertion
from simulator.testing.throwaway import throwaway_pki

from .queries import find, soap
from .shared import dmp_of, post, shared
from .submissions import P1, envelope

OTHER = "277076322082910^^^&1.2.250.1.213.1.4.10&ISO^NH"
RESOURCE = "urn:oasis:names:tc:xacml:2.0:resource:resource-id"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WHOLE = {
    "Identifiant_Structure": "10B0000001",
    "LPS_ID": "1",
    "LPS_Version": "2.0",
    "LPS_Nom": "Officine",
    "LPS_ID_HOMOLOGATION_DMP": "EDI-1",
    "Authentification_Mode": "Direct",
    "Ressource_URN": "urn:dmp",
    "VIHF_Version": "4.0",
}


@pytest.fixture(scope="module")
def pki():
    return throwaway_pki()


@pytest.fixture
def sinks(tmp_path, pki):
    with shared(tmp_path, pki=pki.directory) as opened:
        yield opened


@pytest.fixture
def dmp(sinks):
    with dmp_of(sinks) as client:
        yield client


@pytest.fixture(scope="module")
def vihf(pki):
    def make(patient=P1, *, by="cps", age=0, **attributes):
        entry = pki.entry(by)
        certificate, key = ((pki.directory / name).read_bytes() for name in (entry.cert, entry.key))
        return make_ps_assertion(
            certificate,
            key,
            attributes={**WHOLE, RESOURCE: patient, **attributes},
            issue_instant=datetime.now(UTC) - timedelta(minutes=age),
        )

    return make


def around(assertion, body=None):
    whole = envelope(vihf="") if body is None else body
    security = b'<w:Security xmlns:w="%s">%s</w:Security>' % (WSSE.encode(), assertion)
    return whole.replace(b"</s:Header>", security + b"</s:Header>")


def told(answer):
    root = etree.fromstring(answer.content)
    fault = root.find(".//{*}Fault")
    if fault is None:
        return [one.get("errorCode") for one in root.iter("{*}RegistryError")]
    return [fault.findtext(".//{*}Subcode/{*}Value"), fault.findtext(".//{*}Text")]


@pytest.mark.parametrize("by", ["cps", "cpe", "insi-auto"])
def test_a_signed_vihf_is_verified_and_shown(sinks, dmp, vihf, by):
    assert told(post(dmp, around(vihf(by=by)))) == []
    [exchange] = sinks.exchanges()
    assert exchange.authentication == "vihf"
    assert exchange.findings == ()


def test_what_is_held_against_the_submission_is_what_the_signature_covers(sinks, dmp, vihf):
    assert told(post(dmp, around(vihf(OTHER)))) == ["XDSPatientIdDoesNotMatch"]
    # An unsigned resource-id elsewhere in the message does not count for the signed one.
    forged = soap("", vihf=P1)
    unsigned = forged[forged.index(b"<w:Security") : forged.index(b"</s:Header>")]
    misplaced = around(vihf(OTHER)).replace(b"<s:Body>", b"<s:Body><x>" + unsigned + b"</x>", 1)
    assert post(dmp, misplaced).status_code == 500  # it is no submission any more
    assert sinks.exchanges()[0].code == "XDSPatientIdDoesNotMatch"


@pytest.mark.parametrize(
    ("spoil", "subcode", "text"),
    [
        (lambda one: one.replace(b"urn:dmp", b"urn:dpm"), "wsse:FailedCheck", "does not verify"),
        (lambda one: one.replace(b"rsa-sha256", b"rsa-sha1"), "wsse:FailedCheck", "expected SignatureMethod"),
        (lambda one: one + one, "wsse:InvalidSecurity", "expected one assertion"),
        (lambda one: one.replace(b"</saml:Subject>", b"<!-- x --></saml:Subject>"), "wsse:", "comment"),
    ],
)
def test_a_signature_that_does_not_hold_is_a_clear_fault_whatever_the_session_says(  # noqa: PLR0917 - of a table
    sinks, dmp, vihf, spoil, subcode, text
):
    answer = post(dmp, around(spoil(vihf())))
    code, reason = told(answer)
    assert answer.status_code == 500
    assert code.startswith(subcode)
    assert text in reason
    [exchange] = sinks.exchanges()
    assert exchange.code == code
    assert text in exchange.decision.cause
    assert sinks.store.items()[0].outcome == "Fault"


@pytest.mark.parametrize(
    ("by", "text"),
    [
        ("cps-expired", "expired"),
        ("cps-revoked", "revoked"),
        ("cps-other-authority", "trusted"),
        ("cps-weak-key", "bits"),
    ],
)
def test_a_certificate_that_may_not_sign_is_refused(dmp, vihf, by, text):
    code, reason = told(post(dmp, around(vihf(by=by))))
    assert code == "wsse:FailedAuthentication"
    assert text in reason


def test_an_expired_assertion_is_refused(dmp, vihf):
    code, reason = told(post(dmp, around(vihf(age=61))))
    assert code == "wsse:InvalidSecurityToken"
    assert "until" in reason


@pytest.mark.parametrize(
    ("body", "finding"),
    [(envelope(vihf=""), "vihf-missing"), (envelope(), "vihf-not-signed")],
)
def test_what_is_not_signed_is_a_finding_and_refused_where_the_session_asks(sinks, dmp, body, finding):
    assert told(post(dmp, body)) == []
    assert finding in {one.code for one in sinks.exchanges()[0].findings}
    for settings in ({"authentication": "required"}, {"authentication": "optional", "strictness": "strict"}):
        sinks.bench.sessions.change("default", **settings)
        assert told(post(dmp, body))[0].startswith("wsse:")
    assert [one.outcome for one in sinks.store.items()] == ["Success", "Fault", "Fault"]


def test_without_a_pki_a_signature_is_a_finding(tmp_path, vihf):
    with shared(tmp_path / "without") as sinks, dmp_of(sinks) as dmp:
        assert told(post(dmp, around(vihf()))) == []
        assert [one.code for one in sinks.exchanges()[0].findings] == ["vihf-not-verified"]


def test_what_is_odd_in_a_vihf_is_a_finding(sinks, dmp, vihf):
    author = (
        b'<Classification id="au" classificationScheme="urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d" classifiedObject="doc">'
        b'<Slot name="authorPerson"><ValueList><Value>899700000001^NOM^Prenom</Value></ValueList></Slot></Classification>'
        b"</ExtrinsicObject>"
    )
    body = around(vihf(LPS_Version="", Ressource_URN="urn:other")).replace(b"</ExtrinsicObject>", author)
    assert told(post(dmp, body)) == []
    codes = {one.code for one in sinks.exchanges()[0].findings}
    assert codes == {"vihf-attributes", "vihf-resource", "vihf-author"}


def test_a_query_about_somebody_else_than_the_vihf_is_refused(dmp, vihf):
    body = find(P1).replace(b"<s:Body>", b"<s:Header></s:Header><s:Body>", 1)
    assert told(post(dmp, around(vihf(OTHER), body))) == ["XDSPatientIdDoesNotMatch"]


def test_a_session_is_recognised_by_the_software_of_the_vihf(sinks, dmp, vihf):
    sinks.bench.sessions.create("lgo-x", recognise={"lps_name": "Officine"})
    post(dmp, around(vihf()))
    [exchange] = sinks.exchanges()
    assert exchange.session == "lgo-x"
    assert sinks.store.items()[0].session == "lgo-x"


def page(client, **fields):
    return client.get("/dmp/acces", params=fields)


def test_the_contextual_access_opens_a_page_on_the_patient(sinks, dmp, vihf):
    answer = page(dmp, ins="279035121518989", oid="1.2.250.1.213.1.4.10")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "279035121518989" in answer.text
    assert "déduite" in answer.text
    signed = base64.b64encode(vihf()).decode()
    assert dmp.post("/dmp/acces", data={"vihf": signed}).status_code == 200
    assert dmp.post("/dmp/acces", content=vihf(), headers={"content-type": "text/xml"}).status_code == 200
    exchanges = sinks.exchanges(service="dmp", operation="TD0.9")
    assert [one.code for one in exchanges] == ["200"] * 3
    assert {one.asked["patient_id"] for one in exchanges} == {P1}
    assert [one.authentication for one in exchanges] == ["none", "vihf", "vihf"]
    assert exchanges[0].decision.evidence == "inferred"
    assert [one.kind for one in sinks.store.items()] == ["TD0.9"] * 3


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 400),
        ({"ins": "279035121518988", "oid": "1.2.250.1.213.1.4.10"}, 400),
        ({"ins": "279035121518989"}, 400),
        ({"ins": P1, "vihf": "no base64"}, 400),
        ({"ins": P1, "vihf": base64.b64encode(b"<a>").decode()}, 400),
        ({"ins": "<script>alert(1)</script>"}, 400),
    ],
)
def test_a_contextual_access_without_a_patient_is_refused(sinks, dmp, fields, status):
    answer = page(dmp, **fields)
    assert answer.status_code == status
    assert "<script" not in answer.text
    assert sinks.exchanges()[0].decision.source == "fault"


def test_a_contextual_access_to_somebody_else_than_the_vihf_is_refused(dmp, vihf):
    answer = dmp.post("/dmp/acces", data={"ins": OTHER, "vihf": base64.b64encode(vihf()).decode()})
    assert answer.status_code == 403
    spoilt = vihf().replace(b"urn:dmp", b"urn:dpm")
    assert dmp.post("/dmp/acces", data={"vihf": base64.b64encode(spoilt).decode()}).status_code == 403


def test_a_scenario_refuses_a_contextual_access(sinks, dmp):
    sinks.script({"when": {"operation": "TD0.9"}, "then": {"dmp": {"fault": "Opposition du patient"}}})
    answer = page(dmp, ins="279035121518989", oid="1.2.250.1.213.1.4.10")
    assert answer.status_code == 403
    assert "Opposition" in answer.text
