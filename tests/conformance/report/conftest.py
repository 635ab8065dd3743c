"""Campaigns to report on, with every kind of verdict and evidence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

import pytest

from conformance.record.results import Campaign, CampaignMeta, CheckResult, RuleResult
from conformance.record.timeline import ActEntry, Change, Entry, ExchangeEntry, NoteEntry, Remark, StateEntry
from conformance.rules import Text, load_catalogue
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.rules import Rule

START = datetime(2025, 3, 4, 14, 3, 12, 480_000, tzinfo=UTC)
SIGNATURE = "c2lnbmF0dXJlLXZhbHVl"
CERTIFICATE = "Y2VydGlmaWNhdGUtdmFsdWU="
REQUEST = f"""<?xml version="1.0" encoding="UTF-8"?>
<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Header>
<wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">
<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" Version="2.0" ID="_f3a1" IssueInstant="2025-03-04T14:03:12Z">
<saml:Issuer Format="urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName">CN=899700218896</saml:Issuer>
<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignatureValue>{SIGNATURE}</ds:SignatureValue>
<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{CERTIFICATE}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>
<saml:Subject><saml:NameID NameQualifier="CPS">899700218896</saml:NameID></saml:Subject></saml:Assertion>
</wsse:Security></soap:Header><soap:Body><RECSANSVITALE xmlns="http://www.cnamts.fr/INSiRecSans">
<NomNaissance>LE GOFF</NomNaissance><Prenom>ANNE-MARIE</Prenom><Sexe>F</Sexe>
<DateNaissance>1961-05-30</DateNaissance></RECSANSVITALE></soap:Body></soap:Envelope>"""
RESPONSE = """<?xml version="1.0" encoding="UTF-8"?>
<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><env:Body xmlns:env="http://www.w3.org/2003/05/soap-envelope">
<RESULTAT xmlns="http://www.cnamts.fr/INSiResultat"><CR><CodeCR>00</CodeCR><LibelleCR>OK</LibelleCR></CR>
<INDIVIDU><INSACTIF><IdIndividu><NumIdentifiant>2610529005951</NumIdentifiant><Cle>07</Cle></IdIndividu>
<OID>1.2.250.1.213.1.4.10</OID></INSACTIF><TIQ><NomNaissance>LE GOFF</NomNaissance>
<ListePrenom>ANNE-MARIE LOUISE</ListePrenom><Sexe>F</Sexe><DateNaissance>1961-05-30</DateNaissance>
<LieuNaissance>29005</LieuNaissance></TIQ></INDIVIDU></RESULTAT></env:Body></soap:Envelope>"""


@cache
def catalogue() -> dict[str, Rule]:
    return load_catalogue()


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


TIMELINE: tuple[Entry, ...] = (
    ActEntry(
        at=at(0.1),
        verb="create_patient",
        actor="pharmacien.banc (USER)",
        arguments={"traits": {"birth_name": "LE GOFF", "first_name": "ANNE-MARIE", "sex": "F"}},
        result={"id": "17", "status": "PROV", "birth_name": "LE GOFF"},
    ),
    ActEntry(
        at=at(0.2),
        verb="call_insi_traits",
        actor="pharmacien.banc (USER)",
        arguments={"patient_id": "17"},
        result={"id": "c1", "outcome": "FOUND", "code": "00", "alerts": [{"code": "A", "message": "alerte"}]},
    ),
    ExchangeEntry(
        at=at(0.3),
        number=42,
        operation="rechercherInsAvecTraitsIdentite",
        code="00",
        http_status=200,
        request=REQUEST,
        response=RESPONSE,
        explanation=(
            Text(
                "Registre : 2 personnes considérées, 1 retenue", "Registry: 2 persons considered, 1 matching"
            ),
            Text("syn/7/13 : écartée par prénom(s) de naissance", "syn/7/13: excluded by first name(s)"),
        ),
        remarks=(Remark(code="no-birth-place", text=Text("LieuNaissance absent", "no LieuNaissance")),),
    ),
    ActEntry(
        at=at(0.4),
        verb="decide_proposal",
        actor="pharmacien.banc (USER)",
        arguments={"call_id": "c1", "accept": True},
        result={"id": "17", "status": "VALI", "matricule": "261052900595107"},
        changes=(
            Change(name="status", before="PROV", after="VALI"),
            Change(name="matricule", before=None, after="261052900595107"),
        ),
    ),
    ActEntry(
        at=at(0.5),
        verb="update_patient",
        actor="pharmacien.banc (USER)",
        arguments={"patient_id": "17", "changes": {"sex": "M"}},
        outcome="refused",
        result={"code": "LOCKED", "message": "champ verrouillé", "fields": ["sex"]},
    ),
    StateEntry(
        at=at(0.6),
        before={"status": "PROV"},
        after={"status": "VALI"},
        changes=(Change(name="status", before="PROV", after="VALI"),),
    ),
    NoteEntry(at=at(0.7), text=Text("Relu après acceptation.", "Read back after acceptance.")),
)


def campaign_of(results: tuple[RuleResult, ...], **meta: object) -> Campaign:
    values: dict[str, object] = {
        "started_at": START,
        "finished_at": at(21.4),
        "software_name": "LGO de référence",
        "software_version": "1.0",
        "bench_version": "0.1.0",
        "simulator_version": "0.1.0",
        "seed": 20250304,
    }
    return Campaign(meta=CampaignMeta(**{**values, **meta}), rules=results)  # type: ignore[arg-type]


def result_of(
    key: str,
    verdict: Verdict,
    *,
    reason: str = "le statut est passé à « identité validée »",
    evidence: tuple[Entry, ...] = TIMELINE,
    **check: object,
) -> RuleResult:
    """Return a rule with one check of that verdict."""
    checks: tuple[CheckResult, ...] = ()
    if verdict is not Verdict.NOT_APPLICABLE:
        values: dict[str, object] = {
            "id": f"status.{key.lower()}",
            "title": Text("Accepter l'identité INSi", "Accept the INSi identity"),
            "verdict": verdict,
            "reason": Text("", "") if verdict is Verdict.PASS else Text(reason, f"[en] {reason}"),
            "evidence": evidence,
            "duration": 0.42,
        }
        checks = (CheckResult(**{**values, **check}),)  # type: ignore[arg-type]
    passed = Text("1 contrôle réussi.", "1 check passed.")
    return RuleResult(
        rule=catalogue()[key],
        verdict=verdict,
        reason=passed if verdict is Verdict.PASS else Text(reason, f"[en] {reason}"),
        checks=checks,
    )


@pytest.fixture(scope="session")
def campaign() -> Campaign:
    """One rule of each verdict."""
    return campaign_of(
        (
            result_of("SRC-01", Verdict.PASS),
            result_of("RSP-12", Verdict.REVIEW),
            result_of("ERR-02", Verdict.WARNING),
            result_of("STA-03", Verdict.FAIL),
            result_of("ATT-01", Verdict.NOT_APPLICABLE, reason="déclaré dans le plan"),
            result_of("PRF-08", Verdict.NOT_TESTED, reason="pas de dispositif d'identité dans ce logiciel"),
            result_of(
                "SEC-06", Verdict.INCONCLUSIVE, reason="délai dépassé", hint=Text("relancez", "run again")
            ),
        )
    )


@pytest.fixture(scope="session")
def make_campaign() -> Callable[..., Campaign]:
    return campaign_of


@pytest.fixture(scope="session")
def make_result() -> Callable[..., RuleResult]:
    return result_of
