"""Reading what other domains send: mails with their archive, CDA, HL7 v2, FHIR. Pure: bytes in, who it is about out."""
