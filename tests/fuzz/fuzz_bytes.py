"""Mutations of a message as bytes, and of the headers that come with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from simulator.contract.names import MAX_BODY_BYTES, RECVIT, SOAP11, WSSE, Operation

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from fuzz_seeds import Corpus

    ByteMutation = Callable[[Random, bytearray, Corpus], None]

_TAG: Final = re.compile(rb"<[^>]*>")
_TEXT: Final = re.compile(rb">[^<]+<")
_NUMBER: Final = re.compile(rb"\d+")
_NAMESPACE: Final = re.compile(rb"""xmlns(:\w+)?=["'][^"']*["']""")
_PIECES: Final = (
    b"&x;", b"&#0;", b"&#x0;", b"&#xD800;", b"&#xFFFF;", b"&#x110000;", b"&#99999999999;", b"&amp;", b"&amp", b"&",
    b"&#9;", b"&#10;", b"&#65;", b"&#x1F600;", b"<![CDATA[", b"<![CDATA[X]]>", b"]]>", b"<!--", b"-->", b"<!-- -- -->",
    b"<!---->", b"<?", b"?>", b"<?pi?>", b"<?xml version='1.0'?>", b"<?xml version='1.1'?>", b"<", b">", b"</", b"/>",
    b"'", b'"', b"=", b"\x00", b"\x01", b"\x08", b"\x0b", b"\x1b", b"\x7f", b"\x80", b"\xff", b"\xfe\xff", b"\xc0\x80",
    b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf", b"\xef\xbf\xbf", b"\r", b"\r\n", b"\n", b"\t",
    b" xmlns=''", b" xmlns:a=''", b" xmlns:xml='urn:x'", b" xmlns:xmlns='urn:x'", b' a="1" a="2"', b" a=1", b" a",
    b"<x>", b"</x>", b"<x/>", b"<x>" * 70, b"<x>" * 300, b"<a:b/>", b"</soap:Body>", b"</s:Envelope>", b"<Prenom/>",
    b"<Prenom>ANNE</Prenom>", b"<LieuNaissance/>", b"<s:Body/>", b"<s:Header/>", RECVIT.encode(), SOAP11.encode(),
    f'<Security xmlns="{WSSE}"/>'.encode(), b"%s%n", b"A" * 70_000, b"9" * 20_000, b"\xf0\x9f\x98\x80" * 500,
)  # fmt: skip
_DECLARATIONS: Final = (
    b'<?xml version="1.0"?>', b'<?xml version="1.1"?>', b'<?xml version="2.0"?>', b"<?xml?>", b"<?xml ?>", b"<?XML?>",
    b"\xef\xbb\xbf", b"\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?>", b" <?xml version='1.0'?>", b"\n",
    b'<?xml version="1.0" standalone="yes"?>', b'<?xml version="1.0" standalone="no"?>',
    *(b'<?xml version="1.0" encoding="' + name + b'"?>' for name in (
        b"utf-8", b"UTF8", b"ISO-8859-1", b"windows-1252", b"UTF-16", b"UTF-7", b"US-ASCII", b"EBCDIC-CP-US", b"bogus",
        b"", b" ", b"x" * 500, b"UCS-4", b"Shift_JIS", b"GB18030", b"BOCU-1",
    )),
)  # fmt: skip
_ENCODINGS: Final = (
    "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-7", "latin-1", "cp1252", "cp037", "cp500",
    "shift_jis", "gb18030", "utf-8-sig", "iso2022_jp",
)  # fmt: skip
CONTENT_TYPES: Final = (
    "", "application/soap+xml", "application/soap+xml; charset=utf-8", "application/soap+xml;charset=UTF-8;action=x",
    "text/xml", "text/xml; charset=iso-8859-1", "text/xml; charset=utf-16", 'application/soap+xml; charset="utf-8',
    "APPLICATION/SOAP+XML; CHARSET=UTF-8", "application/xml", "application/json", "text/plain", "x", "/", ";", "; ;=",
    'multipart/related; boundary="x"; type="application/xop+xml"; start-info="application/soap+xml"',
    "application/soap+xml; charset*=utf-8''utf%2D8", "application/soap+xml; action*0=a; action*1=b",
    "application/soap+xml; action*=bogus''%ff", 'application/soap+xml; action="a;b\\"c"', "é; charset=é",
    "application/soap+xml; charset=utf-8; charset=latin-1", "application/soap+xml; charset=utf-8, text/xml",
    "application/soap+xml; " + "p=1; " * 2000, "application/soap+xml; action=" + "a" * 8000,
    'application/soap+xml; charset=utf-8; action=""', "a\tb", "application/soap+xml; =; action", "\xff\xfe",
    *(f'application/soap+xml; charset=utf-8; action="{operation.action}"' for operation in Operation),
    *(f"application/soap+xml; action={operation.action}" for operation in Operation),
)  # fmt: skip
_OTHER_HEADERS: Final = (
    ("soapaction", '"urn:x"'), ("soapaction", ""), ("authorization", "Bearer x"), ("authorization", "Bearer eyJ4.y.z-_~+/="), ("authorization", "Bearer "),
    ("authorization", "Basic é"), ("authorization", "Bearer a.b.c"), ("content-encoding", "gzip"),
    ("content-encoding", "x"), ("content-length", "1"), ("transfer-encoding", "chunked"), ("host", "é"),
    ("expect", "100-continue"), ("accept", "x"), ("user-agent", "\x7f" * 3000), ("x-forwarded-for", "::1"),
)  # fmt: skip


def flip(chance: Random, body: bytearray, _corpus: Corpus) -> None:
    for _ in range(chance.randint(1, 4)):
        body[chance.randrange(len(body))] = chance.randrange(256)


def cut(chance: Random, body: bytearray, _corpus: Corpus) -> None:
    start = chance.randrange(len(body))
    del body[start : chance.choice([len(body), start + chance.randint(1, 40)])]


def repeat(chance: Random, body: bytearray, _corpus: Corpus) -> None:
    start = chance.randrange(len(body))
    slice_ = body[start : start + chance.randint(1, 300)]
    body[start:start] = slice_ * chance.choice([1, 1, 2, 50])


def insert_piece(chance: Random, body: bytearray, _corpus: Corpus) -> None:
    places = [0, len(body), chance.randrange(len(body) + 1)]
    places += [match.start() + 1 for match in _TEXT.finditer(body)]
    places += [match.end() - 1 for match in _TAG.finditer(body)]
    at = chance.choice(places)
    body[at:at] = chance.choice(_PIECES)


def replace_text(chance: Random, body: bytearray, _corpus: Corpus) -> None:
    texts = [match.span() for match in _TEXT.finditer(body)]
    if texts:
        start, end = chance.choice(texts)
        body[start + 1 : end - 1] = chance.choice(_PIECES)


def swap_tags(chance: Random, body: bytearray, _corpus: Corpus) -> None:
    spans = [match.span() for match in _TAG.finditer(body)]
    if len(spans) > 1:
        (start, end), (other_start, other_end) = sorted(chance.sample(spans, 2))
        first, second = bytes(body[start:end]), bytes(body[other_start:other_end])
        body[other_start:other_end] = first
        body[start:end] = second


def change_number(chance: Random, body: bytearray, _corpus: Corpus) -> None:
    numbers = [match.span() for match in _NUMBER.finditer(body)]
    if numbers:
        start, end = chance.choice(numbers)
        body[start:end] = chance.choice(
            [b"0", b"-1", b"99", b"9" * 30, b"9" * 6000, b"1.5", b"0x1", b" 1", b"1_0"]
        )


def change_declarations(chance: Random, body: bytearray, _corpus: Corpus) -> None:
    """Remove, empty or double a namespace declaration."""
    found = [match.span() for match in _NAMESPACE.finditer(body)]
    if found:
        start, end = chance.choice(found)
        old = bytes(body[start:end])
        name = old.partition(b"=")[0]
        body[start:end] = chance.choice(
            [b"", name + b'=""', old + b" " + old, name + b'="urn:x"', old.upper()]
        )


def start_otherwise(chance: Random, body: bytearray, _corpus: Corpus) -> None:
    """Begin with another XML declaration."""
    end = body.find(b"?>") + 2 if body.startswith(b"<?xml") else 0
    body[:end] = chance.choice(_DECLARATIONS)


def recode(chance: Random, body: bytearray, _corpus: Corpus) -> None:
    """Write the same characters in another encoding, with or without saying so."""
    text = body.decode("utf-8", "replace")
    encoding = chance.choice(_ENCODINGS)
    if chance.random() < 0.5:
        text = f'<?xml version="1.0" encoding="{encoding}"?>' + text.partition("?>")[2]
    body[:] = text.encode(encoding, "replace")


def add_document_type(chance: Random, body: bytearray, corpus: Corpus) -> None:
    """Declare a document type with entities, and sometimes use them."""
    name = chance.choice(["x", "s:Envelope", "Envelope"])
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 12}">' for n in range(1, 9))
    quadratic = f'<!ENTITY e "{"x" * 20_000}">'
    inside = chance.choice(
        [
            None,
            "",
            '<!ENTITY e "DUPONT">',
            f'<!ENTITY e SYSTEM "{corpus.canary}">',
            f'<!ENTITY e SYSTEM "{corpus.listener}e">',
            f'<!ENTITY e PUBLIC "x" "{corpus.canary}">',
            f'<!ENTITY % p SYSTEM "{corpus.canary}"> %p;',
            f'<!ENTITY % p SYSTEM "{corpus.listener}p"> %p;',
            f'<!ENTITY e0 "{"x" * 50}">{bomb}<!ENTITY e "&e8;">',
            quadratic,
            '<!ENTITY e "&e;">',
            '<!ENTITY e "<Prenom>X</Prenom>">',
            '<!ATTLIST x a ID #REQUIRED b CDATA "1">',
            "<!ELEMENT x ANY><!NOTATION n SYSTEM 'x'><!ENTITY e SYSTEM 'x' NDATA n>",
            "<!",
        ]
    )
    outside = chance.choice(["", f' SYSTEM "{corpus.canary}"', f' PUBLIC "x" "{corpus.listener}dtd"'])
    kind = b"<!DOCTYPE " if chance.random() < 0.95 else b"<!doctype "
    end = body.find(b"?>") + 2 if body.startswith(b"<?xml") else 0
    text = f"{name}{outside}{'' if inside is None else f' [{inside}]'}>"
    body[end:end] = kind + text.encode()
    use = chance.choice([b"", b"&e;", b"&e;", b"&e;" * 500, b"&p;"])
    if use:
        places = [match.start() + 1 for match in _TEXT.finditer(body, end + len(text))]
        at = chance.choice(places or [len(body)])
        body[at:at] = use


def pad(chance: Random, body: bytearray, _corpus: Corpus) -> None:
    """Make the message as long as is allowed, give or take a byte, or a large number of small things."""
    kind = chance.randrange(8)
    if kind == 0:
        body += b" " * max(MAX_BODY_BYTES - len(body) + chance.choice([-1, 0, 1]), 0)
        return
    at = chance.choice([match.start() + 1 for match in _TEXT.finditer(body)] or [0])
    unit, times = chance.choice(
        [
            (b"<x/>", 20_000),
            (b"A", 200_000),
            (b"&#65;", 20_000),
            (b"<!---->", 20_000),
            (b"<![CDATA[A]]>", 20_000),
            (b"<Prenom>A</Prenom>", 5_000),
            (b'<x xmlns="urn:x" a="1"/>', 10_000),
        ]
    )
    body[at:at] = unit * (times if kind == 1 else times // 200)


BYTE_MUTATIONS: Final[tuple[ByteMutation, ...]] = (
    flip,
    cut,
    repeat,
    insert_piece,
    insert_piece,
    replace_text,
    swap_tags,
    change_number,
    change_declarations,
    start_otherwise,
    recode,
    add_document_type,
    add_document_type,
    pad,
)


def change_headers(chance: Random, headers: dict[str, str]) -> None:
    """Change the HTTP headers; names are in lower case, values hold no line break, as servers hand them over."""
    if chance.random() < 0.8:
        headers["content-type"] = chance.choice(CONTENT_TYPES)
    elif chance.random() < 0.5:
        del headers["content-type"]
    headers.update(chance.sample(_OTHER_HEADERS, chance.choice([0, 1, 1, 3])))
