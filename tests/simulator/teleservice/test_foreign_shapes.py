"""One search in the many shapes that foreign clients give it, on the wire of a running server: the answer is the same."""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from simulator.contract.names import CTXBAM, CTXLPS, RECSANS, SOAP12, WSA, XSI, Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TYPE = "application/soap+xml; charset=utf-8"
ACTION = Operation.SEARCH_BY_TRAITS.action
XSD = "http://www.w3.org/2001/XMLSchema"
HEADERS = (
    f'<b:ContexteBAM xmlns:b="{CTXBAM}" Nature="CTXBAM" Version="01_02"><b:Id>BAM</b:Id>'
    "<b:Temps>2026-01-05T09:00:00Z</b:Temps><b:COUVERTURE/></b:ContexteBAM>"
    f'<l:ContexteLPS xmlns:l="{CTXLPS}" Nature="CTXLPS" Version="01_00"><l:Id>LPS</l:Id>'
    '<l:Temps>2026-01-05T09:00:00Z</l:Temps><l:LPS><l:IDAM R="4">750000000001</l:IDAM><l:Nom>urn:lps:X:1</l:Nom></l:LPS>'
    f'</l:ContexteLPS><w:Action xmlns:w="{WSA}">{ACTION}</w:Action>'
    f'<w:MessageID xmlns:w="{WSA}">uuid:MESSAGE</w:MessageID>'
)
BODY = (
    f'<r:RECSANSVITALE xmlns:r="{RECSANS}"><r:NomNaissance>ADRTROIS</r:NomNaissance><r:Prenom>TOUSSAINT</r:Prenom>'
    "<r:Sexe>M</r:Sexe><r:DateNaissance>1960-01-01</r:DateNaissance></r:RECSANSVITALE>"
)
PLAIN = f'<s:Envelope xmlns:s="{SOAP12}"><s:Header>{HEADERS}</s:Header><s:Body>{BODY}</s:Body></s:Envelope>'
DEFAULT_BODY = BODY.replace("r:", "").replace("xmlns:r=", "xmlns=")
UNDERSTOOD = f's:mustUnderstand="1" s:role="{SOAP12}/role/ultimateReceiver" s:relay="false"'
TYPED = (
    f'<r:RECSANSVITALE xmlns:r="{RECSANS}" xmlns:i="{XSI}" xmlns:x="{XSD}" i:type="r:TraitsDIdentite">'
    '<r:NomNaissance i:type="x:string">ADRTROIS</r:NomNaissance><r:Prenom i:type="x:string">TOUSSAINT</r:Prenom>'
    '<r:Sexe i:type="r:CodSexe">M</r:Sexe><r:DateNaissance i:type="r:DateLunaire">1960-01-01</r:DateNaissance>'
    "</r:RECSANSVITALE>"
)
TYPED_HEADERS = (
    PLAIN.replace("<s:Envelope", f'<s:Envelope xmlns:i="{XSI}" xmlns:w="{WSA}"')
    .replace("<b:ContexteBAM", '<b:ContexteBAM i:type="b:ContexteBAM"')
    .replace("<b:COUVERTURE", '<b:COUVERTURE i:type="b:Couverture"')
    .replace("<l:LPS", '<l:LPS i:type="l:LOGICIEL"')
    .replace("<l:IDAM", '<l:IDAM i:type="l:IdentiteStringRef"')
    .replace("<w:MessageID", '<w:MessageID i:type="w:AttributedURIType"')
)
MESSAGES = {
    "as it is": PLAIN,
    "declaration": f'<?xml version="1.0" encoding="UTF-8"?>{PLAIN}',
    "other quotes": f"<?xml version='1.0' encoding='utf-8' standalone='yes'?>\n{PLAIN}\n",
    "ascii": f'<?xml version="1.0" encoding="US-ASCII"?>{PLAIN}',
    "comments around": f'<?xml version="1.0"?>\n<!-- a -->{PLAIN}<!-- b -->\n',
    "byte order mark": "\ufeff" + PLAIN,
    "byte order mark and declaration": f'\ufeff<?xml version="1.0" encoding="utf-8"?>{PLAIN}',
    "white space before": f"\r\n  {PLAIN}",
    "indented": PLAIN.replace("><", ">\r\n\t<"),
    "another prefix": re.sub(r"(</?)s:", r"\1SOAP-ENV:", PLAIN).replace("xmlns:s=", "xmlns:SOAP-ENV="),
    "accented prefix": re.sub(r"(</?)r:", r"\1é:", PLAIN).replace("xmlns:r=", "xmlns:é="),
    "SOAP by default": re.sub(r"(</?)s:", r"\1", PLAIN).replace("xmlns:s=", "xmlns="),
    "body by default": PLAIN.replace(BODY, DEFAULT_BODY),
    "body by the default of the envelope": PLAIN.replace(
        BODY, DEFAULT_BODY.replace(f' xmlns="{RECSANS}"', "")
    ).replace("<s:Envelope", f'<s:Envelope xmlns="{RECSANS}"'),
    "one prefix for two namespaces": PLAIN.replace("<r:", "<s:").replace("</r:", "</s:").replace("xmlns:r=", "xmlns:s="),
    "CDATA": PLAIN.replace("ADRTROIS", "<![CDATA[ADRTROIS]]>").replace(ACTION, f"<![CDATA[{ACTION}]]>"),
    "text in pieces": PLAIN.replace("ADRTROIS", "AD<!-- x --><![CDATA[RT]]>R&#79;&#x49;S"),
    "other order of attributes": PLAIN.replace('Nature="CTXLPS" Version="01_00"', "Version='01_00'\n Nature='CTXLPS'"),
    "other order of headers": PLAIN.replace(HEADERS, "".join(reversed(re.findall(r"<b:.*BAM>|<l:.*LPS>|<w:A.*?</w:Action>|<w:M.*", HEADERS)))),
    "white space in simple values": PLAIN.replace(ACTION, f"\n {ACTION}\n").replace("2026-01-05T09:00:00Z", "\n 2026-01-05T09:00:00Z\n "),
    "dates of other clocks": PLAIN.replace("2026-01-05T09:00:00Z", "2026-01-05T10:00:00.1234567+01:00"),
    "xsi:type in the body": PLAIN.replace(BODY, TYPED),
    "xsi:type in the headers": TYPED_HEADERS,
    "xsi:schemaLocation": PLAIN.replace("<s:Envelope", f'<s:Envelope xmlns:i="{XSI}" i:schemaLocation="{RECSANS} http://127.0.0.1:9/x.xsd"'),
    "SOAP attributes": re.sub(r"<((?:b:Contexte|l:Contexte|w:)\w+)", rf"<\1 {UNDERSTOOD}", PLAIN),
    "attributes of the body": PLAIN.replace("<s:Body>", '<s:Body Id="_0" xml:lang="fr" xmlns:u="urn:u" u:Id="_0">'),
    "addressing": PLAIN.replace("</s:Header>", f'<To xmlns="{WSA}" s:mustUnderstand="true">http://x/lps</To><ReplyTo xmlns="{WSA}"><Address>{WSA}/anonymous</Address></ReplyTo></s:Header>'),
    "XML 1.1": f'<?xml version="1.1" encoding="UTF-8"?>{PLAIN}',
    "comments within values": PLAIN.replace(ACTION, f"{ACTION[:20]}<!-- x -->{ACTION[20:]}").replace(">uuid:", ">uuid:<!-- x -->").replace("T09", "<!-- x -->T09"),
    "sixty prefixes that nothing uses": PLAIN.replace("<s:Envelope", "<s:Envelope " + " ".join(f'xmlns:n{each}="urn:{each}"' for each in range(60))),
    "identifiers for a signature": re.sub(r"<(s:Body|w:Action|w:MessageID)", r'<\1 xmlns:u="urn:u" u:Id="id-\1"', PLAIN).replace("id-s:", "id-").replace("id-w:", "id-"),
    "reference parameters": PLAIN.replace("</s:Header>", f'<ReplyTo xmlns="{WSA}"><Address>{WSA}/anonymous</Address><ReferenceParameters><x xmlns="urn:x"/></ReferenceParameters></ReplyTo></s:Header>'),
    "headers of others": PLAIN.replace("</s:Header>", '<x xmlns="urn:x">1</x><x xmlns="urn:x"><y/></x></s:Header>'),
}  # fmt: skip


