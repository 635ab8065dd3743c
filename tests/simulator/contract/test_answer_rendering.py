"""Answers and faults on the wire, byte for byte: written by hand from insi-contract §2.3, §3.2 and §7."""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from simulator.contract.faults import fault_catalogue
from simulator.contract.names import RESULTAT, SIRAM, SOAP12
from simulator.contract.render import (
    DIALECTS,
    LABELS,
    Answer,
    Dialect,
    IdentifierBlock,
    TraitsBlock,
    render_answer,
    render_fault,
)

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
SOAP = "http://www.w3.org/2003/05/soap-envelope"
BUSY = (
    "Le service est temporairement inaccessible. Veuillez renouveler votre demande ultérieurement. Si le problème persiste, "
    "contactez l'éditeur du progiciel ou votre responsable informatique."
)
REFUSED = (
    "L'accès par ce progiciel au service n'est pas autorisé. Contactez l'éditeur du progiciel ou votre responsable "
    "informatique."
)

ECETINSI = Answer(
    code="00",
    label="OK",
    active=IdentifierBlock(number="1090763220834", key="89", oid="1.2.250.1.213.1.4.8"),
    history=(
        IdentifierBlock(
            number="2090763220834",
            key="39",
            oid="1.2.250.1.213.1.4.8",
            date_from="2019-03-01",
            date_to="2019-02-28",
        ),
    ),
    traits=TraitsBlock(
        birth_name="ECETINSI",
        first_names="PIERRE-ALAIN MURIEL FLORIANT",
        sex="M",
        birth_date="2009-07-14",
        birth_place="63220",
    ),
)


def coded(code: str) -> Answer:
    return Answer(code=code, label=LABELS[code])


class TestLive2026:
    dialect = DIALECTS["live-2026"]
    head = (
        DECLARATION
        + '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope">'
        + '<env:Body xmlns:S="http://www.w3.org/2003/05/soap-envelope" xmlns:env="http://www.w3.org/2003/05/soap-envelope">'
        + '<RESULTAT xmlns="http://www.cnamts.fr/INSiResultat" xmlns:ns0="http://www.cnamts.fr/INSiRecVit" '
        + 'xmlns:ns1="http://www.cnamts.fr/INSiRecSans">'
    )
    tail = "</RESULTAT></env:Body></soap:Envelope>"

    def test_one_identity_with_history(self) -> None:
        expected = (
            "<CR><CodeCR>00</CodeCR><LibelleCR>OK</LibelleCR></CR><INDIVIDU>"
            "<INSACTIF><IdIndividu><NumIdentifiant>1090763220834</NumIdentifiant><Cle>89</Cle></IdIndividu>"
            "<OID>1.2.250.1.213.1.4.8</OID></INSACTIF>"
            "<INSHISTO><IdIndividu><NumIdentifiant>2090763220834</NumIdentifiant><Cle>39</Cle></IdIndividu>"
            "<OID>1.2.250.1.213.1.4.8</OID><DateDeb>2019-03-01</DateDeb><DateFin>2019-02-28</DateFin></INSHISTO>"
            "<TIQ><NomNaissance>ECETINSI</NomNaissance><ListePrenom>PIERRE-ALAIN MURIEL FLORIANT</ListePrenom>"
            "<Sexe>M</Sexe><DateNaissance>2009-07-14</DateNaissance><LieuNaissance>63220</LieuNaissance></TIQ></INDIVIDU>"
        )
        assert render_answer(ECETINSI, self.dialect).decode() == self.head + expected + self.tail

    def test_nobody(self) -> None:
        expected = "<CR><CodeCR>01</CodeCR><LibelleCR>Aucune identite trouvee</LibelleCR></CR>"
        assert render_answer(coded("01"), self.dialect).decode() == self.head + expected + self.tail

    def test_several_carry_no_list_of_candidates(self) -> None:
        expected = "<CR><CodeCR>02</CodeCR><LibelleCR>Plusieurs identites trouvees</LibelleCR></CR>"
        assert render_answer(coded("02"), self.dialect).decode() == self.head + expected + self.tail

    def test_gateway_fault(self) -> None:
        expected = (
            DECLARATION
            + '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope">'
            + '<env:Body xmlns:env="http://www.w3.org/2003/05/soap-envelope"><soap:Fault>'
            + "<soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value>soap:siram_100</soap:Value>"
            + '</soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="fr">'
            + REFUSED
            + '</soap:Text></soap:Reason><soap:Detail><siram:Erreur code="desir_550" messageID="uuid:7" '
            + 'severite="erreur" xmlns:siram="urn:siram">Numéro d\'autorisation du logiciel inconnu.</siram:Erreur></soap:Detail>'
            + "</soap:Fault></env:Body></soap:Envelope>"
        )
        fault = fault_catalogue()["desir_550"]
        assert render_fault(fault, self.dialect, message_id="uuid:7").decode() == expected

    def test_service_unavailable_behind_the_gateway(self) -> None:
        expected = (
            DECLARATION
            + '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope">'
            + '<env:Body xmlns:env="http://www.w3.org/2003/05/soap-envelope"><soap:Fault>'
            + "<soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value>soap:siram_40</soap:Value>"
            + '</soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="fr">'
            + BUSY
            + '</soap:Text></soap:Reason><soap:Detail><siram:Erreur code="desir_1020" '
            + 'severite="fatale" xmlns:siram="urn:siram">Le service appelé est temporairement indisponible</siram:Erreur></soap:Detail>'
            + "</soap:Fault></env:Body></soap:Envelope>"
        )
        fault = fault_catalogue()["desir_1020"]
        assert render_fault(fault, self.dialect, message_id=None).decode() == expected


