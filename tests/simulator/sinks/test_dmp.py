"""The DMP sink answers ITI-41 and TD0.2 as XDS says, keeps what came, and is not brought down by what comes."""

from __future__ import annotations

import socket
import ssl

import httpx
import pytest
from lxml import etree

from simulator.serving.own_server import listen
from simulator.serving.sink_ports import dmp_served
from simulator.serving.tls_ports import tls_context
from simulator.sinks import KeptLimits, SinkStore
from simulator.sinks.dmp.answers import fault
from simulator.testing.throwaway import throwaway_pki

from .submissions import CONTENT, P1, envelope, existence, mtom

SOAP = "application/soap+xml; charset=utf-8"
OTHER = "277076322082910^^^&1.2.250.1.213.1.4.10&ISO^NH"


@pytest.fixture
def dmp(store):
    on = listen("127.0.0.1", 0)
    with dmp_served(store, on), httpx.Client(base_url=f"http://127.0.0.1:{on.getsockname()[1]}") as client:
        yield client


def codes(answer):
    root = etree.fromstring(envelope_of(answer))
    [response] = root.iter("{*}RegistryResponse")
    found = [one.get("errorCode") for one in root.iter("{*}RegistryError")]
    assert response.get("status").endswith(":Failure" if found else ":Success")
    return found


def envelope_of(answer):
    if answer.headers["content-type"].startswith("multipart/"):
        return answer.content[answer.content.index(b"<?xml") : answer.content.rindex(b"\r\n--")]
    return answer.content


def post(dmp, body, kind=SOAP, path="/dmp"):
    return dmp.post(path, content=body, headers={"content-type": kind})


def test_a_submission_in_clear_is_taken_and_kept(dmp, store):
    body = envelope()
    answer = post(dmp, body, path="/s/session-7/dmp")
    assert (answer.status_code, codes(answer)) == (200, [])
    [item] = store.items()
    assert store.content(item.id) == body
    assert (item.kind, item.session, item.outcome) == ("ITI-41", "session-7", "Success")
    assert item.facts["patient_ids"] == [P1]
    assert item.facts["mtom"] is False


@pytest.mark.parametrize(
    "content", [CONTENT, bytes(range(256)) * 4000, b"\r\n--not-a-boundary\r\n", b"\r\n", b""]
)
def test_a_submission_by_mtom_is_answered_by_mtom(dmp, store, content):
    kind, body = mtom(content)
    answer = post(dmp, body, kind)
    assert codes(answer) == []
    assert answer.headers["content-type"].startswith("multipart/related")
    [item] = store.items()
    assert store.content(item.id) == body
    assert item.facts["mtom"] is True


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"entry": OTHER}, "XDSPatientIdDoesNotMatch"),
        ({"of_set": OTHER}, "XDSPatientIdDoesNotMatch"),
        ({"vihf": OTHER}, "XDSPatientIdDoesNotMatch"),
        ({"of_set": P1.replace(".4.10", ".4.8")}, "XDSPatientIdDoesNotMatch"),
        (dict.fromkeys(("entry", "of_set", "vihf"), "OFF-1^^^&2.999.1&ISO^PI"), "XDSUnknownPatientId"),
        (dict.fromkeys(("entry", "of_set", "vihf"), P1.replace("989^", "988^")), "XDSUnknownPatientId"),
        (dict.fromkeys(("entry", "of_set", "vihf"), P1.replace(".4.10", ".4.2")), "XDSUnknownPatientId"),
        (dict.fromkeys(("entry", "of_set", "vihf"), "279035121518989"), "XDSUnknownPatientId"),
        ({"name": ""}, "XDSMissingDocument"),
        ({"document": "not base64 !"}, "XDSMissingDocument"),
        ({"digest": "0" * 40}, "XDSRepositoryMetadataError"),
        ({"size": 3}, "XDSRepositoryMetadataError"),
    ],
)
def test_what_is_wrong_is_answered_by_its_code_and_kept(dmp, store, wrong, code):
    answer = post(dmp, envelope(**wrong))
    assert (answer.status_code, codes(answer)) == (200, [code])
    assert store.items()[0].outcome == code


