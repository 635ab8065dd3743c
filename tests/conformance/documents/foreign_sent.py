"""IHE_XDM archives and submissions to the DMP as other software packs them; and the same with one wrong trait."""

from __future__ import annotations

import base64
import hashlib
import io
import struct
import zipfile

from foreign_cda import header, unstructured
from foreign_cda import utf8 as cda
from foreign_lots import (
    ARC,
    RIM,
    RS,
    chunked,
    cx,
    entry,
    envelope,
    info,
    lot,
    mtom,
    packed,
    plain,
    sha1,
    slot,
    zipped,
)
from foreign_people import AJACCIO, LEA, REAL, TOUR
from papers import right
from people import NIA, P1, P2

QUERY = '<query:AdhocQueryRequest xmlns:query="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"><AdhocQuery xmlns="{}" id="urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d">{}</AdhocQuery></query:AdhocQueryRequest>'


def retrieved(identity):
    return envelope(
        '<RetrieveDocumentSetResponse xmlns="urn:ihe:iti:xds-b:2007"><DocumentResponse><RepositoryUniqueId>1.2</RepositoryUniqueId><DocumentUniqueId>1.3</DocumentUniqueId>'
        f"<mimeType>text/xml</mimeType><Document>{base64.b64encode(cda(identity)).decode()}</Document></DocumentResponse></RetrieveDocumentSetResponse>", vihf="",
        action="urn:ihe:iti:2007:RetrieveDocumentSetResponse",
    )  # fmt: skip


def found(identity):
    return envelope(
        f'<AdhocQueryResponse xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0" status="x"><RegistryObjectList xmlns="{RIM}">{entry("", "urn:uuid:1", cda(identity), identity, uri="")}</RegistryObjectList></AdhocQueryResponse>',
        vihf="",
        action="x",
    )


SIGNED = b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo/></ds:Signature>'
FORMAT = '<rim:Classification classificationScheme="urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d" classifiedObject="sig" id="f" nodeRepresentation="http://www.w3.org/2000/09/xmldsig#"/>'


def signed():
    """A lot with the signature that the DMP wants."""
    name = "urn:uuid:1"
    documents = {name: cda(TOUR), "sig": SIGNED}
    text = plain(TOUR, documents).decode()
    head, mark, rest = text.partition('<rim:ExtrinsicObject id="sig"')
    return (
        head + mark + rest.replace("</rim:ExtrinsicObject>", FORMAT + "</rim:ExtrinsicObject>", 1)
    ).encode()


def _two(identity=TOUR, other=None):
    return {"DOC00001.XML": cda(identity), "DOC00002.XML": cda(other or identity, code="11488-4")}


def _pdf_too():
    documents = {
        "DOC00001.XML": cda(P1, body=unstructured(right(P1)), code="11488-4"),
        "DOC00002.PDF": right(P1),
    }
    return packed(P1, documents)


def _sfx():
    """An archive behind other bytes."""
    return b"PK00" + packed(TOUR)


def _with_extra_fields():
    out = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(packed(TOUR)))
    with source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        for item in source.infolist():
            told = zipfile.ZipInfo(item.filename, (2026, 6, 1, 10, 15, 0))
            told.compress_type, told.create_system = zipfile.ZIP_DEFLATED, 3
            told.external_attr, told.extra = 0o644 << 16, struct.pack("<HHBL", 0x5455, 5, 1, 1780000000)
            with archive.open(told, "w", force_zip64=True) as target:
                target.write(source.read(item))
    return out.getvalue()


