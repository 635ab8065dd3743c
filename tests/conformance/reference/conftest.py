"""A scripted INSi on loopback and running reference LGOs."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import pytest
from lxml import etree

from conformance.drivers.http import HttpDriver
from conformance.drivers.model import Actor, Patient, PatientTraits, Role, Status
from conformance.reference.defects import select
from conformance.reference.server import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REQUEST = "{http://www.cnamts.fr/INSiRecSans}"
ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope">'
    '<env:Body xmlns:env="http://www.w3.org/2003/05/soap-envelope">{}</env:Body></soap:Envelope>'
)
RESULT = '<RESULTAT xmlns="http://www.cnamts.fr/INSiResultat"><CR><CodeCR>{}</CodeCR><LibelleCR>{}</LibelleCR></CR>{}</RESULTAT>'

TOUSSAINT = {
    "number": "160012B020777",
    "key": "13",
    "oid": "1.2.250.1.213.1.4.10",
    "NomNaissance": "ADRTROIS",
    "Prenom": None,
    "ListePrenom": "TOUSSAINT",
    "Sexe": "M",
    "DateNaissance": "1960-01-01",
    "LieuNaissance": "2B020",
}


@dataclass
class Answer:
    """What the scripted INSi sends back to one request."""

    content: bytes
    status: int = 200
    delay: float = 0.0


@dataclass
class ScriptedInsi:
    """Answers requests in order, the last answer again and again, and keeps what was asked."""

    url: str = ""
    answers: list[Answer] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    content_types: list[str] = field(default_factory=list)

    def script(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.bodies.clear()
        self.content_types.clear()

    @property
    def asked(self) -> list[dict[str, str | None]]:
        """Return the traits of each request."""
        found = []
        for body in self.bodies:
            search = next(etree.fromstring(body).iter(f"{REQUEST}RECSANSVITALE"))
            found.append({etree.QName(child).localname: child.text for child in search})
        return found

    def next_answer(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    # Answers

    def found(self, **changes: str | None) -> Answer:
        """Return a 00 about TOUSSAINT with changes: ``None`` leaves an element out, ``""`` empties it."""
        values = {**TOUSSAINT, **changes}
        traits = "".join(
            f"<{name}>{escape(values[name] or '')}</{name}>"
            for name in ("NomNaissance", "Prenom", "ListePrenom", "Sexe", "DateNaissance", "LieuNaissance")
            if values[name] is not None
        )
        active = (
            f"<INSACTIF><IdIndividu><NumIdentifiant>{values['number']}</NumIdentifiant><Cle>{values['key']}</Cle>"
            f"</IdIndividu><OID>{values['oid']}</OID></INSACTIF>"
        )
        person = f"<INDIVIDU>{active}{changes.get('history') or ''}<TIQ>{traits}</TIQ></INDIVIDU>"
        return self.raw(ENVELOPE.format(RESULT.format("00", "OK", person)))

    def code(self, code: str) -> Answer:
        return self.raw(ENVELOPE.format(RESULT.format(code, "libelle", "")))

    def fault(self, code: str) -> Answer:
        return self.raw(
            ENVELOPE.format(
                '<S:Fault xmlns:S="http://www.w3.org/2003/05/soap-envelope"><S:Code><S:Value>S:Receiver</S:Value>'
                "<S:Subcode><S:Value>S:siram_40</S:Value></S:Subcode></S:Code>"
                '<S:Reason><S:Text xml:lang="en">Le service est inaccessible.</S:Text></S:Reason>'
                f'<S:Detail><err:Erreur xmlns:err="urn:siram" severite="fatal" code="{code}">Erreur</err:Erreur>'
                "</S:Detail></S:Fault>"
            ),
            status=500,
        )

    def raw(self, content: str | bytes, *, status: int = 200, delay: float = 0.0) -> Answer:
        encoded = content if isinstance(content, bytes) else content.encode()
        return Answer(encoded, status, delay)


@pytest.fixture(scope="session")
def insi_server() -> Iterator[ScriptedInsi]:
    insi = ScriptedInsi()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            insi.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            insi.content_types.append(self.headers["Content-Type"])
            answer = insi.next_answer()
            time.sleep(answer.delay)
            try:
                self.send_response(answer.status)
                self.send_header("Content-Type", "application/soap+xml; charset=utf-8")
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)
            except ConnectionError:
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    insi.url = f"http://127.0.0.1:{server.server_address[1]}/lps"
    yield insi
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def insi(insi_server: ScriptedInsi) -> ScriptedInsi:
    insi_server.script(insi_server.found())
    return insi_server


@pytest.fixture(scope="session")
def correct_url() -> Iterator[str]:
    with running() as url:
        yield url


@pytest.fixture(scope="session")
def correct_driver(correct_url: str) -> Iterator[HttpDriver]:
    with HttpDriver(correct_url) as driver:
        yield driver


@pytest.fixture
def lgo(correct_driver: HttpDriver, insi: ScriptedInsi) -> HttpDriver:
    """Return the driver of the correct LGO, with no patient."""
    correct_driver.reset(insi_url=insi.url)
    return correct_driver


@pytest.fixture
def defective(insi: ScriptedInsi) -> Iterator[Callable[[str], HttpDriver]]:
    """Return what starts an LGO with one defect and drives it."""
    with ExitStack() as stack:

        def start(name: str) -> HttpDriver:
            url = stack.enter_context(running(defects=select([name])))
            driver = stack.enter_context(HttpDriver(url))
            driver.reset(insi_url=insi.url)
            return driver

        yield start


@pytest.fixture
def user() -> Actor:
    return Actor(user="dupond")


@pytest.fixture
def super_user() -> Actor:
    return Actor(user="durand", role=Role.SUPER_USER)


@pytest.fixture
def toussaint() -> PatientTraits:
    return PatientTraits(
        birth_name="ADRTROIS", first_name="TOUSSAINT", birth_date="1960-01-01", sex="M", birth_place="99999"
    )


@pytest.fixture
def bring_to(lgo: HttpDriver, user: Actor, toussaint: PatientTraits) -> Callable[[Status], Patient]:
    """Return what creates a patient and leads it to a status by the documented path."""

    def bring(status: Status) -> Patient:
        patient = lgo.create_patient(toussaint, actor=user)
        if status in {Status.RECUP, Status.QUAL}:
            call = lgo.call_insi_traits(patient.id, actor=user)
            lgo.decide_proposal(call.id, accept=True, actor=user)
        if status in {Status.VALI, Status.QUAL}:
            lgo.record_proof(patient.id, "CNI", actor=user)
            lgo.validate_identity(patient.id, actor=user)
        patient = lgo.read_patient(patient.id, actor=user)
        assert patient.status is status
        return patient

    return bring
