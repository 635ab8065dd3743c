"""Reading a request: each thing that can be wrong gets its own fault and a cause that names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.contract.envelope import read
from simulator.contract.faults import FaultError
from simulator.contract.messages import CardQuery, Contexts, Coverage, TraitsQuery
from simulator.contract.names import (
    CTXBAM,
    CTXLPS,
    RECSANS,
    RECVIT,
    SOAP11,
    SOAP12,
    WSA,
    WSSE,
    Operation,
)

if TYPE_CHECKING:
    from collections.abc import Callable

TRAITS_ACTION = "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite"
CARD_ACTION = "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecCarteVitale"
PLAIN_TYPE = "application/soap+xml; charset=utf-8"
BAM = (
    f'<b:ContexteBAM xmlns:b="{CTXBAM}" Version="01_02"><b:Id>1</b:Id><b:Temps>2026-01-05T09:00:00Z</b:Temps>'
    "<b:COUVERTURE/></b:ContexteBAM>"
)
LPS = (
    f'<l:ContexteLPS xmlns:l="{CTXLPS}" Version="01_00"><l:Id>2</l:Id><l:Temps>2026-01-05T09:00:01Z</l:Temps>'
    '<l:LPS><l:IDAM R="4">750000000001</l:IDAM><l:Nom>urn:lps:BANC:1.0</l:Nom></l:LPS></l:ContexteLPS>'
)
ACTION = f'<w:Action xmlns:w="{WSA}">{TRAITS_ACTION}</w:Action>'
UUID = "uuid:7b0c3f0e-2d0b-4a57-8f0a-6f1f1c9f0a07"
MESSAGE_ID = f'<w:MessageID xmlns:w="{WSA}">{UUID}</w:MessageID>'
BODY = f'<RECSANSVITALE xmlns="{RECSANS}"><NomNaissance>DUPONT</NomNaissance></RECSANSVITALE>'


def envelope(*headers: str, body: str = BODY, soap: str = SOAP12, root: str = "Envelope") -> bytes:
    header = f"<s:Header>{''.join(headers)}</s:Header>" if headers else ""
    return f'<s:{root} xmlns:s="{soap}">{header}<s:Body>{body}</s:Body></s:{root}>'.encode()


GOOD = envelope(BAM, LPS, ACTION, MESSAGE_ID)


def refusal(body: bytes, content_type: str = PLAIN_TYPE) -> FaultError:
    with pytest.raises(FaultError) as caught:
        read(body, content_type)
    return caught.value


def test_a_good_search_by_traits_is_read_whole() -> None:
    body = (
        f'<r:RECSANSVITALE xmlns:r="{RECSANS}"><r:NomNaissance>D&apos;ARTAGNAN</r:NomNaissance><r:Prenom>ANNE</r:Prenom>'
        "<r:Prenom>LOUISE</r:Prenom><r:Sexe>F</r:Sexe><r:DateNaissance>1985-04-12</r:DateNaissance>"
        "<r:LieuNaissance>2B020</r:LieuNaissance></r:RECSANSVITALE>"
    )
    lps = (
        f'<l:ContexteLPS xmlns:l="{CTXLPS}" Nature="CTXLPS" Version="01_00"><l:Id>id-2</l:Id>'
        "<l:Temps>2026-01-05T09:00:01Z</l:Temps><l:Emetteur>10B0000001</l:Emetteur><l:LPS>"
        '<l:IDAM R="4">750000000001</l:IDAM><l:Version>01.00</l:Version><l:Instance>inst</l:Instance>'
        "<l:Nom>urn:lps:BANC:1.0</l:Nom></l:LPS></l:ContexteLPS>"
    )
    call = read(envelope(BAM, lps, ACTION, MESSAGE_ID, body=body), PLAIN_TYPE)
    assert call.operation is Operation.SEARCH_BY_TRAITS
    assert call.message_id == UUID
    assert call.traits == TraitsQuery(
        birth_name="D'ARTAGNAN",
        first_names=("ANNE", "LOUISE"),
        sex="F",
        birth_date="1985-04-12",
        birth_place="2B020",
    )
    assert call.contexts == Contexts(
        bam_id="1",
        bam_time="2026-01-05T09:00:00Z",
        lps_id="id-2",
        lps_time="2026-01-05T09:00:01Z",
        issuer="10B0000001",
        idam="750000000001",
        lps_version="01.00",
        lps_instance="inst",
        lps_name="urn:lps:BANC:1.0",
    )
    assert call.findings == ()


def test_an_absent_trait_is_none_and_an_empty_one_is_an_empty_text() -> None:
    body = f'<RECSANSVITALE xmlns="{RECSANS}"><NomNaissance/><Prenom/></RECSANSVITALE>'
    call = read(envelope(BAM, LPS, ACTION, MESSAGE_ID, body=body), PLAIN_TYPE)
    assert call.traits == TraitsQuery(birth_name="", first_names=("",))


def test_traits_keep_their_spaces() -> None:
    body = f'<RECSANSVITALE xmlns="{RECSANS}"><NomNaissance> DU PONT </NomNaissance></RECSANSVITALE>'
    call = read(envelope(BAM, LPS, ACTION, MESSAGE_ID, body=body), PLAIN_TYPE)
    assert call.traits is not None
    assert call.traits.birth_name == " DU PONT "


@pytest.mark.parametrize(
    "written",
    ["DU<!-- a comment -->PONT", "DU<![CDATA[PONT]]>", "<![CDATA[DUPONT]]>", "DU&#80;ONT", "DU&#x50;ONT"],
)
def test_a_text_is_one_however_it_is_written(written: str) -> None:
    body = f'<RECSANSVITALE xmlns="{RECSANS}"><NomNaissance>{written}</NomNaissance></RECSANSVITALE>'
    call = read(envelope(BAM, LPS, ACTION, MESSAGE_ID, body=body), PLAIN_TYPE)
    assert call.traits is not None
    assert call.traits.birth_name == "DUPONT"


def test_the_search_by_card_is_recognised() -> None:
    body = f'<RECVITALE xmlns="{RECVIT}"><DateNaissance>1985-04-12</DateNaissance></RECVITALE>'
    call = read(
        envelope(BAM, LPS, ACTION.replace(TRAITS_ACTION, CARD_ACTION), MESSAGE_ID, body=body), PLAIN_TYPE
    )
    assert call.operation is Operation.SEARCH_BY_CARD
    assert call.query == CardQuery(birth_date="1985-04-12")
    assert call.traits == TraitsQuery(birth_date="1985-04-12")


def test_a_filled_couverture_is_read() -> None:
    cover = (
        "<c:COUVERTURE><c:ASSURE><c:Id><c:Num>2770763220829</c:Num></c:Id></c:ASSURE><c:BENEFICIAIRE>"
        "<c:Nir><c:Num>1100863220830</c:Num></c:Nir><c:DateNai>2010-08-07</c:DateNai><c:Rang> 2 </c:Rang>"
        "</c:BENEFICIAIRE></c:COUVERTURE>"
    )
    bam = (
        f'<c:ContexteBAM xmlns:c="{CTXBAM}" Version="01_02"><c:Id>1</c:Id>'
        f"<c:Temps>2026-01-05T09:00:00Z</c:Temps>{cover}</c:ContexteBAM>"
    )
    assert read(envelope(bam, LPS, ACTION, MESSAGE_ID), PLAIN_TYPE).contexts.coverage == Coverage(
        insured_number="2770763220829",
        individual_number="1100863220830",
        birth_date="2010-08-07",
        birth_rank="2",
    )


class TestDispatch:
    def test_without_wsa_action_the_parameter_of_the_content_type_decides(self) -> None:
        call = read(envelope(BAM, LPS, MESSAGE_ID), f'{PLAIN_TYPE}; action="{TRAITS_ACTION}"')
        assert call.operation is Operation.SEARCH_BY_TRAITS
        assert [finding.code for finding in call.findings] == ["wsa-action-missing"]

    def test_with_wsa_action_the_content_type_needs_no_parameter(self) -> None:
        assert read(GOOD, PLAIN_TYPE).findings == ()

    @pytest.mark.parametrize("written", ['""', "", " "])
    def test_an_empty_action_of_the_content_type_says_nothing(self, written: str) -> None:
        assert read(GOOD, f"{PLAIN_TYPE}; action={written}").findings == ()
        call = read(envelope(BAM, LPS, ACTION, MESSAGE_ID), f"{PLAIN_TYPE}; action={written}")
        assert call.operation is Operation.SEARCH_BY_TRAITS

    def test_wsa_action_wins_over_the_parameter_and_the_difference_is_noted(self) -> None:
        call = read(GOOD, f'{PLAIN_TYPE}; action="{CARD_ACTION}"')
        assert call.operation is Operation.SEARCH_BY_TRAITS
        assert [finding.code for finding in call.findings] == ["action-mismatch"]

    def test_white_space_around_the_action_does_not_count(self) -> None:
        call = read(envelope(BAM, LPS, ACTION.replace(">urn", ">\n urn"), MESSAGE_ID), PLAIN_TYPE)
        assert call.operation is Operation.SEARCH_BY_TRAITS

    @pytest.mark.parametrize("content_type", [PLAIN_TYPE, f'{PLAIN_TYPE}; action=""'])
    def test_no_action_at_all_is_refused(self, content_type: str) -> None:
        error = refusal(envelope(BAM, LPS, MESSAGE_ID), content_type)
        assert error.fault.code == "desir_9006"
        assert "got none" in error.cause

    def test_an_unknown_action_is_refused_and_the_known_ones_are_named(self) -> None:
        error = refusal(envelope(BAM, LPS, ACTION.replace("Traits", "Tarot"), MESSAGE_ID))
        assert error.fault.code == "desir_9006"
        assert TRAITS_ACTION in error.cause
        assert CARD_ACTION in error.cause
        assert "rechercherInsAvecTarotIdentite" in error.cause

    def test_an_action_of_another_operation_than_the_body_is_refused(self) -> None:
        error = refusal(envelope(BAM, LPS, ACTION.replace(TRAITS_ACTION, CARD_ACTION), MESSAGE_ID))
        assert error.fault.code == "desir_9006"
        assert f"{{{RECVIT}}}RECVITALE" in error.cause
        assert f"{{{RECSANS}}}RECSANSVITALE" in error.cause

    @pytest.mark.parametrize(
        ("body", "got"), [("", "nothing"), (BODY + BODY, "RECSANSVITALE"), ("<x/>", "x")]
    )
    def test_a_body_with_anything_but_one_request_is_refused(self, body: str, got: str) -> None:
        error = refusal(envelope(BAM, LPS, ACTION, MESSAGE_ID, body=body))
        assert error.fault.code == "desir_9006"
        assert got in error.cause


class TestContentType:
    @pytest.mark.parametrize(
        "content_type",
        [
            "application/soap+xml",
            "application/soap+xml;charset=utf-8",
            'application/soap+xml; charset="UTF-8"',
            "application/soap+xml; charset=utf8",
            "Application/SOAP+XML; Charset=Utf-8",
            "application/soap+xml; charset=us-ascii",
        ],
    )
    def test_utf_8_in_every_spelling_is_accepted_without_finding(self, content_type: str) -> None:
        assert read(GOOD, content_type).findings == ()

    @pytest.mark.parametrize("charset", ["iso-8859-1", "utf-16", "windows-1252", "bogus"])
    def test_another_charset_is_refused_by_name(self, charset: str) -> None:
        error = refusal(GOOD, f"application/soap+xml; charset={charset}")
        assert error.fault.code == "desir_9001"
        assert error.cause == f"expected the charset utf-8, got {charset!r}"
        assert "UTF-8" in error.fault.label

    @pytest.mark.parametrize(
        ("content_type", "named"),
        [("text/xml; charset=utf-8", "text/xml"), ("", "none"), ("application/xml", "application/xml")],
    )
    def test_another_media_type_is_answered_and_noted(self, content_type: str, named: str) -> None:
        (finding,) = read(GOOD, content_type).findings
        assert finding.code == "media-type"
        assert finding.en.endswith(f"got {named}")

    @given(st.text(max_size=80))
    def test_no_content_type_whatever_breaks_the_reading(self, content_type: str) -> None:
        try:
            call = read(GOOD, content_type)
        except FaultError as error:
            assert error.fault.code == "desir_9001"  # noqa: PT017 - both outcomes are allowed
        else:
            assert call.operation is Operation.SEARCH_BY_TRAITS


class TestNotAMessage:
    @pytest.mark.parametrize(
        ("body", "cause"),
        [
            (b"", "got an empty body"),
            (b" \r\n\t", "got an empty body"),
            (b"bonjour", "not well-formed XML: Start tag expected"),
            (b'{"birth_name": "DUPONT"}', "not well-formed XML"),
            (GOOD[:-3], "not well-formed XML"),
            (GOOD + b"x", "not well-formed XML: Extra content"),
            (GOOD.replace(b"DUPONT", b"DU&PONT"), "not well-formed XML"),
            (GOOD.replace(b"DUPONT", b"DU&nbsp;PONT"), "Entity 'nbsp' not defined"),
            (GOOD.replace(b"DUPONT", b"DU\x00PONT"), "got a NUL byte"),
            (GOOD.replace(b"DUPONT", b"DU&#0;PONT"), "not well-formed XML"),
            (GOOD.replace(b"DUPONT", b"DU\x1bPONT"), "not well-formed XML"),
            (GOOD.replace(b"DUPONT", b"BENO\xceT"), "not well-formed XML"),
            (GOOD.replace(b"DUPONT", b"\xed\xa0\x80"), "not well-formed XML"),
            (GOOD.decode().encode("utf-16"), "got a NUL byte"),
            (GOOD.decode().encode("utf-16-le"), "got a NUL byte"),
            (GOOD.decode().encode("utf-32"), "got a NUL byte"),
            (GOOD.decode().encode("cp037"), "not well-formed XML"),
            (b'<?xml version="1.0" encoding="ISO-8859-1"?>' + GOOD, "got 'ISO-8859-1'"),
            (b'<?xml version="1.0" encoding="windows-1252"?>' + GOOD, "got 'windows-1252'"),
            (b'<?xml version="1.0" encoding="bogus"?>' + GOOD, "Unsupported encoding: bogus"),
            (b'<?xml version="1.0" encoding="utf-7"?>' + GOOD, "got 'utf-7'"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_bytes_that_are_no_utf_8_xml_are_refused(self, body: bytes, cause: str) -> None:
        error = refusal(body)
        assert error.fault.code == "desir_9001"
        assert cause in error.cause
        assert "\n" not in error.cause

    @pytest.mark.parametrize(
        "start",
        [b"\xef\xbb\xbf", b'<?xml version="1.0" encoding="utf-8"?>', b'\xef\xbb\xbf<?xml version="1.0"?>\n'],
    )
    def test_a_byte_order_mark_and_a_declaration_are_fine(self, start: bytes) -> None:
        assert read(start + GOOD, PLAIN_TYPE).message_id == UUID

    @pytest.mark.parametrize(
        ("body", "root"),
        [
            (envelope(BAM, LPS, ACTION, MESSAGE_ID, soap=SOAP11), f"{{{SOAP11}}}Envelope"),
            (envelope(BAM, LPS, ACTION, MESSAGE_ID, root="Enveloppe"), "Enveloppe"),
            (BODY.encode(), "RECSANSVITALE"),
            (b"<html><body>403</body></html>", "html"),
        ],
    )
    def test_a_root_that_is_no_soap_1_2_envelope_is_a_version_mismatch(self, body: bytes, root: str) -> None:
        error = refusal(body)
        assert (error.fault.code, error.fault.soap) == ("desir_9002", "VersionMismatch")
        assert root in error.cause


class TestFindings:
    @pytest.mark.parametrize(
        ("before", "after", "code", "level"),
        [
            (UUID, "0e1d4c52-6f3a-4f5e-9c53-0f3a3f1b8a11", "message-id-form", "observed"),
            ("urn:lps:BANC:1.0", "BANC", "lps-name-form", "observed"),
            ("<l:Nom>urn:lps:BANC:1.0</l:Nom>", "", "lps-name-form", "observed"),
            ('Version="01_02"', 'Version="01_01"', "context-version", "official"),
            ('Version="01_00"', 'Version="02_00"', "context-version", "official"),
            ("2026-01-05T09:00:00Z", "2026-01-05T10:00:00", "context-time-zone", "observed"),
            ("<b:Id>1</b:Id>", "<b:Id/>", "context-id-empty", "observed"),
            ("2026-01-05T09:00:01Z", "2026-01-05T10:00:01.5", "context-time-zone", "observed"),
            ("<b:ContexteBAM", f'<o:Security xmlns:o="{WSSE}"/><b:ContexteBAM', "security-empty", "observed"),
        ],
    )
    def test_a_departure_is_noted_with_its_evidence_and_answered(
        self, before: str, after: str, code: str, level: str
    ) -> None:
        (finding,) = read(GOOD.decode().replace(before, after).encode(), PLAIN_TYPE).findings
        assert (finding.code, finding.evidence.value) == (code, level)
        assert finding.fr
        assert finding.en
        assert finding.fr != finding.en

    def test_several_departures_are_all_noted(self) -> None:
        text = GOOD.decode().replace(UUID, "7").replace("urn:lps:BANC", "BANC")
        codes = {finding.code for finding in read(text.encode(), "text/xml").findings}
        assert codes == {"media-type", "message-id-form", "lps-name-form"}


class TestWhateverComes:
    @given(st.binary(max_size=300))
    def test_bytes_end_in_a_fault(self, body: bytes) -> None:
        assert refusal(body).fault.family == "gateway"

    @given(st.text(max_size=60), st.sampled_from(["DUPONT", UUID, "750000000001", TRAITS_ACTION]))
    def test_any_text_at_any_place_is_read_or_refused(self, text: str, place: str) -> None:
        escaped = text.replace("&", "&amp;").replace("<", "&lt;")
        body = GOOD.decode().replace(place, escaped).encode("utf-8", "surrogatepass")
        try:
            read(body, PLAIN_TYPE)
        except FaultError as error:
            assert error.cause  # noqa: PT017 - both outcomes are allowed

    def test_the_request_builder_of_these_tests_is_a_good_call(
        self, soap_request: Callable[..., bytes]
    ) -> None:
        assert read(soap_request(), f'{PLAIN_TYPE}; action="{TRAITS_ACTION}"').findings == ()


class TestSearchByCard:
    RECVITALE = (
        f'<v:RECVITALE xmlns:v="{RECVIT}"><v:MatriculeOD><v:NumIdentifiant>2751263220749</v:NumIdentifiant>{{key}}'
        "</v:MatriculeOD><v:DateNaissance>1975-12-31</v:DateNaissance></v:RECVITALE>"
    )

    def codes(self, key: str = "", bam: str = BAM) -> list[str]:
        body = self.RECVITALE.format(key=key)
        message = envelope(bam, LPS, ACTION.replace(TRAITS_ACTION, CARD_ACTION), MESSAGE_ID, body=body)
        return [finding.code for finding in read(message, PLAIN_TYPE).findings]

    def test_an_empty_coverage_is_noted(self) -> None:
        assert self.codes() == ["coverage-empty"]

    @pytest.mark.parametrize("key", ["", "<v:Cle/>", "<v:Cle>74</v:Cle>", "<v:Cle> 74 </v:Cle>"])
    def test_a_key_is_optional_and_may_be_right(self, key: str) -> None:
        assert "card-key" not in self.codes(key)

    def test_a_key_that_is_not_that_of_its_number_is_noted(self) -> None:
        assert "card-key" in self.codes("<v:Cle>75</v:Cle>")
