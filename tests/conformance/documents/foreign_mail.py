"""Mails as other software sends them: nestings, encodings, names of files, headers; and the same with one wrong trait."""

from __future__ import annotations

import base64
import quopri
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import encode_rfc2231

from foreign_cda import header, unstructured
from foreign_cda import utf8 as cda
from foreign_lots import packed
from foreign_people import AJACCIO, ALGIERS, LEA, TOUR
from papers import right
from people import NIA, P1, P2, first_name, french

BOUNDARY = "=_NextPart_0001"


def subject(identity, *, date=True, label="Note de vaccination", name=None, first=None):
    told = f"XDM/1.0/DDM+{label} {name or identity.traits.birth_name} {first or first_name(identity)}"
    return f"{told} {french(identity)}" if date else told


def heads(
    identity,
    *,
    to="Dr BETA <h.beta@hopital.mssante.fr>",
    ins="O",
    nil="1234",
    code="87273-9",
    told=None,
    more=(),
):
    made = [
        ("Received", "from mx.pharmacie.mssante.fr (mx [10.0.0.1])\r\n\tby in.hopital.mssante.fr; Mon, 01 Jun 2026 10:15:00 +0200"),
        ("From", "=?utf-8?Q?Pharmacien_H=C3=A9lo=C3=AFse_BETA_Pharmacie?= <officine@pharmacie.mssante.fr>"), ("To", to),
        ("Subject", told if told is not None else subject(identity)), ("Date", "Mon, 01 Jun 2026 10:15:00 +0200"),
        ("Message-ID", "<a1@pharmacie.mssante.fr>"), ("MIME-Version", "1.0"), ("X-MSS-INS", ins), ("X-MSS-NIL", nil), ("X-MSS-CODECDA", code),
        ("Disposition-Notification-To", "officine@pharmacie.mssante.fr"), *more,
    ]  # fmt: skip
    return [(name, value) for name, value in made if value is not None]


def part(kind, content, *, encoding="base64", disposition=None, name=None, end="\r\n", extra=""):
    if encoding == "base64":
        body = base64.encodebytes(content).replace(b"\n", end.encode())
    elif encoding == "quoted-printable":
        body = quopri.encodestring(content).replace(b"\n", end.encode())
    else:
        body = content
    told = [f"Content-Type: {kind}", f"Content-Transfer-Encoding: {encoding}"]
    if disposition or name:
        told.append(
            f"Content-Disposition: {disposition or 'attachment'}" + (f";{end} {name}" if name else "")
        )
    return (end.join([*told, *([extra] if extra else [])]) + end * 2).encode() + body


def multi(kind, *parts, boundary=BOUNDARY, end="\r\n", top=False):
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"{end}{end}'
    body = b"".join(f"--{boundary}{end}".encode() + one + end.encode() for one in parts)
    preamble = f"This is a multi-part message in MIME format.{end}" if top else ""
    return head.encode() + preamble.encode() + body + f"--{boundary}--{end}".encode()


def message(headers, body, end="\r\n"):
    return "".join(f"{name}: {value}{end}" for name, value in headers).encode("utf-8") + body


TEXT = part(
    "text/plain; charset=iso-8859-1",
    "Bonjour, voici la note de vaccination établie à l'officine.".encode("latin-1"),
    encoding="quoted-printable",
)
HTML = part("text/html; charset=utf-8", "<p>Bonjour, voici la note établie</p>".encode(), encoding="8bit")
LOGO = part(
    "image/gif", b"GIF89a", disposition="inline", name='filename="logo.gif"', extra="Content-ID: <logo>"
)
ZIP = 'filename="IHE_XDM.zip"'


def zipped(archive, kind="application/zip", name=ZIP, **options):
    return part(kind, archive, name=name, **options)


def paper(identity, name=None, **options):
    told = (
        name
        or f'filename="20260601_NOTE_{identity.traits.birth_name.replace(" ", "-").replace(chr(39), "-")}_{first_name(identity)}.pdf"'
    )
    return part("application/pdf", right(identity, **options), name=told)


def sent(identity, *, archive=None, pdf=None, parts=None, body=TEXT, **options):
    attached = (
        parts if parts is not None else [body, zipped(archive or packed(identity)), pdf or paper(identity)]
    )
    return message(heads(identity, **options), multi("mixed", *attached, top=True))


def _encoded_subject(identity, charset, method):
    told = subject(identity, label="Évaluation à l'officine")
    header_ = Header(told, charset, header_name="Subject", maxlinelen=60)
    if method == "b":
        return header_.encode(linesep="\r\n")
    words = [
        quopri.encodestring(told[at : at + 20].encode(charset), quotetabs=True, header=True)
        .decode()
        .replace("?", "=3F")
        .replace("=\n", "")
        for at in range(0, len(told), 20)
    ]
    return "\r\n ".join(f"=?{charset}?Q?{word}?=" for word in words)


