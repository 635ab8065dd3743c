"""The served WSDL against insi-contract §1.4, fact by fact, and its use with no network at all."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest
import zeep
from lxml import etree

from simulator.contract.names import CTXBAM, CTXLPS, RECSANS, RECVIT, RESULTAT, SIRAM, WSA, WSSE
from simulator.contract.wsdl import render_wsdl

if TYPE_CHECKING:
    from pathlib import Path

NS = {
    "wsdl": "http://schemas.xmlsoap.org/wsdl/",
    "soap12": "http://schemas.xmlsoap.org/wsdl/soap12/",
    "xsd": "http://www.w3.org/2001/XMLSchema",
    "wsaw": "http://www.w3.org/2006/02/addressing/wsdl",
}
LOCATION = "http://127.0.0.1:8080/s/abc/lps"
OPERATIONS = ("rechercherInsAvecCarteVitale", "rechercherInsAvecTraitsIdentite")
HEADERS = ("NO1_Security", "NO1_ContexteLPS", "NO1_MessageID", "NO1_ContexteBAM")
ACTION = "urn:ServiceIdentiteCertifiee:1.0.0:"


@pytest.fixture(scope="module")
def wsdl() -> etree._Element:
    return etree.fromstring(render_wsdl(LOCATION))


def values(root: etree._Element, path: str) -> list[str]:
    return [str(found) for found in root.xpath(path, namespaces=NS)]


def qualified(root: etree._Element, name: str) -> str:
    """Resolve a prefixed name of the document to {namespace}local."""
    prefix, _, local = name.partition(":")
    return f"{{{root.nsmap[prefix]}}}{local}"


def test_definitions_have_the_published_name_and_namespaces(wsdl: etree._Element) -> None:
    assert wsdl.tag == f"{{{NS['wsdl']}}}definitions"
    assert wsdl.get("name") == "ServiceIdentiteCertifiee-v1"
    assert wsdl.get("targetNamespace") == "http://www.cnamts.fr/webservice"
    assert wsdl.nsmap["insi"] == "http://www.cnamts.fr/ServiceIdentiteCertifiee/v1"


def test_the_port_type_and_its_two_operations(wsdl: etree._Element) -> None:
    assert values(wsdl, "wsdl:portType/@name") == ["ICIRService"]
    assert tuple(values(wsdl, "wsdl:portType/wsdl:operation/@name")) == OPERATIONS


def test_the_binding_is_soap_1_2_document_literal_over_http(wsdl: etree._Element) -> None:
    assert values(wsdl, "wsdl:binding/@name") == ["ICIRServiceBinding"]
    assert values(wsdl, "wsdl:binding/soap12:binding/@style") == ["document"]
    assert values(wsdl, "wsdl:binding/soap12:binding/@transport") == ["http://schemas.xmlsoap.org/soap/http"]
    assert set(values(wsdl, "wsdl:binding//@use")) == {"literal"}
    assert tuple(values(wsdl, "wsdl:binding/wsdl:operation/@name")) == OPERATIONS


def test_the_service_and_its_port(wsdl: etree._Element) -> None:
    assert values(wsdl, "wsdl:service/@name") == ["ICIR-v1"]
    assert values(wsdl, "wsdl:service/wsdl:port/@name") == ["ICIRService"]
    assert values(wsdl, "wsdl:service/wsdl:port/@binding") == ["tns:ICIRServiceBinding"]


def test_the_address_is_the_one_asked_for(wsdl: etree._Element) -> None:
    assert values(wsdl, "//soap12:address/@location") == [LOCATION]


def test_rendering_for_another_address_leaves_the_first_alone() -> None:
    render_wsdl("http://elsewhere/lps")
    assert LOCATION.encode() in render_wsdl(LOCATION)
    assert b"elsewhere" not in render_wsdl(LOCATION)


@pytest.mark.parametrize("operation", OPERATIONS)
class TestOperation:
    def test_actions(self, wsdl: etree._Element, operation: str) -> None:
        here = f"wsdl:portType/wsdl:operation[@name='{operation}']"
        assert values(wsdl, f"{here}/wsdl:input/@wsaw:Action") == [ACTION + operation]
        assert values(wsdl, f"{here}/wsdl:output/@wsaw:Action") == [f"{ACTION}{operation}Response"]
        bound = f"wsdl:binding/wsdl:operation[@name='{operation}']/soap12:operation/@soapAction"
        assert values(wsdl, bound) == [ACTION + operation]

    def test_headers_are_parts_of_the_request(self, wsdl: etree._Element, operation: str) -> None:
        bound = f"wsdl:binding/wsdl:operation[@name='{operation}']/wsdl:input"
        assert tuple(values(wsdl, f"{bound}/soap12:header/@part")) == HEADERS

    def test_the_body_names_its_part(self, wsdl: etree._Element, operation: str) -> None:
        bound = f"wsdl:binding/wsdl:operation[@name='{operation}']"
        assert values(wsdl, f"{bound}/wsdl:input/soap12:body/@parts") == [operation]
        assert values(wsdl, f"{bound}/wsdl:output/soap12:body/@parts") == [f"{operation}Response"]

    def test_parts_point_at_the_published_elements(self, wsdl: etree._Element, operation: str) -> None:
        (message,) = values(wsdl, f"wsdl:portType/wsdl:operation[@name='{operation}']/wsdl:input/@message")
        here = f"wsdl:message[@name='{message.partition(':')[2]}']/wsdl:part"
        elements = {
            name: qualified(wsdl, values(wsdl, f"{here}[@name='{name}']/@element")[0])
            for name in values(wsdl, f"{here}/@name")
        }
        body = {OPERATIONS[0]: (RECVIT, "RECVITALE"), OPERATIONS[1]: (RECSANS, "RECSANSVITALE")}[operation]
        assert elements == {
            operation: f"{{{body[0]}}}{body[1]}",
            "NO1_Security": f"{{{WSSE}}}Security",
            "NO1_ContexteLPS": f"{{{CTXLPS}}}ContexteLPS",
            "NO1_MessageID": f"{{{WSA}}}MessageID",
            "NO1_ContexteBAM": f"{{{CTXBAM}}}ContexteBAM",
        }

    def test_the_answer_is_a_resultat(self, wsdl: etree._Element, operation: str) -> None:
        (message,) = values(wsdl, f"wsdl:portType/wsdl:operation[@name='{operation}']/wsdl:output/@message")
        (element,) = values(wsdl, f"wsdl:message[@name='{message.partition(':')[2]}']/wsdl:part/@element")
        assert qualified(wsdl, element) == f"{{{RESULTAT}}}RESULTAT"

    def test_fault(self, wsdl: etree._Element, operation: str) -> None:
        assert values(wsdl, f"wsdl:portType/wsdl:operation[@name='{operation}']/wsdl:fault/@message") == [
            "tns:Erreur"
        ]
        (element,) = values(wsdl, "wsdl:message[@name='Erreur']/wsdl:part/@element")
        assert qualified(wsdl, element) == f"{{{SIRAM}}}Erreur"


def test_it_imports_nothing_from_anywhere(wsdl: etree._Element) -> None:
    assert values(wsdl, "//@schemaLocation") == []
    assert values(wsdl, "//wsdl:import | //xsd:include | //xsd:redefine") == []


def test_each_schema_of_the_contract_is_inlined_once(wsdl: etree._Element) -> None:
    assert sorted(values(wsdl, "wsdl:types/xsd:schema/@targetNamespace")) == sorted(
        [RECSANS, RECVIT, RESULTAT, CTXBAM, CTXLPS, SIRAM, WSSE, WSA]
    )


ADDRESSING_ELEMENTS = (
    "Action EndpointReference FaultTo From MessageID Metadata ProblemAction ProblemHeaderQName ProblemIRI ReferenceParameters "
    "RelatesTo ReplyTo RetryAfter To"
)
ADDRESSING_TYPES = (
    "AttributedQNameType AttributedURIType AttributedUnsignedLongType EndpointReferenceType FaultCodesOpenEnumType FaultCodesType "
    "MetadataType ProblemActionType ReferenceParametersType RelatesToType RelationshipType RelationshipTypeOpenEnum"
)


@pytest.mark.parametrize("inferred", [False, True])
def test_the_addressing_schema_is_whole(*, inferred: bool) -> None:
    wsdl = etree.fromstring(render_wsdl(LOCATION, inferred=inferred))
    here = f"wsdl:types/xsd:schema[@targetNamespace='{WSA}']"
    assert sorted(values(wsdl, f"{here}/xsd:element/@name")) == ADDRESSING_ELEMENTS.split()
    assert sorted(values(wsdl, f"{here}/*[contains(name(), 'Type')]/@name")) == ADDRESSING_TYPES.split()


TYPES = {
    RECSANS: "TraitsDIdentite Matricule NIR CLE CodSexe DateLunaire COG",
    RECVIT: "Beneficiaire Matricule NIR CLE DateLunaire",
    RESULTAT: "Resultat CompteRendu Individu IdentifiantNationalSante Matricule TraitsDIdentite NIR CLE CodSexe DateLunaire COG",
    SIRAM: "type_erreur severiteeEnum",
    WSSE: "TypeSecurity",
    CTXLPS: (
        "ContexteLPS LOGICIEL IdentiteStringRef IdentiteString CodeString PATTERN0_CTXLPS_ContexteLPS_ContexteLPS_Nature"
    ),
    CTXBAM: (
        "ContexteBAM Couverture Assure Beneficiaire NIR NIRCertifie IdentiteString CodeString DateLunaire "
        "PATTERN0_CTXBAM_ContexteBAM_ContexteBAM_Nature PATTERN0_CTXBAM_ContexteBAM_Beneficiaire_Porteur "
        "PATTERN0_CTXBAM_TypesComplexes_NIR_Num PATTERN0_CTXBAM_TypesComplexes_NIR_Cle "
        "PATTERN0_CTXBAM_TypesComplexes_NIRCertifie_Num PATTERN0_CTXBAM_TypesComplexes_NIRCertifie_Cle"
    ),
}
"""Type names in code generated from the published WSDL (seen: org.sapa connector, GIE TLSi editor kit), or in its schemas."""


@pytest.mark.parametrize("namespace", TYPES)
def test_types_have_the_published_names(wsdl: etree._Element, namespace: str) -> None:
    here = f"wsdl:types/xsd:schema[@targetNamespace='{namespace}']"
    assert sorted(values(wsdl, f"{here}/*[contains(name(), 'Type')]/@name")) == sorted(
        TYPES[namespace].split()
    )
    # An anonymous type has no name that a generated class could take.
    assert values(wsdl, f"{here}/xsd:element[not(@type)]/@name") == []


@pytest.mark.parametrize("inferred", [False, True])
class TestBinding:
    """What a code generator makes of the binding (field trials: gSOAP sends another action for a ``soapActionRequired``)."""

    def test_nothing_is_said_that_the_published_one_does_not_say(self, *, inferred: bool) -> None:
        wsdl = etree.fromstring(render_wsdl(LOCATION, inferred=inferred))
        assert values(wsdl, "//soap12:operation/@soapActionRequired") == []
        assert values(wsdl, "//*[local-name() = 'UsingAddressing' or local-name() = 'Policy']") == []
        assert {name for element in wsdl.iter() for name in element.attrib if name.startswith("{")} == {
            f"{{{NS['wsaw']}}}Action"
        }

    def test_the_body_comes_before_the_headers(self, *, inferred: bool) -> None:
        wsdl = etree.fromstring(render_wsdl(LOCATION, inferred=inferred))
        inputs = wsdl.xpath("wsdl:binding/wsdl:operation/wsdl:input", namespaces=NS)
        assert inputs
        for bound in inputs:
            names = [etree.QName(child).localname for child in bound]
            assert names == ["body", "header", "header", "header", "header"]

    def test_inputs_and_outputs_have_the_same_names_in_both_places(self, *, inferred: bool) -> None:
        wsdl = etree.fromstring(render_wsdl(LOCATION, inferred=inferred))
        for place in ("portType", "binding"):
            for operation in wsdl.xpath(f"wsdl:{place}/wsdl:operation", namespaces=NS):
                name = operation.get("name")
                assert values(operation, "wsdl:input/@name") == [f"{name}Request"]
                assert values(operation, "wsdl:output/@name") == [f"{name}Response"]

    def test_the_headers_are_parts_of_the_request_itself(self, *, inferred: bool) -> None:
        """Or a generated proxy has no argument for them."""
        wsdl = etree.fromstring(render_wsdl(LOCATION, inferred=inferred))
        for operation in wsdl.xpath("wsdl:portType/wsdl:operation", namespaces=NS):
            (message,) = values(operation, "wsdl:input/@message")
            bound = f"wsdl:binding/wsdl:operation[@name='{operation.get('name')}']/wsdl:input/soap12:header/@message"
            assert set(values(wsdl, bound)) == {message}


def test_a_client_loads_it_with_the_network_blocked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the WSDL made a client reach for the network")

    file = tmp_path / "insi.wsdl"
    file.write_bytes(render_wsdl(LOCATION))
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    client: Any = zeep.Client(str(file))  # type: ignore[no-untyped-call] # zeep has no types
    assert sorted(client.service._operations) == sorted(OPERATIONS)
    sent = client.create_message(
        client.service, OPERATIONS[1], NomNaissance="DUPONT", Prenom=["ANNE"], Sexe="F"
    )
    request = sent.find(f".//{{{RECSANS}}}RECSANSVITALE")
    assert request is not None
    assert [etree.QName(child).localname for child in request] == ["NomNaissance", "Prenom", "Sexe"]


@pytest.mark.parametrize("inferred", [False, True])
def test_unprefixed_type_names_keep_the_namespace_of_their_schema(*, inferred: bool) -> None:
    root = etree.fromstring(render_wsdl("http://127.0.0.1/lps", inferred=inferred))
    unprefixed = [element for element in root.iter("{*}element") if ":" not in element.get("type", ":")]
    assert unprefixed
    assert [element.get("name") for element in unprefixed if None not in element.nsmap] == []
