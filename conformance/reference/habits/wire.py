"""Habits of SOAP clients, put between the reference LGO and INSi: the same request, written by another library."""

from __future__ import annotations

import http.client
import re
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit
from uuid import NAMESPACE_OID, uuid5

from lxml import etree

if TYPE_CHECKING:
    from conformance.reference.habits.front import Asked, Inner, Said

SOAP = "{http://www.w3.org/2003/05/soap-envelope}"
WSA = "{http://www.w3.org/2005/08/addressing}"
WSU = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}"
_PARIS = timezone(timedelta(hours=1))

Rewriting = Callable[[Any, "Call"], None]


@dataclass(slots=True)
class Call:
    """One request on its way."""

    act: int
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """How a library writes and sends."""

    tree: tuple[Rewriting, ...] = ()
    text: Callable[[bytes], bytes] = bytes
    chunked: bool = False
    fetches_wsdl: bool = False
    preconnects: bool = False


def headers_reversed(root: Any, _: Call) -> None:
    """Write the header blocks in the opposite order."""
    header = root.find(f"{SOAP}Header")
    header[:] = list(reversed(header))


def more_addressing(root: Any, call: Call) -> None:
    """Write the other blocks of WS-Addressing."""
    header = root.find(f"{SOAP}Header")
    etree.SubElement(header, f"{WSA}To").text = "http://127.0.0.1/lps"
    reply = etree.SubElement(header, f"{WSA}ReplyTo")
    etree.SubElement(reply, f"{WSA}Address").text = "http://www.w3.org/2005/08/addressing/anonymous"
    call.headers["SOAPAction"] = '""'


def not_to_be_understood(root: Any, _: Call) -> None:
    """Say of each header block that it need not be understood."""
    for block in root.find(f"{SOAP}Header"):
        block.set(f"{SOAP}mustUnderstand", "false")


def body_named(root: Any, _: Call) -> None:
    """Give the body an identifier, as one that signs does."""
    root.find(f"{SOAP}Body").set(f"{WSU}Id", "_0")


def same_message(root: Any, call: Call) -> None:
    """Send all attempts of one search under one MessageID (a client seen in public does)."""
    root.find(f".//{WSA}MessageID").text = f"uuid:{str(uuid5(NAMESPACE_OID, str(call.act))).upper()}"


def other_contexts(root: Any, _: Call) -> None:
    """Fill the contexts as other software does."""
    now = datetime.now(UTC)
    for block in root.find(f"{SOAP}Header"):
        name = etree.QName(block).localname
        if not name.startswith("Contexte"):
            continue
        block.set("Nature", {"ContexteBAM": "CTXBAM", "ContexteLPS": "CTXLPS"}[name])
        for part in block.iter():
            match etree.QName(part).localname:
                case "Temps":
                    part.text = now.astimezone(_PARIS).strftime("%Y-%m-%dT%H:%M:%S.%f0+01:00")
                case "IDAM":
                    part.set("R", "04")
                case "Instance":
                    part.text = "1.2.250.1.999.1.7"
                case "Nom":
                    part.text = "urn:lps:PharmaSoft"
                case "Version":
                    part.text = "2026.11-b3"


def without_sender(root: Any, _: Call) -> None:
    """Leave the Emetteur out."""
    for part in list(root.iter("{*}Emetteur")):
        part.getparent().remove(part)


def in_sections(content: bytes) -> bytes:
    """Write names in CDATA sections, apostrophes as entities elsewhere."""
    return re.sub(
        rb"(<(?:\w+:)?(?:NomNaissance|Prenom)>)([^<]+)",
        lambda found: found[1] + b"<![CDATA[" + found[2].replace(b"&apos;", b"'") + b"]]>",
        content,
    )


def in_entities(content: bytes) -> bytes:
    """Write what is no letter in names as character references."""
    return re.sub(
        rb"(<(?:\w+:)?(?:NomNaissance|Prenom)>)([^<&]+)",
        lambda found: found[1] + re.sub(rb"[^A-Z]", lambda sign: b"&#%d;" % ord(sign[0]), found[2]),
        content,
    )


def without_declaration(content: bytes) -> bytes:
    """Begin with a mark and no XML declaration; a comment and blank lines at the end."""
    return b"\xef\xbb\xbf" + re.sub(rb"^<\?xml[^>]*\?>\s*", b"", content) + b"\r\n<!-- fin -->\r\n"


def indented(root: Any, _: Call) -> None:
    """Write each element on a line of its own."""
    etree.indent(root, space="\t")


