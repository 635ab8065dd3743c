"""The one place where the bench writes a SOAP envelope; what dialects and clients do differently are parameters."""

from __future__ import annotations

from typing import Final

from simulator.contract.names import SOAP12

DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>'
"""The XML declaration of every message that the bench writes."""


def around_body(
    *, header: str = "", body: str = "soap", declared: str = "", after: str = "", namespace: str = SOAP12
) -> tuple[str, str]:
    """Return a SOAP 1.2 message up to the content of its Body, and from there to its end.

    Args:
        header: the blocks of the Header, written; without any there is no Header.
        body: prefix of the Body, when it is not that of the Envelope; ``declared`` must then declare it.
        declared: namespace declarations on the Body, each with a space before it.
        after: what stands between the XML declaration and the Envelope.
        namespace: of the Envelope: that of SOAP 1.1 for who called so.
    """
    blocks = f"<soap:Header>{header}</soap:Header>" if header else ""
    return (
        f'{DECLARATION}{after}<soap:Envelope xmlns:soap="{namespace}">{blocks}<{body}:Body{declared}>',
        f"</{body}:Body></soap:Envelope>",
    )


def envelope(content: str, *, header: str = "", namespace: str = SOAP12) -> str:
    """Return a whole SOAP message around the content of its Body, both written already."""
    opening, closing = around_body(header=header, namespace=namespace)
    return f"{opening}{content}{closing}"
