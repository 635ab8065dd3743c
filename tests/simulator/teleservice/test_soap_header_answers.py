"""What is answered to the forms that a strict session refuses, and to mandatory headers that are not known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from lxml import etree

from simulator.contract.names import SOAP12, WSSE
from simulator.teleservice.wire import WireRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.bench import Bench
    from simulator.journal.exchange import Exchange

JETON = '<x:Jeton xmlns:x="urn:x" soap:mustUnderstand="{0}"/>'
NONE = f"{SOAP12}/role/none"


@pytest.fixture
def call(bench: Bench, soap_request: Callable[..., bytes]) -> Callable[..., Exchange]:
    def answer(*, profile: str = "production", strictness: str = "lenient", **parts: Any) -> Exchange:
        session = bench.sessions.create(profile=profile, strictness=strictness)
        wire = WireRequest(
            path=f"/s/{session.id}/lps",
            headers={"content-type": "application/soap+xml"},
            body=soap_request(**{"message_id": f"uuid:{uuid4()}"} | parts),
        )
        return bench.teleservice.handle(wire, session)

    return answer


def codes(exchange: Exchange) -> set[str]:
    return {finding.code for finding in exchange.findings}


PROFILES = ["production", "qualification-2022", "qualification-2023", "qualification-2026"]


@pytest.mark.parametrize("profile", PROFILES)
def test_an_unknown_mandatory_header_is_a_finding_in_a_lenient_session(
    call: Callable[..., Exchange], profile: str
) -> None:
    exchange = call(profile=profile, more_header=JETON.format("1"))
    assert exchange.code == "00"
    (finding,) = (each for each in exchange.findings if each.code == "must-understand")
    assert finding.evidence.value == "inferred"


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("value", ["1", "true", " true "])
def test_it_is_a_must_understand_fault_in_a_strict_one(
    call: Callable[..., Exchange], profile: str, value: str
) -> None:
    exchange = call(profile=profile, strictness="strict", more_header=JETON.format(value))
    assert (exchange.http_status, exchange.code) == (500, "desir_9012")
    assert exchange.decision.evidence == "inferred"
    assert "{urn:x}Jeton" in str(exchange.decision.cause)
    value_element = etree.fromstring(exchange.response).find(f".//{{{SOAP12}}}Code/{{{SOAP12}}}Value")
    assert value_element is not None
    assert str(value_element.text).partition(":")[2] == "MustUnderstand"


def test_it_comes_before_any_other_refusal_of_the_service(call: Callable[..., Exchange]) -> None:
    exchange = call(strictness="strict", more_header=JETON.format("1"), idam=None, sex="X")
    assert exchange.code == "desir_9012"


def test_a_profile_may_ask_for_the_fault_in_lenient_sessions_too(
    bench: Bench, soap_request: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    session = bench.sessions.create()
    asks_for_it = replace(session.profile, not_understood="fault")
    monkeypatch.setattr(type(session), "profile", property(lambda _: asks_for_it))
    wire = WireRequest(
        path=f"/s/{session.id}/lps",
        headers={"content-type": "application/soap+xml"},
        body=soap_request(more_header=JETON.format("1")),
    )
    assert bench.teleservice.handle(wire, session).code == "desir_9012"


@pytest.mark.parametrize("strictness", ["lenient", "strict"])
@pytest.mark.parametrize(
    "header", [JETON.format("0"), JETON.format("1").replace("/>", f' soap:role="{NONE}"/>')]
)
def test_an_optional_header_or_one_for_somebody_else_is_answered(
    call: Callable[..., Exchange], strictness: str, header: str
) -> None:
    exchange = call(strictness=strictness, more_header=header)
    assert exchange.code == "00"
    assert "must-understand" not in codes(exchange)


UUID = "6f2a1c9e-0000-4000-8000-000000000009"


@pytest.mark.parametrize(
    "parts",
    [
        {"message_id": UUID},
        {"message_id": "uuid:7"},
        {"message_id": f"uuid:{{{UUID}}}"},
        {"message_id": "uuid:"},
        {"software": "urn:lps:"},
        {"software": "urn:lps::1.0"},
        {"software": None},
    ],
)
def test_a_strict_session_refuses_every_form_that_a_lenient_one_notes(
    call: Callable[..., Exchange], parts: dict[str, Any]
) -> None:
    lenient, strict = call(**parts), call(strictness="strict", **parts)
    assert (lenient.code, strict.code) == ("00", "desir_9011")
    assert codes(lenient) & {"message-id-form", "lps-name-form"}


@pytest.mark.parametrize("strictness", ["lenient", "strict"])
@pytest.mark.parametrize("message_id", ["", "  ", None])
def test_an_empty_message_id_is_none_at_all(
    call: Callable[..., Exchange], strictness: str, message_id: str | None
) -> None:
    assert call(strictness=strictness, message_id=message_id).code == "desir_9007"


def test_the_refusals_in_words_reach_the_wire(bench: Bench, soap_request: Callable[..., bytes]) -> None:
    session = bench.sessions.create()
    soap_action = '"urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite"'
    wire = WireRequest(
        path=f"/s/{session.id}/lps",
        headers={"content-type": "application/soap+xml", "soapaction": soap_action},
        body=soap_request(action=None),
    )
    exchange = bench.teleservice.handle(wire, session)
    assert exchange.code == "desir_9006"
    assert "par l'en-tête HTTP SOAPAction" in exchange.response.decode()


def test_a_security_for_somebody_else_stands_beside_ours_and_is_not_believed(
    call: Callable[..., Exchange],
) -> None:
    ours = f'<w:Security xmlns:w="{WSSE}"/>'
    theirs = f'<w:Security xmlns:w="{WSSE}" soap:role="http://example.org/relais"><w:x/></w:Security>'
    for header in (ours + theirs, theirs + ours, theirs + ours + theirs):
        exchange = call(more_header=header)
        assert exchange.code == "00", exchange.decision.cause
        assert "security-empty" in codes(exchange)


def test_another_version_of_ws_addressing_is_named(call: Callable[..., Exchange]) -> None:
    former = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
    header = f'<a:MessageID xmlns:a="{former}">uuid:1</a:MessageID>'
    exchange = call(message_id=None, more_header=header)
    assert exchange.code == "desir_9007"
    assert f"{former} is another version of WS-Addressing" in exchange.decision.cause
