"""Plan files: what is read, and what a mistake says."""

from __future__ import annotations

import dataclasses
import json
from datetime import date

import pytest

from conformance.drivers.settings import DriverSettings
from conformance.plan import FailOn, Plan, SoftwareAbout, load_plan, plan_data
from conformance.record.coding import decode, encode
from conformance.record.results import Waiver
from simulator.datafile import DataFileError


def _plan(tmp_path, text):
    path = tmp_path / "plan.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_smallest_plan_names_the_software_only(tmp_path):
    path = _plan(tmp_path, "software:\n  url: http://127.0.0.1:9000\n")
    assert load_plan(path) == Plan(driver=DriverSettings(url="http://127.0.0.1:9000"), source=str(path))


def test_a_full_plan_is_read_whole(tmp_path):
    path = _plan(
        tmp_path,
        "software: {url: 'https://lgo.test/banc', timeout: 5}\n"
        "simulator: {url: 'http://127.0.0.1:8080', token: secret}\n"
        "session: {profile: qualification-2026, strictness: strict, recognise: {idam: '750000000001'}}\n"
        "rules: [SRC-01, STA-03]\n"
        "not_applicable: {SRC-04: Sans objet}\n"
        "seed: 7\n",
    )
    assert load_plan(path) == Plan(
        driver=DriverSettings(url="https://lgo.test/banc", timeout=5.0),
        simulator_url="http://127.0.0.1:8080",
        simulator_token="secret",
        session={
            "profile": "qualification-2026",
            "strictness": "strict",
            "recognise": {"idam": "750000000001"},
        },
        rules=("SRC-01", "STA-03"),
        not_applicable={"SRC-04": "Sans objet"},
        seed=7,
        source=str(path),
    )


@pytest.mark.parametrize(
    ("text", "line", "expectation"),
    [
        ("seed: 1\n", 1, "expected where the software is driven: driver.url"),
        ("software:\n  url: ftp://x\n", 2, "expected text of the form ^https?://"),
        (
            "software:\n  url: http://x\n  tiemout: 3\n",
            2,
            "unknown key 'tiemout'",
        ),
        (
            "software: {url: 'http://x'}\nrules:\n  - SRC-1\n",
            3,
            "expected text of the form ^[A-Z]{3}-[0-9]{2}$",
        ),
        ("software: {url: 'http://x'}\nseed: many\n", 2, "expected integer, got 'many'"),
        ("software: [\n", 2, "not YAML"),
    ],
)
def test_a_mistake_names_file_line_and_expectation(tmp_path, text, line, expectation):
    path = _plan(tmp_path, text)
    with pytest.raises(DataFileError) as caught:
        load_plan(path)
    message = str(caught.value)
    assert message.startswith(f"{path}:{line}:")
    assert expectation in message


def test_names_that_are_none_are_told_all_at_once_each_at_its_place(tmp_path):
    path = _plan(
        tmp_path,
        "software: {actors: [RI, PHARMA]}\n"
        "driver: {url: 'http://x'}\n"
        "session: {profile: prodction}\n"
        "rules: [SRC-01, SRC-99]\n"
        "without: {groups: [ABC]}\n"
        "not_applicable: {ZZZ-01: y}\n"
        "waivers:\n  - {rule: STA-99, reason: r, author: a, expires: '2026-12-31'}\n",
    )
    with pytest.raises(DataFileError) as caught:
        load_plan(path)
    told = [line.removeprefix(f"{path}:") for line in str(caught.value).splitlines()]
    assert [line.partition(": ")[0] for line in told] == ["1:25", "3:20", "4:17", "5:20", "6:26", "8:12"]
    for line, words in zip(
        told,
        (
            "'PHARMA'; there are ALL, RI",
            "production?",
            "SRC-09?",
            "'ABC'; there are FLD",
            "ZZZ-01",
            "STA-09?",
        ),
        strict=True,
    ):
        assert words in line


def test_a_missing_plan_is_named(tmp_path):
    with pytest.raises(DataFileError, match=r"nowhere\.yaml: cannot be read"):
        load_plan(tmp_path / "nowhere.yaml")


