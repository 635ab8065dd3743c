"""Mails, archives and submissions that are wrong, each in one way: the problem that tells it."""

# ruff: noqa: C408 - the cases are written as the keyword arguments that they are

from __future__ import annotations

import pytest
from headers import n1, n3, patient_role
from papers import right
from people import P1, P2
from sendings import mail, patient_id, submission, xdm

from .test_wrong_documents import ALONE, NUMBER, OTHER, WITHOUT, _codes


def _archive(**options):
    return xdm(P1, {"DOC00001.XML": n1(patient_role(P1), right(P1))}, **options)


PROVISIONAL_ARCHIVE = lambda: xdm(P1, {"DOC00001.XML": n3(patient_role(P1, ins=False))}, **WITHOUT)  # noqa: E731

MAILS = {
    "O without INS": (lambda: mail(P1, PROVISIONAL_ARCHIVE(), ins="O"), "mss-ins-wrong"),
    "N with INS": (lambda: mail(P1, _archive(), right(P1), ins="N"), "mss-ins-wrong"),
    "O without OID": (lambda: mail(P1, xdm(P1, {"DOC00001.XML": n3(patient_role(P1, oid="1.2.3"))}), ins="O"), "mss-ins-wrong"),
    "header missing": (lambda: mail(P1, _archive(), right(P1), ins=None), "mss-ins-missing"),
    "header without CDA": (lambda: mail(P1, ins="N"), "mss-ins-without-cda"),
    "codes": (lambda: mail(P1, _archive(), right(P1), headers=[("X-MSS-CODECDA", "57833-6")]), "mss-codecda"),
    "to another patient": (lambda: mail(P1, _archive(), right(P1), to=f"{OTHER}@patient.mssante.fr"), "mailbox-of-another"),
    "16 digits": (lambda: mail(P1, _archive(), right(P1), to=f"{NUMBER}1@patient.mssante.fr"), "mailbox-number"),
    "another domain": (lambda: mail(P1, _archive(), right(P1), to=f"{NUMBER}@pharmacie.mssante.fr"), "mailbox-domain"),
    "to the patient without INS": (lambda: mail(P1, PROVISIONAL_ARCHIVE(), ins="N", to=f"{NUMBER}@patient.mssante.fr"), "mailbox-without-ins"),
    "PDF of another": (lambda: mail(P1, _archive(), right(P2)), "mail-pdf-differs"),
    "name of a PDF of another": (lambda: mail(P1, _archive(), right(P1), pdf_name="20260104_BPM_NESSI_RUTH.pdf"), "pdf-name-of-another"),
    "free name of a PDF": (lambda: mail(P1, _archive(), right(P1), pdf_name="note.pdf"), "pdf-name"),
    "no claim": (lambda: mail(P1, _archive(), right(P1, claim=None)), "pdfa-claim"),
    "no PDF": (lambda: mail(P1, _archive()), "mail-pdf-missing"),
    "subject of another": (lambda: mail(P1, _archive(), right(P1), subject="XDM/1.0/DDM+Note NESSI RUTH"), "mail-subject-of-another"),
    "subject with another date": (lambda: mail(P1, _archive(), right(P1), subject="XDM/1.0/DDM+Note PAT-TROIS DOMINIQUE 14/07/1977"), "birth-date-contradicts"),
    "subject without prefix": (lambda: mail(P1, _archive(), right(P1), subject="Note"), "mail-subject-prefix"),
    "NIL": (lambda: mail(P1, _archive(), right(P1)).replace(b"X-MSS-NIL: 1234", b"X-MSS-NIL: abc"), "mss-nil"),
    "FIN to a professional": (lambda: mail(P1, _archive(), right(P1), headers=[("X-MSS-MES", "FIN")]), "mss-mes"),
}  # fmt: skip


@pytest.mark.parametrize("case", MAILS)
def test_a_wrong_mail_is_seen(case):
    make, code = MAILS[case]
    assert code in _codes(make(), ALONE)


