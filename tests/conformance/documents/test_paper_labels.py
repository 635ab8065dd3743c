"""Labels of printed pages, in the spellings that kinds of software use: none is a false alarm."""

# ruff: noqa: C408, RUF005 - the lines of a page are written as keyword arguments

from __future__ import annotations

import pytest
from papers import pdf
from people import P1

from conformance.documents import Expected, Status, check
from conformance.documents.datamatrix import payload_of

N = P1.matricule.value
G = "2 79 03 51 215 189 89"
base = [
    "Nom de naissance : PAT-TROIS",
    "1er prénom de naissance : DOMINIQUE",
    "Date de naissance : 28/03/1979",
    "Sexe : F",
]


def v(**changed):
    lines = dict(n=base[0], p=base[1], d=base[2], s=base[3], m=f"Matricule INS : {N} NIR") | changed
    return [line for line in lines.values() if line]


LAYOUTS = {
    "n1": v(n="NOM DE NAISSANCE PAT-TROIS"),
    "n2": v(n="Nom naissance: PAT-TROIS"),
    "n3": v(n="Nom (naissance) : PAT-TROIS"),
    "n4": v(n="Nom de naiss. : PAT-TROIS"),
    "n5": v(n="N.Nais.: PAT-TROIS"),
    "n6": v(n="Nom de famille (de naissance) : PAT-TROIS"),
    "n7": v(n="Nom de naissance(1) : PAT-TROIS"),
    "n8": v(n="Patient : Mme PAT-TROIS Dominique (Nom de naissance : PAT-TROIS)"),
    "n9": v(n="Nom à la naissance : PAT-TROIS"),
    "n10": v(n="Nom de naissance – PAT-TROIS"),
    "p1": v(p="1er prénom : DOMINIQUE"),
    "p2": v(p="Premier prénom de naissance DOMINIQUE"),
    "p3": v(p="1er Prénom (naissance) : DOMINIQUE"),
    "p4": v(p="Prénom 1 : DOMINIQUE"),
    "p5": v(p="Pr. 1 : DOMINIQUE"),
    "p6": v(p="Pr.1: DOMINIQUE"),
    "p7": v(p="1er prénom naiss. : DOMINIQUE"),
    "p8": v(p="Prénom(s) de naissance : DOMINIQUE MARIE-LOUISE"),
    "p9": v(p="Prénom : DOMINIQUE"),
    "p10": v(p="1ᵉʳ prénom de naissance : DOMINIQUE"),
    "p11": v(p="Prénoms : DOMINIQUE MARIE-LOUISE"),
    "p12": v(p="Prénom de naissance : DOMINIQUE"),
    "p13": v(p="Prénom (1er) : DOMINIQUE"),
    "p14": v(p="1er Pr. Nais. : DOMINIQUE"),
    "d1": v(d="DDN 28/03/1979"),
    "d2": v(d="Né(e) le : 28/03/1979"),
    "d3": v(d="Née le 28 mars 1979"),
    "d4": v(d="Date naissance : 28-03-1979"),
    "d5": v(d="D.D.N. : 28.03.1979"),
    "d6": v(d="Née le 28/03/1979 (47 ans) à DOMPREMY"),
    "d7": v(d="Date de naissance (JJ/MM/AAAA) : 28/03/1979"),
    "d8": v(d="Date de naissance : 1979-03-28"),
    "d9": v(d="Né(e) le 28/03/1979 à DOMPREMY (51215)"),
    "d10": v(d="Date de nais. : 28/03/1979"),
    "s1": v(s="Sexe F"),
    "s2": v(s="S: F"),
    "s3": v(s="Sexe : Féminin"),
    "s4": v(s="SEXE : FEMININ"),
    "s5": v(s="Sexe : Femme"),
    "s6": v(s="Genre : F"),
    "s7": v(s="Sexe (M/F) : F"),
    "s8": v(s="S. F"),
    "m1": v(m=f"INS : {N} (NIR)"),
    "m2": v(m=f"Matricule INS : {G} [NIR]"),
    "m3": v(m=f"N° INS : {N} NIR"),
    "m4": v(m=f"Matricule INS {N} - NIR"),
    "m5": v(m=f"INS-NIR : {N} (INS-NIR)"),
    "m6": v(m=f"Matricule INS (NIR) : {N} NIR"),
    "m7": v(m=f"MATRICULE INS : {N} / NIR"),
    "m8": v(m=f"Identité Nationale de Santé : {N} NIR"),
    "m9": v(m=f"INS {N} NIR"),
    "m10": v(m=f"Matricule INS : {N} (Nature : NIR)"),
    "m11": v(m=f"Matricule INS : {N}   Nature : NIR   OID : 1.2.250.1.213.1.4.10"),
    "m12": v(m=f"INS : {G} NIR    N° Sécurité Sociale : 2 77 07 63 220 829 10"),
    "m13": v(m=f"N° Sécurité Sociale : 2 77 07 63 220 829 10    INS : {G} NIR"),
    "m14": v(m=f"Identifiant INS : {N} NIR"),
    "m15": v(m=f"Numéro INS: {N} (INS-NIR)"),
    "m16": v(m=f"Matricule INS : {N} INS-NIR de test"),
    "m17": v(m=f"Matricule INS : {N} type NIR"),
    "m18": v(m=f"Matricule : {N} NIR"),
    "m19": v(m="Matricule INS : 279035121518989NIR"),
    "m20": v(m="Matricule INS : 2790351215189 89 NIR"),
    "m21": v(m="Matricule INS : 2790351215189-89 (NIR)"),
    "m22": v(m="Matricule INS : 2790351215189 (89) NIR"),
    "m23": v(m="Matricule INS : 2790351215189 clé 89 NIR"),
    "m24": v(m="Matricule INS (INS-NIR) : 279035121518989 (INS-NIR)"),
    "n11": v(n="Nom de l'acte de naissance : PAT-TROIS"),
    "n12": v(n="N. naissance PAT-TROIS"),
    "n13": v(n="Nom de naissance _____ PAT-TROIS"),
    "n14": v(n="Nom de naissance : « PAT-TROIS »"),
    "p15": v(p="Premier prénom de l'acte de naissance : DOMINIQUE"),
    "p16": v(p="Prénom n° 1 : DOMINIQUE"),
    "p17": v(p="Premier prénom d'état civil : DOMINIQUE"),
    "d11": v(d="Naissance : 28/03/1979"),
    "d12": v(d="Né(e) : 28/03/1979"),
    "d13": v(d="Naiss. 28/03/1979"),
    "d14": v(d="Née le 28-mars-1979"),
    "d15": v(d="Né·e le 28/03/1979"),
    "s9": v(s="Sexe à l'état civil : F"),
    "s10": v(s="Sexe : [F]"),
    "s11": v(s="Sexe : Fém."),
    "s12": v(s="Sexe administratif : F"),
    "m25": v(m=f"INS : {N} (nature : INS-NIR)"),
    "m26": v(m=f"Matricule INS : {N} nature de l'identifiant : NIR"),
    "m27": v(m=f"Matricule INS : {N} Nature INS : NIR"),
    "m28": v(m=f"Matricule INS : {N} (N.I.R.)"),
    "m29": [*v(m=f"Matricule INS : {N}"), "Nature de l'INS : NIR"],
    "m30": [*v(m=f"Matricule INS : {N}"), "Nature : NIR            INS à scanner"],
    "n15": v(n="N. de naissance : PAT-TROIS"),
    "n16": v(n="Nom de naissance de la patiente : PAT-TROIS"),
    "n17": v(n="Nom de naissance : Mme PAT-TROIS"),
    "p18": v(p="1er prénom du patient : DOMINIQUE"),
    "p19": v(p="Prénom de naissance n°1 : DOMINIQUE"),
    "p20": v(p="Pr. naiss. 1 : DOMINIQUE"),
    "d16": v(d="Date de naissance du patient : 28/03/1979"),
    "d17": v(d="Née à DOMPREMY le 28/03/1979"),
    "s13": v(s="Sexe du patient : F"),
    "s14": v(s="Sexe : 2 - Féminin"),
    "s15": v(s="Sexe légal : F"),
    "m31": v(m=f"Matricule INS : {N}, de nature NIR"),
    "m32": v(m=f"INS : {N} · NIR"),
    "m33": v(m=f"INS : {N} *NIR*"),
    "m34": v(m=f"INS : {N} = NIR"),
    "m35": v(m=f"Matricule INS : {N} est un NIR"),
    "m36": v(m=f"INS : {N} (INS_NIR)"),
    "one": [
        "Nom de naissance : PAT-TROIS - 1er prénom : DOMINIQUE - Né(e) le : 28/03/1979 - Sexe : F",
        f"Matricule INS : {N} (NIR)",
    ],
    "one2": ["N. Nais. PAT-TROIS | Pr. 1 DOMINIQUE | DDN 28/03/1979 | S. F | INS 279035121518989 NIR"],
    "med": v()
    + ["Médecin : Dr Jean DUPONT   RPPS : 10101010101", "Nom : DUPONT", "Prénom : JEAN", "Né le : "],
    "used": v() + ["Nom utilisé : DURAND", "Prénom utilisé : LOUISE"],
    "usedbefore": ["Nom utilisé : DURAND", "Prénom utilisé : LOUISE"] + v(),
    "place": v() + ["Lieu de naissance : DOMPREMY (51215)"],
    "place2": v() + ["Code lieu de naissance : 51215", "Adresse : 12 rue X 75001 PARIS"],
    "place3": v() + ["Lieu de naissance : DOMPREMY", "51300 VITRY"],
    "place4": v() + ["INSEE Nais. : 51215"],
    "place5": v() + ["Lieu naiss. : 51215 DOMPREMY"],
    "vacc": v() + ["Vaccin : DTP, lot 279035121518989X, injecté le 04/01/2026", "Date de naissance du lot"],
    "wraps": base[:2]
    + ["Prénom(s) de naissance : DOMINIQUE", "MARIE-LOUISE", *base[2:], f"Matricule INS : {N} NIR"],
    "insured": v() + ["Assuré : NESSI RUTH, né(e) le 14/07/1977"],
    "parent": v() + ["Représentant légal - Nom de naissance : NESSI - Né(e) le 14/07/1977"],
    "twopat": v() + ["Prescripteur - Nom : MARTIN - Prénom : LEA"],
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_spelling_of_labels_has_no_problem(layout):
    document = pdf(LAYOUTS[layout], payload=payload_of(P1), where=(460, 400))
    for expected in (Expected(identity=P1, status=Status.QUAL), Expected()):
        assert [problem.line("en") for problem in check(document, expected)] == []


def test_a_list_that_goes_on_below_with_another_name_is_not_taken_for_whole():
    lines = base[:2] + [
        "Prénom(s) de naissance : DOMINIQUE",
        "MARIE-ANNE",
        *base[2:],
        f"Matricule INS : {N} NIR",
    ]
    document = pdf(lines, payload=payload_of(P1), where=(460, 400))
    found = check(document, Expected(identity=P1, status=Status.QUAL))
    assert any("MARIE" in problem.line("en") or "given names" in problem.line("en") for problem in found)


@pytest.mark.parametrize(
    "lines",
    [
        v(n="Nom de l'acte de naissance : PAT-QUATRE"),
        v(n="Nom de naissance : « PAT-QUATRE »"),
        v(n="Nom de naissance de la patiente _____ PAT-QUATRE"),
        v(p="Premier prénom de l'acte de naissance : MARIE-LOUISE"),
        v(p="Pr. naiss. 1 : MARIE-LOUISE"),
        v(d="Née le 29-mars-1979"),
        v(d="Naissance : 28/04/1979"),
        v(d="Née à DOMPREMY le 28/03/1978"),
        v(s="Sexe à l'état civil : M"),
        v(s="Sexe : [M]"),
        v(s="Sexe : 1 - Masculin"),
        v(m=f"INS : {N} (nature : INS-NIA)"),
        v(m=f"INS : {N} (N.I.A.)"),
        v(m=f"Matricule INS : {N} nature de l'identifiant : "),
        [*v(m=f"Matricule INS : {N}"), "NIR : 1 60 01 2B 020 777 13     INS à scanner"],
        [*v(m=f"Matricule INS : {N}"), "Nature du document : NIRVANA"],
    ],
    ids=str,
)
def test_what_is_wrong_in_a_rarer_spelling_is_seen(lines):
    document = pdf(lines, payload=payload_of(P1), where=(460, 400))
    problems = check(document, Expected(identity=P1, status=Status.QUAL))
    assert any(problem.line("en").startswith("FAIL") for problem in problems)
