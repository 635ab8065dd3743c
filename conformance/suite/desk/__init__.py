"""The words that checks are written in.

``steps`` is a pharmacist at work and brings a patient to a status, ``people`` are who comes in, ``wire`` tells what INSi
received, ``words`` names fields and compares them, ``expect`` says what is expected.
"""
