"""Coverage-guided fuzzing of the reader with atheris, which is optional: ``pip install atheris`` (Linux, macOS).

libFuzzer looks for inputs that reach new code; half of its mutations are those of ``fuzz_trees``, which keep enough
of the form to get past the XML parser. Nothing but a ``FaultError`` may come out of the reader; an assertion in what it
accepts is verified or refused. A crash is written to ``--out`` by libFuzzer. Exit code not 0 if there is any.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from random import Random

MAX_LENGTH = 16_384
HANG_S = 5


def _fuzz(trust_folder: str, arguments: list[str]) -> None:
    """Run libFuzzer in this process; it ends it."""
    import atheris  # type: ignore[import-not-found,unused-ignore] # optional

    with atheris.instrument_imports(include=["simulator.contract", "simulator.security", "simulator.ins"]):
        from simulator.contract import envelope, parsing
        from simulator.contract.faults import FaultError
        from simulator.security import (
            AssertionRefusedError,
            TrustStore,
            VerificationCache,
            find_assertions,
            verify_ps_assertion,
        )

    from fuzz_bytes import CONTENT_TYPES
    from fuzz_trees import MUTATIONS, serialise
    from lxml import etree

    trust, cache, now = TrustStore.load(Path(trust_folder)), VerificationCache(), datetime.now(UTC)

    def read(data: bytes) -> None:
        if not data:
            return
        body = data[1:]
        try:
            envelope.read(body, CONTENT_TYPES[data[0] % len(CONTENT_TYPES)])
            root = parsing.parse(body)
        except FaultError:
            return
        try:
            verify_ps_assertion(find_assertions(root).ps, root, trust, now, cache)
        except AssertionRefusedError:
            return

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        chance = Random(seed)
        if chance.random() < 0.5 and len(data) > 1:
            try:
                root = etree.fromstring(data[1:], etree.XMLParser(resolve_entities=False))
                chance.choice(MUTATIONS)(chance, root, root)
                spoiled = data[:1] + serialise(chance, root)
            except (etree.XMLSyntaxError, ValueError):
                spoiled = b""
            if 0 < len(spoiled) <= max_size:
                return spoiled
        return bytes(atheris.Mutate(data, max_size))

    atheris.Setup([sys.argv[0], *arguments], read, custom_mutator=mutate)
    atheris.Fuzz()


def _write_corpus(folder: Path) -> Path:
    """Write the good messages to the folder ``corpus``; return the folder with the authorities."""
    from fuzz_seeds import plain_seeds, signed_seeds

    from simulator.security.pki import init_pki

    now = datetime.now(UTC)
    corpus = folder / "corpus"
    corpus.mkdir()
    pki = init_pki(folder / "pki", now=now)
    for seed in [*plain_seeds(), *signed_seeds(pki, now)]:
        # The first byte chooses the Content-Type.
        (corpus / seed.name).write_bytes(b"\x02" + seed.body)
    return pki.trust


def main() -> int:
    """Run libFuzzer in a process of its own, since it ends the one it runs in; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "banc-insi-fuzz")
    options = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        sys.stdout.write(
            "coverage-guided fuzzing skipped: atheris is not installed (pip install atheris; not on Windows)\n"
        )
        return 0
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        trust = _write_corpus(Path(folder))
        arguments = [
            str(trust),
            str(Path(folder) / "corpus"),
            f"-max_total_time={options.seconds}",
            f"-runs={options.runs}",
            f"-seed={options.seed}",
            f"-max_len={MAX_LENGTH}",
            f"-timeout={HANG_S}",
            "-rss_limit_mb=2048",
            f"-artifact_prefix={options.out}{os.sep}",
            "-verbosity=0",
            "-print_final_stats=1",
        ]
        command = [sys.executable, __file__, "--libfuzzer", *arguments]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    if sys.argv[1:2] == ["--libfuzzer"]:
        _fuzz(sys.argv[2], sys.argv[3:])
    sys.exit(main())
