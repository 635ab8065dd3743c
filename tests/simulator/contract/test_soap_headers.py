"""What SOAP 1.2 allows on header blocks: mustUnderstand, role, relay, encodingStyle, in every form of their values."""

from __future__ import annotations

import re

import pytest

from simulator.contract.envelope import read
from simulator.contract.faults import FaultError
from simulator.contract.names import CTXBAM, CTXLPS, RECSANS, SOAP11, SOAP12, WSA, WSSE

ACTION = "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite"
TYPE = "application/soap+xml; charset=utf-8"
BLOCKS = {
    "ContexteBAM": (
        f'<b:ContexteBAM xmlns:b="{CTXBAM}" Version="01_02"><b:Id>1</b:Id><b:Temps>2026-01-05T09:00:00Z</b:Temps>'
        "<b:COUVERTURE/></b:ContexteBAM>"
    ),
    "ContexteLPS": (
        f'<l:ContexteLPS xmlns:l="{CTXLPS}" Version="01_00"><l:Id>2</l:Id><l:Temps>2026-01-05T09:00:01Z</l:Temps>'
        "<l:LPS><l:IDAM>750000000001</l:IDAM><l:Nom>urn:lps:BANC:1.0</l:Nom></l:LPS></l:ContexteLPS>"
    ),
    "Action": f'<w:Action xmlns:w="{WSA}">{ACTION}</w:Action>',
    "MessageID": f'<w:MessageID xmlns:w="{WSA}">uuid:7b0c3f0e-2d0b-4a57-8f0a-6f1f1c9f0a07</w:MessageID>',
    "Security": f'<o:Security xmlns:o="{WSSE}"><a:Assertion xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion"/></o:Security>',
}
BODY = f'<r:RECSANSVITALE xmlns:r="{RECSANS}"><r:NomNaissance>DUPONT</r:NomNaissance></r:RECSANSVITALE>'
NEXT, ULTIMATE, NONE = (f"{SOAP12}/role/{name}" for name in ("next", "ultimateReceiver", "none"))
TRUE, FALSE = ("true", "1", " true ", "\n1\t"), ("false", "0", " 0")


