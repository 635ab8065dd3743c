"""Queries to the DMP and retrievals, written here by hand."""

from __future__ import annotations

from xml.sax.saxutils import escape

from simulator.sinks.dmp.documents import REPOSITORY
from simulator.sinks.dmp.queries import FIND_DOCUMENTS, GET_DOCUMENTS

STATUS = "urn:oasis:names:tc:ebxml-regrep:StatusType:"


def soap(body, *, vihf=None):
    header = ""
    if vihf:
        header = (
            '<s:Header><w:Security xmlns:w="urn:x"><saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">'
            '<saml:Attribute Name="urn:oasis:names:tc:xacml:2.0:resource:resource-id"><saml:AttributeValue>'
            f"{escape(vihf)}</saml:AttributeValue></saml:Attribute></saml:Assertion></w:Security></s:Header>"
        )
    return (
        f'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">{header}<s:Body>{body}</s:Body></s:Envelope>'
    ).encode()


def ask(query, parameters, *, returns="LeafClass", vihf=None):
    slots = "".join(
        f'<r:Slot name="{name}"><r:ValueList><r:Value>{escape(value)}</r:Value></r:ValueList></r:Slot>'
        for name, value in parameters.items()
    )
    return soap(
        '<q:AdhocQueryRequest xmlns:q="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0" '
        'xmlns:r="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0">'
        f'<q:ResponseOption returnComposedObjects="true" returnType="{returns}"/>'
        f'<r:AdhocQuery id="{query}">{slots}</r:AdhocQuery></q:AdhocQueryRequest>',
        vihf=vihf,
    )


def find(patient, *, status=("Approved",), **options):
    states = ",".join(f"'{STATUS}{one}'" for one in status)
    return ask(
        FIND_DOCUMENTS,
        {"$XDSDocumentEntryPatientId": f"'{patient}'", "$XDSDocumentEntryStatus": f"({states})"},
        **options,
    )


def get(*, unique=(), uuids=()):
    given = {"$XDSDocumentEntryUniqueId": unique, "$XDSDocumentEntryEntryUUID": uuids}
    texts = {name: f"({','.join(map(repr, values))})" for name, values in given.items() if values}
    return ask(GET_DOCUMENTS, texts)


def retrieve(*unique_ids, repository=REPOSITORY, is_mtom=False):
    wanted = "".join(
        f"<DocumentRequest><RepositoryUniqueId>{repository}</RepositoryUniqueId><DocumentUniqueId>{one}"
        "</DocumentUniqueId></DocumentRequest>"
        for one in unique_ids
    )
    body = soap(
        f'<RetrieveDocumentSetRequest xmlns="urn:ihe:iti:xds-b:2007">{wanted}</RetrieveDocumentSetRequest>'
    )
    if not is_mtom:
        return body
    whole = (
        b'--b\r\nContent-Type: application/xop+xml; type="application/soap+xml"\r\nContent-ID: <r>\r\n\r\n'
        + body
        + b"\r\n--b--\r\n"
    )
    return 'multipart/related; type="application/xop+xml"; boundary="b"; start="<r>"', whole