@pytest.fixture(scope="module")
def exchange(server: Any) -> Iterator[Callable[..., list[str]]]:
    session = server.client.create_session()
    path = f"/s/{session.id}/lps"

    def send(*pieces: bytes) -> list[str]:
        """Send pieces on one connection until it is closed; return the code of each answer."""
        with socket.create_connection((server.host, server.port), timeout=60) as connection:
            for piece in pieces:
                connection.sendall(piece.replace(b"PATH", path.encode()))
            received = b""
            while part := connection.recv(65536):
                received += part
        return [
            (found[0] or found[1]).decode()
            for found in re.findall(rb'<CodeCR>(\d\d)<|<siram:Erreur[^>]* code="(\w+)"', received)
        ]

    yield send
    session.delete()


def fresh(message: str) -> bytes:
    for name in ("BAM<", "LPS<", "MESSAGE<"):
        message = message.replace(f">{name}", f">{uuid4()}<").replace(f"uuid:{name}", f"uuid:{uuid4()}<")
    return message.encode()


def post(body: bytes, *, version: str = "1.1", close: bool = True, **headers: str) -> bytes:
    fields = {"Content-Type": TYPE, "Content-Length": str(len(body))} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    if version == "1.1":
        fields = {"Host": "127.0.0.1"} | fields
    if close:
        fields["Connection"] = "close"
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return f"POST PATH HTTP/{version}\r\n{lines}\r\n".encode() + body


