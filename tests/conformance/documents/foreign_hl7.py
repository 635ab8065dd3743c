"""HL7 v2 as other software writes it: separators, encodings, batches, neighbours of PID; and the same with one wrong trait."""

from __future__ import annotations

import base64

from foreign_cda import utf8 as note
from foreign_people import AJACCIO, ALGIERS, LEA, MOTHER, REAL, TOUR
from papers import right
from people import NIA, P1, P2, compact_date, first_name, nature

AUTHORITY = "ASIP-SANTE-INS-{}"


def ins(identity, *, number=None, oid=None, name=None, iso="ISO", code="INS", tail="^^20240101"):
    told = AUTHORITY.format(nature(identity)) if name is None else name
    return f"{number or identity.matricule.value}^^^{told}&{oid or identity.oid}&{iso}^{code}{tail}"


IPP = "P000123^^^LGO-X&1.2.250.1.999.7.42&ISO^PI"


def pid(identity, *, ids=None, names=None, date=None, sex=None, place=None, status="VALI", **more):
    """A PID segment by field number: ``f18="…"`` sets PID-18."""
    traits = identity.traits
    fields = [""] * 36
    fields[0:2] = ["PID", "1"]
    fields[3] = ids if ids is not None else f"{IPP}~{ins(identity)}"
    fields[5] = (
        names
        if names is not None
        else f"{traits.birth_name}^{first_name(identity)}^{traits.first_names}^^M.^^L"
    )
    fields[7] = date if date is not None else compact_date(identity)
    fields[8] = sex if sex is not None else traits.sex
    fields[11] = (
        place
        if place is not None
        else f"12 RUE DU PORT^^LYON^^69002^FRA^H~^^^^^FRA^BDL^^{traits.birth_place}"
    )
    fields[13], fields[18], fields[32] = (
        "^PRN^PH^^^^^^^^^0102030405~^NET^Internet^lea@example.org",
        "V1^^^LGO-X&1.2.250.1.999.7.43&ISO^AN",
        status,
    )
    for name, value in more.items():
        fields[int(name[1:])] = value
    return "|".join(fields).rstrip("|")


def msh(kind="ADT^A04^ADT_A01", charset="UNICODE UTF-8", separators="^~\\&", version="2.5^FRA^2.11"):
    return f"MSH|{separators}|LGO|OFFICINE|EAI|HOPITAL|20260601101500+0200||{kind}|MSG1|P|{version}|||||FRA|{charset}||2.11^IHE_FRANCE-2.11-PAM"


AROUND = (
    "EVN||20260601101500",
    "PD1||||810001234567^BETA^HELOISE",
    "ROL|1|UC|ODRP^^HL70443|810001234567^BETA^HELOISE",
)
AFTER = (
    "NK1|1|NGUYEN^THI MAI^^^^^L|MTH^^HL70063|||||||||||||||||||||||||||||" + ins(MOTHER),
    "PV1|1|O|||||810001234567^BETA^HELOISE", "ZBE|M1^LGO|20260601101500||INSERT|N", "ZFP|1|2", "ZFD||||N|INSI|20260601|CN",
)  # fmt: skip


def message(*segments, end="\r", encoding="utf-8", head=None):
    return (end.join([head or msh(), *segments]) + end).encode(encoding)


def full(identity, **options):
    return message(*AROUND, pid(identity), *AFTER, **options)


def _with(field, component, repetition="~", escape="\\", sub="&"):
    """Write a message with other separators."""
    text = full(TOUR).decode()
    head, _, rest = text.partition("|")
    rest = rest[len("^~\\&") :]
    table = str.maketrans({"|": field, "^": component, "~": repetition, "&": sub})
    return (head + field + component + repetition + escape + sub + rest.translate(table)).encode()


def oru(identity, content, *, kind="ORU^R01^ORU_R01", encoding="Base64", wrap="", **changed):
    body = base64.b64encode(content).decode()
    if wrap:
        body = wrap.join(body[at : at + 76] for at in range(0, len(body), 76))
    return message(
        pid(identity, **changed), "OBR|1||F1^LGO|11488-4^CR^LN", "PRT|1|UC||SB|810001234567^BETA^HELOISE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS",
        f"OBX|1|ED|11488-4^CR^LN||^TEXT^XML^{encoding}^{body}||||||F", "OBX|2|CE|MASQUE_PS^Masque^MetaDMP||N^^expandedYes-NoIndicator||||||F",
        head=msh(kind, version="2.5"),
    )  # fmt: skip


