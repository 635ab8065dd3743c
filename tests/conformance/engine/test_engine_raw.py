"""What travels for a check is kept when it does not pass, and stands with the act that it was for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from conformance.drivers.http import HttpDriver
from conformance.drivers.raw import RawExchange
from conformance.engine import BenchContext, run_checks
from conformance.engine.raw import MAX_KEPT, RawTap
from conformance.record.events import CampaignStarted, Software
from conformance.record.raw import MAX_RAW, masked_headers, masked_raw
from conformance.record.reading import Record
from conformance.record.timeline import ActEntry, BreakEntry, DriverEntry
from conformance.record.writing import RECORD_NAME, RecordWriter
from conformance.reference.server import running as running_lgo
from conformance.rules import load_catalogue
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 3, 4, tzinfo=UTC)


class Spoken:
    """A driver that says what travels."""

    on_exchange: Any = None


def test_what_travelled_belongs_to_the_act_that_follows_it() -> None:
    driver = Spoken()
    tap = RawTap(driver)
    driver.on_exchange(RawExchange(sent="POST /reset"))
    tap.preparing("reset")
    driver.on_exchange(RawExchange(sent="GET /patients/1", received="HTTP 200"))
    tap.seen(ActEntry(at=NOW, verb="read_patient"))
    assert [(entry.verb, entry.sent) for entry in tap.entries(Verdict.FAIL)] == [
        ("reset", "POST /reset"),
        ("read_patient", "GET /patients/1"),
    ]
    assert tap.entries(Verdict.FAIL)[1].at == NOW


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE])
def test_nothing_is_kept_of_a_check_that_needs_no_work(verdict: Verdict) -> None:
    driver = Spoken()
    tap = RawTap(driver)
    driver.on_exchange(RawExchange(sent="GET /patients/1"))
    assert tap.entries(verdict) == ()


def test_only_the_last_exchanges_are_kept_and_none_from_one_check_to_the_next() -> None:
    driver = Spoken()
    tap = RawTap(driver)
    for number in range(MAX_KEPT + 5):
        driver.on_exchange(RawExchange(sent=f"GET /{number}"))
        tap.seen(ActEntry(at=NOW + timedelta(seconds=number), verb="read_patient"))
    kept = tap.entries(Verdict.FAIL)
    assert (len(kept), kept[-1].sent) == (MAX_KEPT, f"GET /{MAX_KEPT + 4}")
    tap.begin()
    assert tap.entries(Verdict.FAIL) == ()
    tap.close()
    assert driver.on_exchange is None


def test_a_driver_that_tells_nothing_is_left_alone() -> None:
    silent = object()
    tap = RawTap(silent)
    tap.close()
    assert tap.entries(Verdict.FAIL) == ()


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("GET /x\nAuthorization: Basic c2VjcmV0\nAccept: application/json\n\n", "c2VjcmV0"),
        ("HTTP 200\nSet-Cookie: sid=s3cret\n\n{}", "s3cret"),
        ('POST /x\nAccept: a\n\n{"db_password": "s3cret", "name": "MARTIN"}', "s3cret"),
        ('POST /x\n\n{"access_token":"s3cret', "s3cret"),
        ('{"id": 1, "request": {"client_secret": "s3\\"cret"}}', 'cret"}'),
        ("GET /x\nX-Api-Key: s3cret\n\n", "s3cret"),
    ],
)
def test_secrets_do_not_reach_the_record(text: str, secret: str) -> None:
    masked = masked_raw(text)
    assert secret not in masked
    assert "•••" in masked


def test_what_is_no_secret_stays_to_the_letter_and_what_is_long_is_cut() -> None:
    text = 'POST /patients HTTP\nAccept: application/json\n\n{"birth_name": "LE GOFF"}'
    assert masked_raw(text) == text
    assert masked_headers({"WWW-Authenticate": "Basic", "Host": "a"}) == {
        "WWW-Authenticate": "Basic",
        "Host": "a",
    }
    long = masked_raw("HTTP 200\n\n" + "x" * (MAX_RAW + 10))
    assert long.endswith("… (+20)")


CHECKS = """
import pytest
from conformance.drivers.model import PatientTraits
from conformance.verdicts import Departure

TRAITS = PatientTraits(birth_name="MARTIN", first_name="LEA", sex="F", birth_date="1980-01-02", birth_place="63220")

@pytest.mark.title(fr="réussit", en="passes")
@pytest.mark.rule("SRC-01")
def test_passes(lgo, actor):
    lgo.create_patient(TRAITS, actor=actor)

@pytest.mark.title(fr="échoue", en="fails")
@pytest.mark.rule("SRC-01")
def test_fails(lgo, actor, evidence):
    patient = lgo.create_patient(TRAITS, actor=actor)
    lgo.read_patient(patient.id, actor=actor)
    raise Departure("non", "no")
"""


class NoInsi:
    """A session that nobody calls."""

    def exchanges(self, after: int = 0, *, service: str | None = None) -> list[Any]:  # noqa: ARG002 - as SessionClient
        return []

    def clear_scenarios(self) -> None:
        """There are none."""


def test_the_record_of_a_failing_check_has_what_travelled_both_ways_and_where_it_broke(
    tmp_path: Path,
) -> None:
    (tmp_path / "suite").mkdir()
    (tmp_path / "suite" / "test_sample_raw.py").write_text(CHECKS, encoding="utf-8")
    with running_lgo() as url, HttpDriver(url) as driver, RecordWriter(tmp_path / RECORD_NAME) as record:
        record.event(
            CampaignStarted(
                at=NOW,
                bench_version="1",
                simulator_version="1",
                software=Software(name="a", version="1"),
                seed=1,
                plan={},
                rules=("SRC-01",),
                is_selection=True,
                rule_digests={},
            )
        )
        run_checks(
            BenchContext(
                driver=driver,
                insi=NoInsi(),  # type: ignore[arg-type]
                insi_url="http://127.0.0.1:9/lps",
                seed=1,
                record=record,
            ),
            suite=tmp_path / "suite",
            catalogue=load_catalogue(),
            rules=["SRC-01"],
        )
        assert driver.on_exchange is None
    written = Record(tmp_path)
    passed, failed = (list(written.timeline(check)) for check in sorted(written.checks, reverse=True))
    assert not [entry for entry in passed if isinstance(entry, DriverEntry)]
    travelled = [entry for entry in failed if isinstance(entry, DriverEntry)]
    assert [entry.verb for entry in travelled] == ["reset", "create_patient", "read_patient"]
    assert travelled[1].sent.startswith(f"POST {url}/patients\n")
    assert "X-Banc-User: pharmacien.banc" in travelled[1].sent
    assert travelled[1].received.startswith("HTTP 201\n")
    assert "Content-Type: application/json" in travelled[1].received
    acts = [entry for entry in failed if isinstance(entry, ActEntry)]
    assert [entry.at for entry in acts] == [entry.at for entry in travelled[1:]]
    [broke] = [entry for entry in failed if isinstance(entry, BreakEntry)]
    assert (broke.reason.fr, failed.index(broke)) == ("non", 2)
