"""One mutant by its number: the same corpus, seed and number always give the same bytes."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from fuzz_bytes import BYTE_MUTATIONS, change_headers
from fuzz_seeds import SERIAL
from fuzz_trees import MUTATIONS, VALUE_MUTATIONS, serialise, spoil_der
from lxml import etree

if TYPE_CHECKING:
    from pathlib import Path

    from fuzz_seeds import Corpus, Seed


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A request to send."""

    name: str
    """Run seed, number, seed message and mutations."""
    headers: dict[str, str]
    body: bytes
    session: int
    """Which session to call, modulo their number."""
    certificate: bytes | None = None
    """DER, as the port with mutual TLS would hand it over."""

    def save(self, path: Path, problem: str) -> None:
        """Write the mutant to a file that ``load`` reads."""
        data = {
            "name": self.name,
            "problem": problem,
            "headers": self.headers,
            "session": self.session,
            "body": base64.b64encode(self.body).decode(),
            "certificate": self.certificate and base64.b64encode(self.certificate).decode(),
        }
        path.write_text(json.dumps(data, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Mutant:
        """Read a file that ``save`` wrote."""
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            name=data["name"],
            headers=data["headers"],
            body=base64.b64decode(data["body"]),
            session=data["session"],
            certificate=data["certificate"] and base64.b64decode(data["certificate"]),
        )


def make_mutant(corpus: Corpus, run: int, number: int) -> Mutant:
    """Return one mutant."""
    chance = Random(f"{run}/{number}")
    seed: Seed = chance.choice(corpus.seeds)
    in_tree, in_bytes = chance.choice([0, 1, 1, 1, 1, 2, 3, 6]), chance.choice([0, 0, 0, 0, 0, 1, 1, 2])
    if in_tree + in_bytes == 0:
        in_bytes = 1
    mutations = MUTATIONS
    gentle = chance.random() < 0.35
    if gentle:
        # Without these, few mutants would get as far as the rules of an operation.
        mutations, in_tree, in_bytes = VALUE_MUTATIONS, chance.choice([1, 1, 2]), 0
    steps: list[str] = []
    body = seed.body.replace(SERIAL, str(number).encode()) if chance.random() < 0.9 else seed.body
    if in_tree:
        root = etree.fromstring(body)
        other = etree.fromstring(chance.choice(corpus.seeds).body)
        for mutate in chance.choices(mutations, k=in_tree):
            # Mutations that make no sense on what the former ones left, such as a nameless element, are skipped.
            try:
                mutate(chance, root[-1] if gentle else root, other)
            except ValueError:
                continue
            steps.append(mutate.__name__)
        body = etree.tostring(root, encoding="UTF-8") if gentle else serialise(chance, root)
    spoiled = bytearray(body)
    for mutate_bytes in chance.choices(BYTE_MUTATIONS, k=in_bytes):
        if spoiled:
            mutate_bytes(chance, spoiled, corpus)
            steps.append(mutate_bytes.__name__)
    headers = {"content-type": seed.content_type, "content-length": str(len(spoiled)), "host": "127.0.0.1"}
    if chance.random() < 0.1:
        change_headers(chance, headers)
        steps.append("change_headers")
    certificate = None
    if chance.random() < 0.05:
        certificate = _certificate(chance, corpus)
        steps.append("certificate")
    return Mutant(
        name=f"{run}/{number} {seed.name}: {', '.join(steps)}",
        headers=headers,
        body=bytes(spoiled),
        session=chance.choice([0, 0, 0, chance.randrange(1000)]),
        certificate=certificate,
    )


def _certificate(chance: Random, corpus: Corpus) -> bytes:
    certificate = bytearray(chance.choice(corpus.certificates))
    if chance.random() < 0.7:
        spoil_der(chance, certificate)
    return bytes(certificate)
