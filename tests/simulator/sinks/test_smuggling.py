"""A mail within a mail: what one server takes for one mail, no other may take for two."""

from __future__ import annotations

import smtplib

import pytest

from .conftest import PATIENT

HOST = "127.0.0.1"
ENDS = (
    b"\n.\n",
    b"\r.\r",
    b"\n.\r\n",
    b"\r\n.\n",
    b"\r\n.\r",
    b"\r.\r\n",
    b"\r\n\x00.\r\n",
    b"\r\n.\x00\r\n",
)


@pytest.mark.parametrize("end", ENDS, ids=repr)
def test_no_other_end_of_a_mail_begins_another(mail, end):
    """RFC 5321 §4.1.1.4: only CR LF . CR LF ends a mail; relays that disagree let a client smuggle one (2023)."""
    smuggled = (
        b"MAIL FROM:<evil@x.fr>\r\nRCPT TO:<victim@x.fr>\r\nDATA\r\nSubject: smuggled\r\n\r\nx\r\n.\r\n"
    )
    with smtplib.SMTP(HOST, mail.smtp) as client:
        client.ehlo()
        client.mail("officine@x.fr")
        client.rcpt(PATIENT)
        client.putcmd("DATA")
        assert client.getreply()[0] == 354
        client.send(b"Subject: first\r\n\r\nfirst" + end + smuggled)
        code, _ = client.getreply()
        # What follows the end that counts: the rest of one mail, and no command of another.
        client.rset()
    assert code in {250, 500, 501, 550, 554}
    kept = mail.store.items()
    assert len(kept) <= 1
    for one in kept:
        assert one.sender == "officine@x.fr"
        assert one.recipients == (PATIENT,)
        assert b"smuggled" in mail.store.content(one.id)