EVERYTHING = """
software: {name: LGO, version: "4.2", vendor: Éditeur, actors: [RI, CALL]}
driver:
  kind: http
  url: https://lgo.test/banc
  timeout: 5
  headers: {X-Site: "1"}
  headers_from_env: {Authorization: LGO_TOKEN}
  tls_ca: ca.pem
  client_cert: client.pem
  client_key: client.key
instances:
  - url: https://lgo1.test/banc
  - {url: "https://lgo2.test/banc", timeout: 9}
simulator: {url: "http://127.0.0.1:8080", token: secret-of-the-simulator}
session: {profile: qualification-2026}
rules: [SRC-01]
groups: [STA]
without: {rules: [STA-03], groups: [RSP]}
not_applicable: {SRC-04: Sans objet}
promote: [ERR-02]
waivers:
  - {rule: STA-08, reason: corrigé en 4.3, author: A. B., expires: "2026-12-31", link: "https://tracker.test/1"}
fail_on: [not-tested, warning]
fail_fast: true
seed: 7
lang: en
mailbox: all
time_limit: 45m
"""


def test_no_field_of_a_plan_is_forgotten_between_the_file_the_value_and_another_process(tmp_path):
    plan = load_plan(_plan(tmp_path, EVERYTHING))
    smallest = Plan(driver=DriverSettings())
    same = [
        field.name
        for field in dataclasses.fields(Plan)
        if getattr(plan, field.name) == getattr(smallest, field.name)
    ]
    assert same == []
    assert decode(Plan, json.loads(json.dumps(encode(plan)))) == plan
    assert set(plan_data(plan)) == {field.name for field in dataclasses.fields(Plan)}


def test_no_setting_of_the_driver_is_forgotten(tmp_path):
    http = load_plan(_plan(tmp_path, EVERYTHING)).driver
    text = "driver: {command: [python, lgo.py, '--x'], cwd: app, env: {A: b}}\n"
    program = load_plan(_plan(tmp_path, text)).driver
    guided = load_plan(_plan(tmp_path, "driver: {kind: guided, insi_port: 8700}\n")).driver
    assert guided == DriverSettings(kind="guided", insi_port=8700)
    smallest = DriverSettings()
    told = {
        field.name
        for settings in (http, program, guided)
        for field in dataclasses.fields(DriverSettings)
        if getattr(settings, field.name) != getattr(smallest, field.name)
    }
    assert told == {field.name for field in dataclasses.fields(DriverSettings)}
    assert program == DriverSettings(
        kind="subprocess", command=("python", "lgo.py", "--x"), cwd=tmp_path / "app", env={"A": "b"}
    )


def test_a_full_plan_says_what_it_says(tmp_path):
    plan = load_plan(_plan(tmp_path, EVERYTHING))
    assert plan.software == SoftwareAbout(name="LGO", version="4.2", vendor="Éditeur", actors=("RI", "CALL"))
    assert plan.driver.tls_ca == tmp_path / "ca.pem"
    assert [(each.url, each.timeout, each.headers_from_env) for each in plan.instances] == [
        ("https://lgo1.test/banc", 5.0, {"Authorization": "LGO_TOKEN"}),
        ("https://lgo2.test/banc", 9.0, {"Authorization": "LGO_TOKEN"}),
    ]
    assert plan.waivers == (
        Waiver(
            rule="STA-08",
            reason="corrigé en 4.3",
            author="A. B.",
            expires=date(2026, 12, 31),
            link="https://tracker.test/1",
        ),
    )
    assert plan.fail_on == (FailOn.NOT_TESTED, FailOn.WARNING)
    assert plan.mailbox == "all"
    assert plan.time_limit == 2700.0


def test_secrets_do_not_leave_a_plan(tmp_path):
    shown = json.dumps(plan_data(load_plan(_plan(tmp_path, EVERYTHING))))
    assert "secret-of-the-simulator" not in shown
    assert '"X-Site": "***"' in shown


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("driver: {timeout: 3}\n", "driver.url for HTTP, driver.command for a program"),
        ("software: {url: 'http://a'}\ndriver: {timeout: 3}\n", "expected the address once"),
        (
            "driver: {url: 'http://a'}\nwaivers:\n  - {rule: SRC-01, reason: r, author: a, expires: '2026-13-01'}\n",
            ":3:51: waivers[0].expires: expected a day such as 2026-12-31, got '2026-13-01'",
        ),
        ("driver: {url: 'http://a'}\ntime_limit: soon\n", "time_limit"),
        ("driver: {url: 'http://a'}\nfail_on: [review]\n", "fail_on[0]"),
    ],
)
def test_what_a_schema_cannot_say_is_said_with_its_place(tmp_path, text, message):
    with pytest.raises(DataFileError) as caught:
        load_plan(_plan(tmp_path, text))
    assert message in str(caught.value)
