"""The certificates of tests over TLS: made once for each user and kept, because making keys takes seconds.

They are kept in the user's cache folder, under a name that changes with what a PKI holds, and made again a month
before they end. No certificate of it opens anything but a simulator.
"""

from __future__ import annotations

import hashlib
import secrets
import tempfile
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

import platformdirs

from simulator.security.pki import PkiError, init_pki, read_pki
from simulator.text import Text
from simulator.version import VERSION

if TYPE_CHECKING:
    from simulator.security.pki import PkiSummary

_DAYS: Final = 365
_MARGIN: Final = timedelta(days=30)


def throwaway_pki(cache: Path | None = None, *, now: datetime | None = None) -> PkiSummary:
    """Return the PKI of this user's tests, made now when there is none or when it ends soon.

    Args:
        cache: folder to keep it in; the user's cache folder by default.
        now: aware; the real time by default.

    Raises:
        PkiError: it cannot be made.
        OSError: the folder cannot be written.
    """
    now = now or datetime.now(UTC)
    cache = cache or platformdirs.user_cache_path("banc-insi", appauthor=False)
    cache.mkdir(parents=True, exist_ok=True)
    recipe = (files("simulator.security") / "pki.yaml").read_bytes() + VERSION.encode()
    name = f"testing-pki-{hashlib.sha256(recipe).hexdigest()[:16]}"
    for kept in sorted(cache.glob(f"{name}-*")):
        try:
            return _still_good(kept, now)
        except PkiError:
            continue
    # Beside, then renamed to a name that nobody else takes: another process never sees half of one, nor one replaced.
    with tempfile.TemporaryDirectory(dir=cache, ignore_cleanup_errors=True) as beside:
        made = Path(beside) / "pki"
        init_pki(made, now=now, days=_DAYS)
        kept = cache / f"{name}-{secrets.token_hex(4)}"
        made.rename(kept)
    return _still_good(kept, now)


def _still_good(folder: Path, now: datetime) -> PkiSummary:
    summary = read_pki(folder)
    if datetime.fromisoformat(summary.valid_until) - now < _MARGIN:
        raise PkiError(
            Text(
                f"les certificats de {folder} finissent le {summary.valid_until}",
                f"the certificates in {folder} end on {summary.valid_until}",
            )
        )
    return summary
