"""What the DMP answers: RegistryResponse, the answer to TD0.2, SOAP faults."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4
from xml.sax import saxutils

from simulator.contract.names import WSA, WSSE
from simulator.contract.soap import around_body

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulator.sinks.dmp.deciding import RegistryError
    from simulator.sinks.dmp.reading import Existence, Message

SOAP_12: Final = "http://www.w3.org/2003/05/soap-envelope"
ITI_41_ANSWER: Final = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-bResponse"
TD0_2_ANSWER: Final = "urn:hl7-org:v3:PRPA_IN201308UV02"
FAULT: Final = "http://www.w3.org/2005/08/addressing/soap/fault"
RS: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0"
RIM: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
STATUS_TYPE: Final = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType"
_NO_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SEVERITY: Final = "urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error"


def escape(text: str) -> str:
    """Return text as an element holds it: what XML cannot carry, such as a name in a spoilt certificate, is replaced."""
    return saxutils.escape(_NO_XML.sub("\N{REPLACEMENT CHARACTER}", text))


def quoteattr(text: str) -> str:
    """Return text as the value of an attribute, in its quotation marks; the same."""
    return saxutils.quoteattr(_NO_XML.sub("\N{REPLACEMENT CHARACTER}", text))


def registry_response(message: Message, errors: Sequence[RegistryError]) -> bytes:
    """Return the envelope of a RegistryResponse: Success, or Failure with its errors."""
    status = f"{STATUS_TYPE}:{'Failure' if errors else 'Success'}"
    body = (
        f'<rs:RegistryResponse xmlns:rs="{RS}" status="{status}">{error_list(errors)}</rs:RegistryResponse>'
    )
    return in_envelope(message, ITI_41_ANSWER, body)


def error_list(errors: Sequence[RegistryError]) -> str:
    """Return a RegistryErrorList, whose prefix ``rs`` is declared around it; empty without errors."""
    if not errors:
        return ""
    told = "".join(
        f"<rs:RegistryError errorCode={quoteattr(one.code)} codeContext={quoteattr(one.context)} "
        f'location="" severity="{_SEVERITY}"/>'
        for one in errors
    )
    return f'<rs:RegistryErrorList highestSeverity="{_SEVERITY}">{told}</rs:RegistryErrorList>'


def existence_response(message: Message, asked: Existence, told: Mapping[str, Any]) -> bytes:
    """Return the envelope of an answer to TD0.2 (PRPA_IN201308UV02).

    Args:
        message: the request.
        asked: whom it asks about.
        told: what a test bench was told to answer: ``exists``, ``matricule``, ``oid``, ``birth_name``, ``first_name``,
            ``birth_date`` (AAAA-MM-JJ), ``sex``; the identifier asked about is given back when it says nothing of it.
    """
    exists = bool(told.get("exists", True))
    subject = ""
    if exists:
        number, oid = str(told.get("matricule", asked.extension)), str(told.get("oid", asked.root))
        person = "".join(
            (
                _element("name", _name(told)),
                f"<administrativeGenderCode code={quoteattr(str(told['sex']))}/>" if told.get("sex") else "",
                f"<birthTime value={quoteattr(str(told['birth_date']).replace('-', ''))}/>"
                if told.get("birth_date")
                else "",
            )
        )
        subject = (
            '<subject typeCode="SUBJ"><registrationEvent classCode="REG" moodCode="EVN"><statusCode code="active"/>'
            '<subject1 typeCode="SBJ"><patient classCode="PAT">'
            f"<id root={quoteattr(oid)} extension={quoteattr(number)}/>"
            f'<statusCode code="active"/>{_element("patientPerson", person)}'
            "</patient></subject1></registrationEvent></subject>"
        )
    code = "OK" if exists else "NF"
    body = (
        '<PRPA_IN201308UV02 xmlns="urn:hl7-org:v3" ITSVersion="XML_1.0">'
        f'<id root="2.999.250.3" extension="{uuid4()}"/>'
        '<interactionId root="2.16.840.1.113883.1.6" extension="PRPA_IN201308UV02"/>'
        '<processingCode code="D"/><processingModeCode code="T"/><acceptAckCode code="NE"/>'
        '<acknowledgement typeCode="AA"><typeCode code="AA"/></acknowledgement>'
        '<controlActProcess classCode="CACT" moodCode="EVN">'
        f'{subject}<queryAck><queryResponseCode code="{code}"/></queryAck></controlActProcess></PRPA_IN201308UV02>'
    )
    return in_envelope(message, TD0_2_ANSWER, body)


def fault(soap: str, relates_to: str, reason: str, subcode: str = "") -> bytes:
    """Return a SOAP fault that blames the sender: for what is no message to the DMP at all, or an assertion refused.

    ``subcode``: a fault code of WS-Security, such as ``FailedCheck``.
    """
    text = escape(reason)
    if soap == SOAP_12:
        below = f"<soap:Subcode><soap:Value>wsse:{subcode}</soap:Value></soap:Subcode>" if subcode else ""
        body = (
            f"<soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value>{below}</soap:Code><soap:Reason>"
            f'<soap:Text xml:lang="en">{text}</soap:Text></soap:Reason></soap:Fault>'
        )
    else:
        code = f"wsse:{subcode}" if subcode else "soap:Client"
        body = f"<soap:Fault><faultcode>{code}</faultcode><faultstring>{text}</faultstring></soap:Fault>"
    return _wrapped(soap, FAULT, relates_to, body, f' xmlns:wsse="{WSSE}"' if subcode else "")


def _name(told: Mapping[str, Any]) -> str:
    family, given = str(told.get("birth_name") or ""), str(told.get("first_name") or "")
    return (f'<family qualifier="BR">{escape(family)}</family>' if family else "") + (
        f"<given>{escape(given)}</given>" if given else ""
    )


def _element(name: str, content: str) -> str:
    return f"<{name}>{content}</{name}>" if content else f"<{name}/>"


def in_envelope(message: Message, action: str, body: str) -> bytes:
    """Return an answer in the envelope of the request's version of SOAP."""
    return _wrapped(message.soap, action, message.message_id, body)


def _wrapped(soap: str, action: str, relates_to: str, body: str, declared: str = "") -> bytes:
    relates = f"<wsa:RelatesTo>{escape(relates_to)}</wsa:RelatesTo>" if relates_to else ""
    opening, closing = around_body(
        header=f"<wsa:Action>{action}</wsa:Action><wsa:MessageID>urn:uuid:{uuid4()}</wsa:MessageID>{relates}",
        soap=soap,
        on_envelope=f' xmlns:wsa="{WSA}"{declared}',
    )
    return f"{opening}{body}{closing}".encode()
