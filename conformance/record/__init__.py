"""The record of a campaign: the only thing that it leaves.

A campaign folder holds

- ``record.ndjson``: what happened, one JSON object a line, only ever appended to and written as it happens. A campaign
  killed at any moment can be read up to its last whole line, and resumed from it;
- ``attachments/``: files that lines of the record name with their SHA-256;
- the reports, which can be written again from the record at any time.

**A line.** Every line has ``v`` (schema version, 2), ``n`` (its number, from 1), ``at`` (ISO 8601, UTC, microseconds) and
``kind``. Unknown members are to be ignored; a reader refuses a ``v`` that it does not know. Bilingual texts are
``{"fr": …, "en": …}``. Assertions, keys, card numbers and passwords are masked *before* they are written.

========================  ==========================================================================================
``kind``                  what it tells (class in ``events``)
========================  ==========================================================================================
``campaign``              the first line: versions, software, seed, plan, selection, digest of each rule (``CampaignStarted``)
``resumed``               the campaign goes on in another process (``CampaignResumed``)
``doctor``                one finding about the set-up; never counts against the software (``DoctorFinding``)
``suite``                 the checks that are to run, in the order of the suite (``SuiteCollected``)
``check-started``         a check begins; what an earlier attempt left under this id is void (``CheckStarted``)
``act``                   a verb asked of the software, or of the bench, and how it ended (``timeline.ActEntry``)
``exchange``              a SOAP call that INSi received, and its answer (``timeline.ExchangeEntry``)
``driver``                what travelled for an act, of a check that did not pass (``timeline.DriverEntry``)
``state``                 a patient before and after something (``timeline.StateEntry``)
``note``                  a remark of the check or of the bench (``timeline.NoteEntry``)
``document``              a document that the software produced (``timeline.DocumentEntry``)
``attachment``            a file kept in the folder (``timeline.AttachmentEntry``)
``break``                 here the check ended before its last line (``timeline.BreakEntry``)
``again``                 the check also saw what line ``of`` tells: acts made once and observed by many (``Again``)
``human-act``             what a person did or saw at the counter (``HumanAct``)
``review``                what a person decided about a check that only eyes can judge (``ReviewDecided``)
``check-finished``        how the check ended, before any rule is considered, and what it saw of others (``CheckFinished``)
``finished``              the end; without it the campaign was killed (``CampaignFinished``)
========================  ==========================================================================================

Entries of a timeline are of the check that started last in the file, or of the one that ``check`` names. A member that an
earlier line has word for word is not written again: ``same`` gives its name and the number of that line
(``{"same": {"result": 117}}``). That, and ``again``, halve the record of a campaign, and it stays a text that people can
search. Version 1 had neither ``same`` nor entries without ``check``; it is still read. Verdicts of *rules* are nowhere in the record: they
follow from the outcomes of the checks, the catalogue and the plan (``judging.judge_rules``), so that they can be
reached again, offline, by anybody.

Reading: ``reading.Record`` opens a record and gives its checks and, one check at a time, their timelines (so memory does not
grow with the campaign); ``replay.replay`` makes today's ``results.Campaign`` of it; ``merging`` puts the records of parallel
shards together; ``verifying`` tells whether a record is whole.
"""