@pytest.mark.parametrize("shape", MESSAGES)
@pytest.mark.parametrize(("name", "code"), [("ADRTROIS", "00"), ("INCONNU", "01")])
def test_a_message_is_one_however_it_is_written(exchange: Any, shape: str, name: str, code: str) -> None:
    message = fresh(MESSAGES[shape])
    if name != "ADRTROIS":
        # The first name is written plainly in every shape.
        message = message.replace(b"TOUSSAINT", b"PERSONNE")
    assert exchange(post(message)) == [code]


@pytest.mark.parametrize(
    "content_type",
    [
        "application/soap+xml",
        "application/soap+xml; charset=utf-8;",
        "APPLICATION/SOAP+XML;CHARSET=UTF-8",
        f'application/soap+xml;charset="utf-8";action="{ACTION}"',
        f"application/soap+xml; action={ACTION}; charset=utf-8",
        f'application/soap+xml; type="x"; action="{ACTION}"',
        "application/soap+xml; charset=us-ascii",
        "application/soap+xml; charset=",
        'application/soap+xml; charset=utf-8; action=""',
        "text/xml",
        "application/xml; charset=utf-8",
        "",
    ],
)
def test_a_content_type_is_one_however_it_is_written(exchange: Any, content_type: str) -> None:
    assert exchange(post(fresh(PLAIN), Content_Type=content_type)) == ["00"]


class TestHttp:
    def test_1_0(self, exchange: Any) -> None:
        assert exchange(post(fresh(PLAIN), version="1.0", close=False)) == ["00"]

    def test_several_on_one_connection(self, exchange: Any) -> None:
        calls = [post(fresh(PLAIN), close=number == 3) for number in range(4)]
        assert exchange(*calls) == ["00"] * 4

    def test_without_waiting_for_an_answer(self, exchange: Any) -> None:
        nobody = fresh(PLAIN.replace("TOUSSAINT", "PERSONNE"))
        assert exchange(post(fresh(PLAIN), close=False) + post(nobody)) == ["00", "01"]

    def test_a_client_that_expects_to_be_told_to_continue(self, server: Any, exchange: Any) -> None:
        whole = post(fresh(PLAIN), Expect="100-continue")
        head, _, body = whole.partition(b"\r\n\r\n")
        with socket.create_connection((server.host, server.port), timeout=60) as connection:
            connection.sendall(head.replace(b"PATH", b"/lps") + b"\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 100 ")
            connection.sendall(body)
            received = b""
            while part := connection.recv(65536):
                received += part
        assert b"<CodeCR>00<" in received
        # And one that does not wait for it.
        assert exchange(post(fresh(PLAIN), Expect="100-continue")) == ["00"]

    @pytest.mark.parametrize("size", [1, 17, 100_000])
    def test_a_body_in_chunks(self, exchange: Any, size: int) -> None:
        body = fresh(PLAIN)
        chunks = b"".join(
            b"%X;note=x\r\n%s\r\n" % (len(body[at : at + size]), body[at : at + size])
            for at in range(0, len(body), size)
        )
        head = post(b"", Content_Length="", Transfer_Encoding="chunked")
        assert exchange(head + chunks + b"0\r\n\r\n") == ["00"]

    def test_a_body_in_small_packets(self, exchange: Any) -> None:
        whole = post(fresh(PLAIN))
        assert exchange(*(whole[at : at + 40] for at in range(0, len(whole), 40))) == ["00"]

    def test_other_headers_of_http(self, exchange: Any) -> None:
        more = {
            "Accept-Encoding": "gzip, br",
            "SOAPAction": f'"{ACTION}"',
            "Content-Encoding": "identity",
            "User-Agent": "",
            "Upgrade": "h2c",
            "HTTP2-Settings": "AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
        }
        assert exchange(post(fresh(PLAIN), **more)) == ["00"]


@pytest.mark.parametrize(
    ("message", "headers", "code", "words"),
    [
        (PLAIN.replace(SOAP12, "http://schemas.xmlsoap.org/soap/envelope/"), {}, "desir_9002", "SOAP 1.1"),
        (
            f"--b\r\n\r\n{PLAIN}\r\n--b--",
            {"Content-Type": "multipart/related; boundary=b"},
            "desir_9001",
            "MTOM",
        ),
        (PLAIN.replace(ACTION, ""), {"SOAPAction": f'"{ACTION}"'}, "desir_9006", "SOAPAction"),
    ],
)
def test_what_is_refused_says_why_in_words(
    server: Any, message: str, headers: dict[str, str], code: str, words: str
) -> None:
    with socket.create_connection((server.host, server.port), timeout=60) as connection:
        connection.sendall(post(fresh(message), **headers).replace(b"PATH", b"/lps"))
        received = b""
        while part := connection.recv(65536):
            received += part
    (error,) = re.findall(r"<siram:Erreur[^>]*>[^<]*<", received.decode())
    assert f'code="{code}"' in error
    assert words in error
