"""The requests of the benchmark: searches by traits of people of the registry, without and with a signed assertion."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from rawclient import SERIAL

from conformance.load.expected import Lookups
from conformance.load.message import search_request
from simulator.bench import BenchOptions, open_bench
from simulator.contract.names import WSSE
from simulator.security.signing import make_ps_assertion

COUNT = 200
_IDENTIFIER = re.compile(r"((?::Id|:MessageID[^>]*)>[^<]*)[^<]{12}<")


def draw(folder, data_dir, people):
    """Write the plain requests to ``folder``; return (file, text of the right answer, birth name) of each."""
    bench = open_bench(BenchOptions(data_dir=data_dir, people=people))
    lookups = Lookups(bench.registry.people(limit=people), Random(1))
    drawn = []
    while len(drawn) < COUNT:
        lookup = lookups.draw()
        if lookup.code != "00":
            continue
        body = folder / f"plain-{len(drawn)}.xml"
        # Identifiers are fresh in each call: the generator fills in their last characters.
        body.write_text(
            _IDENTIFIER.sub(rf"\g<1>{SERIAL.decode()}<", search_request(lookup)), encoding="utf-8"
        )
        drawn.append((str(body), f"<NumIdentifiant>{lookup.matricule[:13]}<", lookup.birth_name))
    bench.close()
    return drawn


def sign(folder, drawn, pki):
    """Write the same requests with an assertion signed by the card of the PKI; return (file, text) of each."""
    entry = pki.entry("cps")
    certificate, key = ((pki.directory / name).read_bytes() for name in (entry.cert, entry.key))
    now = datetime.now(UTC)
    signed = []
    for number, (plain, expected, _) in enumerate(drawn):
        assertion = make_ps_assertion(
            certificate,
            key,
            attributes={"identifiantFacturation": "990000001", "secteurActivite": "SA33"},
            issue_instant=now,
        ).decode()
        text = Path(plain).read_text(encoding="utf-8")
        header = f'<wsse:Security xmlns:wsse="{WSSE}">{assertion}</wsse:Security>'
        body = folder / f"signed-{number}.xml"
        body.write_text(text.replace("<soap:Header>", f"<soap:Header>{header}", 1), encoding="utf-8")
        signed.append((str(body), expected))
    return signed
