"""The people of these tests: public test identities, and ours with a test OID."""

from __future__ import annotations

from simulator.ins import InsIdentity, Matricule, Traits

TEST_OID = "1.2.250.1.213.1.4.10"


def person(name, first_names, sex, date, place, number, oid=TEST_OID):  # noqa: PLR0917 - the seven fields of an identity
    return InsIdentity(
        traits=Traits(birth_name=name, first_names=first_names, sex=sex, birth_date=date, birth_place=place),
        matricule=Matricule(number[:13], number[13:]),
        oid=oid,
    )


P1 = person("PAT-TROIS", "DOMINIQUE MARIE-LOUISE", "F", "1979-03-28", "51215", "279035121518989")
P2 = person("NESSI", "RUTH ISABELLE", "F", "1977-07-14", "63220", "277076322082910")
CORSICA = person("CORSE", "ANTHONY", "M", "1980-03-02", "2B020", "180032B02040123")
NIA = person("PROVISOIRE", "MATRICULE", "M", "2009-07-01", "63220", "109076322088835", "1.2.250.1.213.1.4.9")
ABROAD = person(
    "D'ARTAGNAN DE L'HERAULT", "PIERRE-ALAIN MURIEL", "M", "1985-06-17", "99352",
    Matricule.from_number("1850699352077").value,
)  # fmt: skip
EVERYBODY = {"p1": P1, "p2": P2, "corsica": CORSICA, "nia": NIA, "abroad": ABROAD}


def first_name(identity):
    return identity.traits.first_names.partition(" ")[0]


def french(identity):
    year, month, day = identity.traits.birth_date.split("-")
    return f"{day}/{month}/{year}"


def compact_date(identity):
    return identity.traits.birth_date.replace("-", "")


def nature(identity):
    return "NIA" if identity.oid.endswith(".9") else "NIR"
