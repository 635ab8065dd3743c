"""The bytes of the answers, and whether requests and answers are valid for both schema libraries."""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files

import pytest
import xmlschema
from lxml import etree

from simulator.contract.lots import CollectionAnswer, DepositAnswer, LineResult
from simulator.contract.names import REQ_COLLECT, REQ_DEPOSIT, SOAP12
from simulator.contract.render import DIALECTS

DEPOSIT = DepositAnswer(lot_id="lot-1", state="RECU", lines=2)
COLLECTION = CollectionAnswer(
    lot_id="lot-1",
    state="EN_COURS",
    lines=3,
    available=2,
    page=1,
    pages=1,
    results=(LineResult("a&b", "00", "OK"), LineResult("c", "01", "KO")),
)
START = '<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope">'
BODY = '<env:Body xmlns:S="http://www.w3.org/2003/05/soap-envelope" xmlns:env="http://www.w3.org/2003/05/soap-envelope">'
END = "</env:Body></soap:Envelope>"
DONE = "<CR><CodeCR>00</CodeCR><LibelleCR>OK</LibelleCR></CR>"


@cache
def schemas() -> tuple[etree.XMLSchema, xmlschema.XMLSchema]:
    with as_file(files("simulator.contract") / "xsd") as folder:
        path = folder / "envelope.xsd"
        return etree.XMLSchema(etree.parse(path)), xmlschema.XMLSchema(str(path), allow="local")


def valid(document: bytes) -> bool:
    fast, oracle = schemas()
    verdicts = (
        fast.validate(etree.fromstring(document)),
        oracle.is_valid(document.decode().partition("?>\n")[2] or document.decode()),
    )
    assert verdicts[0] == verdicts[1]
    return verdicts[0]


def request(body: str) -> bytes:
    return f'<s:Envelope xmlns:s="{SOAP12}"><s:Body>{body}</s:Body></s:Envelope>'.encode()


def test_the_bytes_of_a_receipt() -> None:
    assert DEPOSIT.render(DIALECTS["live-2026"]).decode() == (
        f'{START}{BODY}<Resultat xmlns="http://www.cnamts.fr/INSiLot2/REPDepot">{DONE}<IdLot>lot-1</IdLot>'
        f"<Etat>RECU</Etat><NbLignes>2</NbLignes></Resultat>{END}"
    )


def test_the_bytes_of_a_page_of_results() -> None:
    assert COLLECTION.render(DIALECTS["live-2026"]).decode() == (
        f'{START}{BODY}<Resultat xmlns="http://www.cnamts.fr/INSiLot2/REPCollecte">{DONE}<IdLot>lot-1</IdLot>'
        "<Etat>EN_COURS</Etat><NbLignes>3</NbLignes><NbTraitees>2</NbTraitees><Page>1</Page><NbPages>1</NbPages>"
        f"<Ligne><IdLigne>a&amp;b</IdLigne>{DONE}</Ligne><Ligne><IdLigne>c</IdLigne><CR><CodeCR>01</CodeCR>"
        f"<LibelleCR>KO</LibelleCR></CR></Ligne></Resultat>{END}"
    )


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("answer", [DEPOSIT, COLLECTION], ids=["deposit", "collection"])
def test_answers_are_valid_in_every_dialect(answer: DepositAnswer | CollectionAnswer, dialect: str) -> None:
    assert valid(answer.render(DIALECTS[dialect]))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", True),
        ("<Ligne/>", True),
        ("<Ligne><IdLigne>a</IdLigne><IndividuVerifie/></Ligne>" * 3, True),
        ("<Ligne><IndividuVerifie/><IdLigne>a</IdLigne></Ligne>", False),
        ("<Ligne><IdLigne>a</IdLigne><IdLigne>a</IdLigne></Ligne>", False),
        ("<Lot/>", False),
        (
            "<Ligne><IndividuVerifie><INSFourni><OID>x</OID><IdIndividu/></INSFourni></IndividuVerifie></Ligne>",
            False,
        ),
    ],
)
def test_a_deposit_has_an_order_and_no_facet(content: str, *, expected: bool) -> None:
    assert valid(request(f'<Requete xmlns="{REQ_DEPOSIT}">{content}</Requete>')) is expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [("", True), ("<IdLot/><Page>x</Page>", True), ("<Page/><IdLot/>", False), ("<IdLot/><IdLot/>", False)],
)
def test_a_collection_has_an_order_and_no_facet(content: str, *, expected: bool) -> None:
    assert valid(request(f'<Requete xmlns="{REQ_COLLECT}">{content}</Requete>')) is expected


@pytest.mark.parametrize(
    "name", ["lot-deposit-request", "lot-deposit-answer", "lot-collect-request", "lot-collect-answer"]
)
def test_each_schema_says_that_it_is_inferred(name: str) -> None:
    text = (files("simulator.contract") / "xsd" / f"{name}.xsd").read_text("utf-8")
    assert "INFERRED" in text
