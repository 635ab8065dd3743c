"""Large parts of a mail are read as small ones: whatever their transfer, wherever they stand, damaged or not."""

from __future__ import annotations

import base64
import random

import pytest
from foreign_cda import utf8
from foreign_lots import packed
from foreign_mail import forwarded, heads, message, multi, part, sent
from foreign_people import TOUR
from people import P1

from conformance.documents import Severity, check, read_document
from conformance.documents.mail.parts import Held

NOISE = random.Random(1).randbytes(60_000)
LARGE = packed(
    P1,
    {"DOC00001.XML": utf8(P1)},
    stored=True,
    more=[("IHE_XDM/SUBSET01/PHOTO.JPG", b"\xff\xd8\xff" + NOISE)],
)


def _failures(data):
    return [one.line("en") for one in check(data) if one.severity is Severity.FAIL or one.unjudged]


def _names(data):
    return [one.name.rpartition(" › ")[2] for one in read_document(data, "m.eml").walk()]


def test_a_large_archive_is_read_to_its_last_byte():
    data = sent(P1, archive=LARGE)
    assert len(Held.of(data).runs) == 1
    assert _failures(data) == []
    assert "IHE_XDM/SUBSET01/DOC00001.XML" in _names(data)


def test_with_line_feeds_alone_too():
    assert _failures(sent(P1, archive=LARGE).replace(b"\r\n", b"\n")) == []


def test_in_a_mail_that_is_forwarded():
    data = forwarded(P1).replace(
        base64.encodebytes(packed(P1)).replace(b"\n", b"\r\n"),
        base64.encodebytes(LARGE).replace(b"\n", b"\r\n"),
    )
    assert Held.of(data).runs
    assert _failures(data) == []


def test_a_hash_wrong_in_a_large_archive_is_seen():
    wrong = packed(
        P1, {"DOC00001.XML": utf8(P1)}, digest="0" * 40, more=[("IHE_XDM/SUBSET01/PHOTO.JPG", NOISE)]
    )
    assert any("xds-hash" in one for one in _failures(sent(P1, archive=wrong)))


@pytest.mark.parametrize("encoding", ["7bit", "8bit", "quoted-printable"])
def test_lines_that_look_like_base64_stay_text(encoding):
    """A CDA with its PDF in base64, attached without a transfer of its own."""
    body = base64.encodebytes(NOISE)
    data = message(
        heads(TOUR, ins=None, code=None),
        multi(
            "mixed",
            part(
                "text/xml",
                b"<a>\n" + body.replace(b"=", b"A") + b"</a>",
                encoding=encoding,
                name='filename="a.xml"',
            ),
        ),
    )
    held = Held.of(data)
    assert held.runs
    from email import message_from_bytes

    (leaf,) = message_from_bytes(held.message).get_payload()
    content = held.content(leaf)
    assert content.replace(b"\r\n", b"\n") == b"<a>\n" + body.replace(b"=", b"A") + b"</a>"


def test_a_stray_character_costs_no_more_than_itself():
    data = sent(P1, archive=LARGE)
    at = data.find(b"Content-Type: application/zip")
    at = data.find(b"\r\n\r\n", at) + 5 + 77 * 300
    assert _failures(data[:at] + b"*" + data[at:]) == []


def test_the_word_for_a_run_is_never_the_same():
    data = sent(P1, archive=LARGE)
    assert Held.of(data).word != Held.of(data).word


def test_a_charset_that_is_none_is_left_as_it_is():
    document = read_document(sent(P1, told="=?utf-ô?Q?XDM/1.0/DDM+_PAT-TROIS_DOMINIQUE?="))
    assert document.facts.header("Subject") == "=?utf-ô?Q?XDM/1.0/DDM+_PAT-TROIS_DOMINIQUE?="


def test_a_forwarded_mail_that_cannot_be_written_again_is_said_to_be_unread():
    outer, header, inner = forwarded(P1).rpartition(b"\r\nContent-Type: multipart")
    # A separator of ASCII ends a line for the standard library, and none for who reads the mail.
    data = outer + header.replace(b"\r\nContent", b"\x1d") + inner
    found = {one.code: one for one in check(data)}
    assert found["mail-forwarded"].unjudged
    assert "bench-error" not in found
