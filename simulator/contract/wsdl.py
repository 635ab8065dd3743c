"""The served WSDLs: each one document with the schemas inlined, so that no client needs the network.

The published contract and what the bench infers are two documents, so that nobody mistakes one for the other.
"""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from importlib.resources import files

from lxml import etree

from simulator.xml import own_parser

_XSD = "http://www.w3.org/2001/XMLSchema"
_SOAP12_BINDING = "http://schemas.xmlsoap.org/wsdl/soap12/"

_NO_TYPES = b"<wsdl:types/>"

_HEADERS = ("ctxbam", "ctxlps", "siram", "wsse", "wsa")

INLINED_SCHEMAS = ("recsans", "recvitale", "resultat", *_HEADERS)
"""The schemas of the published contract, by file name; the envelope's own schema is not part of a WSDL."""

LOT_SCHEMAS = ("lot-deposit-request", "lot-deposit-answer", "lot-collect-request", "lot-collect-answer")
"""Those of the bulk verification."""

INFERRED_SCHEMAS = ("verification-request", "verification-answer", *LOT_SCHEMAS, *_HEADERS)
"""Those of the operations that nobody has published."""


def render_wsdl(location: str, *, inferred: bool = False) -> bytes:
    """Return a WSDL with ``location`` (an absolute URL) as the address of the port.

    Without ``inferred``, the published contract; with it, the operations whose contract is ours.
    """
    root = deepcopy(_assembled(inferred=inferred))
    for address in root.iter(f"{{{_SOAP12_BINDING}}}address"):
        address.set("location", location)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


@cache
def _assembled(*, inferred: bool) -> etree._Element:
    name, schemas = ("insi-inferred.wsdl", INFERRED_SCHEMAS) if inferred else ("insi.wsdl", INLINED_SCHEMAS)
    inlined = b"".join(etree.tostring(_schema(schema)) for schema in schemas)
    document = (files("simulator.contract") / name).read_bytes()
    if document.count(_NO_TYPES) != 1:
        raise ValueError(f"{name}: expected one empty wsdl:types element, found {document.count(_NO_TYPES)}")
    # As text: a node grafted by lxml loses the namespace declarations that its new parents have under another
    # prefix, and with its default namespace the meaning of every type="Name" in it.
    whole = document.replace(_NO_TYPES, b"<wsdl:types>" + inlined + b"</wsdl:types>")
    return etree.fromstring(whole, own_parser(remove_blank_text=True))


def _schema(name: str) -> etree._Element:
    content = (files("simulator.contract") / "xsd" / f"{name}.xsd").read_bytes()
    schema = etree.fromstring(content, own_parser(remove_blank_text=True))
    for reference in schema.iter(f"{{{_XSD}}}import"):
        reference.attrib.pop("schemaLocation", "")
    return schema
