"""WireMock and mountebank doing the same work, as far as general mocks can: match, answer from a template, record.

Each gets one stub: two XPath conditions on the body (birth name and first name), an answer of the same shape as the
simulator's, filled with the two names of the request, and its journal of requests. Neither looks anybody up: one stub
for each person would cost them one evaluation of XPath for each stub.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import httpx
import platformdirs

from simulator.contract.names import RECSANS, RESULTAT, SOAP12
from simulator.contract.wsdl import render_wsdl
from simulator.serving import free_port, running_process, wait_until_answering

WIREMOCK_VERSION = "3.13.2"
MOUNTEBANK_VERSION = "2.9.1"
_PACKAGES = (f"wiremock@{WIREMOCK_VERSION}", f"mountebank@{MOUNTEBANK_VERSION}")
_NAME = r"[A-Z' -]+"
_JOURNAL_ENTRIES = 10_000


class MissingError(Exception):
    """A competitor cannot be run here; the message says why."""


def install():
    """Install the npm packages once per machine, outside the repository; return their node_modules.

    Raises:
        MissingError: there is no npm, or it cannot fetch the packages.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise MissingError("npm is not installed")
    cache = platformdirs.user_cache_path("banc-insi", appauthor=False, ensure_exists=True)
    installed = cache / f"bench-{'-'.join(_PACKAGES).replace('@', '-')}"
    if not installed.exists():
        with tempfile.TemporaryDirectory(dir=cache, ignore_cleanup_errors=True) as beside:
            folder = Path(beside) / "node"
            folder.mkdir()
            command = [npm, "install", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund"]
            done = subprocess.run([*command, *_PACKAGES], capture_output=True, check=False, text=True)
            if done.returncode != 0:
                raise MissingError(f"npm could not install {' and '.join(_PACKAGES)}: {done.stderr[-300:]}")
            with contextlib.suppress(OSError):  # another process may have been first
                folder.rename(installed)
    return installed / "node_modules"


@contextlib.contextmanager
def wiremock(modules):
    """Run WireMock with its stub; yield its port and a function that empties its journal."""
    java = shutil.which("java")
    if java is None:
        raise MissingError("java is not installed")
    jar = next((modules / "wiremock" / "build").glob("wiremock-standalone-*.jar"))
    port = free_port()
    command = [java, "-jar", str(jar), "--port", str(port), "--bind-address", "127.0.0.1", "--disable-banner"]
    # Where it makes folders of its own, else in whatever folder it was started.
    command += ["--root-dir", str(modules)]
    # Its journal is in memory and has no bound unless asked.
    command += ["--max-request-journal-entries", str(_JOURNAL_ENTRIES)]
    admin = f"http://127.0.0.1:{port}/__admin"
    with running_process(command, f"{admin}/mappings"):
        _post(f"{admin}/mappings", _wiremock_stub())
        yield port, lambda: httpx.delete(f"{admin}/requests", trust_env=False).raise_for_status()


def _wiremock_stub():
    def condition(name):
        expression = {"expression": f"//i:{name}/text()", "matches": _NAME}
        return {"matchesXPath": expression, "xPathNamespaces": {"i": RECSANS}}

    def value(name):
        return f"{{{{xPath request.body \"//*[local-name()='{name}']/text()\"}}}}"

    return {
        "request": {
            "method": "POST",
            "urlPath": "/lps",
            "bodyPatterns": [condition("NomNaissance"), condition("Prenom")],
        },
        "response": {
            "status": 200,
            "headers": {"Content-Type": "application/soap+xml; charset=utf-8"},
            "body": _answer(value("NomNaissance"), value("Prenom")),
            "transformers": ["response-template"],
        },
    }


@contextlib.contextmanager
def mountebank(modules):
    """Run mountebank with its stub; yield its port and a function that empties its journal."""
    node = shutil.which("node")
    if node is None:
        raise MissingError("node is not installed")
    admin_port, port = free_port(), free_port()
    program = modules / "mountebank" / "bin" / "mb"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        command = [
            node,
            str(program),
            "start",
            "--port",
            str(admin_port),
            "--host",
            "127.0.0.1",
            "--nologfile",
        ]
        command += ["--loglevel", "error", "--pidfile", str(Path(folder) / "mb.pid")]
        admin = f"http://127.0.0.1:{admin_port}/imposters"
        with running_process(command, admin):
            _post(admin, _mountebank_stub(port))
            wait_until_answering(f"http://127.0.0.1:{port}/")
            saved = f"{admin}/{port}/savedRequests"
            yield port, lambda: httpx.delete(saved, trust_env=False, timeout=60).raise_for_status()


def _mountebank_stub(port):
    def xpath(name):
        return {"selector": f"//i:{name}", "ns": {"i": RECSANS}}

    def condition(name):
        return {"matches": {"body": f"^{_NAME}$"}, "xpath": xpath(name), "caseSensitive": True}

    def copy(name):
        return {"copy": {"from": "body", "into": f"${{{name}}}", "using": {"method": "xpath", **xpath(name)}}}

    return {
        "port": port,
        "host": "127.0.0.1",
        "protocol": "http",
        "recordRequests": True,
        "stubs": [
            {
                "predicates": [condition("NomNaissance"), condition("Prenom")],
                "responses": [
                    {
                        "is": {
                            "statusCode": 200,
                            # Without the second one it closes the connection after each answer.
                            "headers": {
                                "Content-Type": "application/soap+xml; charset=utf-8",
                                "Connection": "keep-alive",
                            },
                            "body": _answer("${NomNaissance}", "${Prenom}"),
                        },
                        "behaviors": [copy("NomNaissance"), copy("Prenom")],
                    }
                ],
            }
        ],
    }


_NGINX = """\
daemon off; worker_processes 1; pid nginx.pid; error_log stderr;
events {{ worker_connections 256; }}
http {{
  access_log off; keepalive_requests 100000000;
  client_body_temp_path temp-body; proxy_temp_path temp-proxy; fastcgi_temp_path temp-fastcgi;
  uwsgi_temp_path temp-uwsgi; scgi_temp_path temp-scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{ default_type "application/soap+xml; charset=utf-8"; return 200 '{answer}'; }}
  }}
}}
"""


@contextlib.contextmanager
def nginx():
    """Run nginx with one answer for whatever comes; yield its port.

    Raises:
        MissingError: there is no nginx.
    """
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        raise MissingError("nginx is not installed")
    port = free_port()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        # One line: its quotes do not hold the declaration with a line end in it.
        answer = _answer("ESSAI", "ANNE").replace("\n", "")
        Path(folder, "nginx.conf").write_text(_NGINX.format(port=port, answer=answer), encoding="utf-8")
        with running_process(
            [program, "-p", folder, "-c", "nginx.conf", "-e", "stderr"], f"http://127.0.0.1:{port}/"
        ):
            yield port


@contextlib.contextmanager
def gsoap(people):
    """Build and run a server of gSOAP that looks people up in a hash table; yield its port.

    Raises:
        MissingError: gSOAP or a C++ compiler is not there, or they refuse.
    """
    for program in ("wsdl2h", "soapcpp2", "g++"):
        if shutil.which(program) is None:
            raise MissingError(f"{program} is not installed (Debian: gsoap libgsoap-dev g++)")
    here, port = Path(__file__).parent, free_port()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder, "insi.wsdl").write_bytes(render_wsdl("http://127.0.0.1/lps"))
        typemap = here.parent / "interop" / "gsoap" / "typemap.dat"
        sources = [str(here / "gsoap_server.cpp"), "soapC.cpp", "soapICIRServiceBindingService.cpp"]
        for command in (
            ["wsdl2h", "-t", str(typemap), "-o", "insi.h", "insi.wsdl"],
            ["soapcpp2", "-S", "-j", "-r", "insi.h"],
            ["g++", "-O2", "-w", "-I.", "-o", "server", *sources, "-lgsoap++", "-lpthread"],
        ):
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
            if done.returncode:
                raise MissingError(f"{command[0]}: {done.stderr[-300:]}")
        with running_process(
            [str(Path(folder, "server")), str(port), str(people)],
            "",
            ready=lambda: _accepts(port),
        ):
            yield port


