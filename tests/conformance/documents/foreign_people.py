"""The people of the foreign documents: names, places and numbers in which mistakes of reading cannot hide."""

from __future__ import annotations

from people import NIA, TEST_OID, person

from simulator.ins import Matricule


def _numbered(name, first_names, sex, date, place, thirteen, oid=TEST_OID):  # noqa: PLR0917 - the seven fields of an identity
    return person(name, first_names, sex, date, place, Matricule.from_number(thirteen).value, oid)


TOUR = _numbered(
    "DE LA TOUR D'AUVERGNE", "JEAN-FRANCOIS MARIE LOUIS", "M", "1948-02-29", "75101", "1480275101001"
)
LEA = _numbered("NGUYEN", "LEA", "F", "1992-12-01", "97411", "2921297411045")
ALGIERS = _numbered("BEN AISSA", "FATIMA ZOHRA", "F", "1955-07-04", "99352", "2550791352033")
AJACCIO = _numbered("O'CONNOR-ROSSI", "MARIE-ANGE", "F", "2001-10-11", "2A004", "201102A004117")
REAL = _numbered(
    "LEFEVRE--MOREL", "PAUL ANDRE", "M", "1966-05-06", "69123", "1660569123456", "1.2.250.1.213.1.4.8"
)
MONTHLESS = _numbered("DIALLO", "MAMADOU", "M", "1960-01-01", "99341", "1602099341012")
MOTHER = _numbered("NGUYEN", "THI MAI", "F", "1965-03-02", "99243", "2650399243017")
FOREIGN = {
    "tour": TOUR,
    "lea": LEA,
    "algiers": ALGIERS,
    "ajaccio": AJACCIO,
    "real": REAL,
    "monthless": MONTHLESS,
    "nia": NIA,
}
