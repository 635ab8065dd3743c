"""Foreign programs send to the sinks: swaks by SMTP, JAX-WS RI by XDS with its own MTOM."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from simulator.serving.sink_ports import listening, sinks_served
from simulator.sinks import SinkOptions, SinkStore
from simulator.testing.throwaway import throwaway_pki

HERE = Path(__file__).parent / "sinks"
JARS = Path("/usr/share/java")
P1 = "279035121518989^^^&amp;1.2.250.1.213.1.4.10&amp;ISO^NH"
PATIENT = "279035121518989@patient.mssante.fr"
SUCCESS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Debian packages")


@pytest.fixture
def sinks(tmp_path):
    pki = throwaway_pki()
    options = SinkOptions(dmp_port=0, smtp_port=0, smtps_port=0)
    store = SinkStore(tmp_path / "received.sqlite")
    with (
        listening(options, "127.0.0.1", pki=pki.directory) as ports,
        sinks_served(store, options, ports, pki=pki.directory),
    ):
        opened = ports.opened(options)
        dmp = f"http://127.0.0.1:{opened.dmp_port}/dmp"
        yield SimpleNamespace(store=store, pki=pki, options=opened, dmp=dmp)
    store.close()


def run(*command: str) -> subprocess.CompletedProcess[str]:
    assert shutil.which(command[0]), f"{command[0]} is missing; .ci/run installs it"
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)


@pytest.mark.parametrize("way", ["clear", "starttls", "tls"])
def test_swaks_sends_a_mail_with_a_file(sinks, tmp_path, way):
    archive = tmp_path / "IHE_XDM.ZIP"
    archive.write_bytes(bytes(range(256)) * 200)
    port = sinks.options.smtps_port if way == "tls" else sinks.options.smtp_port
    # swaks checks the name and the chain of the server when it is given an authority.
    tls = (
        []
        if way == "clear"
        else [
            f"--tls{'-on-connect' if way == 'tls' else ''}",
            "--tls-verify",
            "--tls-ca-path",
            str(sinks.pki.bundle),
        ]
    )
    sent = run(
        *("swaks", "--server", "localhost", "--port", str(port), "--from", "officine@pharmacie.mssante.fr"),
        *(
            "--to",
            f"{PATIENT},medecin@exemple.mssante.fr",
            "--header",
            "X-MSS-INS: O",
            "--attach",
            f"@{archive}",
        ),
        *("--auth", "PLAIN", "--auth-user", "session-7", "--auth-password", "any", "--body", "Bonjour", *tls),
    )
    assert sent.returncode == 0, sent.stdout + sent.stderr
    [item] = sinks.store.items()
    assert (item.session, item.recipients) == ("session-7", (PATIENT, "medecin@exemple.mssante.fr"))
    assert bool(item.facts["tls"]) is (way != "clear")
    content = sinks.store.content(item.id)
    assert b"X-MSS-INS: O\r\n" in content
    assert b"IHE_XDM.ZIP" in content


def metadata(content: bytes, patient: str = P1) -> str:
    def external(of, scheme, value):
        return f'<ExternalIdentifier id="{of}{scheme[-3:]}" registryObject="{of}" identificationScheme="{scheme}" value="{value}"/>'

    digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    return (
        '<l:SubmitObjectsRequest xmlns:l="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0" '
        'xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"><RegistryObjectList><ExtrinsicObject id="doc" mimeType="text/xml">'
        f'<Slot name="hash"><ValueList><Value>{digest}</Value></ValueList></Slot>'
        f"{external('doc', 'urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427', patient)}"
        f"{external('doc', 'urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab', '2.25.' + str(len(content)))}</ExtrinsicObject>"
        f'<RegistryPackage id="lot">{external("lot", "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446", P1)}'
        f"{external('lot', 'urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8', '2.25.1')}</RegistryPackage>"
        "</RegistryObjectList></l:SubmitObjectsRequest>"
    )


@pytest.fixture(scope="module")
def java(tmp_path_factory):
    folder = tmp_path_factory.mktemp("java")
    built = run("javac", "-nowarn", "-cp", str(JARS / "*"), "-d", str(folder), *map(str, HERE.glob("*.java")))
    assert built.returncode == 0, built.stderr
    return ("java", "-XX:TieredStopAtLevel=1", "-cp", f"{folder}:{JARS / '*'}", "Submit")


def test_jax_ws_submits_by_its_own_mtom_and_reads_the_answer(sinks, java, tmp_path):
    document, told = tmp_path / "note.xml", tmp_path / "metadata.xml"
    content = (
        b"<ClinicalDocument xmlns='urn:hl7-org:v3'>" + b"\r\n--\r\n\xc3\xa9" * 5000 + b"</ClinicalDocument>"
    )
    document.write_bytes(content)
    told.write_text(metadata(content), encoding="utf-8")
    sent = run(*java, sinks.dmp, str(told), str(document))
    assert sent.stdout.split() == [SUCCESS], sent.stdout + sent.stderr
    [item] = sinks.store.items()
    assert (item.kind, item.outcome, item.facts["mtom"]) == ("ITI-41", "Success", True)
    assert content in sinks.store.content(item.id)
    assert re.match(r"multipart/related", item.facts["content_type"], re.IGNORECASE)
    # The same again, and a patient that is not the one of the submission set.
    again = run(*java, sinks.dmp, str(told), str(document))
    assert again.stdout.split()[1:] == ["XDSDuplicateUniqueIdInRegistry"], again.stdout + again.stderr
    told.write_text(metadata(content, P1.replace(".4.10", ".4.8")), encoding="utf-8")
    other = run(*java, sinks.dmp, str(told), str(document))
    assert other.stdout.split()[1:] == ["XDSPatientIdDoesNotMatch"], other.stdout + other.stderr


def query(patient: str) -> str:
    def slot(name, value):
        return f'<r:Slot name="{name}"><r:ValueList><r:Value>{value}</r:Value></r:ValueList></r:Slot>'

    status = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"
    return (
        '<q:AdhocQueryRequest xmlns:q="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0" '
        'xmlns:r="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"><q:ResponseOption returnType="LeafClass"/>'
        '<r:AdhocQuery id="urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d">'
        + slot("$XDSDocumentEntryPatientId", f"'{patient}'")
        + slot("$XDSDocumentEntryStatus", f"('{status}')")
        + "</r:AdhocQuery></q:AdhocQueryRequest>"
    )


@pytest.mark.parametrize("way", ["mtom", "plain"])
def test_jax_ws_finds_and_reads_back_what_it_submitted(sinks, java, tmp_path, way):
    document, told, asked, back = (
        tmp_path / name for name in ("note.xml", "metadata.xml", "query.xml", "back.xml")
    )
    content = (
        b"<ClinicalDocument xmlns='urn:hl7-org:v3'>" + b"\r\n--x\r\n\xc3\xa9" * 9000 + b"</ClinicalDocument>"
    )
    document.write_bytes(content)
    told.write_text(metadata(content), encoding="utf-8")
    asked.write_text(query(P1), encoding="utf-8")
    assert run(*java, sinks.dmp, str(told), str(document)).stdout.split() == [SUCCESS]
    unique = f"2.25.{len(content)}"
    read = run(*java[:-1], "ReadBack", sinks.dmp, str(asked), unique, str(back), way)
    assert read.stdout.split() == [SUCCESS, unique, SUCCESS], read.stdout + read.stderr
    assert back.read_bytes() == content
