"""CDA documents of these tests."""

from __future__ import annotations

import base64
from xml.sax.saxutils import escape

from people import compact_date, first_name


def patient_role(
    identity,
    *,
    ins=True,
    local="OFF-0001",
    extra="",
    mailbox=False,
    family=None,
    given=None,
    names=None,
    sex=None,
    date=None,
    place=None,
    oid=None,
    number=None,
):
    traits = identity.traits
    value = lambda told, usual: usual if told is None else told  # noqa: E731
    ids = (
        f'<id root="{value(oid, identity.oid)}" extension="{value(number, identity.matricule.value)}"/>'
        if ins
        else ""
    )
    ids += f'<id root="1.2.3.4.5.6" extension="{local}"/>' if local else ""
    mail = f'<telecom value="mailto:{identity.matricule.value}@patient.mssante.fr"/>' if mailbox else ""
    county = value(place, traits.birth_place)
    return (
        f"<recordTarget><patientRole>{ids}{extra}{mail}<patient><name>"
        f'<family qualifier="BR">{escape(value(family, traits.birth_name))}</family>'
        f"<given>{escape(value(names, traits.first_names))}</given>"
        f'<given qualifier="BR">{escape(value(given, first_name(identity)))}</given></name>'
        f'<administrativeGenderCode code="{value(sex, traits.sex)}" codeSystem="2.16.840.1.113883.5.1"/>'
        f'<birthTime value="{value(date, compact_date(identity))}"/>'
        f"<birthplace><place><addr><county>{county}</county></addr></place></birthplace>"
        "</patient></patientRole></recordTarget>"
    )


def n1(role, document=b"", code="11488-4", media="application/pdf"):
    body = base64.encodebytes(document).decode()
    return cda(
        role,
        f'<component><nonXMLBody><text mediaType="{media}" representation="B64">{body}</text></nonXMLBody></component>',
        code,
    )


def n3(role, narrative="Vaccination", code="87273-9"):
    section = f"<component><section><text>{narrative}</text></section></component>"
    return cda(role, f"<component><structuredBody>{section}</structuredBody></component>", code)


def cda(role, body, code):
    return (
        '<?xml version="1.0" encoding="UTF-8"?><ClinicalDocument xmlns="urn:hl7-org:v3">'
        f'<code code="{code}" codeSystem="2.16.840.1.113883.6.1"/>{role}{body}</ClinicalDocument>'
    ).encode()
