"""JSON that a script is given: ``callback({…});`` (JSONP), ``var patient = {…};``."""

from __future__ import annotations

import re
from typing import Final

_SCRIPT: Final = re.compile(
    rb"[\s\xef\xbb\xbf]{0,40}(?:/\*[^*]{0,100}\*{1,2}/\s{0,40})?(?:(?:var|let|const|window\.)\s{0,10})?"
    rb"[A-Za-z_$][\w.$]{0,80}\s{0,10}[=(]\s{0,40}(?=[\[{])"
)
"""What stands before it."""


def bare(data: bytes) -> bytes:
    """Return the JSON alone, all there is where no script stands around it."""
    found = _SCRIPT.match(data)
    return data[found.end() :].rstrip(b" \t\r\n;)") if found else data


def holds_resource(data: bytes) -> bool:
    """Tell whether a script is given a resource of FHIR."""
    found = _SCRIPT.match(data)
    return found is not None and b'"resourceType"' in data[found.end() : found.end() + 4096]
