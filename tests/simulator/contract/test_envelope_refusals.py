"""What no message may have, and what the schema and the headers of one must have: each refusal names it."""

from __future__ import annotations

import threading

import pytest

from simulator.contract.envelope import read
from simulator.contract.messages import TraitsQuery
from simulator.contract.names import (
    MAX_ATTRIBUTES,
    MAX_BODY_BYTES,
    MAX_DEPTH,
    RECSANS,
    SOAP12,
    WSSE,
)

from .test_envelope_reading import (
    ACTION,
    BAM,
    GOOD,
    LPS,
    MESSAGE_ID,
    PLAIN_TYPE,
    TRAITS_ACTION,
    UUID,
    envelope,
    refusal,
)


class TestForbiddenParts:
    @pytest.mark.parametrize(
        "start",
        [
            b"<!DOCTYPE x>",
            b'<!DOCTYPE x SYSTEM "file:///etc/passwd">',
            b'<!DOCTYPE x PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://127.0.0.1:9/x.dtd">',
            b'<!DOCTYPE x [<!ENTITY e "DUPONT">]>',
            b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
            b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>',
            b"<!DOCTYPE x [<!ELEMENT x ANY>]>",
        ],
    )
    @pytest.mark.parametrize("name", [b"DUPONT", b"&e;"])
    def test_a_document_type_is_refused_whether_used_or_not(self, start: bytes, name: bytes) -> None:
        error = refusal(start + GOOD.replace(b"DUPONT", name))
        assert error.fault.code == "desir_9005"
        assert "expected no document type declaration, got one" in error.cause

    def test_an_entity_bomb_is_refused_as_a_document_type(self) -> None:
        lines = [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10)]
        bomb = f'<!DOCTYPE x [<!ENTITY e0 "{"x" * 100}">{"".join(lines)}]>'.encode()
        for place in (b'<s:Body a="&e9;">', b"<s:Body>&e9;"):
            assert refusal(bomb + GOOD.replace(b"<s:Body>", place)).fault.code == "desir_9005"

    def test_no_file_is_read_through_an_entity(self) -> None:
        start = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
        assert "root:" not in refusal(start + GOOD.replace(b"DUPONT", b"&e;")).cause

    @pytest.mark.parametrize(
        "body",
        [
            b"<?pi x?>" + GOOD,
            b'<?xml version="1.0"?><?pi x?>' + GOOD,
            b'<?xml-stylesheet href="x.css"?>' + GOOD,
            GOOD + b"<?pi x?>",
            GOOD.replace(b"DUPONT", b"DU<?pi x?>PONT"),
            GOOD.replace(b"<s:Body>", b"<?pi x?><s:Body>"),
        ],
    )
    def test_a_processing_instruction_is_refused_wherever_it_is(self, body: bytes) -> None:
        error = refusal(body)
        assert error.fault.code == "desir_9005"
        assert error.cause == "expected no processing instruction, got one"

    @pytest.mark.parametrize("text", [b"<![CDATA[<?pi x?>]]>", b"<!-- <?pi x?> <!DOCTYPE x> -->"])
    def test_what_only_looks_like_a_processing_instruction_passes(self, text: bytes) -> None:
        assert read(GOOD.replace(b"DUPONT", text), PLAIN_TYPE).message_id == UUID