def message(changed: str = "", attributes: str = "", *, more: str = "", body: str = BODY) -> bytes:
    """Return a search by traits whose block ``changed`` has more attributes, and with ``more`` blocks."""
    blocks = {name: _with(block, attributes) if name == changed else block for name, block in BLOCKS.items()}
    return (
        f'<s:Envelope xmlns:s="{SOAP12}"><s:Header>{"".join(blocks.values())}{more}</s:Header>'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def _with(block: str, attributes: str) -> str:
    return re.sub(r"^<(\S+)", rf"<\1 {attributes}", block, count=1)


def noted(request: bytes) -> list[str]:
    """Return the codes of the findings of a request that is read."""
    return [finding.code for finding in read(request, TYPE).findings]


def refusal(request: bytes) -> FaultError:
    with pytest.raises(FaultError) as caught:
        read(request, TYPE)
    return caught.value


@pytest.mark.parametrize("block", BLOCKS)
class TestKnownBlocks:
    @pytest.mark.parametrize("name", ["mustUnderstand", "relay"])
    @pytest.mark.parametrize("value", [*TRUE, *FALSE])
    def test_every_form_of_a_boolean_is_accepted(self, block: str, name: str, value: str) -> None:
        assert noted(message(block, f's:{name}="{value}"')) == []

    @pytest.mark.parametrize("name", ["mustUnderstand", "relay"])
    @pytest.mark.parametrize("value", ["", "2", "yes", "TRUE", "True", "vrai", "t", "1 0", "\u00a01"])
    def test_what_is_no_boolean_is_refused_by_name(self, block: str, name: str, value: str) -> None:
        error = refusal(message(block, f's:{name}="{value}"'))
        assert error.fault.code == "desir_9003"
        assert f"expected soap:{name} of " in error.cause
        assert error.cause.endswith(f"to be true, false, 1 or 0, got {value!r}")

    @pytest.mark.parametrize("role", [NEXT, ULTIMATE, "", f" {NEXT} "])
    def test_a_role_that_is_ours_is_accepted(self, block: str, role: str) -> None:
        assert noted(message(block, f's:role="{role}"')) == []

    @pytest.mark.parametrize("role", [NONE, "http://example.org/passerelle", "autre"])
    def test_a_block_for_another_role_is_read_all_the_same_and_noted(self, block: str, role: str) -> None:
        (finding,) = read(message(block, f's:role="{role}"'), TYPE).findings
        assert (finding.code, finding.evidence.value) == ("header-role", "inferred")
        assert block in finding.en
        assert role in finding.en

    def test_a_second_one_for_another_role_is_left_to_it(self, block: str) -> None:
        other = _with(BLOCKS[block], f's:role="{NONE}"')
        assert noted(message(more=other)) == []
        assert noted(message(more=other + other)) == []

    def test_a_second_one_for_the_same_role_is_still_refused(self, block: str) -> None:
        assert refusal(message(more=_with(BLOCKS[block], f's:role="{NEXT}"'))).fault.code == "desir_9007"

    def test_all_of_them_at_once_in_any_order_with_any_prefix(self, block: str) -> None:
        attributes = (
            f'xmlns:env="{SOAP12}" env:relay="0" env:role="{ULTIMATE}" env:encodingStyle="{SOAP12}/encoding/none" '
            'env:mustUnderstand="1"'
        )
        assert noted(message(block, attributes)) == []

    def test_they_are_ignored_below_a_block_and_in_the_body(self, block: str) -> None:
        inside = f'<x:a xmlns:x="urn:x"><x:b s:mustUnderstand="peut-être" s:role="{NONE}"/></x:a>'
        body = BODY.replace("<r:NomNaissance>", '<r:NomNaissance s:mustUnderstand="1" s:relay="x">')
        body = body.replace("<r:RECSANSVITALE", f'<r:RECSANSVITALE s:encodingStyle="{SOAP12}/encoding/none"')
        assert noted(message(block, 's:mustUnderstand="1"', more=inside, body=body)) == []


@pytest.mark.parametrize("block", ["ContexteBAM", "ContexteLPS"])
class TestOtherAttributes:
    """What SOAP 1.2 does not allow on any block stays a matter of the schema of the block."""

    @pytest.mark.parametrize(
        "attribute",
        [
            'mustUnderstand="1"',
            f'xmlns:s11="{SOAP11}" s11:mustUnderstand="1"',
            f'xmlns:s11="{SOAP11}" s11:actor="{NEXT}"',
            's:actor="x"',
            'xmlns:x="urn:x" x:a="1"',
        ],
    )
    def test_it_is_against_the_schema(self, block: str, attribute: str) -> None:
        error = refusal(message(block, attribute))
        assert error.fault.code == "desir_9003"
        assert block in error.cause


class TestEncodingStyle:
    """SOAP 1.2 has it on blocks only; SOAP::Lite writes it on the envelope, as in SOAP 1.1 (field trial)."""

    @pytest.mark.parametrize("part", ["Envelope", "Header", "Body"])
    def test_around_the_blocks_it_is_noted(self, part: str) -> None:
        style = f's:encodingStyle="{SOAP12}/encoding"'
        request = re.sub(rf"<s:{part}( |>)", rf"<s:{part} {style}\1", message().decode(), count=1)
        (finding,) = read(request.encode(), TYPE).findings
        assert (finding.code, finding.evidence.value) == ("encoding-style", "inferred")
        assert part in finding.en

    @pytest.mark.parametrize("name", ["mustUnderstand", "role", "relay"])
    @pytest.mark.parametrize("part", ["Envelope", "Header"])
    def test_the_attributes_of_blocks_are_refused_there(self, part: str, name: str) -> None:
        request = re.sub(rf"<s:{part}( |>)", rf'<s:{part} s:{name}="1"\1', message().decode(), count=1)
        assert refusal(request.encode()).fault.code == "desir_9003"


class TestNature:
    """@Nature has a pattern in the published schemas (seen)."""

    @pytest.mark.parametrize(("block", "nature"), [("ContexteBAM", "CTXBAM"), ("ContexteLPS", "CTXLPS")])
    def test_its_only_value_is_accepted(self, block: str, nature: str) -> None:
        assert noted(message(block, f'Nature="{nature}"')) == []

    @pytest.mark.parametrize(
        ("block", "nature"),
        [
            ("ContexteBAM", "CTXLPS"),
            ("ContexteLPS", "CTXBAM"),
            ("ContexteBAM", ""),
            ("ContexteLPS", "ctxlps"),
            ("ContexteLPS", " CTXLPS"),
            ("ContexteBAM", "CTXBAM2"),
        ],
    )
    def test_any_other_is_against_the_schema(self, block: str, nature: str) -> None:
        error = refusal(message(block, f'Nature="{nature}"'))
        assert error.fault.code == "desir_9003"
        assert "Nature" in error.cause


UNKNOWN = '<x:Jeton xmlns:x="urn:x"{0}>1</x:Jeton>'


class TestUnknownBlocks:
    @pytest.mark.parametrize("value", TRUE)
    @pytest.mark.parametrize("role", [None, "", NEXT, ULTIMATE])
    def test_a_mandatory_one_for_the_service_is_noted(self, value: str, role: str | None) -> None:
        attributes = f' s:mustUnderstand="{value}"' + ("" if role is None else f' s:role="{role}"')
        (finding,) = read(message(more=UNKNOWN.format(attributes)), TYPE).findings
        assert (finding.code, finding.evidence.value) == ("must-understand", "inferred")
        assert "{urn:x}Jeton" in finding.fr
        assert "{urn:x}Jeton" in finding.en

    @pytest.mark.parametrize("value", FALSE)
    def test_an_optional_one_is_left_alone(self, value: str) -> None:
        assert noted(message(more=UNKNOWN.format(f' s:mustUnderstand="{value}"'))) == []

    @pytest.mark.parametrize("role", [NONE, "http://example.org/passerelle"])
    def test_a_mandatory_one_for_somebody_else_is_left_alone(self, role: str) -> None:
        assert noted(message(more=UNKNOWN.format(f' s:mustUnderstand="1" s:role="{role}"'))) == []

    def test_every_mandatory_one_is_named(self) -> None:
        more = UNKNOWN.format(' s:mustUnderstand="1"') + '<y:Autre xmlns:y="urn:y" s:mustUnderstand="true"/>'
        named = [finding.en for finding in read(message(more=more), TYPE).findings]
        assert ["{urn:x}Jeton" in named[0], "{urn:y}Autre" in named[1]] == [True, True]

    @pytest.mark.parametrize("name", ["To", "From", "ReplyTo", "FaultTo", "RelatesTo"])
    def test_the_addressing_ones_are_understood(self, name: str) -> None:
        address = (
            f"<w:Address>{WSA}/anonymous</w:Address>" if name in {"From", "ReplyTo", "FaultTo"} else "urn:a"
        )
        more = f'<w:{name} xmlns:w="{WSA}" s:mustUnderstand="1">{address}</w:{name}>'
        assert noted(message(more=more)) == []

    @pytest.mark.parametrize("name", ["ReplyTo", "FaultTo"])
    def test_an_answer_wanted_elsewhere_is_noted(self, name: str) -> None:
        more = f'<w:{name} xmlns:w="{WSA}"><w:Address>http://127.0.0.1:9/x</w:Address></w:{name}>'
        (finding,) = read(message(more=more), TYPE).findings
        assert (finding.code, finding.evidence.value) == ("reply-address", "inferred")
        assert "http://127.0.0.1:9/x" in finding.en


class TestEmptySecurity:
    XSI = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'

    @pytest.mark.parametrize("value", ["true", "1", "false", "0"])
    def test_nil_is_as_empty_as_without(self, value: str) -> None:
        request = message().replace(
            BLOCKS["Security"].encode(), f'<o:Security xmlns:o="{WSSE}" {self.XSI} i:nil="{value}"/>'.encode()
        )
        assert noted(request) == ["security-empty"]

    def test_nil_stays_refused_where_an_empty_one_is_not_tolerated(self) -> None:
        body = BODY.replace(
            "<r:NomNaissance>DUPONT</r:NomNaissance>", f'<r:NomNaissance {self.XSI} i:nil="true"/>'
        )
        assert refusal(message(body=body)).fault.code == "desir_9003"


class TestStrictForms:
    U = "7b0c3f0e-2d0b-4a57-8f0a-6f1f1c9f0a07"

    @pytest.mark.parametrize("form", [f"uuid:{U}", f"uuid:{U.upper()}", f"  uuid:{U}\n"])
    def test_a_message_id_is_uuid_and_a_uuid(self, form: str) -> None:
        assert noted(message().replace(f"uuid:{self.U}".encode(), form.encode())) == []

    @pytest.mark.parametrize(
        "form",
        [U, "uuid:", "uuid:7", f"uuid:{{{U}}}", f"{{{U}}}", f"urn:uuid:{U}", f"UUID:{U}", f"uuid:{U}0", f"uuid:{U[:-1]}",
         f"uuid:{U.replace('-', '')}", f"uuid: {U}", f"uuid:{U}\nuuid:{U}", f"uuid:{U[:-1]}g", f"uuid:{U[:-1]}\u0661"],
    )  # fmt: skip
    def test_any_other_form_is_noted(self, form: str) -> None:
        (finding,) = read(message().replace(f"uuid:{self.U}".encode(), form.encode()), TYPE).findings
        assert (finding.code, finding.evidence.value) == ("message-id-form", "observed")
        assert form[:80] in finding.en

    @pytest.mark.parametrize(
        "name", ["urn:lps:BANC", "urn:lps:BANC:1.0", "urn:lps:MON LOGICIEL:1.0 beta", "urn:lps:a:b:c"]
    )
    def test_a_software_name_has_a_name_and_perhaps_a_version(self, name: str) -> None:
        assert noted(message().replace(b"urn:lps:BANC:1.0", name.encode())) == []

    @pytest.mark.parametrize(
        "name",
        ["urn:lps:", "urn:lps::1.0", "urn:lps:BANC:", "urn:lps", "BANC", "URN:LPS:BANC", "urn:lps: :1"],
    )
    def test_anything_else_is_noted(self, name: str) -> None:
        (finding,) = read(message().replace(b"urn:lps:BANC:1.0", name.encode()), TYPE).findings
        assert (finding.code, finding.evidence.value) == ("lps-name-form", "observed")
        assert name in finding.en
