"""The served WSDLs: each one document with the schemas inlined, so that no client needs the network.

The published contract and what the bench infers are two documents, so that nobody mistakes one for the other.
"""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from importlib.resources import files

from lxml import etree

_XSD = "http://www.w3.org/2001/XMLSchema"
_WSDL = "http://schemas.xmlsoap.org/wsdl/"
_SOAP12_BINDING = "http://schemas.xmlsoap.org/wsdl/soap12/"

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
    here = files("simulator.contract")
    name, schemas = ("insi-inferred.wsdl", INFERRED_SCHEMAS) if inferred else ("insi.wsdl", INLINED_SCHEMAS)
    parser = etree.XMLParser(remove_blank_text=True)
    root = etree.fromstring((here / name).read_bytes(), parser)
    types = root.find(f"{{{_WSDL}}}types")
    if types is None:
        raise ValueError(f"{name}: expected an empty wsdl:types element, found none")
    for schema_name in schemas:
        schema = etree.fromstring((here / "xsd" / f"{schema_name}.xsd").read_bytes(), parser)
        for reference in schema.iter(f"{{{_XSD}}}import"):
            reference.attrib.pop("schemaLocation", "")
        types.append(schema)
    return root