SENT = {
    "old type": (dict(entry_id=patient_id(P1, code="INS-C")), "xds-identifier-type"),
    "type of HL7 v2": (dict(set_id=patient_id(P1, code="INS")), "xds-identifier-type"),
    "INS as PI": (dict(source=patient_id(P1, code="PI")), "xds-identifier-type"),
    "another OID for the document": (dict(entry_id=patient_id(P1, oid="1.2.250.1.213.1.4.8")), "oid-contradicts"),
    "another number for the set": (dict(set_id=patient_id(P2)), "matricule-contradicts"),
    "name of another": (dict(family="NESSI"), "birth-name-contradicts"),
    "hash": (dict(wrong_hash=True), "xds-hash"),
    "size": (dict(wrong_size=True), "xds-size"),
    "no ISO": (dict(entry_id=patient_id(P1).replace("&ISO", "")), "xds-authority-type"),
    "authority named": (dict(entry_id=patient_id(P1).replace("^^^&", "^^^INS&")), "xds-authority-name"),
    "number with a wrong key": (dict(entry_id=patient_id(P1, number="279035121518988")), "matricule-key"),
}  # fmt: skip


@pytest.mark.parametrize("case", SENT)
@pytest.mark.parametrize("how", ["xdm", "plain", "mtom"])
def test_wrong_metadata_are_seen(case, how):
    changed, code = SENT[case]
    documents = {"DOC00001.XML": n3(patient_role(P1))}
    sent = (
        xdm(P1, documents, **changed)
        if how == "xdm"
        else submission(P1, documents, mtom=how == "mtom", **changed)
    )
    assert code in _codes(sent, ALONE)


NOTE = n3(patient_role(P1))
MORE_SENT = {
    "assertion of another": (lambda: submission(P1, {"d": NOTE}, vihf=patient_id(P2)), "matricule-contradicts"),
    "document of another": (lambda: submission(P1, {"d": n3(patient_role(P2))}), "matricule-contradicts"),
    "no INS to the DMP": (lambda: submission(P1, {"d": n3(patient_role(P1, ins=False))}, vihf="x", **WITHOUT), "xds-without-ins"),
    "no source information": (lambda: submission(P1, {"d": NOTE}, info=False), "xds-no-source-info"),
    "part missing": (lambda: submission(P1, {"d": NOTE}, mtom=True).replace(b"Content-ID: <d@lgo>", b"Content-ID: <e@lgo>"), "mtom-missing-part"),
    "no document": (lambda: submission(P1, {"d": NOTE}).replace(b'id="d">PD', b'id="z">PD'), "xds-missing-document"),
    "no metadata": (lambda: submission(P1, {"d": NOTE}).replace(b'id="d">PD', b'id="z">PD'), "xds-missing-metadata"),
    "orphan": (lambda: xdm(P1, {"DOC00001.XML": NOTE}, extra=[("IHE_XDM/SUBSET01/DOC00002.XML", NOTE)]), "xdm-orphan"),
    "orphan of another": (lambda: xdm(P1, {"DOC00001.XML": NOTE}, extra=[("IHE_XDM/SUBSET01/DOC00002.XML", n3(patient_role(P2)))]), "matricule-contradicts"),
    "no tree": (lambda: xdm(P1, {"DOC00001.XML": NOTE}, tree=False), "xdm-tree"),
    "long names": (lambda: xdm(P1, {"a-long-name.xml": NOTE}), "xdm-names"),
    "path that escapes": (lambda: xdm(P1, {"DOC00001.XML": NOTE}, extra=[("../../evil.xml", b"x")]), "zip-path-escapes"),
}  # fmt: skip


@pytest.mark.parametrize("case", MORE_SENT)
def test_what_ties_a_submission_together_is_seen(case):
    make, code = MORE_SENT[case]
    assert code in _codes(make(), ALONE)
