"""The checks, one folder per group of rules. Each says which rules it verifies and what it does.

A check drives the software with the verbs of ``conformance.drivers``, with people drawn afresh, and asserts on what INSi
received and on what the software shows afterwards. The words that checks are written in are in ``desk``; the checks are
short and are meant to be read beside the text of their rule.
"""