def _library(identity, policy):
    made = EmailMessage(policy=policy)
    for name, value in heads(identity)[1:]:
        if name != "MIME-Version":
            made[name] = value.replace("\r\n", "")
    made.set_content("Bonjour, voilà", cte="quoted-printable")
    made.add_alternative("<p>Bonjour, voilà</p>", subtype="html")
    made.add_attachment(
        packed(identity), maintype="application", subtype="octet-stream", filename="IHE_XDM.ZIP"
    )
    made.add_attachment(
        right(identity),
        maintype="application",
        subtype="pdf",
        filename=f"20260601_NOTE_{identity.traits.birth_name}_{first_name(identity)}.pdf",
    )
    return made.as_bytes()


def _rfc2231(name):
    told = encode_rfc2231(name, "utf-8", "fr")
    return f"filename*={told}"


def _continued(name):
    half = len(name) // 2
    return f'filename*0="{name[:half]}";\r\n filename*1="{name[half:]}"'


NAME = "20260601_NOTE_NGUYEN_LEA_42.pdf"
REPORT = cda(P1, body=unstructured(right(P1)), code="11488-4")


def forwarded(identity):
    inside = sent(identity)
    return message(
        heads(identity, ins=None, code=None, told="Fwd: note"),
        multi(
            "mixed",
            TEXT,
            part("message/rfc822", inside, encoding="8bit", name='filename="note.eml"'),
            boundary="outer",
        ),
    )


def report(identity):
    """What comes back when the receiver could not file the document."""
    machine = part(
        "message/disposition-notification",
        b"Final-Recipient: rfc822;h.beta@hopital.mssante.fr\r\nOriginal-Message-ID: <a1@pharmacie.mssante.fr>\r\nDisposition: automatic-action/MDN-sent-automatically; processed/Error: 904^INS\r\n",
        encoding="7bit",
    )
    told = f"[KO Intégration système !][904] {subject(identity)}"
    return message(
        heads(identity, ins=None, code=None, told=Header(told, "utf-8").encode()),
        multi("report; report-type=disposition-notification", TEXT, machine),
    )


