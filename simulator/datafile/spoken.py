"""The French of what is told in English deep in the bench: problems of scenario files, refusals of the control API, import errors.

These sentences are part of an interface, or are put together from others: they are written once, in English, where they
arise. ``french/*.yaml`` has the French of each: pairs of ``en`` and ``fr``, where ``{}`` stands for what differs. It is read when
somebody who reads French is told one.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_HOLE: Final = "{}"
_LONGEST: Final = 4000
"""Characters of a sentence that is looked up: ours are shorter, and what it quotes is cut."""
_DEEPEST: Final = 4
"""Sentences within sentences."""


class Phrases:
    """Sentences in another language, looked up whole or by templates of which ``{}`` is filled."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Take each sentence with what it is in the other language."""
        told = dict(pairs)
        self._whole: Final = {ours: other for ours, other in told.items() if _HOLE not in ours}
        templates = [each for each in told.items() if each[0] not in self._whole]
        # Those with the most words of their own first.
        templates.sort(key=lambda pair: len(pair[0].replace(_HOLE, "")), reverse=True)
        self._templates: Final = [(tuple(ours.split(_HOLE)), other) for ours, other in templates]

    def told(self, sentence: str, depth: int = 0) -> str | None:
        """Return a sentence in the other language, and those within it; ``None`` when it is not there."""
        if len(sentence) > _LONGEST:
            return None
        if (told := self._whole.get(sentence)) is not None:
            return told
        for parts, other in self._templates:
            if (found := _filled(sentence, parts)) is not None:
                inside = [depth < _DEEPEST and self.told(each, depth + 1) for each in found]
                return other.format(*(told or each for told, each in zip(inside, found, strict=True)))
        return None


def in_french(english: str) -> str:
    """Return a sentence in French; what the catalogue does not have stays as it is, such as the words of a library."""
    return french_of(english) or english


def french_of(english: str) -> str | None:
    """Return the French of a sentence, and of those within it; ``None`` when the catalogue has none."""
    return _catalogue().told(english)


def _filled(sentence: str, parts: tuple[str, ...]) -> list[str] | None:
    """Return what fills the holes between the parts of a template, each as short as can be; ``None``: it is another sentence."""
    first, *middle, last = parts
    end = len(sentence) - len(last)
    if not (sentence.startswith(first) and sentence.endswith(last) and len(first) <= end):
        return None
    found, at = list[str](), len(first)
    for part in middle:
        next_one = sentence.find(part, at, end)
        if next_one < 0:
            return None
        found.append(sentence[at:next_one])
        at = next_one + len(part)
    return [*found, sentence[at:end]]


@cache
def _catalogue() -> Phrases:
    return Phrases(pairs())


def pairs() -> Iterator[tuple[str, str]]:
    """Yield the sentences of the catalogue, English and French."""
    folder = files("simulator.datafile") / "french"
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".yaml"):
            for pair in yaml.safe_load(file.read_text(encoding="utf-8")):
                yield pair["en"], pair["fr"]
