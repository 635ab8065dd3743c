"""The whole life of one call: read → authenticate → check → script → search → render."""