def test_a_document_without_metadata(dmp):
    assert set(codes(post(dmp, envelope(name="other")))) == {
        "XDSMissingDocument",
        "XDSMissingDocumentMetadata",
    }


@pytest.mark.parametrize(
    "cx", [f"{P1}^^20100907", P1.replace("^NH", "^INS-NIR"), P1.replace("^^^&", "^^^NAME&")]
)
def test_what_varies_legitimately_in_a_patient_id_is_taken(dmp, cx):
    assert codes(post(dmp, envelope(entry=cx))) == []


def test_a_document_sent_again_and_one_changed_under_its_unique_id(dmp):
    assert codes(post(dmp, envelope())) == []
    assert codes(post(dmp, envelope())) == ["XDSDuplicateUniqueIdInRegistry"]
    assert codes(post(dmp, envelope(content=b"<other/>"))) == ["XDSNonIdenticalHash"]
    assert codes(post(dmp, envelope(), path="/s/other/dmp")) == []


def test_an_include_that_leads_nowhere(dmp):
    kind, body = mtom(include="cid:nowhere")
    assert codes(post(dmp, body, kind)) == ["XDSMissingDocument"]


def test_soap_1_1_is_answered_in_soap_1_1(dmp):
    answer = post(dmp, envelope(soap="http://schemas.xmlsoap.org/soap/envelope/"), "text/xml")
    assert codes(answer) == []
    assert answer.headers["content-type"].startswith("text/xml")
    assert b"http://schemas.xmlsoap.org/soap/envelope/" in answer.content


def test_what_was_told_is_answered(dmp, store):
    store.tell("default", "iti-41", {"error": "XDSRepositoryBusy"})
    assert codes(post(dmp, envelope())) == ["XDSRepositoryBusy"]
    assert codes(post(dmp, envelope(), path="/s/other/dmp")) == []
    store.tell("default", "iti-41", None)
    assert codes(post(dmp, envelope())) == []


def test_td0_2_gives_back_who_was_asked_about_or_whom_it_was_told(dmp, store):
    root = etree.fromstring(post(dmp, existence()).content)
    [identifier] = root.iterfind(".//{*}patient/{*}id")
    assert (identifier.get("extension"), identifier.get("root")) == (
        "279035121518989",
        "1.2.250.1.213.1.4.10",
    )
    assert root.find(".//{*}queryResponseCode").get("code") == "OK"
    store.tell(
        "default",
        "td0.2",
        {"matricule": "277076322082910", "birth_name": "NESSI", "birth_date": "1977-07-14", "sex": "F"},
    )
    root = etree.fromstring(post(dmp, existence()).content)
    assert root.find(".//{*}patient/{*}id").get("extension") == "277076322082910"
    assert root.find(".//{*}family").text == "NESSI"
    assert root.find(".//{*}birthTime").get("value") == "19770714"
    store.tell("default", "td0.2", {"exists": False})
    root = etree.fromstring(post(dmp, existence()).content)
    assert root.find(".//{*}queryResponseCode").get("code") == "NF"
    assert root.find(".//{*}patient") is None
    assert [one.outcome for one in store.items()] == ["OK", "OK", "NF"]