def _batch():
    heads = f"FHS|^~\\&|LGO|OFFICINE\rBHS|^~\\&|LGO|OFFICINE\r{full(TOUR).decode()}"
    return (heads + full(LEA).decode() + full(AJACCIO).decode() + "BTS|3\rFTS|1\r").encode()


def _mllp(*messages):
    return b"".join(b"\x0b" + one + b"\x1c\r" for one in messages)


LONG = "OBX|3|TX|NOTE||" + "Bonjour " * 400
RIGHT = {
    "admission with its neighbours": (TOUR, lambda: full(TOUR)),
    "born on Reunion": (LEA, lambda: full(LEA)),
    "born in Algeria": (ALGIERS, lambda: full(ALGIERS)),
    "Corsica": (AJACCIO, lambda: full(AJACCIO)),
    "production": (REAL, lambda: full(REAL)),
    "a waiting number": (NIA, lambda: full(NIA)),
    "dollar and percent as separators": (TOUR, lambda: _with("$", "%")),
    "hash as separator": (TOUR, lambda: _with("#", "*", "!", "?", "@")),
    "truncation character": (TOUR, lambda: full(TOUR, head=msh(separators="^~\\&#", version="2.7"))),
    "three encoding characters only": (TOUR, lambda: message(pid(TOUR, ids=ins(TOUR, name="").replace("^^^&", "^^^&")), head=msh(separators="^~\\&"))),
    "ISO-8859-1": (TOUR, lambda: message(*AROUND, pid(TOUR), "NK1|1|BÊTA^HÉLOÏSE", head=msh(charset="8859/1"), encoding="latin-1")),
    "ISO-8859-15 with the ligature": (TOUR, lambda: message(pid(TOUR), "NK1|1|CŒUR", head=msh(charset="8859/15"), encoding="iso-8859-15")),
    "UTF-16 with a mark": (TOUR, lambda: message(pid(TOUR), head=msh(charset="UNICODE")).decode().encode("utf-16")),
    "two charsets": (TOUR, lambda: message(pid(TOUR), "NK1|1|BÊTA", head=msh(charset="UNICODE UTF-8~8859/1"))),
    "no charset, ASCII": (TOUR, lambda: message(pid(TOUR), head=msh(charset=""))),
    "LF and blank lines": (TOUR, lambda: b"\n\n" + full(TOUR, end="\n\n")),
    "CRLF": (TOUR, lambda: full(TOUR, end="\r\n")),
    "apostrophe escaped": (TOUR, lambda: message(pid(TOUR, names="DE LA TOUR D\\X27\\AUVERGNE^JEAN-FRANCOIS^JEAN-FRANCOIS MARIE LOUIS^^^^L"))),
    "sub-components of the family name": (TOUR, lambda: message(pid(TOUR, names="DE LA TOUR D'AUVERGNE&DE LA&TOUR D'AUVERGNE^JEAN-FRANCOIS^JEAN-FRANCOIS MARIE LOUIS^^^^L"))),
    "name used, nickname and former name": (TOUR, lambda: message(pid(TOUR, names="DE LA TOUR^JEFF^^^^^D~DE LA TOUR D'AUVERGNE^JEAN-FRANCOIS^JEAN-FRANCOIS MARIE LOUIS^^^^L~TOTO^^^^^^N"))),
    "lower case type of name": (TOUR, lambda: message(pid(TOUR).replace("^^M.^^L", "^^M.^^l"))),
    "INS first, local last, empty repetitions": (TOUR, lambda: message(pid(TOUR, ids=f"{ins(TOUR)}~~{IPP}~"))),
    "no name of the authority": (TOUR, lambda: message(pid(TOUR, ids=f"{IPP}~{ins(TOUR, name='')}"))),
    "identifiers of other authorities": (TOUR, lambda: message(pid(TOUR, ids=f"{IPP}~{ins(TOUR)}~987654^^^DP&1.2.250.1.176.1.2&ISO^NDP~{TOUR.matricule.value}^^^CNAM&1.2.250.1.213.1.4.13&ISO^NH~A12^^^CHU&750712184&N^PI~{TOUR.matricule.value}^^^^NH"))),
    "an old INS ended": (TOUR, lambda: message(pid(TOUR, ids=f"{ins(P2, tail='^^20190101^20231231')}~{ins(TOUR)}~{IPP}"))),
    "no dates and no facility": (TOUR, lambda: message(pid(TOUR, ids=ins(TOUR, tail="")))),
    "numbers deleted elsewhere": (TOUR, lambda: message(pid(TOUR, f6='""', f10='""', f15='""', f19='""'))),
    "social-security number": (TOUR, lambda: message(pid(TOUR, f19=TOUR.matricule.value))),
    "date with hours": (TOUR, lambda: message(pid(TOUR, date="19480229000000"))),
    "date with zone": (TOUR, lambda: message(pid(TOUR, date="194802290000+0100"))),
    "birth place first, with its country": (ALGIERS, lambda: message(pid(ALGIERS, place="^^ALGER^^^DZA^BDL^^99352~12 RUE^^LYON^^69002^FRA^H"))),
    "birth place also in component 4": (TOUR, lambda: message(pid(TOUR, place="^^PARIS 01^75101^75001^FRA^BDL^^75101"))),
    "mother's name": (LEA, lambda: message(pid(LEA, f6="TRAN^THI MAI^^^^^M"))),
    "two states": (TOUR, lambda: message(pid(TOUR, status="VALI~DOUB"))),
    "merge of two files": (TOUR, lambda: message("EVN||20260601101500", pid(TOUR), "MRG|P000999^^^LGO-X&1.2.250.1.999.7.42&ISO^PI||||||OLD^NAME", head=msh("ADT^A40^ADT_A39"))),
    "merge that drops an INS": (TOUR, lambda: message("EVN||20260601101500", pid(TOUR), f"MRG|{ins(P2)}", head=msh("ADT^A40^ADT_A39"))),
    "link of two files": (TOUR, lambda: message("EVN||20260601101500", pid(TOUR), pid(TOUR, ids="P000999^^^LGO-X&1.2.250.1.999.7.42&ISO^PI", status="PROV"), head=msh("ADT^A24^ADT_A24"))),
    "answer of several patients": (TOUR, lambda: message("MSA|AA|1", "QAK|Q1|OK", "QPD|IHE PDQ Query|Q1|@PID.5.1^DE", pid(TOUR), pid(LEA), head=msh("RSP^K22^RSP_K21"))),
    "a question without patient": (TOUR, lambda: message("QPD|IHE PDQ Query|Q1|@PID.5.1^DE", "RCP|I", head=msh("QBP^Q22^QBP_Q21"))),
    "file and batch headers": (TOUR, _batch),
    "MLLP twice": (TOUR, lambda: _mllp(full(TOUR), full(LEA))),
    "result with a CDA": (TOUR, lambda: oru(TOUR, note(TOUR))),
    "document with a PDF": (P1, lambda: oru(P1, right(P1), kind="MDM^T02^MDM_T02", encoding="BASE64")),
    "base64 with escaped line breaks": (TOUR, lambda: oru(TOUR, note(TOUR), wrap="\\.br\\")),
    "base64 with hexadecimal line breaks": (TOUR, lambda: oru(TOUR, note(TOUR), wrap="\\X0D\\\\X0A\\")),
    "a pointer and a long text": (TOUR, lambda: message(pid(TOUR), "OBX|1|RP|11488-4||https://lgo.example/d?id=279035121518989^LGO", LONG)),
    "the patient receives": (TOUR, lambda: message(pid(TOUR), f"PRT|1|UC||RCT|{TOUR.matricule.value}^DE LA TOUR^JEFF^^^^^^&{TOUR.oid}&ISO^L^^^INS||||||||||^^X.400^{TOUR.matricule.value}@patient.mssante.fr")),
    "address in PID-13": (TOUR, lambda: message(pid(TOUR, f13=f"^NET^X.400^{TOUR.matricule.value}@patient.mssante.fr"))),
    "negative acknowledgement": (TOUR, lambda: message("MSA|AE|1", "ERR|||207^Application internal error^HL70357|E|902^Patient inconnu", head=msh("ACK^R01^ACK"))),
}  # fmt: skip