class TestLive2022:
    dialect = DIALECTS["live-2022"]

    def test_one_identity_has_prenom_and_the_type_of_a_former_matricule(self) -> None:
        expected = (
            DECLARATION
            + '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope">'
            + '<env:Body xmlns:S="http://www.w3.org/2003/05/soap-envelope" xmlns:env="http://www.w3.org/2003/05/soap-envelope">'
            + '<ns2:RESULTAT xmlns:ns3="http://www.cnamts.fr/INSiRecVit" xmlns:ns2="http://www.cnamts.fr/INSiResultat" '
            + 'xmlns="http://www.cnamts.fr/INSiRecSans"><ns2:CR><ns2:CodeCR>00</ns2:CodeCR><ns2:LibelleCR>OK</ns2:LibelleCR>'
            + "</ns2:CR><ns2:INDIVIDU><ns2:INSACTIF><ns2:IdIndividu><ns2:NumIdentifiant>1090763220834</ns2:NumIdentifiant>"
            + "<ns2:Cle>89</ns2:Cle></ns2:IdIndividu><ns2:OID>1.2.250.1.213.1.4.8</ns2:OID></ns2:INSACTIF>"
            + "<ns2:INSHISTO><ns2:IdIndividu><ns2:NumIdentifiant>2090763220834</ns2:NumIdentifiant><ns2:Cle>39</ns2:Cle>"
            + "<ns2:TypeMatricule>NIR</ns2:TypeMatricule></ns2:IdIndividu><ns2:OID>1.2.250.1.213.1.4.8</ns2:OID>"
            + "<ns2:DateDeb>2019-03-01</ns2:DateDeb><ns2:DateFin>2019-02-28</ns2:DateFin></ns2:INSHISTO>"
            + "<ns2:TIQ><ns2:NomNaissance>ECETINSI</ns2:NomNaissance><ns2:Prenom>PIERRE-ALAIN</ns2:Prenom>"
            + "<ns2:ListePrenom>PIERRE-ALAIN MURIEL FLORIANT</ns2:ListePrenom><ns2:Sexe>M</ns2:Sexe>"
            + "<ns2:DateNaissance>2009-07-14</ns2:DateNaissance><ns2:LieuNaissance>63220</ns2:LieuNaissance></ns2:TIQ>"
            + "</ns2:INDIVIDU></ns2:RESULTAT></env:Body></soap:Envelope>"
        )
        assert render_answer(ECETINSI, self.dialect).decode() == expected

    def test_gateway_fault_is_in_english_with_the_prefix_s(self) -> None:
        expected = (
            DECLARATION
            + '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope">'
            + '<env:Body xmlns:S="http://www.w3.org/2003/05/soap-envelope" xmlns:env="http://www.w3.org/2003/05/soap-envelope">'
            + '<S:Fault xmlns:ns4="http://schemas.xmlsoap.org/soap/envelope/">'
            + "<S:Code><S:Value>S:Sender</S:Value><S:Subcode><S:Value>S:siram_100</S:Value></S:Subcode></S:Code>"
            + '<S:Reason><S:Text xml:lang="en">'
            + REFUSED
            + '</S:Text></S:Reason><S:Detail><siram:Erreur code="desir_550" messageID="uuid:7" severite="erreur" '
            + 'xmlns:siram="urn:siram">Numéro d\'autorisation du logiciel inconnu.</siram:Erreur></S:Detail>'
            + "</S:Fault></env:Body></soap:Envelope>"
        )
        fault = fault_catalogue()["desir_550"]
        assert render_fault(fault, self.dialect, message_id="uuid:7").decode() == expected


