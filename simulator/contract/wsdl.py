"""The served WSDL: one document with the schemas inlined, so that no client needs the network."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from importlib.resources import files

from lxml import etree

_XSD = "http://www.w3.org/2001/XMLSchema"
_WSDL = "http://schemas.xmlsoap.org/wsdl/"
_SOAP12_BINDING = "http://schemas.xmlsoap.org/wsdl/soap12/"

INLINED_SCHEMAS = ("recsans", "recvitale", "resultat", "ctxbam", "ctxlps", "siram", "wsse", "wsa")
"""The schemas of the contract, by file name; the envelope's own schema is not part of a WSDL."""


def render_wsdl(location: str) -> bytes:
    """Return the WSDL with ``location`` (an absolute URL) as the address of the port."""
    root = deepcopy(_assembled())
    for address in root.iter(f"{{{_SOAP12_BINDING}}}address"):
        address.set("location", location)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


@cache
def _assembled() -> etree._Element:
    here = files("simulator.contract")
    parser = etree.XMLParser(remove_blank_text=True)
    root = etree.fromstring((here / "insi.wsdl").read_bytes(), parser)
    types = root.find(f"{{{_WSDL}}}types")
    if types is None:
        raise ValueError("insi.wsdl: expected an empty wsdl:types element, found none")
    for name in INLINED_SCHEMAS:
        schema = etree.fromstring((here / "xsd" / f"{name}.xsd").read_bytes(), parser)
        for reference in schema.iter(f"{{{_XSD}}}import"):
            reference.attrib.pop("schemaLocation", "")
        types.append(schema)
    return root