def prefixes_in_place(root: Any, _: Call) -> None:
    """Declare the namespace of the body where it begins, as the default one, and none of it above."""
    body = root.find(f"{SOAP}Body")
    for child in list(body):
        namespace = etree.QName(child).namespace or ""
        new = etree.Element(child.tag, attrib=dict(child.attrib), nsmap=cast("Any", {None: namespace}))
        new.text = child.text
        new[:] = list(child)
        body.replace(child, new)
    etree.cleanup_namespaces(root, keep_ns_prefixes=["wsse", "wsu"])


def nobody_else_to_answer(root: Any, call: Call) -> None:
    """Say to whom faults go, and send headers of HTTP of one's own."""
    fault = etree.SubElement(root.find(f"{SOAP}Header"), f"{WSA}FaultTo")
    etree.SubElement(fault, f"{WSA}Address").text = "http://www.w3.org/2005/08/addressing/anonymous"
    call.headers |= {
        "User-Agent": "Apache-CXF/4.0",
        "Cache-Control": "no-cache",
        "Pragma": "no-cache",
        "Accept": "*/*",
    }


def upper_case_declaration(content: bytes) -> bytes:
    """Declare the encoding in capitals, alone, and end with a line."""
    return (
        re.sub(rb"^<\?xml[^>]*\?>", b'<?xml version="1.0" encoding="UTF-8" standalone="no"?>', content)
        + b"\n"
    )


CLIENTS: dict[str, Client] = {
    "cxf": Client(tree=(nobody_else_to_answer, prefixes_in_place), text=upper_case_declaration),
    "php": Client(tree=(indented, not_to_be_understood), text=in_entities, preconnects=True),
    "go": Client(tree=(prefixes_in_place, headers_reversed, same_message), chunked=True, fetches_wsdl=True),
    "axis": Client(tree=(headers_reversed, more_addressing, not_to_be_understood), chunked=True),
    "padoa": Client(tree=(same_message, without_sender), text=in_entities, fetches_wsdl=True),
    "delphi": Client(tree=(other_contexts, body_named), text=in_sections, preconnects=True),
    "wcf": Client(tree=(more_addressing, other_contexts), text=without_declaration, fetches_wsdl=True),
}
"""By name: libraries put together from what was seen in public."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    # Head and body are two packets: the second would wait for a late acknowledgement of the first, 40 ms each time.
    disable_nagle_algorithm = True

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """Pass a request on, rewritten, and what comes back, as it is."""
        content = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        client, call = self.server.client, Call(act=self.server.act)
        root = etree.fromstring(content)
        for rewriting in client.tree:
            rewriting(root, call)
        content = client.text(etree.tostring(root, xml_declaration=True, encoding="utf-8"))
        target = urlsplit(self.server.target)
        if client.fetches_wsdl:
            with suppress(OSError, http.client.HTTPException):
                self._once("GET", target.path + "?wsdl", b"", {})
        if client.preconnects:
            with suppress(OSError):
                http.client.HTTPConnection(target.netloc, timeout=5).connect()
        headers = {"Content-Type": self.headers["Content-Type"], **call.headers}
        try:
            status, said, kind = self._once("POST", target.path, content, headers)
        except (OSError, http.client.HTTPException):
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def _once(
        self, method: str, path: str, content: bytes, headers: dict[str, str]
    ) -> tuple[int, bytes, str]:
        connection = http.client.HTTPConnection(urlsplit(self.server.target).netloc, timeout=30)
        try:
            body: Any = content
            if self.server.client.chunked:
                body = (content[start : start + 50] for start in range(0, len(content), 50))
            connection.request(
                method, path, body if content else None, headers, encode_chunked=self.server.client.chunked
            )
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers.get("Content-Type", "")
        finally:
            connection.close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64
    target = ""
    act = 0
    client: Client


@contextmanager
def through(client: Client) -> Iterator[Callable[[Asked, Inner], Said]]:
    """Yield a habit that has the LGO call INSi through this client."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.client = client
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()

        def habit(asked: Asked, inner: Inner) -> Said:
            server.act += 1
            if asked.path[0] == "reset":
                server.target = asked.body["insi_url"]
                own = f"http://127.0.0.1:{server.server_address[1]}{urlsplit(server.target).path}"
                asked = replace(asked, body={**asked.body, "insi_url": own})
            return inner(asked)

        try:
            yield habit
        finally:
            server.shutdown()
            thread.join()
