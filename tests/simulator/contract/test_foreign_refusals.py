"""Messages of clients that are set to something else: the refusal says to what, on the wire and in the journal."""

from __future__ import annotations

import gzip

import pytest

from simulator.contract.envelope import read
from simulator.contract.faults import FaultError
from simulator.contract.names import SOAP11, SOAP12, WSA

TRAITS = "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite"
CARD = "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecCarteVitale"


def refusal(body: bytes, content_type: str = "application/soap+xml", soap_action: str = "") -> FaultError:
    with pytest.raises(FaultError) as caught:
        read(body, content_type, soap_action)
    return caught.value


def envelope(content: str, soap: str = SOAP12) -> bytes:
    return f'<s:Envelope xmlns:s="{soap}"><s:Header/><s:Body>{content}</s:Body></s:Envelope>'.encode()


def test_soap_1_1_is_named() -> None:
    error = refusal(envelope("", SOAP11), "text/xml; charset=utf-8", '"urn:x"')
    assert (error.fault.code, error.fault.soap) == ("desir_9002", "VersionMismatch")
    assert error.fault.label == "Seul SOAP 1.2 est accepté : le message reçu est en SOAP 1.1"
    assert error.cause.endswith("which is SOAP 1.1: choose SOAP 1.2 in the client")


@pytest.mark.parametrize("root", ["<html/>", "<Envelope/>", f'<s:envelope xmlns:s="{SOAP11}"/>'])
def test_another_root_is_not_said_to_be_soap_1_1(root: str) -> None:
    error = refusal(root.encode())
    assert error.fault.label == "Seul SOAP 1.2 est accepté"
    assert "SOAP 1.1" not in error.cause


MTOM = (
    b'--uuid:1\r\nContent-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"\r\n\r\n'
    + envelope("")
    + b"\r\n--uuid:1--"
)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (
            MTOM,
            'multipart/related; type="application/xop+xml"; boundary="uuid:1"; start-info="application/soap+xml"',
        ),
        (b"\r\n" + MTOM, "Multipart/Related; boundary=x"),
        (MTOM, "application/soap+xml"),
        (MTOM, ""),
        (MTOM, "multipart/form-data; boundary=x"),
        (MTOM.replace(b"\r\n--uuid:1--", b"\r\n--uuid:1\r\n\r\n\0\1\2"), "multipart/related; boundary=x"),
    ],
)
def test_a_multipart_is_named(body: bytes, content_type: str) -> None:
    error = refusal(body, content_type)
    assert error.fault.code == "desir_9001"
    assert "multipart" in error.fault.label
    assert "MTOM" in error.fault.label
    assert "MIME multipart" in error.cause
    assert "switch them off in the client" in error.cause


def test_an_envelope_that_is_only_announced_as_multipart_is_read() -> None:
    assert refusal(envelope(""), "multipart/related").fault.code == "desir_9006"


def test_gzip_is_named() -> None:
    assert "got gzip" in refusal(gzip.compress(envelope(""))).cause


@pytest.mark.parametrize("written", [f'"{TRAITS}"', TRAITS, f" '{TRAITS}' "])
def test_an_action_in_soapaction_alone_is_named(written: str) -> None:
    error = refusal(envelope("<x/>"), soap_action=written)
    assert error.fault.code == "desir_9006"
    assert "SOAPAction" in error.fault.label
    assert "wsa:Action" in error.fault.label
    assert f"got the HTTP header SOAPAction alone ('{TRAITS}'), which is of SOAP 1.1" in error.cause


@pytest.mark.parametrize("written", ["", '""', "  "])
def test_without_any_soapaction_none_is_named(written: str) -> None:
    error = refusal(envelope("<x/>"), soap_action=written)
    assert error.fault.label == "L'opération demandée est inconnue"
    assert error.cause == "expected wsa:Action or the action parameter of Content-Type, got none"


@pytest.mark.parametrize("soap_action", ["", "urn:x"])
@pytest.mark.parametrize(
    ("content", "action"),
    [
        ('<RECSANSVITALE xmlns="http://www.cnamts.fr/INSiRecSans"/>', TRAITS),
        ('<v:RECVITALE xmlns:v="http://www.cnamts.fr/INSiRecVit"/>', CARD),
    ],
)
def test_the_body_tells_which_action_it_wants(content: str, action: str, soap_action: str) -> None:
    assert refusal(envelope(content), soap_action=soap_action).cause.endswith(
        f"; for this body it is {action}"
    )


def test_soapaction_beside_an_action_changes_nothing() -> None:
    with_action = (
        f'<s:Envelope xmlns:s="{SOAP12}"><s:Header><w:Action xmlns:w="{WSA}">{TRAITS}</w:Action></s:Header>'
        "<s:Body/></s:Envelope>"
    ).encode()
    assert refusal(with_action, soap_action=CARD).cause == refusal(with_action).cause
