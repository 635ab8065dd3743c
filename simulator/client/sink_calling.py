"""Making the calls that show a scenario of the sinks: what a software would send them, at its shortest."""

from __future__ import annotations

import base64
import hashlib
import imaplib
import smtplib
import time
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4
from xml.sax.saxutils import escape, quoteattr

from simulator.client.calling import SILENT_AFTER_S, Reply, differences, send
from simulator.contract.soap import envelope
from simulator.scripting.sinks import DMP_OPERATIONS, SMTP_OPERATIONS, SinkOperation
from simulator.xml import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulator.registry.person import Person
    from simulator.scripting.model import Step

PATIENT: Final = ("279035121518989", "1.2.250.1.213.1.4.10")
"""The public test identity that a step is about when it names nobody."""
SENDER: Final = "officine@pharmacie.mssante.fr"
_DOCUMENT: Final = b"<ClinicalDocument xmlns='urn:hl7-org:v3'/>"
_RIM: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
_STATUS: Final = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"
_LEVELS: Final = {"SMTP": "smtp", "IMAP": "imap"}


def is_of_a_sink(step: Step) -> bool:
    """Tell whether a step asks something of a sink."""
    return step.ask.get("operation") in set(SinkOperation)


def play_sink(
    step: Step, addresses: Mapping[str, str], session: str, people: Mapping[str, Person]
) -> Iterator[tuple[Reply, list[str]]]:
    """Make the calls of a step; yield each reply with how it differs from what the step expects.

    Args:
        step: about a sink, see ``is_of_a_sink``.
        addresses: of the sinks: ``dmp`` (a URL), ``smtp`` and ``imap`` (host:port).
        session: of the simulator.
        people: by role.

    Raises:
        KeyError: the sink that the step needs does not listen.
    """
    operation = str(step.ask["operation"])
    person = people[step.ask["person"]].identity if "person" in step.ask else None
    who = PATIENT if person is None else (person.matricule.value, person.oid)
    wait = float(step.expect.get("at_least", 0)) + SILENT_AFTER_S
    for _ in range(step.times):
        if operation in DMP_OPERATIONS:
            reply, code = _dmp(operation, addresses["dmp"], session, who, wait)
        elif operation in SMTP_OPERATIONS:
            reply, code = _smtp(addresses["smtp"], session, who[0], wait)
        else:
            reply, code = _imap(addresses["imap"], session, wait)
        yield reply, list(_differences(step.expect, reply, code))


def _differences(expect: Mapping[str, Any], reply: Reply, code: str) -> Iterator[str]:
    is_http = bool(reply.content_type)
    known = {name: value for name, value in expect.items() if name != "code"}
    known |= {"readable": False} if not reply.body.lstrip().startswith(b"<?xml") else {}
    if is_http:
        known.setdefault("http_status", 500 if code == "Fault" else 200)
    else:
        known["http_status"] = reply.status
    yield from differences(known, reply, {})
    wanted = expect.get("code")
    if wanted is not None and reply.transport == "answered" and code != wanted:
        yield f"expected the code {wanted}, got {code}"


def _dmp(operation: str, url: str, session: str, who: tuple[str, str], wait: float) -> tuple[Reply, str]:
    base = url.removesuffix("/dmp") + f"/s/{session}/dmp"
    if operation == SinkOperation.TD0_9:
        body = f"ins={who[0]}&oid={who[1]}".encode()
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        reply = send(f"{base}/acces", body, headers=form, wait=wait)
        return reply, str(reply.status)
    reply = send(base, envelope(_BODIES[operation](*who)).encode(), wait=wait)
    return reply, _code_of(reply.body)


def _code_of(body: bytes) -> str:
    """Return the first error code of an answer, the code of a test of existence, ``Fault`` or ``Success``."""
    root = parsed(body)
    if root is None:
        return ""
    for name, attribute in (("RegistryError", "errorCode"), ("queryResponseCode", "code")):
        found = next(root.iter(f"{{*}}{name}"), None)
        if found is not None:
            return found.get(attribute, "")
    return "Fault" if next(root.iter("{*}Fault"), None) is not None else "Success"


def _submission(number: str, oid: str) -> str:
    patient = f"{number}^^^&{oid}&ISO^NH"

    def external(of: str, scheme: str, value: str) -> str:
        return (
            f'<ExternalIdentifier id="{of}{scheme[:4]}" registryObject="{of}" '
            f'identificationScheme="urn:uuid:{scheme}" value={quoteattr(value)}/>'
        )

    digest = hashlib.sha1(_DOCUMENT, usedforsecurity=False).hexdigest()
    return (
        '<x:ProvideAndRegisterDocumentSetRequest xmlns:x="urn:ihe:iti:xds-b:2007">'
        f'<l:SubmitObjectsRequest xmlns:l="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0" xmlns="{_RIM}">'
        '<RegistryObjectList><ExtrinsicObject id="doc" mimeType="text/xml">'
        f'<Slot name="hash"><ValueList><Value>{digest}</Value></ValueList></Slot>'
        f"{external('doc', '58a6f841-87b3-4a3e-92fd-a8ffeff98427', patient)}"
        f"{external('doc', '2e82c1f6-a085-4c72-9da3-8640a32e42ab', f'2.25.{uuid4().int}')}</ExtrinsicObject>"
        f'<RegistryPackage id="lot">{external("lot", "6b5aea1a-874d-4603-a4bc-96a0a7b38446", patient)}'
        f"{external('lot', '96fdda7c-d067-4183-912e-bf5ee74998a8', f'2.25.{uuid4().int}')}</RegistryPackage>"
        f'</RegistryObjectList></l:SubmitObjectsRequest><x:Document id="doc">'
        f"{base64.b64encode(_DOCUMENT).decode()}</x:Document></x:ProvideAndRegisterDocumentSetRequest>"
    )