class TestPlain:
    dialect = DIALECTS["plain"]

    def test_nobody_with_one_prefix_per_namespace(self) -> None:
        expected = (
            DECLARATION
            + '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Body>'
            + '<res:RESULTAT xmlns:res="http://www.cnamts.fr/INSiResultat"><res:CR><res:CodeCR>01</res:CodeCR>'
            + "<res:LibelleCR>Aucune identite trouvee</res:LibelleCR></res:CR></res:RESULTAT></soap:Body></soap:Envelope>"
        )
        assert render_answer(coded("01"), self.dialect).decode() == expected

    def test_gateway_fault(self) -> None:
        response = render_fault(fault_catalogue()["desir_550"], self.dialect, message_id="uuid:7").decode()
        assert response.startswith(f'{DECLARATION}<soap:Envelope xmlns:soap="{SOAP}"><soap:Body><soap:Fault>')


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=lambda dialect: dialect.name)
def test_the_application_fault_has_one_shape_in_every_dialect(dialect: Dialect) -> None:
    expected = (
        DECLARATION
        + '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope">'
        + '<env:Body xmlns:S="http://www.w3.org/2003/05/soap-envelope" xmlns:env="http://www.w3.org/2003/05/soap-envelope">'
        + '<S:Fault xmlns:ns4="http://schemas.xmlsoap.org/soap/envelope/">'
        + "<S:Code><S:Value>S:Receiver</S:Value><S:Subcode><S:Value>S:siram_40</S:Value></S:Subcode></S:Code>"
        + '<S:Reason><S:Text xml:lang="en">'
        + BUSY
        + '</S:Text></S:Reason><S:Detail><siram:Erreur severite="fatal" code="insi_102" xmlns:siram="urn:siram">'
        + "L'appel au service de recherche avec les traits d'identité renvoie une erreur technique.</siram:Erreur></S:Detail>"
        + "</S:Fault></env:Body></soap:Envelope>"
    )
    response = render_fault(fault_catalogue()["insi_102"], dialect, message_id="uuid:7")
    assert response.decode() == expected


def test_an_application_fault_never_echoes_the_message_id() -> None:
    for fault in fault_catalogue().values():
        response = render_fault(fault, DIALECTS["live-2026"], message_id="uuid:7").decode()
        assert ("uuid:7" in response) is (fault.family == "gateway"), fault.code


def test_no_answer_has_a_soap_header() -> None:
    for dialect in DIALECTS.values():
        for response in (
            render_answer(ECETINSI, dialect),
            render_fault(fault_catalogue()["desir_550"], dialect, message_id=None),
        ):
            assert etree.fromstring(response).find(f"{{{SOAP12}}}Header") is None


def test_an_absent_element_is_left_out_and_an_empty_one_is_written() -> None:
    answer = Answer(
        code="00",
        label="OK",
        active=IdentifierBlock(number="1090763220834", key=None, oid="1.2.250.1.213.1.4.10"),
        traits=TraitsBlock(
            birth_name="X", first_names="", sex="M", birth_date="2009-07-14", birth_place=None, first_name="Y"
        ),
    )
    text = render_answer(answer, DIALECTS["live-2026"]).decode()
    assert "<Cle>" not in text
    assert "LieuNaissance" not in text
    assert "<Prenom>Y</Prenom><ListePrenom></ListePrenom>" in text


