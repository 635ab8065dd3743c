"""A stand-in for an MSSanté operator: SMTP takes every mail, IMAP gives each address its own back.

Which headers, addresses and attachments are right is not looked at here: what a real operator refuses is not
established, and a mail that was refused could not be judged.
"""
