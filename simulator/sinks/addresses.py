"""Where the sinks of a data directory listen, said by who serves them and read by whoever answers the control API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.sinks.kept import BENCH

if TYPE_CHECKING:
    from simulator.sinks.kept import SinkStore
    from simulator.sinks.options import SinkOptions

_ADDRESSES = "addresses"


def addresses_of(options: SinkOptions, host: str) -> dict[str, str]:
    """Return the address of each open port, as a program of this machine reaches it: ``dmp`` a URL, the others host:port.

    Over TLS the host is ``localhost``, which is the name in the certificate.
    """
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    shown = f"[{reached}]" if ":" in reached else reached
    found = {}
    for name, port in options.ports().items():
        if port is None:
            continue
        if name == "dmp":
            found[name] = f"https://localhost:{port}/dmp" if options.dmp_tls else f"http://{shown}:{port}/dmp"
        else:
            found[name] = f"{'localhost' if name.endswith('s') else shown}:{port}"
    return found


def say_addresses(store: SinkStore, addresses: dict[str, str]) -> None:
    """Note where the sinks listen; nothing when they do not any more."""
    store.tell(BENCH, _ADDRESSES, addresses or None)


def read_addresses(store: SinkStore) -> dict[str, str]:
    """Return where the sinks listen, nothing when they do not."""
    return {name: str(address) for name, address in (store.told(BENCH, _ADDRESSES) or {}).items()}