def _existence(number: str, oid: str) -> str:
    return (
        '<PRPA_IN201307UV02 xmlns="urn:hl7-org:v3" ITSVersion="XML_1.0"><controlActProcess><queryByParameter>'
        f'<parameterList><patientIdentifier><value root="{oid}" extension="{number}"/></patientIdentifier>'
        "</parameterList></queryByParameter></controlActProcess></PRPA_IN201307UV02>"
    )


def _query(number: str, oid: str) -> str:
    values = {
        "$XDSDocumentEntryPatientId": f"'{number}^^^&{oid}&ISO^NH'",
        "$XDSDocumentEntryStatus": f"('{_STATUS}')",
    }
    slots = "".join(
        f'<r:Slot name="{name}"><r:ValueList><r:Value>{escape(value)}</r:Value></r:ValueList></r:Slot>'
        for name, value in values.items()
    )
    return (
        f'<q:AdhocQueryRequest xmlns:q="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0" xmlns:r="{_RIM}">'
        '<q:ResponseOption returnType="LeafClass"/>'
        f'<r:AdhocQuery id="urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d">{slots}</r:AdhocQuery></q:AdhocQueryRequest>'
    )


def _retrieval(_number: str, _oid: str) -> str:
    return (
        '<RetrieveDocumentSetRequest xmlns="urn:ihe:iti:xds-b:2007"><DocumentRequest>'
        "<RepositoryUniqueId>2.999.250.90</RepositoryUniqueId><DocumentUniqueId>2.25.1</DocumentUniqueId>"
        "</DocumentRequest></RetrieveDocumentSetRequest>"
    )


_BODIES: Final = {
    SinkOperation.ITI_41.value: _submission,
    SinkOperation.TD0_2.value: _existence,
    SinkOperation.ITI_18.value: _query,
    SinkOperation.ITI_43.value: _retrieval,
}


def _smtp(address: str, session: str, number: str, wait: float) -> tuple[Reply, str]:
    """Send a mail to the patient; the code is that of the first step that is refused, else 250."""
    mail = EmailMessage()
    mail["From"], mail["To"] = SENDER, f"{number}@patient.mssante.fr"
    mail["Subject"] = "XDM/1.0/DDM+Note"
    mail.set_content("banc-insi\n")
    host, _, port = address.rpartition(":")
    started = time.monotonic()
    try:
        with smtplib.SMTP(host.strip("[]"), int(port), timeout=wait) as smtp:
            smtp.login(session, "banc")
            smtp.send_message(mail)
        code, text = 250, b""
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
    except smtplib.SMTPResponseException as error:
        code = error.smtp_code
        text = error.smtp_error if isinstance(error.smtp_error, bytes) else error.smtp_error.encode()
    except TimeoutError:
        return Reply(transport="silent", seconds=time.monotonic() - started), ""
    except (smtplib.SMTPException, OSError):
        return Reply(transport="broken", seconds=time.monotonic() - started), ""
    reply = Reply(transport="answered", seconds=time.monotonic() - started, status=code, body=text)
    return reply, str(code)


def _imap(address: str, session: str, wait: float) -> tuple[Reply, str]:
    """Read the last mail; the code is that of the first step that is refused, else OK."""
    host, _, port = address.rpartition(":")
    started = time.monotonic()
    try:
        with imaplib.IMAP4(host.strip("[]"), int(port), timeout=wait) as imap:
            imap.login(session, "banc")
            said: Any
            code, said = imap.select("INBOX", readonly=True)
            if code == "OK" and said[0] not in {None, b"0"}:
                code, said = imap.fetch("*", "(RFC822)")
            text = b"" if not said or not isinstance(said[0], bytes) else said[0]
    except imaplib.IMAP4.abort as error:
        is_bye = "BYE" in str(error)
        transport = "answered" if is_bye else "broken"
        return Reply(transport=transport, seconds=time.monotonic() - started), "BYE" if is_bye else ""
    except imaplib.IMAP4.error as error:
        code, text = "NO", str(error).encode()
    except TimeoutError:
        return Reply(transport="silent", seconds=time.monotonic() - started), ""
    except OSError:
        return Reply(transport="broken", seconds=time.monotonic() - started), ""
    return Reply(transport="answered", seconds=time.monotonic() - started, body=text), code