RIGHT = {
    "archive": (TOUR, lambda: packed(TOUR)),
    "archive of Corsica": (AJACCIO, lambda: packed(AJACCIO)),
    "archive in production": (REAL, lambda: packed(REAL)),
    "archive of a waiting number": (NIA, lambda: packed(NIA, told=info(NIA, _3=None))),
    "no prefix": (TOUR, lambda: packed(TOUR, p="")),
    "another prefix": (TOUR, lambda: packed(TOUR, p="ns2:")),
    "entries of folders": (TOUR, lambda: packed(TOUR, directories=True)),
    "stored, not deflated": (TOUR, lambda: packed(TOUR, stored=True)),
    "sizes after the files": (TOUR, lambda: packed(TOUR, streamed=True)),
    "zip64, times and rights": (TOUR, _with_extra_fields),
    "a comment": (TOUR, lambda: packed(TOUR, comment=b"LGO")),
    "slots in another order": (TOUR, lambda: packed(TOUR, shuffled=True)),
    "metadata in ISO-8859-1": (TOUR, lambda: packed(TOUR, declaration='<?xml version="1.0" encoding="ISO-8859-1"?>', encoding="latin-1")),
    "two documents": (TOUR, lambda: packed(TOUR, _two())),
    "two subsets": (TOUR, lambda: packed(TOUR, more=[("IHE_XDM/SUBSET02/METADATA.XML", lot(TOUR, {"DOC00001.XML": cda(TOUR)})), ("IHE_XDM/SUBSET02/DOC00001.XML", cda(TOUR))])),
    "PDF beside the CDA": (P1, _pdf_too),
    "style sheet and pictures for the index": (TOUR, lambda: packed(TOUR, more=[("IHE_XDM/SUBSET01/CDA.XSL", b"<xsl:stylesheet xmlns:xsl='http://www.w3.org/1999/XSL/Transform'/>"), ("LOGO.PNG", b"\x89PNG\r\n\x1a\n"), ("STYLE.CSS", b"a{}")])),
    "the address of a file with a point": (TOUR, lambda: packed(TOUR, uri="./DOC00001.XML")),
    "an address in pieces": (TOUR, lambda: packed(TOUR, uri="1|DOC00001.XML")),
    "hash in capitals": (TOUR, lambda: packed(TOUR, digest=sha1(cda(TOUR)).upper())),
    "INS as source": (TOUR, lambda: packed(TOUR, source=cx(TOUR))),
    "date after the type": (TOUR, lambda: packed(TOUR, patient=cx(TOUR, tail="^^20240101"), set_patient=cx(TOUR, tail="^^20240101"))),
    "few facts of the source": (TOUR, lambda: packed(TOUR, told=info(TOUR, _3=None, _11=None, _13=None))),
    "source with a name used first": (TOUR, lambda: packed(TOUR, told=info(TOUR, _5="Nomusuel^Jeff^^^^^D~DE LA TOUR D'AUVERGNE^JEAN-FRANCOIS^^^^^L"))),
    "source in fields of one name": (LEA, lambda: packed(LEA, told=["PID-5|NGUYEN^LEA^^^^^L", "PID-7|19921201", "PID-8|F"])),
    "index in small letters": (TOUR, lambda: packed(TOUR, root={"index.htm": "<html/>", "readme.txt": "x"})),
    "submission": (TOUR, lambda: plain(TOUR)),
    "submission, other prefixes": (TOUR, lambda: plain(TOUR, p="env")),
    "submission with a signature": (TOUR, signed),
    "MTOM": (TOUR, lambda: mtom(TOUR)),
    "MTOM without HTTP": (TOUR, lambda: mtom(TOUR, http=False)),
    "MTOM, mark without quotes": (TOUR, lambda: mtom(TOUR, quoted=False)),
    "MTOM without start": (TOUR, lambda: mtom(TOUR, start=False)),
    "MTOM, root last": (TOUR, lambda: mtom(TOUR, root_last=True)),
    "MTOM with line feeds": (TOUR, lambda: mtom(TOUR, end="\n")),
    "MTOM in base64": (TOUR, lambda: mtom(TOUR, encoding="base64")),
    "MTOM, content id with a plus": (TOUR, lambda: mtom(TOUR, cid="a+{}@lgo.example")),
    "MTOM in chunks": (TOUR, lambda: chunked(mtom(TOUR))),
    "MTOM in gzip": (TOUR, lambda: zipped(mtom(TOUR))),
    "MTOM of two documents": (TOUR, lambda: mtom(TOUR, {"d1": cda(TOUR), "d2": cda(TOUR, code="11488-4")})),
    "resource of the assertion as a bare number": (TOUR, lambda: plain(TOUR, vihf=TOUR.matricule.value)),
    "query": (TOUR, lambda: envelope(QUERY.format(RIM, slot("", "$XDSDocumentEntryPatientId", f"'{cx(TOUR)}'") + slot("", "$XDSDocumentEntryStatus", "('x')")), TOUR)),
    "answer of a query": (TOUR, lambda: found(TOUR)),
    "retrieved document": (TOUR, lambda: retrieved(TOUR)),
    "answer of the DMP": (TOUR, lambda: envelope(f'<rs:RegistryResponse xmlns:rs="{RS}" status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"/>', vihf="", action="x")),
}  # fmt: skip

