"""What ``banc check`` says in French: its help, by the name of the parameter."""

from __future__ import annotations

from typing import Final

FRENCH: Final = {
    "": """Juge des documents : CDA, HL7 v2, FHIR, Datamatrix, PDF, courriel, IHE_XDM, lot XDS.

Le format est reconnu au contenu ; un dossier vaut pour les fichiers qu'il contient. Plusieurs fichiers sont aussi comparés entre eux, comme
documents d'un même patient. FAIL : un texte officiel ou l'arithmétique est enfreint (une marque dit quand c'est un tiers qui rapporte la règle).
REVIEW : à regarder par une personne, parce que la règle est déduite ou que l'écart peut être légitime.

Code de sortie : 0 quand rien n'échoue, 1 quand quelque chose échoue, 2 quand la mise en place est en cause ou que quelque chose n'a pas pu être
regardé (format inconnu, fichier chiffré, symbole indéchiffrable) : ce n'est jamais une réussite.

\b
Exemples :
  banc check note.xml
  banc check note.xml note.pdf courriel.eml --person patient.json --status QUAL
  banc check export/ --status PROV --junit junit.xml
  banc check rapport.pdf --html verdict.html --lang en
  banc check note.xml --schematron ans/profils/structurationMinimale.sch --verapdf
""",
    "person_file": "L'identité attendue : un fichier JSON, comme l'écrit banc population show --json.",
    "registry": "Prendre l'identité attendue dans ce registre, avec --matricule.",
    "matricule": "Le matricule de l'identité attendue.",
    "first_name": "Le premier prénom tel que votre logiciel le tient ; par défaut, le premier de la liste.",
    "status": "Statut de l'identité : avant QUAL rien de l'INS ne doit sortir ; à QUAL elle doit y être.",
    "profile": "Quels OID ont leur place ici.",
    "as_json": "Écrire du JSON sur la sortie standard.",
    "junit_file": "Écrire aussi du JUnit XML.",
    "html_file": "Écrire aussi une page, avec des extraits d'image.",
    "schematrons": "Juger aussi les CDA par ce schematron, une copie à vous (extra schematron) ; peut être répété.",
    "verapdf": "Faire juger aussi PDF/A-1 par veraPDF, si vous l'avez.",
    "verapdf_path": "Où est veraPDF ; sinon BANC_VERAPDF, sinon le chemin de recherche.",
    "compare": "Comparer les fichiers entre eux : ils sont d'un même patient. Fait quand aucun dossier n'est donné.",
    "lang": "Langue des textes ; par défaut celle de BANC_LANG, sinon de la session, sinon le français.",
    "help": "Montre ce message et s'arrête.",
}
