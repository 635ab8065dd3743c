"""Files of the software's own making that tell patients: tables (CSV, XLSX, ODS), JSON, XML and contact cards.

No text says how such a file is laid out (TRA-20): columns and keys are known by their words, and what has no known name is not read.
"""
