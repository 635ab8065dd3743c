"""Mails: headers, parts, and what makes one unreadable."""
