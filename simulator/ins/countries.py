"""Countries and territories that had another code before: which codes may name the same birth place.

The COG gives an extinct state no successor. A register may have been coded anew after the event while the matricule keeps the
code of the registration, or the other way round, so both directions are legitimate for a birth before it. Codes and their dates
are those of the packaged table (INSEE); which territory went where is history.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Succession(NamedTuple):
    """A code, those that name parts of its territory since, and the last day on which it named the whole."""

    former: str
    """A code of the COG, or the three first characters of codes (``985``)."""
    since: frozenset[str]
    last_day: str
    """ISO 8601."""


def _of(former: str, since: str, last_day: str) -> Succession:
    return Succession(former, frozenset(since.split()), last_day)


SUCCESSIONS: Final = (
    # USSR: its code is that of Russia today.
    _of(
        "99123",
        "99106 99107 99108 99148 99151 99155 99252 99253 99255 99256 99257 99258 99259 99260",
        "1991-12-25",
    ),
    _of("99209", "99123", "1991-12-25"),  # Siberia, with a code of its own until 1942
    _of("99211", "99123", "1991-12-25"),  # Kamchatka, the same
    _of("99210", "99123 99256 99257 99258 99259 99260", "1991-12-25"),  # Russian Turkestan, the same
    _of("99141", "99109", "1990-10-02"),  # GDR
    _of("99142", "99109", "1990-10-02"),  # FRG before unification
    _of("99109", "99141 99142", "1990-10-02"),
    # Yugoslavia: its code is that of Serbia today.
    _of("99121", "99118 99119 99145 99156", "1992-04-27"),
    _of("99121", "99120 99157", "2008-02-17"),
    _of("99115", "99116 99117", "1992-12-31"),  # Czechoslovakia
    _of("99124", "99208", "1965-12-31"),  # Turkey in Europe
    _of("99143", "99254", "1993-12-31"),  # Cyprus, among the countries of Europe and then of Asia
    _of("99202", "99251", "1989-12-31"),  # North Yemen
    _of("99233", "99251", "1989-12-31"),  # South Yemen
    _of("99263", "99233 99251", "1967-11-29"),  # Protectorate of South Arabia
    _of("99218", "99216", "1945-08-17"),  # Manchukuo
    _of("99221", "99247 99248 99249 99250", "1971-12-01"),  # British territories of the Near East
    _of("99228", "99227", "1946-03-31"),  # Unfederated Malay States
    _of("99237", "99238 99239", "1952-12-31"),  # Korea
    _of("99244", "99243", "1976-07-01"),  # North Vietnam
    _of("99245", "99243", "1976-07-01"),  # South Vietnam
    _of("985", "99234 99241 99243 99244 99245", "1954-07-19"),  # Indochina: Cambodia, Laos, Vietnam
    _of("99213", "99246", "1971-03-15"),  # Pakistan with Bangladesh
    _of("99264", "99231", "1963-04-30"),  # Netherlands New Guinea
    _of("99305", "99322 99338", "1961-09-30"),  # British Cameroons
    _of("99307", "99332", "1963-12-11"),  # Kenya
    _of("99315", "99317", "1993-05-23"),  # Ethiopia with Eritrea
    _of("99320", "99393", "1975-06-24"),  # Mozambique
    _of("99325", "99350", "1956-10-28"),  # Tangier
    _of("99343", "99349", "2011-07-08"),  # Sudan with South Sudan
    _of("99362", "99309", "1964-04-25"),  # Zanzibar
    _of("99402", "99401", "1949-03-30"),  # Newfoundland
    _of("99403", "99401", "1949-03-30"),  # Labrador
    _of("99504", "99404", "1959-08-20"),  # Hawaii
)


def are_same_territory(one: str, other: str, birth_date: str) -> bool:
    """Tell whether two codes may name the place of one birth, because a country ended, split, or changed its code.

    Args:
        one: a code of the COG, country or Indochina.
        other: another one.
        birth_date: ISO 8601; an incomplete one (``1940-00-00``) counts as the beginning of what is known.
    """
    return any(
        birth_date <= change.last_day
        and any(
            first.startswith(change.former) and second in change.since
            for first, second in ((one, other), (other, one))
        )
        for change in SUCCESSIONS
    )
