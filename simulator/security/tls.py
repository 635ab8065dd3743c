"""The TLS contexts: of the mutual TLS port, and of clients that were told of no authority.

The handshake of the port asks for a client certificate and checks that an authority of the bench issued it for clients.
Validity dates, revocation, strength of the key and name are left to ``check_client_certificate``: they then
follow the clock of the session, and the tester gets a fault with its explanation instead of a dropped
connection. What the real gateway does at which level is not established.
"""

from __future__ import annotations

import ssl
from functools import cache
from typing import TYPE_CHECKING, Final

from simulator.security.handshakes import TellingContext

if TYPE_CHECKING:
    from pathlib import Path

_NO_CHECK_TIME: Final = 0x200000
"""``X509_V_FLAG_NO_CHECK_TIME`` of OpenSSL, which the ssl module does not name."""
_CIPHERS: Final = "DEFAULT:@SECLEVEL=1"
"""Level 1 lets weak keys through the handshake, to be refused with an explanation."""


def one_way_tls_context(chain: Path, key: Path) -> ssl.SSLContext:
    """Return the context of a server that wants no client certificate.

    It takes what the mutual TLS port takes: a client of 2012 that speaks TLS 1.2 without the suites of today is a legal one, and
    what the real gateway offers is not established.

    Args:
        chain: certificate of the server and its authority, PEM.
        key: its private key, PEM.

    Raises:
        OSError: a file cannot be read.
        ssl.SSLError: a file is not what is expected.
    """
    context = TellingContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Shaking hands again and again costs a server ten times what it costs its client.
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.set_ciphers(_CIPHERS)
    context.load_cert_chain(chain, key)
    return context


def mutual_tls_context(chain: Path, key: Path, authorities: Path) -> ssl.SSLContext:
    """Return the context of a server that wants a client certificate.

    Args:
        chain: certificate of the server and its authority, PEM.
        key: its private key, PEM.
        authorities: those of the clients, one PEM file.

    Raises:
        OSError: a file cannot be read.
        ssl.SSLError: a file is not what is expected.
    """
    context = one_way_tls_context(chain, key)
    context.load_verify_locations(authorities)
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VerifyFlags(_NO_CHECK_TIME)
    return context


@cache
def usual_tls() -> ssl.SSLContext:
    """Return the context of a client that was told of no authority: making one costs more than ten calls."""
    return ssl.create_default_context()