BOMB = b'<!DOCTYPE a [<!ENTITY b "' + b"x" * 1000 + b'"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (SOAP, b""),
        (SOAP, b"junk"),
        (SOAP, b"<a/>"),
        (SOAP, BOMB),
        (SOAP, b"<a>" * 300_000),
        (SOAP, b"<a>" * 50_000 + b"</a>" * 50_000),
        (SOAP, b"\xff\xfe\x00"),
        ("multipart/related", b"--x\r\n\r\n--x--"),
        ("multipart/related; boundary=x", b"--x\r\n" * 2000),
        ("multipart/related; boundary=x", b"--x\r\n\r\n<a/>\r\n"),
        ("multipart/related; boundary=x", b"--x\r\n" + b"A: b\r\n" * 100_000 + b"--x--"),
        ('multipart/related; boundary=x; start="<other>"', b"--x\r\n\r\n<a/>\r\n--x--"),
        ("multipart/related; boundary=" + "y" * 5000, b"--y--"),
        (
            "",
            b"<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body><x/></s:Body></s:Envelope>",
        ),
    ],
)
def test_what_is_no_message_is_a_fault_that_says_why_and_is_kept(dmp, store, kind, body):
    answer = post(dmp, body, kind)
    assert answer.status_code == 500
    [reason] = etree.fromstring(answer.content).iter("{*}Text")
    assert "expected" in reason.text
    [item] = store.items()
    assert (item.kind, item.outcome, store.content(item.id)) == ("OTHER", "Fault", body)


def test_elsewhere_and_otherwise(dmp):
    assert post(dmp, envelope(), path="/elsewhere").status_code == 404
    assert dmp.get("/dmp").status_code == 405


def test_a_body_too_large_is_refused_before_it_is_read(tmp_path):
    store = SinkStore(tmp_path / "small.sqlite", KeptLimits(bytes_of_one=100_000))
    on = listen("127.0.0.1", 0)
    with dmp_served(store, on), httpx.Client(base_url=f"http://127.0.0.1:{on.getsockname()[1]}") as client:
        answer = post(client, envelope(content=b"x" * 200_000))
        assert answer.status_code == 500
        assert b"at most 100000 bytes" in answer.content
        assert codes(post(client, envelope())) == []


def test_a_full_store_is_told_in_the_answer(tmp_path):
    store = SinkStore(tmp_path / "full.sqlite", KeptLimits(items=1))
    on = listen("127.0.0.1", 0)
    with dmp_served(store, on), httpx.Client(base_url=f"http://127.0.0.1:{on.getsockname()[1]}") as client:
        assert codes(post(client, envelope())) == []
        assert codes(post(client, envelope(unique="2.25.2"))) == ["XDSRepositoryOutOfResources"]


@pytest.mark.parametrize("mutual", [False, True])
def test_over_tls_with_our_own_authorities(store, mutual):
    pki = throwaway_pki()
    on = listen("127.0.0.1", 0)
    trust = ssl.create_default_context(cafile=str(pki.bundle))
    url = f"https://localhost:{on.getsockname()[1]}"
    with dmp_served(store, on, tls_context(pki.directory, mutual=mutual)):
        if mutual:
            with pytest.raises(httpx.TransportError), httpx.Client(base_url=url, verify=trust) as client:
                post(client, envelope())
            entry = pki.entry("insi-manu")
            trust.load_cert_chain(pki.directory / entry.chain, pki.directory / entry.key)
        with httpx.Client(base_url=url, verify=trust) as client:
            assert codes(post(client, envelope())) == []
    assert store.items()[-1].facts["tls"] is True


def test_a_client_that_leaves_in_the_middle_leaves_nothing(dmp, store):
    with socket.create_connection((dmp.base_url.host, dmp.base_url.port)) as raw:
        raw.sendall(b"POST /dmp HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n<half")
    assert codes(post(dmp, envelope())) == []
    assert [one.outcome for one in store.items() if one.kind == "ITI-41"] == ["Success"]


def test_what_xml_cannot_carry_is_replaced_in_a_fault():
    # As the subject of a spoilt certificate may have it (found by fuzzing).
    for text in ("a\x05b", "a\ud800b", "<&\"'"):
        root = etree.fromstring(fault("http://www.w3.org/2003/05/soap-envelope", text, text, "FailedCheck"))
        assert root.findtext(".//{*}Text").startswith(text[:1])
