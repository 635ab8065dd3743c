"""The words of a printed page: labels of the traits in the spellings met, dates, sexes.

Labels: those of the official scenario of rule 32, the abbreviations of UX guides, and spellings met (documents notes §A5). An
unknown spelling is never held against a document on its own.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from conformance.documents.record import Trait

_BORN: Final = r"(?:de\s+(?:l['’]\s?acte\s+de\s+)?|a\s+la\s+)?(?:naissance|naiss?\b\.?)"
LABELS: Final = (
    # The longest spelling of a trait first: what is left over would be taken for the value.
    (Trait.BIRTH_NAME, rf"nom\s+(?:de\s+famille\s+)?\(?{_BORN}\)?|n\.\s*(?:de\s+)?nais(?:s(?:ance)?)?\b\.?|nom\s+de\s+famille|nom\s+patronymique|nom\s+de\s+jeune\s+fille|birth\s+(?:last\s+|family\s+)?name"),
    (Trait.FIRST_NAME, rf"(?:1\s*er|premier|1°|1)\s*(?:prenom|pr\b\.?)(?:\s*\(?{_BORN}\)?|\s+(?:d['’]|de\s+l['’]\s?)etat[\s-]civil)?"),
    (Trait.FIRST_NAME, rf"(?:prenom|pr\b\.?)\s*(?:(?:n[°o]\s*)?1(?!\d)(?:\s*er\b)?|\(\s*1\s*(?:er)?\s*\))(?:\s*\(?{_BORN}\)?)?"),
    (Trait.FIRST_NAME, rf"(?:pr\.\s*nais(?:s(?:ance)?)?\b\.?|prenom\s+\(?{_BORN}\)?)\s*(?:n[°o]\s*)?1(?!\d)(?:\s*er\b)?"),
    (Trait.FIRST_NAMES, rf"(?:liste\s+des\s+)?prenom\s*\(?s\)?\s*\(?{_BORN}\)?|liste\s+des\s+prenoms|pr\.\s*nais(?:s(?:ance)?)?\b\.?"),
    (Trait.FIRST_NAME, rf"prenom\s+\(?{_BORN}\)?|(?:birth\s+(?:first|given)|first\s+birth)\s+name"),
    (Trait.USED_NAME, r"nom\s+(?:utilise|d['’ ]usage|usuel|marital)|n\.\s*ut\b\.?|epoux?se?\b"),
    (Trait.USED_FIRST_NAME, r"prenom\s+(?:utilise|usuel|d['’ ]usage)|pr\.\s*ut\b\.?"),
    (Trait.BIRTH_DATE, rf"date\s+{_BORN}|d\.?\s*d\.?\s*n\b\.?|ne\s*[(·.\-]?e?\)?,?\s+le\b|ne\s*[(·.\-]?e?\)?(?=\s*:?\s*\d)|ne\s*[(·.\-]?e?\)?\s+(?:a|en|au)\s+[^:\t/]{{2,40}}?\s+le\b|d\.\s*nais\b\.?|naiss(?:ance|\.)?(?=\s*:?\s*\d{{1,2}}\s?[/.\-])|date\s+of\s+birth"),
    (Trait.BIRTH_PLACE, rf"(?:code\s+(?:insee|cog|(?:du\s+)?lieu|commune)|insee|lieu)(?:\s+(?:du\s+)?(?:lieu\s+)?(?:de\s+)?(?:la\s+)?(?:commune\s+)?{_BORN})?"),
    (Trait.SEX, r"sexe\b(?:\s+(?:(?:a|de)\s+l['’]\s?etat[\s-]civil|administratif|legal|de\s+naissance)\b)?|genre\b|(?<![a-z.])s\.?(?=\s*:)|(?<![a-z.])s\.(?=\s+[fm]\b)|(?<=\t)s\.(?=\t|$)"),
)  # fmt: skip
_MATRICULE: Final = r"(?:n(?:°|o|um(?:ero)?)?\.?\s*(?:de\s+)?)?matricule(?:\s+(?:de\s+(?:l['’]\s*)?)?ins(?:\s*[(-]?\s*(?:ins-)?ni[ra]\b\)?)?|(?=\s*(?::|\t|ni[ra]\b|n°|[1-8]\s?\d)))|identi(?:te|fiant)\s+national\s*e?\s+de\s+sante|(?<![a-z-])ins(?:\s*[-(]?\s*ni[ra]\b\)?)?(?=\s*:|\s*\t|\s+(?:n|[0-9]))"  # fmt: skip
_OTHERS: Final = r"n(?:°|o|um(?:ero)?)\.?\s*(?:de\s+)?(?:s\.?\s*s\.?\b|secu(?:rite)?(?:\s+sociale)?|nir|assure|dossier|ipp|rpps|finess)|nss\b|nir\s*:|securite\s+sociale|adresse|telephone|tel\b|ipp\b|medecin|(?<![-'’])age\b(?=\s*:|\s*\t|\s+\d|\s*$)|nom\s*:|prenom\s*\(?s?\)?\s*:|mssante(?=[ \t]*(?::|patient|du\b))|email|mail\b|oid\b|nature\b|statut\b|patient(?:e|\s?\(e\)|·e)?\s*:"  # fmt: skip
_OF: Final = r"(?:\s+(?:(?:du|de\s+la)\s+patiente?|de\s+l['’]\s?usagere?)\b)?"
_REMARK: Final = r"(?:[ \t]{0,3}\([^()\t]{1,30}\)(?=\s*:))?"
"""What some put between a label and its colon: ``(JJ/MM/AAAA)``, ``(M/F)``."""
LABEL: Final = re.compile(
    "|".join([*(f"(?P<t{index}>\\b(?:{pattern}){_OF}{_REMARK})" for index, (_, pattern) in enumerate(LABELS)),
              f"(?P<matricule>\\b(?:{_MATRICULE}))", f"(?P<other>\\b(?:{_OTHERS}))"])
    # Several gaps in a row that may each be nothing cost the square of what they find.
    .replace(r"\s*", r"\s{0,9}").replace(r"\s+", r"\s{1,9}")
)  # fmt: skip
CUT_LABEL: Final = re.compile(r"(?:nom|prenom|prenom\(s\)|prenoms|date|lieu|1er|premier)\s+(?:de|a la)\s*$")
"""The beginning of a label that a narrow column cuts."""
PLAIN_FIRST: Final = re.compile(r"prenom(?:\s*(?:\(s?\)?|s\)?|\)))?\s*:")
"""A label that does not say *de naissance*: taken only when no other tells the given name."""
BILLING: Final = re.compile(
    r"s[ée]curit[ée]\s+sociale|\bn°?\s*s\.?s\b|\bnss\b|assur[ée]|immatriculation|n°\s*ss", re.IGNORECASE
)
SOMEBODY_ELSE: Final = re.compile(
    r"\b(?:medecin|prescripteur|pharmacien|assure|representant|mere|pere|conjoint|destinataire|attention|auteur|praticien|soignant"
    r"|tuteur|parent|docteur|dr|ouvrant droit|personne (?:a|de) (?:prevenir|contacter|confiance)|enfant de)\b"
)
"""Words before a label that make it that of somebody else than the patient."""
CAPTION: Final = re.compile(r"INS\s*[àa]\s*scanner", re.IGNORECASE)
SEXES: Final = {
    "f": "F", "feminin": "F", "fem": "F", "femme": "F", "female": "F", "m": "M", "masculin": "M", "masc": "M", "homme": "M", "male": "M", "h": "M",
}  # fmt: skip
_DATE: Final = re.compile(
    r"(?<!\d)(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})(?!\d)|(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)"
    r"|(?<!\d)(\d{1,2})(?:er)?[\s/-]{1,3}([a-zéûç]{3,9})\.?[\s/-]{1,3}(\d{4})(?!\d)",
    re.IGNORECASE,
)
_MONTHS: Final = (
    "janv",
    "fevr",
    "mars",
    "avri",
    "mai",
    "juin",
    "juil",
    "aout",
    "sept",
    "octo",
    "nove",
    "dece",
)


_BOXES: Final = re.compile(r"(?:\d[\s|]{0,3}){7}\d(?!\d)")
_BOX: Final = r"(\[[ x✓✔]?\]|\([ x]?\)|[☐☑☒□■✓✔])"
_SEX_WORD: Final = r"(?<![a-z])(masculin|feminin|homme|femme|[mfh])(?![a-z])"
_TICK: Final = re.compile(rf"{_BOX}\s{{0,3}}{_SEX_WORD}")
_TICK_BEHIND: Final = re.compile(rf"{_SEX_WORD}\s{{0,3}}{_BOX}")
_WORD_FIRST: Final = re.compile(r"[\s:]{0,9}[a-z]")
_NOT_TICKED: Final = frozenset("[]() ☐□")


def boxed_date(text: str) -> tuple[str, int, int] | None:
    """Return a date whose digits stand in boxes, day first, at the beginning of a text; as ``french_date`` does."""
    match = _BOXES.match(text)
    if match is None:
        return None
    digits = re.sub(r"\D", "", match[0])
    day, month, year = int(digits[:2]), int(digits[2:4]), digits[4:]
    if not (1 <= day <= 31 and 1 <= month <= 12 and "1850" < year < "2100"):  # noqa: PLR2004 - a calendar
        return None
    return f"{year}-{month:02d}-{day:02d}", match.start(), match.end()


def ticked_sex(text: str) -> tuple[str, int, int] | None:
    """Return the sex whose box is ticked, when one alone is, with its start and end."""
    told = plain(text)
    # Boxes stand before their words, or behind them: what comes first tells.
    pattern, word, box = (_TICK_BEHIND, 1, 2) if _WORD_FIRST.match(told) else (_TICK, 2, 1)
    found = [one for one in pattern.finditer(told) if not set(one[box]) <= _NOT_TICKED]
    if len(found) != 1:
        return None
    return SEXES[found[0][word]], found[0].start(word), found[0].end(word)


_RELATIVE: Final = re.compile(r"\b(?:fils|fille|bebe|frere|soeur|jumelle?|nouveau-ne|donneur|aidant)\b")
_CLAUSE: Final = 80


def of_somebody_else(text: str, start: int) -> bool:
    """Tell whether a running text says that what begins at ``start`` is of another person: ``Mère : NESSI RUTH, INS …``."""
    before = re.split(r"[\r\n.;]", text[max(0, start - _CLAUSE) : start])[-1]
    told = plain(before)
    return bool(SOMEBODY_ELSE.search(told) or _RELATIVE.search(told))


def plain(text: str) -> str:
    """Return a text in lower case and without accents, of the same length."""
    return "".join(unicodedata.normalize("NFD", one)[0].lower()[:1] or one for one in text)


def french_date(text: str) -> tuple[str, int, int] | None:
    """Return the first date of a text as ``AAAA-MM-JJ``, with its start and end."""
    match = _DATE.search(text)
    if match is None:
        return None
    if match[1]:
        day, month, year = match[1], match[2], match[3]
    elif match[4]:
        year, month, day = match[4], match[5], match[6]
    else:
        word = plain(match[8])
        number = next(
            (at for at, name in enumerate(_MONTHS, 1) if word.startswith(name[:4]) or name.startswith(word)),
            None,
        )
        if number is None:
            return None
        day, month, year = match[7], str(number), match[9]
    return f"{year}-{int(month):02d}-{int(day):02d}", match.start(), match.end()
