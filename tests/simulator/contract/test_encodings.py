"""Messages in other encodings: written anew in UTF-8, or left to be refused."""

from __future__ import annotations

import pytest

from simulator.contract.encodings import in_utf8

TEXT = "<s:Envelope><Nom>CŒUR €</Nom></s:Envelope>"
PLAIN = "<s:Envelope><Nom>HÉLÈNE</Nom></s:Envelope>"
TYPE = "application/soap+xml"


def declared(encoding: str, text: str = PLAIN) -> str:
    return f"<?xml version='1.0' encoding='{encoding}'?>\n{text}"


@pytest.mark.parametrize(
    ("body", "content_type", "encoding"),
    [
        (declared("UTF-16", TEXT).encode("utf-16"), f'{TYPE}; charset="utf-16"', "utf-16"),
        (TEXT.encode("utf-16"), TYPE, "utf-16"),
        (TEXT.encode("utf-16-le"), TYPE, "utf-16-le"),
        (TEXT.encode("utf-16-be"), f"{TYPE}; charset=UTF-16BE", "utf-16-be"),
        (declared("windows-1252", TEXT).encode("cp1252"), TYPE, "windows-1252"),
        (TEXT.encode("iso-8859-15"), f"{TYPE};charset=ISO-8859-15", "iso-8859-15"),
    ],
)
def test_what_came_in_another_encoding_is_written_in_utf_8_without_declaration(
    body: bytes, content_type: str, encoding: str
) -> None:
    found = in_utf8(body, content_type)
    assert found is not None
    assert found.encoding == encoding
    assert found.body.decode().strip() == TEXT


@pytest.mark.parametrize("content_type", [TYPE, f"{TYPE}; charset=latin1", f"{TYPE}; charset='iso-8859-1'"])
def test_latin_1_is_read_as_it_is_declared(content_type: str) -> None:
    found = in_utf8(declared("ISO-8859-1").encode("latin-1"), content_type)
    assert found is not None
    assert found.body.decode().strip() == PLAIN


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (TEXT.encode(), TYPE),
        (declared("UTF-8").encode(), f"{TYPE}; charset=utf-8"),
        (b"\xef\xbb\xbf" + TEXT.encode(), f"{TYPE}; charset=utf-8"),
        (declared("ISO-8859-1").encode("latin-1"), f"{TYPE}; charset=utf-8"),
        (declared("UTF-8").encode(), f"{TYPE}; charset=iso-8859-1"),
        (TEXT.encode("utf-32"), TYPE),
        (TEXT.encode("utf-32-le"), TYPE),
        (TEXT.encode("utf-16")[:-1], TYPE),
        (b"\xff\xfe" + "bonjour".encode("utf-16-le"), TYPE),
        (declared("utf-7").encode(), TYPE),
        (b"<a>\x81</a>", f"{TYPE}; charset=windows-1252"),
        (b"", f"{TYPE}; charset=utf-16"),
    ],
)
def test_utf_8_contradictions_and_what_cannot_be_read_are_left_as_they_are(
    body: bytes, content_type: str
) -> None:
    assert in_utf8(body, content_type) is None
