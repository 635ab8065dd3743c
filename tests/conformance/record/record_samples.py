"""Records in miniature, for the tests of this folder."""

from __future__ import annotations

from datetime import UTC, datetime

from conformance.record.events import (
    CampaignStarted,
    CheckFinished,
    CheckStarted,
    HumanAct,
    Outcome,
    PlannedCheck,
    ReviewDecided,
    Software,
    SuiteCollected,
)
from conformance.record.judging import rule_digest
from conformance.record.timeline import ActEntry, AttachmentEntry, ExchangeEntry, Remark
from conformance.record.writing import RECORD_NAME, RecordWriter
from conformance.rules import load_catalogue
from conformance.verdicts import Verdict
from simulator.text import Text

START = datetime(2026, 3, 4, 14, 3, 12, 480_000, tzinfo=UTC)
SAML = '<a><Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion">SECRET</Assertion></a>'
EXCHANGE = ExchangeEntry(
    at=START,
    number=42,
    operation="rechercherInsAvecTraitsIdentite",
    code="00",
    http_status=200,
    request=SAML,
    response="<b/>",
    explanation=(Text("une personne", "one person"),),
    remarks=(Remark(code="x", text=Text("a", "b"), evidence="official"),),
    url="http://127.0.0.1:8080/lps",
    request_headers={"Content-Type": "application/soap+xml"},
    response_headers={"Content-Length": "4"},
)
ACT = ActEntry(at=START, verb="create_patient", arguments={"traits": {"sex": "F"}}, result={"id": "1"})
SHOT = AttachmentEntry(
    at=START,
    name="écran.png",
    sha256="ab" * 32,
    file="attachments/ab-.png",
    media_type="image/png",
    exchange=42,
)
HUMAN_ACT = HumanAct(
    at=START,
    journey="import",
    key="cd" * 32,
    verb="call_insi_traits",
    answer={"id": "call-1", "outcome": "FOUND"},
    unseen=("code", "message"),
    outcome="refused",
    message="non",
    exchanges=(42, 43),
    void=(41,),
    notes=("petite fenêtre",),
    files=(SHOT,),
)
REVIEW = ReviewDecided(
    at=START, check="import.labels_seen", verdict=Verdict.PASS, author="A. B.", reason="lisible"
)


def started(**others):
    values = {
        "at": START,
        "bench_version": "1",
        "simulator_version": "2",
        "software": Software(name="LGO", version="3", verbs=("create_patient",), not_supported={"x": "non"}),
        "seed": 7,
        "plan": {"source": "plan.yaml"},
        "rules": ("SRC-01", "STA-03"),
        "is_selection": True,
        "rule_digests": {"SRC-01": rule_digest(load_catalogue()["SRC-01"])},
    }
    return CampaignStarted(**{**values, **others})


def planned(*checks):
    return SuiteCollected(
        at=START,
        checks=tuple(
            PlannedCheck(check=name, title=Text(name, name), rules=(rule,), number=number)
            for number, (name, rule) in enumerate(checks, 1)
        ),
    )


def begin(name, rule, number=1):
    return CheckStarted(at=START, check=name, title=Text(name, name), rules=(rule,), number=number, total=2)


def end(name, verdict=Verdict.PASS, **outcome):
    outcome.setdefault("reason", Text("pourquoi", "why"))
    return CheckFinished(at=START, check=name, outcome=Outcome(verdict=verdict, **outcome), duration=1.5)


def write(folder, *items, **campaign):
    with RecordWriter(folder / RECORD_NAME) as writer:
        writer.event(started(**campaign))
        for item in items:
            if isinstance(item, tuple):
                writer.entry(*item)
            else:
                writer.event(item)
    return folder / RECORD_NAME
