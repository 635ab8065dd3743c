"""The reference LGO: a small pharmacy software that treats the INS correctly, and its injectable defects.

It is what a vendor reads to see the driver API implemented, and what the suite is tested against: with no
defect every rule passes, with one defect the rule meant for it fails. It is not a product: no user
accounts, no screens.

Where to look: ``lifecycle.py`` decides statuses, ``identity.py`` what may be typed and edited, ``lookup.py``
the local search, ``strategy.py`` what is asked of INSi and in which order, ``answers.py`` what is done with
an answer: all pure. ``soap.py`` and ``insi_client.py`` make the call itself. ``patients.py`` and ``calls.py``
are the acts of a user, built from those; ``files.py`` writes files, history and logs, ``store.py`` keeps
them. ``api.py`` serves the driver API, ``lgo.py`` and ``server.py`` put all together.

Every ``if "some-name" in defects`` is a mistake that only happens when asked for; ``defects.yaml`` says
what each one is. Read past them to see the correct behaviour.
"""
