"""Plan files: what is read, and what a mistake says."""

from __future__ import annotations

import pytest

from conformance.plan import Plan, load_plan
from simulator.datafile import DataFileError


def _plan(tmp_path, text):
    path = tmp_path / "plan.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_smallest_plan_names_the_software_only(tmp_path):
    path = _plan(tmp_path, "software:\n  url: http://127.0.0.1:9000\n")
    assert load_plan(path) == Plan(software_url="http://127.0.0.1:9000", source=str(path))


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
        software_url="https://lgo.test/banc",
        timeout=5.0,
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
        ("seed: 1\n", 1, "expected the key 'software'"),
        ("software:\n  url: ftp://x\n", 2, "expected text of the form ^https?://"),
        (
            "software:\n  url: http://x\n  tiemout: 3\n",
            2,
            "unknown key 'tiemout'; known keys are timeout, url",
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


def test_a_missing_plan_is_named(tmp_path):
    with pytest.raises(DataFileError, match=r"nowhere\.yaml: cannot be read"):
        load_plan(tmp_path / "nowhere.yaml")
