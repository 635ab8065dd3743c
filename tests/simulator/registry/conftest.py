"""Both stores: SQLite in a temporary directory, and a PostgreSQL server of our own, started once on a free port."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from simulator.registry.postgres import PostgresRegistry
from simulator.registry.store import RegistryStore
from simulator.serving import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.registry.protocol import Registry


@dataclass
class PostgresServer:
    """A server in a directory of its own."""

    programs: Path
    data: Path
    port: int
    user: dict[str, object]
    """Arguments of subprocess that drop to an unprivileged user."""

    def run(self, program: str, *arguments: str) -> None:
        # Output goes to files: the server inherits them, and a pipe would never end.
        with (self.data.parent / "output").open("w+", encoding="utf-8") as output:
            done = subprocess.run(
                [str(self.programs / program), *arguments],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.data.parent,
                **self.user,
            )
            output.seek(0)
            assert done.returncode == 0, f"{program}: {output.read()}"

    def start(self) -> None:
        options = f"-p {self.port} -k '' -c listen_addresses=127.0.0.1 -c fsync=off"
        log = str(self.data.parent / "log")
        self.run("pg_ctl", "-D", str(self.data), "-o", options, "-l", log, "-w", "start")

    def stop(self) -> None:
        self.run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop")

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://banc:s%40cret@127.0.0.1:{self.port}/{database}"


def _missing(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"{reason}; it is required in CI")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def start_postgres() -> Iterator[Callable[[], PostgresServer]]:
    """Give a function that starts a server; they are stopped at the end of the run."""
    programs = _programs()
    user: dict[str, object] = {}
    if programs is None:
        _missing(
            "no PostgreSQL server on this machine (initdb is neither on the PATH nor where Debian puts it)"
        )
    elif os.name == "posix" and os.geteuid() == 0:
        import pwd  # not on Windows

        names = {entry.pw_name for entry in pwd.getpwall()}
        if "postgres" not in names:
            _missing("PostgreSQL refuses to run as root, and there is no user postgres")
        user = {"user": "postgres", "group": "postgres", "extra_groups": []}
    servers: list[PostgresServer] = []
    # Not in the directory of pytest, which only its owner may enter.
    folders: list[Path] = []

    def start() -> PostgresServer:
        folder = Path(tempfile.mkdtemp(prefix="banc-pg-"))
        folders.append(folder)
        password = folder / "password"
        password.write_text("s@cret\n", encoding="utf-8")
        if user:
            shutil.chown(folder, "postgres", "postgres")
            shutil.chown(password, "postgres", "postgres")
        server = PostgresServer(programs, folder / "data", free_port(), user)
        how = ("-U", "banc", "-A", "scram-sha-256", f"--pwfile={password}", "-E", "UTF8", "--no-locale", "-N")
        server.run("initdb", "-D", str(server.data), *how)
        server.start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        if (server.data / "postmaster.pid").exists():
            server.stop()
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return debian[-1].parent if debian else None


@pytest.fixture(scope="session")
def postgres(start_postgres: Callable[[], PostgresServer]) -> PostgresServer:
    return start_postgres()


@pytest.fixture
def postgres_url(new_postgres_url: Callable[[], str]) -> str:
    """Give the URL of a fresh, empty database."""
    return new_postgres_url()


@pytest.fixture(scope="session")
def new_postgres_url(postgres: PostgresServer) -> Callable[[], str]:
    """Give a function that makes an empty database and returns its URL."""

    def make() -> str:
        name = f"banc_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(postgres.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return postgres.url(name)

    return make


@pytest.fixture(params=["sqlite", "postgres"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Registry]]:
    """Give a function that opens the same registry each time, in SQLite or in PostgreSQL."""
    opened: list[Registry] = []
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None

    def open_it() -> Registry:
        if url is None:
            opened.append(RegistryStore(tmp_path / "registry.sqlite", tmp_path / "sessions.sqlite"))
        else:
            opened.append(PostgresRegistry(url, create=True))
        return opened[-1]

    yield open_it
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Callable[[], Registry]) -> Registry:
    return open_store()
