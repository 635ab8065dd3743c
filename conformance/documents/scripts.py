"""JSON that a script is given: ``callback({…});`` (JSONP), ``var patient = {…};``."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from typing import Final

END: Final = " \t\r\n;)"
"""What stands behind it."""
_BEFORE: Final = re.compile(
    r"\s{0,40}(?:/\*[^*]{0,100}\*{1,2}/\s{0,40})?(?:(?:var|let|const|window\.)\s{0,10})?"
    r"(?:[^\W\d]|\$)[\w.$]{0,79}\s{0,10}[=(]\s{0,40}(?=[\[{])"
)
_MOST: Final = 400
"""Characters that may stand before it, at most."""


def start(text: str) -> int | None:
    """Return where the JSON begins; ``None`` where no script stands around it."""
    found = _BEFORE.match(text)
    return found.end() if found else None


def bare(data: bytes) -> bytes:
    """Return the JSON alone, all there is where no script stands around it."""
    at = _start(data)
    return data if at is None else data[at:].rstrip(END.encode())


def holds_resource(data: bytes) -> bool:
    """Tell whether a script is given a resource of FHIR."""
    at = _start(data)
    return at is not None and b'"resourceType"' in data[at : at + 4096]


def _start(data: bytes) -> int | None:
    """Return the same of bytes, in whose names there are no letters but those of ASCII: of what coding they are is not known yet."""
    mark = len(BOM_UTF8) if data.startswith(BOM_UTF8) else 0
    at = start(data[mark : mark + _MOST].decode("ascii", "replace"))
    return None if at is None else mark + at
