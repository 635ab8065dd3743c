"""What a target of a registry says: a file, or the URL of a PostgreSQL database, whose password is never printed."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

_URL: Final = re.compile(r"postgres(?:ql)?://", re.IGNORECASE)
_SECRET: Final = re.compile(r"(password=)[^&\s]*", re.IGNORECASE)


def is_postgres(target: str) -> bool:
    """Return whether a target is the URL of a PostgreSQL database rather than a file."""
    return _URL.match(target) is not None


def shown(target: str) -> str:
    """Return a target as it may be printed: without its password."""
    if not is_postgres(target):
        return target
    try:
        parts = urlsplit(target)
    except ValueError:
        return "postgresql://…"
    netloc = _without_password(parts)
    return _SECRET.sub(r"\1…", parts._replace(netloc=netloc).geturl())


def _without_password(parts: SplitResult) -> str:
    user, at, host = parts.netloc.rpartition("@")
    name, colon, _ = user.partition(":")
    return f"{name}{':…' if colon else ''}{at}{host}"