NAMES = "{}^{}^{}^^^^L"
L1 = P1.traits.first_names
HELD = (LEA, P1, TOUR)
WRONG = {
    "type NH": (P1, lambda: message(pid(P1, ids=f"{IPP}~{ins(P1, code='NH')}")), "hl7-identifier-type", "PID-3[2].5"),
    "type INS-NIR": (P1, lambda: message(pid(P1, ids=ins(P1, code="INS-NIR"))), "hl7-identifier-type", "PID-3.5"),
    "type left out": (P1, lambda: message(pid(P1, ids=ins(P1, code="", tail=""))), "hl7-identifier-type", "PID-3.5"),
    "OID in the name of the authority": (P1, lambda: message(pid(P1, ids=f"{IPP}~{P1.matricule.value}^^^{P1.oid}^INS")), "hl7-authority", "PID-3[2].4"),
    "name of the authority without OID": (P1, lambda: message(pid(P1, ids=f"{IPP}~{P1.matricule.value}^^^ASIP-SANTE-INS-NIR^INS")), "matricule-without-oid", "PID-3[2].1"),
    "OID of INS-C": (P1, lambda: message(pid(P1, ids=ins(P1, oid="1.2.250.1.213.1.4.2"))), "oid-not-ins", "PID-3.4.2"),
    "OID of a NIA for a NIR": (P1, lambda: message(pid(P1, ids=ins(P1, oid="1.2.250.1.213.1.4.9"))), "hl7-authority-name", "PID-3.4.1"),
    "namespace of a NIR for a NIA": (NIA, lambda: message(pid(NIA, ids=ins(NIA, name="ASIP-SANTE-INS-NIR"))), "hl7-authority-name", "PID-3.4.1"),
    "no ISO": (P1, lambda: message(pid(P1, ids=ins(P1, iso=""))), "hl7-authority-type", "PID-3.4.3"),
    "key": (P1, lambda: message(pid(P1, ids=ins(P1, number="279035121518998"))), "matricule-key", "PID-3.1"),
    "key apart in component 2": (P1, lambda: message(pid(P1, ids=ins(P1, number="2790351215189^89").replace("^89^^^", "^89^^"))), "matricule-without-key", "PID-3.1"),
    "number of the mother": (LEA, lambda: message(pid(LEA, ids=ins(MOTHER))), "matricule-differs", "PID-3.1"),
    "provisional": (P1, lambda: message(pid(P1, status="PROV")), "hl7-ins-not-validated", "PID-32"),
    "a state of no table": (P1, lambda: message(pid(P1, status="VALIDEE")), "hl7-status-code", "PID-32"),
    "a state of RNIV": (P1, lambda: message(pid(P1, status="QUAL")), "hl7-status-code", "PID-32"),
    "name used as legal": (P1, lambda: message(pid(P1, names=NAMES.format("DURAND", "DOMINIQUE", L1))), "birth-name-differs", "PID-5.1"),
    "only a name used": (P1, lambda: message(pid(P1, names="PAT-TROIS^DOMINIQUE^DOMINIQUE MARIE-LOUISE^^^^D")), "hl7-trait-missing", "PID"),
    "name used in PID-6": (P1, lambda: message(pid(P1, names=NAMES.format("PAT-TROIS", "DOMINIQUE", L1), f6="DURAND^DOM^^^^^D")), "hl7-name-used-in-pid-6", "PID-6"),
    "no type of the name": (P1, lambda: message(pid(P1, names=f"PAT-TROIS^DOMINIQUE^{L1}")), "hl7-name-type", "PID-5.7"),
    "list in the place of the first": (P1, lambda: message(pid(P1, names=NAMES.format("PAT-TROIS", L1, ""))), "hl7-trait-missing", "PID"),
    "list cut": (TOUR, lambda: message(pid(TOUR, names=NAMES.format("DE LA TOUR D'AUVERGNE", "JEAN-FRANCOIS", "JEAN-FRANCOIS MARIE"))), "first-names-differs", "PID-5.3"),
    "list without the first": (TOUR, lambda: message(pid(TOUR, names=NAMES.format("DE LA TOUR D'AUVERGNE", "JEAN-FRANCOIS", "MARIE LOUIS"))), "first-name-not-in-list", "PID-5.3"),
    "list cut by components": (TOUR, lambda: message(pid(TOUR, names="DE LA TOUR D'AUVERGNE^JEAN-FRANCOIS^JEAN-FRANCOIS^MARIE^LOUIS^^L")), "first-names-differs", "PID-5.3"),
    "family and given swapped": (P1, lambda: message(pid(P1, names=NAMES.format("DOMINIQUE", "PAT-TROIS", L1))), "birth-name-differs", "PID-5.1"),
    "hyphen as space": (P1, lambda: message(pid(P1, names=NAMES.format("PAT TROIS", "DOMINIQUE", L1))), "birth-name-differs", "PID-5.1"),
    "lower case": (P1, lambda: message(pid(P1, names=NAMES.format("Pat-Trois", "Dominique", "Dominique Marie-Louise"))), "birth-name-differs", "PID-5.1"),
    "apostrophe as question mark": (TOUR, lambda: message(pid(TOUR, names=NAMES.format("DE LA TOUR D?AUVERGNE", "JEAN-FRANCOIS", TOUR.traits.first_names))), "name-characters", "PID-5.1"),
    "day and month swapped": (LEA, lambda: message(pid(LEA, date="19920112")), "birth-date-differs", "PID-7"),
    "French order": (P1, lambda: message(pid(P1, date="28031979")), "birth-date", "PID-7"),
    "year alone": (P1, lambda: message(pid(P1, date="1979")), "birth-date", "PID-7"),
    "no date": (P1, lambda: message(pid(P1, date="")), "hl7-trait-missing", "PID"),
    "sex 2": (P1, lambda: message(pid(P1, sex="2")), "sex-value", "PID-8"),
    "sex H": (TOUR, lambda: message(pid(TOUR, sex="H")), "sex-value", "PID-8"),
    "sex of the other": (P1, lambda: message(pid(P1, sex="M")), "sex-differs", "PID-8"),
    "label of the place in component 9": (P1, lambda: message(pid(P1, place="^^^^^FRA^BDL^^DOMPREMY")), "birth-place-code", "PID-11.9"),
    "department as place": (P1, lambda: message(pid(P1, place="^^DOMPREMY^51^^FRA^BDL^^51")), "birth-place-code", "PID-11.9"),
    "post code as place": (P1, lambda: message(pid(P1, place="^^DOMPREMY^^51300^FRA^BDL^^51300")), "birth-place-differs", "PID-11.9"),
    "code of the place in the post code": (P1, lambda: message(pid(P1, place="^^DOMPREMY^^51215^FRA^BDL")), "hl7-trait-missing", "PID"),
    "place of the home": (P1, lambda: message(pid(P1, place="1 RUE^^LYON^^69002^FRA^H^^69123")), "hl7-trait-missing", "PID"),
    "address of another": (P1, lambda: message(pid(P1, f13=f"^NET^X.400^{P2.matricule.value}@patient.mssante.fr")), "mailbox-of-another", "PID-13"),
    "receives as another": (P1, lambda: message(pid(P1), f"PRT|1|UC||RCT|{P2.matricule.value}^X^Y^^^^^^&{P2.oid}&ISO^L^^^INS"), "mailbox-of-another", "PRT-5"),
    "CDA of another": (P1, lambda: oru(P1, note(P2)), "matricule-contradicts", "OBX 1"),
    "CDA with another date": (P1, lambda: oru(P1, note(P1).replace(b"19790328", b"19790329")), "birth-date-contradicts", "PID-7"),
    "UTF-8 said, ISO-8859-1 sent": (TOUR, lambda: message(pid(TOUR), "NK1|1|BÊTA", encoding="latin-1"), "hl7-charset", "MSH-18"),
    "one wrong among three of a batch": (None, lambda: full(TOUR) + message(pid(LEA, ids=ins(LEA, number=LEA.matricule.value[:14] + "0"))) + full(P1), "matricule-key", "message 2"),
}  # fmt: skip
