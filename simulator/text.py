"""Texts in the two languages of the bench."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Lang: TypeAlias = Literal["fr", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """The same sentence in French and in English."""

    fr: str
    en: str

    def __getitem__(self, lang: Lang) -> str:
        """Return the sentence in ``lang``."""
        return self.fr if lang == "fr" else self.en

    def __str__(self) -> str:
        """Return the French sentence: French comes first in this bench."""
        return self.fr

    @classmethod
    def same(cls, sentence: str) -> Text:
        """Return a text that is not translated, such as a message of the software under test."""
        return cls(sentence, sentence)