# --- any value


xml_texts = st.text(
    st.characters(
        codec="utf-8",
        exclude_categories=("Cs", "Cc"),
        exclude_characters="\ufffe\uffff",
        include_characters="\t&<>'\"",
    ),
    max_size=30,
)
numbers = st.from_regex(r"[0-9]{6}[A-Za-z0-9][0-9]{6}", fullmatch=True)
dates = st.dates().map(lambda date: date.isoformat())
blocks = st.builds(
    IdentifierBlock,
    number=numbers,
    key=st.none() | st.from_regex(r"[0-9]{2}", fullmatch=True),
    oid=xml_texts,
    date_from=st.none() | dates,
    date_to=st.none() | dates,
)
answers = st.builds(
    Answer,
    code=st.just("00"),
    label=st.just("OK"),
    active=blocks,
    history=st.lists(blocks, max_size=3).map(tuple),
    traits=st.builds(
        TraitsBlock,
        birth_name=st.none() | xml_texts,
        first_names=st.none() | xml_texts,
        sex=st.none() | st.sampled_from("MF"),
        birth_date=st.none() | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", fullmatch=True),
        birth_place=st.none() | xml_texts,
        first_name=st.none() | xml_texts,
    ),
)


@cache
def schema() -> etree.XMLSchema:
    with as_file(files("simulator.contract") / "xsd") as folder:
        return etree.XMLSchema(etree.parse(folder / "envelope.xsd"))


@given(answers, st.sampled_from(list(DIALECTS.values())))
def test_every_answer_is_valid_against_the_schema(answer: Answer, dialect: Dialect) -> None:
    root = etree.fromstring(render_answer(answer, dialect))
    schema().assertValid(root)


@given(answers, st.sampled_from(list(DIALECTS.values())))
def test_every_text_comes_back_as_it_was(answer: Answer, dialect: Dialect) -> None:
    root = etree.fromstring(render_answer(answer, dialect))
    block = root.find(f".//{{{RESULTAT}}}TIQ")
    assert block is not None
    assert answer.traits is not None
    wanted = {
        "NomNaissance": answer.traits.birth_name,
        "ListePrenom": answer.traits.first_names,
        "LieuNaissance": answer.traits.birth_place,
    }
    assert {name: block.findtext(f"{{{RESULTAT}}}{name}") for name in wanted} == wanted


@pytest.mark.parametrize("name", ["D'ARC & FILS", "A<B", 'LE "GRAND"', "]]>", "&amp;"])
def test_markup_in_a_name_is_escaped(name: str) -> None:
    answer = Answer(
        code="00",
        label="OK",
        active=ECETINSI.active,
        traits=TraitsBlock(
            birth_name=name, first_names="A", sex="M", birth_date="2009-07-14", birth_place=None
        ),
    )
    root = etree.fromstring(render_answer(answer, DIALECTS["live-2026"]))
    assert root.findtext(f".//{{{RESULTAT}}}NomNaissance") == name


@given(xml_texts, st.sampled_from(list(DIALECTS.values())))
def test_any_message_id_is_echoed_whole(message_id: str, dialect: Dialect) -> None:
    response = render_fault(fault_catalogue()["desir_550"], dialect, message_id=message_id)
    error = etree.fromstring(response).find(f".//{{{SIRAM}}}Erreur")
    assert error is not None
    assert error.get("messageID", "") == message_id


@pytest.mark.parametrize("code", fault_catalogue())
@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=lambda dialect: dialect.name)
def test_every_fault_is_valid_but_the_severity_fatal_of_the_live_service(code: str, dialect: Dialect) -> None:
    fault = fault_catalogue()[code]
    error = etree.fromstring(render_fault(fault, dialect, message_id="uuid:7")).find(f".//{{{SIRAM}}}Erreur")
    assert error is not None
    # insi-contract §3.2: the live answer says "fatal", which the published schema does not have.
    assert schema().validate(error) is (fault.severity != "fatal")
