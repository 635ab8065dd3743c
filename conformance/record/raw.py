"""What travelled, made fit for a record: headers and bodies without their secrets, of a bounded length."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from simulator.journal.masking import MASK, mask_header, mask_text

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_RAW: Final = 16_000
"""Characters kept of one side of an exchange with the software."""
_SECRET_MEMBER: Final = re.compile(
    r'("[^"\\]{0,80}(?:password|passwd|secret|token|private_key|api_key|authorization)[^"\\]{0,80}"\s*:\s*)"(?:[^"\\]|\\.)*"?',
    re.IGNORECASE,
)
"""A member of a JSON object that by its name holds a secret; the text may be cut within it."""
_HEADER: Final = re.compile(r"(?P<name>[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}):[ \t]*(?P<value>.*)")


def masked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers with the values of those that hold secrets masked."""
    return {name: mask_header(name, value) for name, value in headers.items()}


def masked_raw(text: str) -> str:
    """Return a request or an answer as it travelled, its secrets masked, cut after ``MAX_RAW`` characters.

    Args:
        text: first line, headers, an empty line, body; or one line of JSON.
    """
    head, blank, body = text.partition("\n\n")
    if not blank:
        head, body = ("", text) if text.lstrip().startswith("{") else (text, "")
    lines = [_line(line) if number else mask_text(line) for number, line in enumerate(head.split("\n"))]
    whole = "\n".join(lines) + blank + mask_text(_SECRET_MEMBER.sub(rf'\1"{MASK}"', body))
    rest = len(whole) - MAX_RAW
    return whole if rest <= 0 else f"{whole[:MAX_RAW]}… (+{rest})"


def _line(line: str) -> str:
    match = _HEADER.fullmatch(line)
    return f"{match['name']}: {mask_header(match['name'], match['value'])}" if match else mask_text(line)
