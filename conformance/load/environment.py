"""What a run depends on besides the server: this machine, its versions, and who uses the processors."""

from __future__ import annotations

import os
import platform
import time
from importlib.metadata import PackageNotFoundError, version
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import psutil

from simulator.version import VERSION

_PACKAGES = ("locust", "gevent", "geventhttpclient", "lxml")


def describe() -> dict[str, Any]:
    """Return the facts of this machine that a reader of figures needs."""
    packages = {}
    for name in _PACKAGES:
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            continue
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {
        "bench": VERSION,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "processors": psutil.cpu_count() or 1,
        "load_before": None if load is None else round(load, 2),
        "packages": packages,
    }


class ServerWatch:
    """How many processors the servers use, when they run on this machine and we may look."""

    def __init__(self, *urls: str) -> None:
        self._processes: list[psutil.Process] = []
        self._last: tuple[float, float] | None = None
        processes: dict[int, psutil.Process] = {}
        for url in urls:
            parts = urlsplit(url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
            found = _listening(port) if _is_local(parts.hostname or "") else []
            if not found:
                return  # what only some of them use would say too little
            processes |= {process.pid: process for process in found}
        self._processes = list(processes.values())

    def processors(self) -> float | None:
        """Return the processors used since the last time this was asked; ``None``: not known."""
        if not self._processes:
            return None
        try:
            used = sum(sum(process.cpu_times()[:2]) for process in self._processes)
            now = time.monotonic()
        except psutil.Error:
            self._processes = []
            return None
        last, self._last = self._last, (now, used)
        if last is None or now - last[0] <= 0:
            return None
        return round(max(used - last[1], 0.0) / (now - last[0]), 3)


def _listening(port: int) -> list[psutil.Process]:
    found: dict[int, psutil.Process] = {}
    try:
        for connection in psutil.net_connections(kind="tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                process = psutil.Process(connection.pid)
                for each in (process, *process.children(recursive=True)):
                    found[each.pid] = each
    except (psutil.Error, OSError):
        return []
    return list(found.values())


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
