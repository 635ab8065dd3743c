from __future__ import annotations

import pytest
from lxml import etree

from conformance.reference.soap import (
    CONTENT_TYPE,
    MAX_BYTES,
    Criteria,
    FormerIns,
    ReplyKind,
    read_reply,
    request_xml,
)
from simulator.contract.envelope import read
from simulator.contract.messages import TraitsQuery

CRITERIA = Criteria(
    birth_name="D'ARTAGNAN DE L'HERAULT",
    first_name="PIERRE-ALAIN",
    sex="M",
    birth_date="2001-06-17",
    birth_place="63220",
)
SOAP = "http://www.w3.org/2003/05/soap-envelope"
RESULT = "http://www.cnamts.fr/INSiResultat"


def envelope(body: str, prefix: str = "s") -> bytes:
    return f'<{prefix}:Envelope xmlns:{prefix}="{SOAP}"><{prefix}:Body>{body}</{prefix}:Body></{prefix}:Envelope>'.encode()


class TestRequest:
    def test_an_independent_reader_finds_nothing_to_say(self) -> None:
        call = read(request_xml(CRITERIA, instance="5f0c"), CONTENT_TYPE)
        assert call.findings == ()
        assert call.traits == TraitsQuery(
            birth_name="D'ARTAGNAN DE L'HERAULT",
            first_names=("PIERRE-ALAIN",),
            sex="M",
            birth_date="2001-06-17",
            birth_place="63220",
        )

    def test_contexts_name_the_software_and_the_installation(self) -> None:
        contexts = read(request_xml(CRITERIA, instance="5f0c"), CONTENT_TYPE).contexts
        assert (contexts.idam, contexts.lps_name, contexts.lps_instance) == (
            "BANCINSI0001",
            "urn:lps:banc-lgo:0.1",
            "5f0c",
        )

    def test_identifiers_are_fresh_each_time(self) -> None:
        calls = [read(request_xml(CRITERIA, instance="5f0c"), CONTENT_TYPE) for _ in range(2)]
        drawn = [
            value for call in calls for value in (call.message_id, call.contexts.bam_id, call.contexts.lps_id)
        ]
        assert len(set(drawn)) == len(drawn)

    def test_unknown_place_leaves_the_element_out(self) -> None:
        content = request_xml(
            Criteria(birth_name="A", first_name="B", sex="F", birth_date="2000-01-01"), instance="5f0c"
        )
        assert b"LieuNaissance" not in content


class TestReply:
    @pytest.mark.parametrize("prefix", ["", "S", "ns2"])
    def test_prefixes_do_not_matter(self, prefix: str) -> None:
        start, colon = (f'xmlns:{prefix}="{RESULT}"', f"{prefix}:") if prefix else (f'xmlns="{RESULT}"', "")
        body = (
            f"<{colon}RESULTAT {start}><{colon}CR><{colon}CodeCR>01</{colon}CodeCR>"
            f"<{colon}LibelleCR>Aucune identite trouvee</{colon}LibelleCR></{colon}CR></{colon}RESULTAT>"
        )
        reply = read_reply(200, envelope(body, prefix or "soap"))
        assert (reply.kind, reply.code) == (ReplyKind.ANSWER, "01")

    def test_former_ins_are_kept_whatever_their_order_of_elements(self) -> None:
        body = (
            f'<RESULTAT xmlns="{RESULT}"><CR><CodeCR>00</CodeCR><LibelleCR>OK</LibelleCR></CR><INDIVIDU>'
            "<INSACTIF><IdIndividu><NumIdentifiant>1090763220834</NumIdentifiant><Cle>89</Cle></IdIndividu><OID>1.2</OID>"
            "</INSACTIF><INSHISTO><DateDeb>2019-03-01</DateDeb><DateFin>2019-02-28</DateFin><IdIndividu>"
            "<NumIdentifiant>2090763220834</NumIdentifiant><Cle>39</Cle></IdIndividu><OID>1.3</OID></INSHISTO><INSHISTO>"
            "<IdIndividu><NumIdentifiant>2090663220123</NumIdentifiant></IdIndividu><OID>1.4</OID></INSHISTO>"
            "<TIQ><NomNaissance>ECETINSI</NomNaissance></TIQ></INDIVIDU></RESULTAT>"
        )
        identity = read_reply(200, envelope(body)).identity
        assert identity is not None
        assert (identity.matricule, identity.oid) == ("109076322083489", "1.2")
        assert identity.history == (
            FormerIns(matricule="209076322083439", oid="1.3", date_from="2019-03-01", date_to="2019-02-28"),
            FormerIns(matricule="2090663220123", oid="1.4"),
        )

    @pytest.mark.parametrize("status", [200, 500])
    def test_fault_is_told_by_the_code_of_erreur(self, status: int) -> None:
        body = (
            "<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text xml:lang='fr'>Motif</s:Text></s:Reason>"
            "<s:Detail><x:Erreur xmlns:x='urn:siram' code='desir_550' severite='erreur'>Libellé</x:Erreur></s:Detail></s:Fault>"
        )
        reply = read_reply(status, envelope(body))
        assert (reply.kind, reply.code, reply.message) == (ReplyKind.FAULT, "desir_550", "Motif")

    def test_fault_without_erreur_has_no_code(self) -> None:
        body = "<s:Fault><s:Reason><s:Text xml:lang='fr'>Motif</s:Text></s:Reason></s:Fault>"
        reply = read_reply(500, envelope(body))
        assert (reply.kind, reply.code, reply.message) == (ReplyKind.FAULT, None, "Motif")

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"Service unavailable",
            b"<html><body>502</body></html>",
            envelope(""),
            envelope("<RESULTAT/>"),
            envelope(f'<RESULTAT xmlns="{RESULT}"><CR>')[:-20],
            b'<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body/></Envelope>',
            b'<!DOCTYPE e SYSTEM "file:///etc/passwd">' + envelope(""),
            b'<!DOCTYPE e [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
            + envelope(f'<RESULTAT xmlns="{RESULT}"><CR><CodeCR>&b;</CodeCR></CR></RESULTAT>'),
            b" " * (MAX_BYTES + 1),
        ],
        ids=[
            "empty",
            "text",
            "html",
            "no body",
            "no namespace",
            "cut",
            "soap 1.1",
            "dtd",
            "entities",
            "oversize",
        ],
    )
    def test_unreadable_answer_is_a_failure(self, content: bytes) -> None:
        reply = read_reply(200, content)
        assert (reply.kind, reply.code, reply.identity) == (ReplyKind.FAILURE, None, None)

    def test_comments_do_not_cut_a_value(self) -> None:
        body = f'<RESULTAT xmlns="{RESULT}"><CR><CodeCR>0<!-- -->1</CodeCR></CR></RESULTAT>'
        assert read_reply(200, envelope(body)).code == "01"


def test_request_has_the_body_elements_in_the_order_of_the_schema() -> None:
    root = etree.fromstring(request_xml(CRITERIA, instance="5f0c"))
    search = next(root.iter("{http://www.cnamts.fr/INSiRecSans}RECSANSVITALE"))
    assert [etree.QName(child).localname for child in search] == [
        "NomNaissance",
        "Prenom",
        "Sexe",
        "DateNaissance",
        "LieuNaissance",
    ]
