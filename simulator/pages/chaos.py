"""The catalogue of disturbances as Markdown: ``python -m simulator.pages.chaos`` writes ``docs/chaos.md``.

The page shows the data that the program reads, so that it cannot say otherwise than the program.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from simulator.chaos.catalogue import MAX_DELAY_S, MAX_STEPS, chaos_catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.chaos.catalogue import Disturbance, Parameter

_WAYS: Final = {"http": "HTTP", "tls": "one-way TLS", "mtls": "mutual TLS", "wsgi": "any WSGI server"}

_KINDS: Final = {
    "time": "Before the first byte",
    "flow": "Pace and framing of the body",
    "end": "The connection ends early",
    "replacement": "Another answer than SOAP",
    "head": "Status line and headers",
    "message": "The XML message, rewritten",
    "text": "The bytes of the message",
}

_HEAD: Final = f"""# Disturbances

What a scenario can do to an answer on its way, whatever the answer is. In a rule, `chaos` lists them in order: a name,
or a name with its parameters.

```yaml
rules:
  - when: {{operation: rechercherInsAvecTraitsIdentite}}
    then:
      code: "01"
      chaos:
        - latency: {{seconds: 2, distribution: lognormal, spread: 1, seed: monday}}
        - truncated-body: {{after: 200}}
```

- Everything is real on the wire, on plain HTTP, one-way TLS and mutual TLS alike: a reset is a TCP RST, a cut body has
  its right `Content-Length`. A way in that cannot do it answers 500 and says so; nothing is replaced in silence.
- A rule has at most {MAX_STEPS} disturbances. What cannot be together is refused when the scenario is read, with the reason:
  two ends, a rewriting of what is already compressed, anything beside an answer that is never sent.
- What needs a SOAP fault is refused in a rule that answers a code; where the answer is only known at the call, it is
  left out and the decision trail of the exchange says so.
- Randomness is repeatable: the same seed gives the same delays, call after call. Without a seed, that of the session. Each
  server process counts its own calls.
- A delay holds no other call up, is at most {MAX_DELAY_S:g} s, and ends at once when the client leaves or the server stops.
- The exchange in the journal names the disturbances and holds the bytes that are sent; HTTP status 0 means that nothing is.
- Silent clients count among the connections of a server: 1024 on the plain HTTP port, shared by its workers; on each TLS
  port 512 wait apart, and those beyond hold one of its 16 threads each.
- On Windows the TLS ports do the same as elsewhere, with ordinary sockets. On the plain HTTP port the bench looks for the
  connection among the handles of its process, which nothing lists: an answer that ends early costs some ten thousand attempts
  more than elsewhere, the others nothing. Whether granian lets go of a connection to be reset is not established there
  (the tests of this project run on Linux): where it does not within 2 s, the connection is closed instead, and the log
  says so; it is never answered.

*Evidence* is the weaker of two: that it happens on the real service or on networks, and that the expectation is founded.
Most expectations are ours (rules ERR-01 to ERR-06 are inferred).
"""


def chaos_page() -> str:
    """Return the whole page."""
    return f"{_HEAD}\n{chaos_section()}"


def chaos_section(level: int = 2) -> str:
    """Return the catalogue, by kind, under titles of this level and the next."""
    return "\n".join(_lines(level)).rstrip("\n") + "\n"


def _lines(level: int) -> Iterator[str]:
    for kind, title in _KINDS.items():
        yield f"{'#' * level} {title}"
        yield ""
        for disturbance in chaos_catalogue().values():
            if disturbance.kind == kind:
                yield from _entry(disturbance, level + 1)


def _entry(disturbance: Disturbance, level: int) -> Iterator[str]:
    yield f"{'#' * level} `{disturbance.name}`: {disturbance.title_en}"
    yield ""
    yield f"*{disturbance.title_fr}.* {disturbance.description_en}"
    yield ""
    yield f"- Expected of the software: {disturbance.expected_en.rstrip('.')}."
    yield f"- Attendu du logiciel : {disturbance.expected_fr.rstrip('.')}."
    yield f"- Evidence: {disturbance.evidence.value}. Source: {disturbance.source}."
    yield f"- Ways in: {', '.join(_WAYS[way] for way in disturbance.ways)}."
    if disturbance.needs == "fault":
        yield "- Only on a SOAP fault."
    yield ""
    if disturbance.parameters:
        yield "| parameter | values | default | meaning |"
        yield "| --- | --- | --- | --- |"
        for parameter in disturbance.parameters.values():
            default = "" if parameter.default is None else f"`{parameter.default}`"
            yield f"| `{parameter.name}` | {_values(parameter)} | {default} | {parameter.description_en} |"
        yield ""


def _values(parameter: Parameter) -> str:
    if parameter.choices:
        return ", ".join(f"`{choice}`" for choice in parameter.choices)
    if parameter.minimum is not None and parameter.maximum is not None:
        kind = "whole, " if parameter.type == "integer" else ""
        return f"{kind}{parameter.minimum:g} to {parameter.maximum:.10g} {parameter.unit}"
    return f"text `{parameter.pattern}`"


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr] # a text file, when run as a program
    sys.stdout.write(chaos_page())
