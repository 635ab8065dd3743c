"""Letters and labels of other programs: HTML, RTF, word processors, printers, HL7 v2 in XML, files in the text of a mail."""

from __future__ import annotations

import binascii
import io
import zipfile

from people import TEST_OID, compact_date, first_name

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OPEN = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "meta")
)


def html(lines, more=""):
    rows = "".join(
        "<tr><th>{}&nbsp;:</th><td>{}</td></tr>".format(*line.split(" : ", 1))
        for line in lines
        if " : " in line
    )
    return f"<!DOCTYPE html><html><head><title>CR</title></head><body><table>{rows}</table>{more}</body></html>".encode()


def rtf(lines):
    told = [
        "".join(sign if ord(sign) < 128 else f"\\'{sign.encode('cp1252').hex()}" for sign in line)
        for line in lines
    ]
    return (
        "{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Arial;}}\\f0\\fs22 " + "\\par\n".join(told) + "\\par}"
    ).encode()


def _zipped(files, kind=None):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if kind:
            archive.writestr("mimetype", kind, zipfile.ZIP_STORED)
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def docx(lines, header="", more=None):
    def paragraph(line):
        # A word processor cuts a text where its looks or its history change.
        runs = [line[start : start + 7] for start in range(0, len(line), 7)]
        return f"<w:p>{''.join(f'<w:r><w:rPr><w:b/></w:rPr><w:t>{run}</w:t></w:r>' for run in runs)}</w:p>"

    body = "".join(map(paragraph, lines))
    return _zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f"<w:document {WORD}><w:body>{body}</w:body></w:document>",
            "word/header1.xml": f"<w:hdr {WORD}>{paragraph(header)}</w:hdr>",
            **(more or {}),
        }
    )


def odt(lines, meta=""):
    body = "".join(f"<text:p>{line.replace('  ', '<text:s/>')}</text:p>" for line in lines)
    return _zipped(
        {
            "content.xml": f"<office:document-content {OPEN}><office:text>{body}</office:text></office:document-content>",
            "meta.xml": f"<office:document-meta {OPEN}><meta:user-defined>{meta}</meta:user-defined></office:document-meta>",
        },
        "application/vnd.oasis.opendocument.text",
    )


def zpl(lines, payload=""):
    fields = "".join(f"^FO20,{30 * number}^A0N,28,28^FD{line}^FS\n" for number, line in enumerate(lines))
    if payload:
        fields += f"^FO400,20^BXN,4,200^FH_^FD{payload.replace(chr(29), '_1D')}^FS\n"
    return f"^XA^CI28^PW800\n{fields}^XZ\n".encode()


def tspl(lines, payload=""):
    told = "".join(f'TEXT 20,{30 * number},"3",0,1,1,"{line}"\r\n' for number, line in enumerate(lines))
    if payload:
        told += f'DMATRIX 400,20,200,200,x4,"{payload.replace(chr(29), "~d029")}"\r\n'
    return f"SIZE 50 mm,25 mm\r\nCLS\r\n{told}PRINT 1\r\n".encode()


def v2_xml(identity, *, ins=True, number=None, family=None, status="VALI"):
    def cx(value, name, oid, code):
        return (
            f"<PID.3><CX.1>{value}</CX.1><CX.4><HD.1>{name}</HD.1><HD.2>{oid}</HD.2><HD.3>ISO</HD.3></CX.4>"
            f"<CX.5>{code}</CX.5></PID.3>"
        )

    traits = identity.traits
    ids = cx("OFF-0001", "PHARMA", "1.2.3.4.5.6", "PI")
    if ins:
        ids += cx(number or identity.matricule.value, "ASIP-SANTE-INS-NIR", identity.oid, "INS")
    return (
        '<?xml version="1.0"?><ADT_A05 xmlns="urn:hl7-org:v2xml"><MSH><MSH.1>|</MSH.1><MSH.2>^~\\&amp;</MSH.2>'
        "<MSH.9><MSG.1>ADT</MSG.1><MSG.2>A28</MSG.2></MSH.9></MSH>"
        f"<PID>{ids}<PID.5><XPN.1><FN.1>{family or traits.birth_name}</FN.1></XPN.1><XPN.2>{first_name(identity)}</XPN.2>"
        f"<XPN.3>{traits.first_names}</XPN.3><XPN.7>L</XPN.7></PID.5><PID.7><TS.1>{compact_date(identity)}</TS.1></PID.7>"
        f"<PID.8>{traits.sex}</PID.8><PID.11><XAD.7>BDL</XAD.7><XAD.9>{traits.birth_place}</XAD.9></PID.11>"
        f"<PID.32>{status}</PID.32></PID></ADT_A05>"
    ).encode()


def uuencoded(content, *, declared):
    lines = [content[start : start + 45] for start in range(0, len(content), 45)]
    told = b"begin 644 note.txt\n" + b"".join(map(binascii.b2a_uu, lines)) + b"`\nend\n"
    head = b"From: a@p.mssante.fr\nTo: b@h.mssante.fr\nSubject: x\nMessage-ID: <1@p>\nX-MSS-NIL: 1\n"
    if declared:
        kind = (
            b"Content-Type: application/octet-stream; name=note.txt\nContent-Transfer-Encoding: x-uuencode\n"
        )
        return head + b"MIME-Version: 1.0\n" + kind + b"\n" + told
    return head + b"\nVoir la note :\n" + told


def image_file(number):
    """The head of a DICOM image whose patient has this number."""
    told = b"".join(
        len(value).to_bytes(2, "little") + value
        for value in (b"PAT-TROIS^DOMINIQUE ", number.encode() + b" ")
    )
    return b"\0" * 128 + b"DICM" + told


def calendar(text):
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:Vaccination\r\n{text}END:VEVENT\r\nEND:VCALENDAR\r\n".encode()


def yaml(text):
    return f"patients:\n  - nom_naissance: PAT-TROIS\n    date_naissance: 1979-03-28\n{text}    oid: {TEST_OID}\n".encode()