RIGHT = {
    "usual": (TOUR, lambda: sent(TOUR)),
    "Reunion": (LEA, lambda: sent(LEA)),
    "Corsica": (AJACCIO, lambda: sent(AJACCIO)),
    "born abroad": (ALGIERS, lambda: sent(ALGIERS)),
    "waiting number": (NIA, lambda: sent(NIA, archive=packed(NIA, told=["PID-5|PROVISOIRE^MATRICULE^^^^^L"]))),
    "to the patient": (LEA, lambda: sent(LEA, to=f"{LEA.matricule.value}@patient.mssante.fr")),
    "to the patient with a name and the end": (LEA, lambda: sent(LEA, to=f'"LEA NGUYEN" <{LEA.matricule.value}@patient.mssante.fr>', more=[("X-MSS-MES", "FIN")])),
    "to two doctors and the patient": (LEA, lambda: sent(LEA, to=f"a@hopital.mssante.fr,\r\n b@hopital.mssante.fr,\r\n\t{LEA.matricule.value}@patient.mssante.fr")),
    "small headers": (TOUR, lambda: sent(TOUR).replace(b"X-MSS-INS", b"x-mss-ins").replace(b"Subject", b"SUBJECT")),
    "folded headers": (TOUR, lambda: sent(TOUR, told="XDM/1.0/DDM+Note de vaccination\r\n DE LA TOUR D'AUVERGNE\r\n JEAN-FRANCOIS 29/02/1948")),
    "subject in base64": (AJACCIO, lambda: sent(AJACCIO, told=_encoded_subject(AJACCIO, "utf-8", "b"))),
    "subject in Q, ISO-8859-15": (AJACCIO, lambda: sent(AJACCIO, told=_encoded_subject(AJACCIO, "iso-8859-15", "q"))),
    "subject as raw UTF-8": (LEA, lambda: sent(LEA, told=subject(LEA, label="Évaluation"))),
    "subject without date": (TOUR, lambda: sent(TOUR, told=subject(TOUR, date=False))),
    "subject with names as displayed": (TOUR, lambda: sent(TOUR, told=subject(TOUR, name="de La Tour d'Auvergne", first="Jean-François"))),
    "line feeds only": (TOUR, lambda: sent(TOUR).replace(b"\r\n", b"\n")),
    "alternative in mixed": (TOUR, lambda: sent(TOUR, body=multi("alternative", TEXT, HTML, boundary="alt"))),
    "related in alternative in mixed": (TOUR, lambda: sent(TOUR, body=multi("alternative", TEXT, multi("related", HTML, LOGO, boundary="rel"), boundary="alt"))),
    "signed": (TOUR, lambda: message(heads(TOUR), multi('signed; protocol="application/pkcs7-signature"; micalg=sha-256', multi("mixed", TEXT, zipped(packed(TOUR)), paper(TOUR)), part("application/pkcs7-signature; name=smime.p7s", b"0\x80", name='filename="smime.p7s"'), boundary="sig"))),
    "zip as octet stream": (TOUR, lambda: sent(TOUR, parts=[TEXT, zipped(packed(TOUR), "application/octet-stream", 'filename="IHE_XDM.ZIP"'), paper(TOUR)])),
    "zip as x-zip-compressed, name in the type": (TOUR, lambda: sent(TOUR, parts=[TEXT, part('application/x-zip-compressed; name="IHE_XDM.zip"', packed(TOUR), disposition="attachment"), paper(TOUR)])),
    "zip inline": (TOUR, lambda: sent(TOUR, parts=[TEXT, zipped(packed(TOUR), disposition="inline"), paper(TOUR)])),
    "PDF before the zip": (TOUR, lambda: sent(TOUR, parts=[TEXT, paper(TOUR), zipped(packed(TOUR))])),
    "name of the PDF in RFC 2231": (LEA, lambda: sent(LEA, pdf=paper(LEA, _rfc2231("20260601_ÉVAL_NGUYEN_LEA.pdf")))),
    "name of the PDF in pieces": (LEA, lambda: sent(LEA, pdf=paper(LEA, _continued(NAME)))),
    "name of the PDF in RFC 2047": (LEA, lambda: sent(LEA, pdf=paper(LEA, f'filename="{Header("20260601_ÉVAL_NGUYEN_LEA.pdf", "utf-8").encode()}"'))),
    "from the library, CRLF": (LEA, lambda: _library(LEA, SMTP)),
    "from the library, wide lines": (AJACCIO, lambda: _library(AJACCIO, SMTP.clone(max_line_length=998, utf8=True))),
    "text of another charset": (TOUR, lambda: sent(TOUR, body=part('text/plain; charset="windows-1252"; format=flowed', "L’été à 20 €".encode("cp1252")))),
    "several documents, codes told": (TOUR, lambda: sent(TOUR, archive=packed(TOUR, {"DOC00001.XML": cda(TOUR), "DOC00002.XML": cda(TOUR, code="11488-4")}), code="87273-9, 11488-4")),
    "the PDF of the body beside": (P1, lambda: sent(P1, archive=packed(P1, {"DOC00001.XML": REPORT}), code="11488-4", pdf=part("application/pdf", right(P1), name='filename="20260601_CR_PAT-TROIS_DOMINIQUE.pdf"'))),
    "forwarded": (TOUR, lambda: forwarded(TOUR)),
    "report of an error": (TOUR, lambda: report(TOUR)),
    "an answer without documents": (TOUR, lambda: message(heads(TOUR, ins=None, code=None, told="Re: votre message", more=[("In-Reply-To", "<a1@x>"), ("References", "<a1@x>")]), TEXT)),
    "saved from a mailbox": (TOUR, lambda: b"From officine@pharmacie.mssante.fr Mon Jun  1 10:15:00 2026\n" + sent(TOUR).replace(b"\r\n", b"\n")),
}  # fmt: skip


def numbered(text):
    return part("text/plain; charset=utf-8", text.encode())


