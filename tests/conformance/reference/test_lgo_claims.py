"""The verification on the wire: what is sent fits the schemas of the simulator, and what comes is read or refused."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
from lxml import etree

from conformance.reference import claims
from conformance.reference.claims import Claim, Page, Result
from conformance.reference.soap import MAX_BYTES, Reply, ReplyKind

SOAP = "http://www.w3.org/2003/05/soap-envelope"

CLAIM = Claim(
    matricule="160012B02077713",
    oid="1.2.250.1.213.1.4.10",
    birth_name="D'ADRTROIS--KV",
    first_name="TOUSSAINT",
    first_names="TOUSSAINT LOUIS",
    birth_date="1960-01-01",
    sex="M",
    birth_place="2B020",
)


def body_of(request: bytes) -> Any:
    return etree.fromstring(request).find(f"{{{SOAP}}}Body")[0]


def answer(content: str) -> bytes:
    return f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{content}</s:Body></s:Envelope>'.encode()


def report(code: str) -> str:
    return f"<CR><CodeCR>{code}</CodeCR><LibelleCR>x</LibelleCR></CR>"


@pytest.mark.parametrize(
    ("request_xml", "schema"),
    [
        (claims.unit_xml(CLAIM, instance="i"), "verification-request.xsd"),
        (claims.deposit_xml({"a": CLAIM, "b": CLAIM}, instance="i"), "lot-deposit-request.xsd"),
        (claims.collection_xml("L1", 2, instance="i"), "lot-collect-request.xsd"),
    ],
    ids=["unit", "deposit", "collection"],
)
def test_requests_fit_their_schema(request_xml: bytes, schema: str) -> None:
    source = (files("simulator.contract") / "xsd" / schema).read_bytes()
    etree.XMLSchema(etree.fromstring(source)).assertValid(body_of(request_xml))


def test_number_and_key_are_apart() -> None:
    sent = {
        etree.QName(each).localname: each.text
        for each in body_of(claims.unit_xml(CLAIM, instance="i")).iter()
    }
    assert (sent["NumIdentifiant"], sent["Cle"], sent["OID"]) == ("160012B020777", "13", CLAIM.oid)
    assert (sent["NomNaissance"], sent["ListePrenom"]) == (CLAIM.birth_name, CLAIM.first_names)


@pytest.mark.parametrize(
    ("code", "result"), [("00", Result.OK), ("01", Result.KO), ("02", Result.ERROR), ("", Result.ERROR)]
)
def test_only_two_codes_are_results(code: str, result: Result) -> None:
    content = f'<Resultat xmlns="{claims.UNIT_ANSWER}">{report(code)}</Resultat>'
    reply = claims.read_unit(200, answer(content))
    assert claims.result_of(reply.code, reply.kind) is result


def test_a_code_of_a_fault_is_no_result() -> None:
    assert claims.result_of("01", ReplyKind.FAULT) is Result.ERROR


HOSTILE = {
    "nothing": b"",
    "no XML": b"<html><body>Maintenance",
    "no envelope": b"<Resultat/>",
    "other operation": answer('<RESULTAT xmlns="http://www.cnamts.fr/INSiResultat"/>'),
    "DTD": b'<!DOCTYPE x [<!ENTITY a "b">]>' + answer("&a;"),
    "too long": answer("x" * (MAX_BYTES + 1)),
    "deep": answer("<a>" * 5000 + "</a>" * 5000),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("read", [claims.read_unit, claims.read_deposit, claims.read_collection])
def test_what_cannot_be_read_is_a_failure(read: Any, content: bytes) -> None:
    reply = read(200, content)
    assert isinstance(reply, Reply)
    assert reply.kind is ReplyKind.FAILURE
    assert reply.message


def collected(pages: str, lines: str = "") -> Page | Reply:
    content = (
        f'<Resultat xmlns="{claims.COLLECTION_ANSWER}">{report("00")}<Etat>TERMINE</Etat>'
        f"<NbPages>{pages}</NbPages>{lines}</Resultat>"
    )
    return claims.read_collection(200, answer(content))


def test_lines_keep_their_identifier() -> None:
    lines = "".join(
        f"<Ligne><IdLigne>{name}</IdLigne>{report(code)}</Ligne>" for name, code in (("b", "01"), ("a", "00"))
    )
    page = collected("1", lines)
    assert isinstance(page, Page)
    assert page.is_finished
    assert [(line.line_id, line.code) for line in page.lines] == [("b", "01"), ("a", "00")]


@pytest.mark.parametrize("pages", ["", "0", "-1", "x", "99999999999", "²", "1001"])
def test_a_number_of_pages_without_sense_is_a_failure(pages: str) -> None:
    assert isinstance(collected(pages), Reply)


def test_a_lot_without_identifier_was_not_taken() -> None:
    content = f'<Resultat xmlns="{claims.DEPOSIT_ANSWER}">{report("00")}<IdLot> </IdLot></Resultat>'
    assert isinstance(claims.read_deposit(200, answer(content)), Reply)
