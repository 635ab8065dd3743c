"""FHIR: resources in JSON and XML, whom each tells of, what is attached to them, and the rules of the INS in them."""
