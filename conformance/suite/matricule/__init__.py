"""The matricule INS and its OID: the checks of their rules."""
