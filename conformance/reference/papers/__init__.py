"""What the reference LGO prints, exports and sends: pages, CDA, HL7 v2, FHIR, MSSanté mails, DMP submissions.

A module for each format; ``leaving`` says what of a file may go into any of them, ``papers`` is the acts. Nothing here is
shared with the bench that judges (``conformance.documents``): what one gets wrong, the other must see. Needs the extra
``documents``; without it the LGO says that it cannot do these acts.
"""
