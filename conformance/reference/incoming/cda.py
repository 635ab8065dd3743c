"""Reading a CDA R2: the patient of its header, its title and its identifier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.reference.incoming.arrived import Act, Arrived, UnreadableError, Values, date_of, ins_of
from simulator.xml import parsed

if TYPE_CHECKING:
    from lxml import etree

_NS: Final = {"v3": "urn:hl7-org:v3"}
MAX_BYTES: Final = 20 * 1024 * 1024


def read(content: bytes) -> Arrived:
    """Return what a CDA says.

    Raises:
        UnreadableError: it is too long, no XML, or no CDA with one patient.
    """
    if len(content) > MAX_BYTES:
        raise UnreadableError(f"CDA de {len(content)} octets, au plus {MAX_BYTES} sont lus")
    root = parsed(content, huge_tree=True)
    if root is None:
        raise UnreadableError("XML attendu, illisible")
    # A document that presents itself stands inside a style sheet.
    document = next(root.iter("{urn:hl7-org:v3}ClinicalDocument"), None)
    roles = [] if document is None else document.findall("v3:recordTarget/v3:patientRole", _NS)
    if document is None or len(roles) != 1:
        raise UnreadableError("CDA avec un patient attendu")
    parent = document.find("v3:relatedDocument[@typeCode='RPLC']", _NS)
    return Arrived(
        values=_values(roles[0]),
        identifiers=tuple(_identifiers(roles[0])),
        document=(document.findtext("v3:title", None, _NS) or "").strip() or "Document CDA",
        document_id=_attribute(document.find("v3:id", _NS), "root"),
        act=Act.NEW if parent is None else Act.REPLACES,
    )


def _values(role: etree._Element) -> Values:
    matricule, oid = ins_of(_identifiers(role))
    name = role.find("v3:patient/v3:name", _NS)
    birth_name = None if name is None else name.findtext("v3:family[@qualifier='BR']", None, _NS)
    names = [] if name is None else name.findall("v3:given", _NS)
    listed = [one.text for one in names if not one.get("qualifier")]
    first = [one.text for one in names if one.get("qualifier") == "BR"]
    return {
        "matricule": matricule,
        "oid": oid,
        "birth_name": birth_name,
        "first_names": listed[0] if listed else None,
        "first_name": first[0] if first else None,
        "birth_date": date_of(_attribute(role.find("v3:patient/v3:birthTime", _NS), "value")),
        "sex": _attribute(role.find("v3:patient/v3:administrativeGenderCode", _NS), "code") or None,
        "birth_place": role.findtext("v3:patient/v3:birthplace/v3:place/v3:addr/v3:county", None, _NS),
    }


def _identifiers(role: etree._Element) -> list[tuple[str, str]]:
    ids = [(one.get("root", ""), one.get("extension", "")) for one in role.findall("v3:id", _NS)]
    return [(root, value) for root, value in ids if value]


def _attribute(element: etree._Element | None, name: str) -> str:
    return "" if element is None else element.get(name, "")