TWIN = {"DOC00001.XML": cda(P1), "DOC00002.XML": cda(P2, code="11488-4")}


def _damaged():
    data = bytearray(packed(P1, stored=True))
    at = data.find(b"PAT-TROIS</family>")
    data[at] ^= 0xFF
    return bytes(data)


WRONG = {
    "type INS": (P1, lambda: packed(P1, patient=cx(P1, code="INS")), "xds-identifier-type", "ExternalIdentifier"),
    "type INS-C": (P1, lambda: packed(P1, set_patient=cx(P1, code="INS-C")), "xds-identifier-type", "RegistryPackage"),
    "type PI": (P1, lambda: packed(P1, source=cx(P1, code="PI")), "xds-identifier-type", "Slot"),
    "no type": (P1, lambda: plain(P1, patient=cx(P1).replace("^NH", "")), "xds-identifier-type", "ExternalIdentifier"),
    "name of the authority": (P1, lambda: plain(P1, patient=cx(P1, name="ASIP-SANTE-INS-NIR")), "xds-authority-name", "ExternalIdentifier"),
    "OID in place of the name": (P1, lambda: packed(P1, patient=f"{P1.matricule.value}^^^{P1.oid}^NH"), "matricule-without-oid", "ExternalIdentifier"),
    "bare number": (P1, lambda: packed(P1, patient=P1.matricule.value), "matricule-without-oid", "ExternalIdentifier"),
    "real OID in the lot, test OID in the document": (P1, lambda: packed(P1, set_patient=cx(P1, oid=f"{ARC}.8")), "oid-contradicts", "RegistryPackage"),
    "OID of the billing number": (P1, lambda: plain(P1, patient=cx(P1, oid=f"{ARC}.13"), set_patient=cx(P1, oid=f"{ARC}.13"), vihf=cx(P1, oid=f"{ARC}.13")), "ins-missing", ""),
    "another number in the lot": (P1, lambda: packed(P1, set_patient=cx(P2)), "matricule-contradicts", "RegistryPackage"),
    "another number in the assertion": (P1, lambda: mtom(P1, vihf=cx(P2)), "matricule-contradicts", "AttributeValue"),
    "another OID in the assertion": (P1, lambda: mtom(P1, vihf=cx(P1, oid=f"{ARC}.8")), "oid-contradicts", "AttributeValue"),
    "key": (P1, lambda: packed(P1, patient=cx(P1, number="279035121518990")), "matricule-key", "ExternalIdentifier"),
    "local number as patient": (P1, lambda: packed(P1, patient="P000123^^^&1.2.250.1.999.7.42&ISO^PI", set_patient="P000123^^^&1.2.250.1.999.7.42&ISO^PI"), "ins-missing", ""),
    "source of another name": (P1, lambda: packed(P1, told=info(P1, _5="NESSI^RUTH^^^^^L")), "birth-name-differs", "Value"),
    "source with the name used as legal": (P1, lambda: packed(P1, told=info(P1, _5="DURAND^DOMINIQUE^^^^^L")), "birth-name-differs", "Value"),
    "source with another date": (P1, lambda: packed(P1, told=info(P1, _7="19790329")), "birth-date-differs", "Value"),
    "source with a French date": (P1, lambda: packed(P1, told=info(P1, _7="28/03/1979")), "birth-date-contradicts", "Value"),
    "source with another sex": (P1, lambda: plain(P1, told=info(P1, _8="M")), "sex-differs", "Value"),
    "source with the figure of the sex": (P1, lambda: plain(P1, told=info(P1, _8="2")), "sex-differs", "Value"),
    "source with another place": (P1, lambda: plain(P1, told=info(P1, _11="^^^^^^BDL^^63220")), "birth-place-differs", "Value"),
    "source with the number of another": (P1, lambda: packed(P1, told=info(P1, _3=f"{P2.matricule.value}^^^&{P2.oid}&ISO^INS")), "matricule-differs", "Value"),
    "hash of the zip": (P1, lambda: packed(P1, digest="0" * 40), "xds-hash", "ExtrinsicObject"),
    "hash in SHA-256": (P1, lambda: packed(P1, digest=hashlib.sha256(cda(P1)).hexdigest()), "xds-hash", "ExtrinsicObject"),
    "hash in base64": (P1, lambda: packed(P1, digest=base64.b64encode(bytes.fromhex(sha1(cda(P1)))).decode()), "xds-hash", "ExtrinsicObject"),
    "size in characters": (TOUR, lambda: packed(TOUR, size=str(len(cda(TOUR).decode()))), "xds-size", "ExtrinsicObject"),
    "one document of another": (P1, lambda: packed(P1, TWIN), "matricule-differs", "DOC00002.XML"),
    "file that is not there": (P1, lambda: packed(P1, uri="DOC00009.XML"), "xdm-missing-document", "ExtrinsicObject"),
    "no address of the file": (P1, lambda: packed(P1, uri=""), "xdm-no-uri", "ExtrinsicObject"),
    "file not described": (P1, lambda: packed(P1, more=[("IHE_XDM/SUBSET01/DOC00007.XML", cda(P1))]), "xdm-orphan", "DOC00007.XML"),
    "file of another not described": (P1, lambda: packed(P1, more=[("IHE_XDM/SUBSET01/DOC00007.XML", cda(P2))]), "matricule-differs", "DOC00007.XML"),
    "no index": (P1, lambda: packed(P1, root={"README.TXT": "x"}), "xdm-tree", "INDEX.HTM"),
    "no metadata": (P1, lambda: packed(P1).replace(b"METADATA.XML", b"METADATA.TXT"), "xdm-no-metadata", ""),
    "metadata that do not parse": (P1, lambda: packed(P1, metadata=b"<lcm:SubmitObjectsRequest>"), "xml-malformed", "METADATA.XML"),
    "metadata at the root": (P1, lambda: packed(P1, folder=""), "xdm-names", "METADATA.XML"),
    "metadata in UTF-16 called UTF-8": (P1, lambda: packed(P1, metadata=lot(P1, {"DOC00001.XML": cda(P1)}).encode("latin-1").replace(b"Note", b"Not\xe9")), "xml-malformed", "METADATA.XML"),
    "Windows paths": (P1, lambda: packed(P1, folder="IHE_XDM\\SUBSET01\\"), "zip-backslashes", "IHE_XDM"),
    "no document in the lot": (P1, lambda: plain(P1, names="autre"), "xds-missing-document", "ExtrinsicObject"),
    "part not there": (P1, lambda: mtom(P1).replace(b"content-id: <0@lgo>", b"content-id: <1@lgo>"), "mtom-missing-part", "Document"),
    "document of another in MTOM": (P1, lambda: mtom(P1, {"d": cda(P2)}), "matricule-differs", "id[1]/@extension"),
    "query for another": (P1, lambda: envelope(QUERY.format(RIM, slot("", "$XDSDocumentEntryPatientId", f"'{cx(P2)}'")), P1), "matricule-contradicts", "Slot"),
    "query without quotes and type": (P1, lambda: envelope(QUERY.format(RIM, slot("", "$XDSDocumentEntryPatientId", f"{P1.matricule.value}^^^&{P1.oid}&ISO^INS")), P1), "xds-identifier-type", "Slot"),
    "answer with the document of another": (P1, lambda: retrieved(P2), "matricule-differs", "id[1]/@extension"),
    "CDA without INS in a lot with one": (P1, lambda: packed(P1, {"DOC00001.XML": cda(P1, header_of=header(P1, identifiers='<id root="1.2.3" extension="7"/>'))}), "ins-in-one-only", "patientRole"),
    "damaged member": (P1, _damaged, "zip-malformed", "DOC00001.XML"),
}  # fmt: skip