BARE = cda(P1, header_of=header(P1, identifiers='<id root="1.2.250.1.999.7.42" extension="P000123"/>'))
LOCAL = "P000123^^^&1.2.250.1.999.7.42&ISO^PI"
OTHER = P2.matricule.value
WRONG = {
    "N with an INS": (P1, lambda: sent(P1, ins="N"), "mss-ins-wrong", "X-MSS-INS"),
    "O in small": (P1, lambda: sent(P1, ins="oui"), "mss-ins-wrong", "X-MSS-INS"),
    "O without an INS": (None, lambda: sent(P1, archive=packed(P1, {"DOC00001.XML": BARE}, patient=LOCAL, set_patient=LOCAL)), "mss-ins-wrong", "X-MSS-INS"),
    "O without a birth date": (P1, lambda: sent(P1, archive=packed(P1, {"DOC00001.XML": cda(P1).replace(b'<birthTime value="19790328"/>', b"")})), "mss-ins-wrong", "X-MSS-INS"),
    "no header": (P1, lambda: sent(P1, ins=None), "mss-ins-missing", "X-MSS-INS"),
    "header without a document": (P1, lambda: sent(P1, parts=[TEXT, paper(P1)]), "mss-ins-without-cda", "X-MSS-INS"),
    "another code": (P1, lambda: sent(P1, code="34133-9"), "mss-codecda", "X-MSS-CODECDA"),
    "NIL in words": (P1, lambda: sent(P1, nil="LGO-1.0"), "mss-nil", "X-MSS-NIL"),
    "MES of another word": (P1, lambda: sent(P1, to=f"{P1.matricule.value}@patient.mssante.fr", more=[("X-MSS-MES", "NON")]), "mss-mes", "X-MSS-MES"),
    "address of another": (P1, lambda: sent(P1, to=f"{OTHER}@patient.mssante.fr"), "mailbox-of-another", "header To"),
    "address of another in copy": (P1, lambda: sent(P1, more=[("Cc", f"x@y.mssante.fr, {OTHER}@patient.mssante.fr")]), "mailbox-of-another", "header Cc"),
    "address of a waiting number that was replaced": (P1, lambda: sent(P1, to=f"{NIA.matricule.value}@patient.mssante.fr"), "mailbox-of-another", "header To"),
    "address with a wrong key": (P1, lambda: sent(P1, to="279035121518990@patient.mssante.fr"), "mailbox-number", "header To"),
    "address with thirteen figures": (P1, lambda: sent(P1, to="2790351215189@patient.mssante.fr"), "mailbox-number", "header To"),
    "address with a name": (P1, lambda: sent(P1, to="dominique.pat-trois@patient.mssante.fr"), "mailbox-number", "header To"),
    "number at the domain of the pharmacy": (P1, lambda: sent(P1, to=f"{P1.matricule.value}@pharmacie.mssante.fr"), "mailbox-domain", "header To"),
    "subject with the name of another": (P1, lambda: sent(P1, told=subject(P2)), "mail-subject-of-another", "Subject"),
    "subject with the first name of another": (P1, lambda: sent(P1, told=subject(P1, first="RUTH")), "mail-subject-of-another", "Subject"),
    "subject with another date": (P1, lambda: sent(P1, told=subject(P1, date=False) + " 27/03/1979"), "birth-date-differs", "Subject"),
    "subject without its prefix": (P1, lambda: sent(P1, told="Note PAT-TROIS DOMINIQUE"), "mail-subject-prefix", "Subject"),
    "subject without traits": (P1, lambda: sent(P1, told="XDM/1.0/DDM+Note"), "mail-subject-of-another", "Subject"),
    "number in the subject": (P1, lambda: sent(P1, told=f"{subject(P1, date=False)} {P1.matricule.value}"), "mail-subject-number", "Subject"),
    "PDF of another": (P1, lambda: sent(P1, pdf=paper(P2)), "matricule-differs", "page 1"),
    "PDF/A-3": (P1, lambda: sent(P1, pdf=paper(P1, claim=("3", "B"))), "pdfa-claim", ".pdf"),
    "no PDF": (P1, lambda: sent(P1, parts=[TEXT, zipped(packed(P1))]), "mail-pdf-missing", "file"),
    "name of a PDF of another": (P1, lambda: sent(P1, pdf=paper(P1, 'filename="20260601_NOTE_NESSI_RUTH.pdf"')), "pdf-name-of-another", "NESSI"),
    "name of a PDF with the number": (P1, lambda: sent(P1, pdf=paper(P1, f'filename="{P1.matricule.value}.pdf"')), "pdf-name", ".pdf"),
    "CDA of another in the zip": (P1, lambda: sent(P1, archive=packed(P1, {"DOC00001.XML": cda(P2)})), "matricule-differs", "DOC00001.XML"),
    "number of another in the text": (P1, lambda: sent(P1, body=numbered(f"Patient : INS {OTHER} NIR")), "mail-body-of-another", "body"),
    "two archives of two people": (P1, lambda: sent(P1, parts=[TEXT, zipped(packed(P1)), zipped(packed(P2), name='filename="IHE_XDM2.ZIP"'), paper(P1)]), "matricule-differs", "IHE_XDM2"),
    "page first": (P1, lambda: sent(P1, body=HTML), "mail-body", "file"),
    "hash wrong in the zip of the mail": (P1, lambda: sent(P1, archive=packed(P1, digest="0" * 40)), "xds-hash", "METADATA.XML"),
    "cut zip": (P1, lambda: sent(P1, archive=packed(P1)[:900]), "zip-malformed", "IHE_XDM.zip"),
    "wrong mail forwarded": (P1, lambda: forwarded(P1).replace(b"X-MSS-INS: O", b"X-MSS-INS: N"), "mss-ins-wrong", "X-MSS-INS"),
}  # fmt: skip
