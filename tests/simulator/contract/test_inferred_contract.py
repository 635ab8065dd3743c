"""The contract that nobody has published: kept apart, self-contained, and said to be inferred."""

from __future__ import annotations

import socket
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

import pytest
import xmlschema
import zeep
from lxml import etree

from simulator.contract.names import VERIFICATION_ANSWER, VERIFICATION_REQUEST
from simulator.contract.render import DIALECTS
from simulator.contract.verification import VERIFICATION_LABELS, VerificationAnswer
from simulator.contract.wsdl import render_wsdl

if TYPE_CHECKING:
    from pathlib import Path

NS = {"wsdl": "http://schemas.xmlsoap.org/wsdl/", "xsd": "http://www.w3.org/2001/XMLSchema"}
LOCATION = "http://127.0.0.1:8080/lps"
XSD = files("simulator.contract") / "xsd"


@pytest.fixture(scope="module")
def wsdl() -> etree._Element:
    return etree.fromstring(render_wsdl(LOCATION, inferred=True))


def test_it_shares_neither_namespace_nor_operation_with_the_published_one(wsdl: etree._Element) -> None:
    published = etree.fromstring(render_wsdl(LOCATION))
    operations = [
        set(root.xpath("wsdl:portType/wsdl:operation/@name", namespaces=NS)) for root in (wsdl, published)
    ]
    assert operations[0].isdisjoint(operations[1])
    assert "verifierInsAvecTraitsIdentite" in operations[0]
    assert wsdl.get("targetNamespace") == "urn:banc-insi:wsdl:inferred"


def test_it_says_inferred_where_a_reader_begins(wsdl: etree._Element) -> None:
    assert wsdl[0].tag == f"{{{NS['wsdl']}}}documentation"
    assert str(wsdl[0].text).startswith("INFERRED by banc-insi, not established")


@pytest.mark.parametrize("name", ["verification-request", "verification-answer"])
def test_each_schema_says_what_is_inferred(name: str) -> None:
    comment = etree.fromstring((XSD / f"{name}.xsd").read_bytes()).getprevious()
    assert comment is not None
    assert "INFERRED" in str(comment.text)


def test_it_imports_nothing_from_anywhere(wsdl: etree._Element) -> None:
    assert wsdl.xpath("//@schemaLocation") == []
    assert wsdl.xpath("//wsdl:import | //xsd:include | //xsd:redefine", namespaces=NS) == []


def test_a_client_loads_it_with_the_network_blocked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the WSDL made a client reach for the network")

    file = tmp_path / "inferred.wsdl"
    file.write_bytes(render_wsdl(LOCATION, inferred=True))
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    client: Any = zeep.Client(str(file))  # type: ignore[no-untyped-call] # zeep has no types
    assert "verifierInsAvecTraitsIdentite" in client.service._operations


REQUEST = (
    f'<Requete xmlns="{VERIFICATION_REQUEST}"><IndividuVerifie><INSFourni><IdIndividu>'
    "<NumIdentifiant>2850463220001</NumIdentifiant><Cle>43</Cle><TypeMatricule>NIR</TypeMatricule></IdIndividu>"
    "<OID>1.2.250.1.213.1.4.10</OID></INSFourni><TraitsIdentiteIndividu><NomNaissance>ESSAI</NomNaissance>"
    "<Prenom>ANNE</Prenom><Prenom>LOUISE</Prenom><ListePrenom>ANNE LOUISE</ListePrenom><Sexe>F</Sexe>"
    "<DateNaissance>1985-04-12</DateNaissance><LieuNaissance>63220</LieuNaissance></TraitsIdentiteIndividu>"
    "</IndividuVerifie></Requete>"
)


@pytest.mark.parametrize(
    ("document", "valid"),
    [
        (REQUEST, True),
        (f'<Requete xmlns="{VERIFICATION_REQUEST}"/>', True),
        (REQUEST.replace("Requete", "VERIFICATION"), False),
        (REQUEST.replace("<OID>1.2.250.1.213.1.4.10</OID>", "<OID>a</OID><OID>b</OID>"), False),
        (REQUEST.replace("<Cle>43</Cle>", "<Clef>43</Clef>"), False),
        (REQUEST.replace(VERIFICATION_REQUEST, VERIFICATION_ANSWER), False),
    ],
)
def test_two_libraries_agree_on_a_request(document: str, *, valid: bool) -> None:
    with as_file(XSD) as folder:
        path = folder / "verification-request.xsd"
        fast = etree.XMLSchema(etree.parse(path)).validate(etree.fromstring(document))
        assert (fast, xmlschema.XMLSchema(str(path)).is_valid(document)) == (valid, valid)


def test_the_answer_byte_for_byte() -> None:
    assert VerificationAnswer("00").render(DIALECTS["live-2026"]) == (
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        b'<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope">'
        b'<env:Body xmlns:S="http://www.w3.org/2003/05/soap-envelope" xmlns:env="http://www.w3.org/2003/05/soap-envelope">'
        b'<Resultat xmlns="http://www.cnamts.fr/INSiLot2/REPUnitaire"><CR><CodeCR>00</CodeCR><LibelleCR>OK</LibelleCR>'
        b"</CR></Resultat></env:Body></soap:Envelope>"
    )


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("code", "label"), VERIFICATION_LABELS.items())
def test_every_answer_is_valid(dialect: str, code: str, label: str) -> None:
    result = etree.fromstring(VerificationAnswer(code).render(DIALECTS[dialect])).find(
        f".//{{{VERIFICATION_ANSWER}}}Resultat"
    )
    assert result is not None
    with as_file(XSD) as folder:
        etree.XMLSchema(etree.parse(folder / "verification-answer.xsd")).assertValid(
            etree.ElementTree(result)
        )
    assert result.findtext(f".//{{{VERIFICATION_ANSWER}}}LibelleCR") == label
