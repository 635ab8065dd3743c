"""A simulator in this process: threads, a free port, a temporary folder."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from simulator.bench import Bench, BenchOptions, open_bench
from simulator.client import BenchClient
from simulator.serving.tls_ports import listen_tls, own_port, tls_port
from simulator.testing.session import Insi
from simulator.testing.throwaway import throwaway_pki
from simulator.web.app import create_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.security.pki import PkiSummary

HOST: Final = "127.0.0.1"
PEOPLE: Final = 100
"""Synthetic people by default: enough for every tag that is not rare, and made in a few milliseconds."""


class SimulatorError(Exception):
    """The simulator cannot be used so; the message says what to do."""


class Simulator:
    """A simulator of your own, from ``start`` to ``stop`` or for a ``with`` block, which gives its default session."""

    def __init__(
        self,
        *,
        people: int = PEOPLE,
        scenarios: Iterable[str | Path | dict[str, Any]] = (),
        profile: str = "production",
        seed: int = 1,
        tls: bool = False,
        mtls: bool = False,
    ) -> None:
        """Say what it is made of; nothing starts yet.

        Args:
            people: synthetic people, beside the public test identities.
            scenarios: put in force in the default session: by id, by path, or as data; the first speaks first.
            profile: environment imitated, see ``banc profiles``.
            seed: of the synthetic people: the same seed gives the same people.
            tls: also listen on one-way TLS (CPx), with throw-away certificates.
            mtls: also listen on mutual TLS (software certificate), with throw-away certificates.
        """
        self._people, self._profile, self._seed = people, profile, seed
        self._scenarios = tuple(scenarios)
        self._tls, self._mtls = tls, mtls
        self._stack: contextlib.ExitStack | None = None
        self._url = self._https_url = self._mtls_url = ""
        self._pki: PkiSummary | None = None

    def __enter__(self) -> Insi:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> Insi:
        """Start it and return its default session, that of ``/lps``.

        Raises:
            SimulatorError: it runs already.
            BenchSetupError: the profile is unknown, or the temporary folder cannot be used.
            DataFileError: a scenario is missing or broken.
            BenchClientError: a scenario cannot be installed.
        """
        if self._stack is not None:
            raise SimulatorError("expected a simulator that is not started, this one runs: stop it first")
        with contextlib.ExitStack() as stack:
            data_dir = Path(
                stack.enter_context(
                    tempfile.TemporaryDirectory(prefix="banc-insi-", ignore_cleanup_errors=True)
                )
            )
            self._pki = throwaway_pki() if self._tls or self._mtls else None
            bench = self._open(data_dir)
            stack.callback(bench.close)
            parts = create_parts(bench)
            listening = listen_tls(HOST, 0)
            stack.enter_context(own_port(parts, listening))
            self._url = f"http://{HOST}:{listening.getsockname()[1]}"
            for mutual, wanted in ((False, self._tls), (True, self._mtls)):
                if wanted and self._pki is not None:
                    port = stack.enter_context(
                        tls_port(parts, pki=self._pki.directory, listening=listen_tls(HOST, 0), mutual=mutual)
                    )
                    if mutual:
                        self._mtls_url = f"https://{HOST}:{port}"
                    else:
                        self._https_url = f"https://{HOST}:{port}"
            self.bench = bench
            self.client = stack.enter_context(BenchClient(self._url))
            default = Insi(self, self.client.session())
            for scenario in reversed(self._scenarios):
                default.install(scenario)
            self._stack = stack.pop_all()
        return default

    def stop(self) -> None:
        """Stop it and remove what it kept. Nothing happens when it does not run."""
        stack, self._stack = self._stack, None
        if stack is not None:
            stack.close()

    @contextlib.contextmanager
    def session(self, **settings: Any) -> Iterator[Insi]:
        """Give a session of its own, apart from all others, deleted on the way out.

        The settings are those of the control API: ``strictness="strict"``, ``authentication="required"``…
        """
        created = self.client.create_session(**settings)
        try:
            yield Insi(self, created)
        finally:
            created.delete()

    @property
    def url(self) -> str:
        """Address over plain HTTP, without a slash at the end."""
        return self._url

    @property
    def https_url(self) -> str:
        """Address over one-way TLS (CPx).

        Raises:
            SimulatorError: it was not asked for.
        """
        return _asked(self._https_url, "tls")

    @property
    def mtls_url(self) -> str:
        """Address over mutual TLS (software certificate).

        Raises:
            SimulatorError: it was not asked for.
        """
        return _asked(self._mtls_url, "mtls")

    @property
    def pki(self) -> PkiSummary:
        """The throw-away certificates: ``pki.bundle`` to trust, ``pki.entry("insi-manu")`` to call with.

        Raises:
            SimulatorError: no TLS port was asked for.
        """
        if self._pki is None:
            raise SimulatorError(
                "there is no PKI without a TLS port: Simulator(tls=True) or Simulator(mtls=True)"
            )
        return self._pki

    def _open(self, data_dir: Path) -> Bench:
        options = BenchOptions(
            data_dir=data_dir,
            people=self._people,
            seed=self._seed,
            profile=self._profile,
            pki=None if self._pki is None else self._pki.directory,
        )
        return open_bench(options)


def _asked(url: str, option: str) -> str:
    if not url:
        raise SimulatorError(f"this port is closed: open it with Simulator({option}=True)")
    return url