class TestLimits:
    def test_the_largest_body_is_read_and_one_byte_more_is_not(self) -> None:
        largest = GOOD + b" " * (MAX_BODY_BYTES - len(GOOD))
        assert read(largest, PLAIN_TYPE).message_id == UUID
        error = refusal(largest + b" ")
        assert error.fault.code == "desir_9004"
        assert error.cause == "expected at most 1048576 bytes, got 1048577"

    def test_elements_may_nest_up_to_the_limit(self) -> None:
        inside = 3  # Envelope, Header and the element itself
        for more, code in ((0, None), (1, "desir_9004")):
            levels = MAX_DEPTH - inside + more
            deep = f'<x xmlns="urn:x">{"<y>" * levels}{"</y>" * levels}</x>'
            body = envelope(BAM, LPS, ACTION, MESSAGE_ID, deep)
            if code is None:
                assert read(body, PLAIN_TYPE).message_id == UUID
            else:
                error = refusal(body)
                assert error.fault.code == code
                assert "nested" in error.cause

    @pytest.mark.parametrize("levels", [300, 100_000])
    def test_nesting_beyond_what_the_parser_itself_takes_is_a_limit_too(self, levels: int) -> None:
        error = refusal(b"<x>" * levels + b"</x>" * levels)
        assert error.fault.code == "desir_9004"

    def test_a_name_beyond_what_the_parser_takes_is_a_limit_too(self) -> None:
        assert refusal(b"<" + b"n" * 60_000 + b"/>").fault.code == "desir_9004"

    @pytest.mark.parametrize("kind", ['a{0}="1"', 'xmlns:a{0}="urn:{0}"'])
    def test_an_element_may_have_attributes_up_to_the_limit(self, kind: str) -> None:
        def with_attributes(count: int) -> bytes:
            attributes = " ".join(kind.format(number) for number in range(count))
            return GOOD.replace(b"<s:Body>", f"<s:Body {attributes}>".encode())

        assert read(with_attributes(MAX_ATTRIBUTES), PLAIN_TYPE).message_id == UUID
        error = refusal(with_attributes(MAX_ATTRIBUTES + 1))
        assert error.fault.code == "desir_9004"
        assert error.cause.endswith("on an element, got 65")

    def test_many_small_elements_with_attributes_are_within_the_limits(self) -> None:
        many = '<x xmlns="urn:x" a="1" b="2"/>' * 500
        assert read(envelope(BAM, LPS, ACTION, MESSAGE_ID, many), PLAIN_TYPE).message_id == UUID

    def test_inherited_namespaces_do_not_count_again_on_each_element(self) -> None:
        declared = " ".join(f'xmlns:a{number}="urn:{number}"' for number in range(60))
        inner = '<y xmlns:b="urn:b" xmlns:c="urn:c" d="1" e="2" f="3"/>' * 20
        header = f'<x xmlns="urn:x" {declared}>{inner}</x>'
        assert read(envelope(BAM, LPS, ACTION, MESSAGE_ID, header), PLAIN_TYPE).message_id == UUID


