"""The control API does what its own document says, whatever is sent to it (schemathesis, all checks)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from simulator.bench import BenchOptions
from simulator.serving import ServeOptions, running
from simulator.web.api.specification import document

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
METHODS = {"get", "put", "post", "patch", "delete"}
NOT_HERE = ("deliverMail", "followExchanges", "importSession")
"""An endless stream, and bodies of which it can make none: a mail, an archive. They have tests of their own."""
EXAMPLES = 12
"""Of each operation in each phase: bounded, so that the suite stays short."""


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("token", "phases", "left_out"),
    [
        # With a token it is the same program behind a door: what is tried by rule is tried there, where what needs the
        # token is seen too, and what is drawn and what follows from one another where none is asked for.
        pytest.param(None, "fuzzing,stateful", (), id="open"),
        # What is tried by rule is tried of the document, and a scenario that is checked, or replaces others, is the same
        # document as one installed: thousands of requests, once is enough.
        pytest.param("s3cret", "examples,coverage", ("replaceScenarios", "checkScenario"), id="token"),
    ],
)
def test_every_answer_is_as_described(
    tmp_path: Path,
    soap_request: Callable[..., bytes],
    token: str | None,
    phases: str,
    left_out: tuple[str, ...],
) -> None:
    not_here = {*NOT_HERE, *left_out}
    options = ServeOptions(bench=BenchOptions(data_dir=tmp_path / "data", people=5), port=0, token=token)
    with running(options) as url:
        for sex in ("M", "F", "X"):  # exchanges to read: found, not found, refused
            httpx.post(
                f"{url}/lps",
                content=soap_request(sex=sex),
                headers={"Content-Type": "application/soap+xml"},
                trust_env=False,
            )
        done = subprocess.run(
            [
                str(Path(sys.executable).with_name("schemathesis")),
                *("--config-file", str(HERE / "schemathesis.toml")),
                *("run", f"{url}/api/v1/openapi.json", "--checks", "all", "--no-color"),
                # A list from which all was taken out is empty, and still there; that a deleted session is gone has its own tests.
                *("--exclude-checks", "use_after_free"),
                *("--max-examples", str(EXAMPLES), "--seed", "1", "--generation-database", "none"),
                *("--phases", phases),
                *(part for name in not_here for part in ("--exclude-operation-id", name)),
                *(("--header", f"Authorization: Bearer {token}") if token else ()),
            ],
            capture_output=True,
            check=False,
            cwd=tmp_path,
            encoding="utf-8",
            env=os.environ | {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "PYTHONUTF8": "1"},
            timeout=1500,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        wanted = {
            operation["operationId"]
            for item in document()["paths"].values()
            for method, operation in item.items()
            if method in METHODS
        }
        # It leaves the document itself out, which it has read to begin with.
        assert f"Tested: {len(wanted - {'getOpenapi', *not_here})}" in done.stdout
        assert httpx.get(f"{url}/health", trust_env=False).json()["status"] == "ok"