def _accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _answer(birth_name, first_name):
    """Return an answer of the same shape and length as those of the simulator."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="{SOAP12}"><soap:Body>'
        f'<RESULTAT xmlns="{RESULTAT}"><CR><CodeCR>00</CodeCR><LibelleCR>OK</LibelleCR></CR><INDIVIDU><INSACTIF>'
        "<IdIndividu><NumIdentifiant>2850463220001</NumIdentifiant><Cle>10</Cle></IdIndividu>"
        "<OID>1.2.250.1.213.1.4.10</OID></INSACTIF>"
        f"<TIQ><NomNaissance>{birth_name}</NomNaissance><ListePrenom>{first_name}</ListePrenom><Sexe>F</Sexe>"
        "<DateNaissance>1985-04-12</DateNaissance><LieuNaissance>63220</LieuNaissance></TIQ></INDIVIDU></RESULTAT>"
        "</soap:Body></soap:Envelope>"
    )


def _post(url, data):
    # A mock may say that it is there just before it takes orders.
    for attempt in range(20):
        try:
            httpx.post(url, content=json.dumps(data), trust_env=False, timeout=10).raise_for_status()
        except httpx.TransportError:
            if attempt == 19:
                raise
            time.sleep(0.2)
        else:
            return


def versions():
    """Return the versions of Java and Node here, for the rig."""
    found = []
    for program, option in (("java", "-version"), ("node", "--version")):
        if shutil.which(program):
            done = subprocess.run([program, option], capture_output=True, check=False, text=True)
            found.append(f"{program} {(done.stdout or done.stderr).splitlines()[0].strip()}")
    return found
