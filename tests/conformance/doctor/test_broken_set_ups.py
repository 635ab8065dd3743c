"""Broken set-ups, one mistake each: what the doctor prints for each in both languages (``printed/``), and what stops."""

from __future__ import annotations

import re
import socket
import ssl
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from bent_software import Answer
from certificates import DAY, issue

from conformance.campaign.set_up import diagnose
from conformance.commands.diagnosis import show_diagnosis
from conformance.doctor.notes import BUDGET_S, Diagnosis
from conformance.drivers.settings import DriverSettings
from conformance.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PRINTED = Path(__file__).parent / "printed"


def printed(diagnosis: Diagnosis, lang: Any, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what is printed, without what changes from one run to the next."""
    capsys.readouterr()
    show_diagnosis(diagnosis, lang)
    text = capsys.readouterr().out
    text = re.sub(r"(127\.0\.0\.1):\d+", r"\1:PORT", text)
    text = re.sub(r"--port \d+", "--port PORT", text)
    text = re.sub(r"port \d+", "port PORT", text)
    text = re.sub(r"/s/[\w-]+", "/s/SESSION", text)
    text = re.sub(r"\d\d/\d\d/20\d\d|20\d\d-\d\d-\d\d", "JOUR" if lang == "fr" else "DAY", text)
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "INSTANCE", text)
    text = re.sub(r"version \d+\.\d+\.\d+", "version X", text)
    text = re.sub(r"\d+ verbes sur \d+", "N verbes sur N", re.sub(r"\d+ of \d+ verbs", "N of N verbs", text))
    text = re.sub(r"\d+ (actes conformes|acts as)", r"N \1", text)
    text = re.sub(r"(9|10) min \d\d s", "10 min", text)
    text = re.sub(r"\d+ (verbes sur|of) \d+( verbs)?", r"N \1 N\2", text)
    return re.sub(r"[\d.,]+ s(?=[ .)])", "N s", text)


@pytest.fixture
def check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], request: Any
) -> Callable[..., Diagnosis]:
    """Look at a plan, compare what is printed with the files of the test, and return the diagnosis."""
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.chdir(tmp_path)
    name = request.node.name.removeprefix("test_")

    def run(plan: Plan, folder: Path = Path("banc-report")) -> Diagnosis:
        diagnosis = diagnose(plan, folder, seed=7)
        assert (
            diagnosis.seconds < BUDGET_S + 20
        )  # The budget is for the software; a slow machine adds its own.
        missing = []
        for lang in ("fr", "en"):
            text = printed(diagnosis, lang, capsys)
            expected = PRINTED / f"{name}.{lang}.txt"
            if not expected.exists():
                expected.write_text(text, encoding="utf-8", newline="\n")
                missing.append(expected.name)
            assert text == expected.read_text(encoding="utf-8")
        assert not missing, f"written: {missing}; read them, then run again"
        return diagnosis

    return run


def plan_of(url: str, simulator: str | None = None, **settings: Any) -> Plan:
    about = {name: settings.pop(name) for name in ("session",) if name in settings}
    return Plan(driver=DriverSettings(url=url, **settings), simulator_url=simulator, **about)


def stopped(diagnosis: Diagnosis) -> list[str]:
    return [finding.check for finding in diagnosis.findings if finding.stops]


@contextmanager
def taken_port() -> Iterator[int]:
    """A port on which somebody listens and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        yield silent.getsockname()[1]


def test_nothing_broken(check: Callable[..., Diagnosis], lgo: str, simulator: str) -> None:
    diagnosis = check(plan_of(lgo, simulator))
    assert not diagnosis.problems
    assert not Path("banc-report").exists()  # Looked at, not left behind.


def test_nothing_listens(check: Callable[..., Diagnosis], simulator: str) -> None:
    with taken_port() as port:
        pass
    assert stopped(check(plan_of(f"http://127.0.0.1:{port}", simulator))) == ["address"]


def test_https_for_a_plain_port(
    check: Callable[..., Diagnosis], bent: Callable[..., str], simulator: str
) -> None:
    assert stopped(check(plan_of(bent().replace("http:", "https:"), simulator))) == ["address"]


def test_http_for_a_tls_port(
    check: Callable[..., Diagnosis], bent: Callable[..., str], simulator: str, tmp_path: Path
) -> None:
    url = bent(context_of(issue(tmp_path)[0]))
    assert stopped(check(plan_of(url.replace("https:", "http:"), simulator))) == ["address"]


def test_expired_certificate(
    check: Callable[..., Diagnosis], bent: Callable[..., str], simulator: str, tmp_path: Path
) -> None:
    server, authority = issue(tmp_path, ends=-DAY)
    assert stopped(check(plan_of(bent(context_of(server)), simulator, tls_ca=authority))) == ["tls"]


def test_unknown_authority(
    check: Callable[..., Diagnosis], bent: Callable[..., str], simulator: str, tmp_path: Path
) -> None:
    server, _ = issue(tmp_path)
    assert stopped(check(plan_of(bent(context_of(server)), simulator))) == ["tls"]


def test_certificate_for_another_name(
    check: Callable[..., Diagnosis], bent: Callable[..., str], simulator: str, tmp_path: Path
) -> None:
    server, authority = issue(tmp_path, host="lgo.test")
    assert stopped(check(plan_of(bent(context_of(server)), simulator, tls_ca=authority))) == ["tls"]


def test_certificate_that_ends_soon(
    check: Callable[..., Diagnosis], bent: Callable[..., str], simulator: str, tmp_path: Path
) -> None:
    server, authority = issue(tmp_path, ends=3 * DAY)
    diagnosis = check(plan_of(bent(context_of(server)), simulator, tls_ca=authority))
    assert [finding.check for finding in diagnosis.problems] == ["tls"]
    assert stopped(diagnosis) == []


def test_clock_ten_minutes_off(
    check: Callable[..., Diagnosis], bent: Callable[..., str], simulator: str
) -> None:
    def late(_act: str, answer: Answer) -> Answer:
        answer.headers["Date"] = format_datetime(datetime.now(UTC) - timedelta(minutes=10), usegmt=True)
        return answer

    assert stopped(check(plan_of(bent(answer=late), simulator))) == ["clock"]


def test_answers_outside_the_api(
    check: Callable[..., Diagnosis], bent: Callable[..., str], simulator: str
) -> None:
    def numbers(act: str, answer: Answer) -> Answer:
        if act.endswith("/patients") and answer.status == 201:
            answer.document |= {"id": 12, "attributes": "DOUTEUSE"}
            del answer.document["sex"]
        return answer

    diagnosis = check(plan_of(bent(answer=numbers), simulator))
    assert set(stopped(diagnosis)) == {"contract"}
    told = " ".join(finding.text.fr for finding in diagnosis.problems)
    assert "'id'" in told
    assert "'attributes'" in told
    assert "'sex'" in told


def test_dates_as_on_screen(
    check: Callable[..., Diagnosis], bent: Callable[..., str], simulator: str
) -> None:
    def local(_act: str, answer: Answer) -> Answer:
        if isinstance(answer.document, dict) and answer.document.get("birth_date"):
            answer.document["birth_date"] = "/".join(reversed(answer.document["birth_date"].split("-")))
        return answer

    diagnosis = check(plan_of(bent(answer=local), simulator))
    assert set(stopped(diagnosis)) == {"dates"}


def test_moments_without_form_in_the_log_do_not_stop(
    check: Callable[..., Diagnosis], bent: Callable[..., str], simulator: str
) -> None:
    def local(act: str, answer: Answer) -> Answer:
        if act == "GET /audit-log":
            answer.document = {"entries": [{"action": "X", "at": "02/03/2026 09:14", "user": "a"}]}
        return answer

    diagnosis = check(plan_of(bent(answer=local), simulator))
    assert [finding.check for finding in diagnosis.problems] == ["dates"]
    assert stopped(diagnosis) == []


def fixed_at(address: str) -> Callable[[str, Any], Any]:
    def ask(act: str, body: Any) -> Any:
        return {**body, "insi_url": address} if act == "POST /reset" else body

    return ask


def test_fixed_address_on_the_same_simulator(
    check: Callable[..., Diagnosis], bent: Callable[..., str], simulator: str
) -> None:
    diagnosis = check(plan_of(bent(ask=fixed_at(f"{simulator}/lps")), simulator))
    assert stopped(diagnosis) == ["insi-reached"]
    [remedy] = [finding.remedy for finding in diagnosis.problems]
    assert remedy is not None
    assert "recognise:" in remedy.fr


def test_fixed_address_is_right_when_its_calls_are_recognised(
    bent: Callable[..., str], simulator: str, tmp_path: Path
) -> None:
    url = bent(ask=fixed_at(f"{simulator}/lps"))
    first = diagnose(plan_of(url, simulator), tmp_path, seed=7)
    [remedy] = [finding.remedy for finding in first.problems]
    assert remedy is not None
    kind, value = re.search(r"recognise:\s+(\w+): (\S+)", remedy.fr).groups()  # type: ignore[union-attr]
    again = diagnose(plan_of(url, simulator, session={"recognise": {kind: value}}), tmp_path, seed=7)
    assert not again.problems


def test_fixed_address_elsewhere(
    check: Callable[..., Diagnosis], bent: Callable[..., str], simulator: str
) -> None:
    with taken_port() as port:
        pass
    url = bent(ask=fixed_at(f"http://127.0.0.1:{port}/insi"))
    assert stopped(check(plan_of(url, simulator))) == ["insi-reached"]


def test_software_that_never_calls(
    check: Callable[..., Diagnosis], bent: Callable[..., str], simulator: str
) -> None:
    def canned(act: str, body: Any) -> Any:
        if act.endswith("/insi-call") or "insi" in act.rpartition("/")[2]:
            return Answer(
                200, {"id": "1", "outcome": "NOT_FOUND", "patient_id": "1", "code": "01", "message": ""}
            )
        return body

    assert stopped(check(plan_of(bent(ask=canned), simulator))) == ["insi-reached"]


def test_report_folder_not_writable(check: Callable[..., Diagnosis], lgo: str, simulator: str) -> None:
    Path("file").write_text("x")
    assert stopped(check(plan_of(lgo, simulator), Path("file") / "banc-report")) == ["folder"]


def test_port_of_the_simulator_taken(check: Callable[..., Diagnosis], lgo: str) -> None:
    assert stopped(check(plan_of(lgo, lgo))) == ["simulator"]


def test_no_simulator(check: Callable[..., Diagnosis], lgo: str) -> None:
    with taken_port() as port:
        pass
    assert stopped(check(plan_of(lgo, f"http://127.0.0.1:{port}"))) == ["simulator"]


def test_no_verb(check: Callable[..., Diagnosis], bent: Callable[..., str], simulator: str) -> None:
    def none(act: str, answer: Answer) -> Answer:
        if act == "GET /capabilities":
            answer.document |= {"verbs": [], "not_supported": {}}
        return answer

    diagnosis = check(plan_of(bent(answer=none), simulator))
    assert [finding.check for finding in diagnosis.problems] == ["software"]
    assert stopped(diagnosis) == []


def test_driver_that_hangs(check: Callable[..., Diagnosis], simulator: str) -> None:
    with taken_port() as port:
        assert stopped(check(plan_of(f"http://127.0.0.1:{port}", simulator, timeout=0.5))) == ["software"]


def test_pages_instead_of_the_driver(
    check: Callable[..., Diagnosis], bent: Callable[..., str], simulator: str
) -> None:
    url = bent(ask=lambda _act, _body: Answer(404, None, {"Content-Type": "text/html"}))
    assert stopped(check(plan_of(url, simulator))) == ["software"]


def test_files_kept_after_reset(
    check: Callable[..., Diagnosis], bent: Callable[..., str], simulator: str
) -> None:
    told: list[Any] = []

    def once(act: str, body: Any) -> Any:
        if act == "POST /reset":
            told.append(body)
            if len(told) > 1:
                return Answer(204, None)
        return body

    assert "reset" in stopped(check(plan_of(bent(ask=once), simulator)))


def test_environment_variable_of_a_header_missing(
    check: Callable[..., Diagnosis], lgo: str, simulator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LGO_TOKEN", raising=False)
    plan = plan_of(lgo, simulator, headers_from_env={"Authorization": "LGO_TOKEN"})
    assert stopped(check(plan)) == ["address"]


def test_name_nobody_knows(check: Callable[..., Diagnosis], simulator: str) -> None:
    assert stopped(check(plan_of("http://lgo.invalid:9000", simulator))) == ["address"]


def context_of(server: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server)
    return context
