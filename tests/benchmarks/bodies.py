"""The requests of the benchmark: searches by traits of people of the registry, without and with a signed assertion."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from rawclient import SERIAL

from conformance.load.calling.expected import Lookups
from conformance.load.calling.message import search_request
from simulator.bench import BenchOptions, open_bench
from simulator.contract.names import WSSE
from simulator.registry.opening import open_registry
from simulator.security.signing import make_ps_assertion

COUNT = 200
COUNT_ANYWHERE = 2000
"""More: the pages of so few people of a large registry would always be at hand."""
_NAMESAKES = {"namesake-4", "namesake-5"}
_IDENTIFIER = re.compile(r"((?::Id|:MessageID[^>]*)>[^<]*)[^<]{12}<")


def draw(folder, data_dir, people):
    """Write the plain requests to ``folder``; return (file, text of the right answer, birth name) of each."""
    bench = open_bench(BenchOptions(data_dir=data_dir, people=people))
    drawn = _draw(folder, "plain", Lookups(bench.registry.people(limit=people), Random(1)), COUNT)
    bench.close()
    return drawn


def table(path, data_dir, people):
    """Write the people of a registry as lines of tab-separated values, as ``gsoap_server.cpp`` reads them."""
    bench = open_bench(BenchOptions(data_dir=data_dir, people=people))
    lines = []
    for person in bench.registry.everyone():
        identity, traits = person.identity, person.identity.traits
        row = (traits.birth_name, person.first_name, traits.sex, traits.birth_date, identity.matricule.number)
        former = ",".join(f"{old.matricule.number} {old.matricule.key} {old.oid}" for old in identity.history)
        more = (
            identity.matricule.key,
            str(identity.oid),
            traits.first_names,
            traits.birth_place or "",
            former,
        )
        lines.append("\t".join((*row, *more)))
    bench.close()
    path.write_text("\n".join(lines), encoding="utf-8")


def draw_anywhere(folder, registry):
    """Write requests for people from all over a large registry; return (file, text of the right answer) of each."""
    random = Random(1)
    store = open_registry(registry)
    total = store.count()
    # Only a few are held in memory, so nobody who shares traits with somebody else is asked for.
    sample = [store.people(limit=1, offset=random.randrange(total))[0] for _ in range(COUNT_ANYWHERE)]
    store.close()
    alone = [person for person in sample if not _NAMESAKES & set(person.tags)]
    return [pair[:2] for pair in _draw(folder, "anywhere", Lookups(alone, random), COUNT_ANYWHERE)]


def _draw(folder, prefix, lookups, count):
    drawn = []
    while len(drawn) < count:
        lookup = lookups.draw()
        if lookup.code != "00":
            continue
        body = folder / f"{prefix}-{len(drawn)}.xml"
        # Identifiers are fresh in each call: the generator fills in their last characters.
        body.write_text(
            _IDENTIFIER.sub(rf"\g<1>{SERIAL.decode()}<", search_request(lookup)), encoding="utf-8"
        )
        drawn.append((str(body), f"<NumIdentifiant>{lookup.matricule[:13]}<", lookup.birth_name))
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
