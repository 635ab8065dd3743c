"""What arrives from elsewhere: mails, documents and messages about a patient, right or wrong in one way each.

``letter`` says what a document tells of whom, ``forms`` writes it in the form that it arrives in, ``kinds`` names the nine
kinds of the received documents, ``arriving`` hands one to the software and looks at everything that comes of it.
"""