class TestSchema:
    @pytest.mark.parametrize(
        ("before", "after", "named"),
        [
            (
                "<NomNaissance>DUPONT</NomNaissance>",
                "<Prenom>A</Prenom><NomNaissance>B</NomNaissance>",
                "NomNaissance",
            ),
            (
                "<NomNaissance>DUPONT</NomNaissance>",
                "<NomNaissance>A</NomNaissance><NomNaissance>B</NomNaissance>",
                "NomNaissance",
            ),
            ("<NomNaissance>DUPONT</NomNaissance>", "<NomUsage>DUPONT</NomUsage>", "NomUsage"),
            ("DUPONT", "<b>DUPONT</b>", "NomNaissance"),
            (
                "DUPONT",
                '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>',
                "NomNaissance",
            ),
            ("<NomNaissance>", '<NomNaissance lang="fr">', "lang"),
            ("<NomNaissance>DUPONT", "texte<NomNaissance>DUPONT", "RECSANSVITALE"),
            ("<b:COUVERTURE/>", "", "ContexteBAM"),
            ("2026-01-05T09:00:00Z", "hier", "Temps"),
            ("2026-01-05T09:00:01Z", "05/01/2026", "Temps"),
            (' Version="01_02"', "", "Version"),
            ("<b:Id>1</b:Id>", "", "Id"),
            ("</s:Header>", "</s:Header><s:Header/>", "Header"),
            ("<s:Body>", "<s:Corps>x</s:Corps><s:Body>", "Corps"),
        ],
    )
    def test_a_message_against_the_schema_is_refused_and_the_element_is_named(
        self, before: str, after: str, named: str
    ) -> None:
        text = GOOD.decode()
        assert before in text
        error = refusal(text.replace(before, after).encode())
        assert error.fault.code == "desir_9003"
        assert error.cause.startswith("line 1: ")
        assert named in error.cause
        assert "root:" not in error.cause

    @pytest.mark.parametrize("around", ["{}", " {}", "{} ", "\n    {}\n  ", "\t{}\r\n"])
    def test_white_space_around_a_date_does_not_count(self, around: str) -> None:
        """XML Schema part 2 §4.3.6: the dates of a message that was indented are the same."""
        cover = (
            f"<b:DateRef>{around.format('2026-01-05T00:00:00Z')}</b:DateRef><b:COUVERTURE><b:BENEFICIAIRE><b:Nir>"
            f"<b:DateCertification>{around.format('2020-01-05')}</b:DateCertification></b:Nir></b:BENEFICIAIRE>"
            "</b:COUVERTURE>"
        )
        text = GOOD.decode().replace("<b:COUVERTURE/>", cover)
        for time in ("2026-01-05T09:00:00Z", "2026-01-05T09:00:01Z"):
            text = text.replace(f">{time}<", f">{around.format(time)}<")
        contexts = read(text.encode(), PLAIN_TYPE).contexts
        assert (contexts.bam_time, contexts.lps_time) == ("2026-01-05T09:00:00Z", "2026-01-05T09:00:01Z")

    @pytest.mark.parametrize(
        "time", ["2026-01-05", " ", "2026-01-05T09:00:00Z x", "05/01/2026", "\n2026-13-05T09:00:00Z"]
    )
    def test_another_date_is_refused_with_or_without_white_space(self, time: str) -> None:
        error = refusal(GOOD.decode().replace("2026-01-05T09:00:00Z", time).encode())
        assert error.fault.code == "desir_9003"
        assert "Temps" in error.cause

    def test_an_empty_request_is_no_schema_fault(self) -> None:
        body = f'<RECSANSVITALE xmlns="{RECSANS}"/>'
        assert (
            read(envelope(BAM, LPS, ACTION, MESSAGE_ID, body=body), PLAIN_TYPE).traits == TraitsQuery()
        )  # insi-contract §2.1: a wrong format is a business fault

    def test_an_envelope_without_body_is_refused(self) -> None:
        header = f"<s:Header>{BAM}{LPS}{ACTION}{MESSAGE_ID}</s:Header>"
        error = refusal(f'<s:Envelope xmlns:s="{SOAP12}">{header}</s:Envelope>'.encode())
        assert error.fault.code == "desir_9003"

    def test_each_thread_gets_the_cause_of_its_own_message(self) -> None:
        wrong: list[str] = []

        def work(name: str) -> None:
            body = GOOD.replace(b"NomNaissance", name.encode())
            for _ in range(100):
                cause = refusal(body).cause
                if name not in cause:
                    wrong.append(cause)

        threads = [threading.Thread(target=work, args=(f"Nom{number}",)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not wrong


class TestHeaders:
    @pytest.mark.parametrize(
        ("kept", "missing"),
        [
            ((LPS, ACTION, MESSAGE_ID), "ContexteBAM"),
            ((BAM, ACTION, MESSAGE_ID), "ContexteLPS"),
            ((BAM, LPS, ACTION), "wsa:MessageID"),
            ((BAM, LPS, ACTION, MESSAGE_ID.replace(UUID, " ")), "wsa:MessageID"),
        ],
    )
    def test_a_missing_context_is_refused_by_name(self, kept: tuple[str, ...], missing: str) -> None:
        error = refusal(envelope(*kept))
        assert error.fault.code == "desir_9007"
        assert missing in error.cause
        assert error.cause.endswith("got none")

    def test_a_message_without_any_header_is_refused(self) -> None:
        error = refusal(envelope(), f'{PLAIN_TYPE}; action="{TRAITS_ACTION}"')
        assert error.fault.code == "desir_9007"

    @pytest.mark.parametrize(
        ("repeated", "name"),
        [
            (BAM, "ContexteBAM"),
            (LPS, "ContexteLPS"),
            (ACTION, "wsa:Action"),
            (MESSAGE_ID, "wsa:MessageID"),
            (f'<o:Security xmlns:o="{WSSE}"/><o:Security xmlns:o="{WSSE}"/>', "wsse:Security"),
        ],
    )
    def test_a_repeated_header_is_refused_by_name(self, repeated: str, name: str) -> None:
        error = refusal(envelope(BAM, LPS, ACTION, MESSAGE_ID, repeated))
        assert error.fault.code == "desir_9007"
        assert error.cause == f"expected one header {name}, got several"
        assert error.fault.label == f"L'en-tête {name} figure plusieurs fois dans le message"

    def test_headers_may_come_in_any_order_with_others_among_them(self) -> None:
        other = '<x xmlns="urn:x">1</x><x xmlns="urn:x">2</x>'
        assert read(envelope(MESSAGE_ID, other, ACTION, LPS, BAM), PLAIN_TYPE).findings == ()

    def test_a_fault_after_the_headers_were_read_knows_the_message_id(self) -> None:
        assert refusal(envelope(LPS, ACTION, MESSAGE_ID)).message_id == UUID

    def test_a_fault_before_that_does_not(self) -> None:
        assert refusal(GOOD[:-1]).message_id is None
