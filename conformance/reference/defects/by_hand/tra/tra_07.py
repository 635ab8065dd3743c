"""Faults against TRA-07 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.reference.defects.by_hand.common.memory import of_the_sending_before, put_in
from conformance.reference.defects.by_hand.tra.common import of_the_one_before, written_for_the_one_before

if TYPE_CHECKING:
    from conformance.reference.defects.by_hand.common.hand import Hand


FUNCTIONS: Final[dict[str, Hand]] = {
    "archive-of-the-mail-before": of_the_one_before("archive"),
    "body-for-the-one-before": written_for_the_one_before("body", "\nDocument de {}."),
    "codes-of-the-mail-before": of_the_one_before("codes"),
    "hints-of-the-person-before": put_in("hints"),
    "mail-archive-before": of_the_sending_before("archive"),
    "mail-files-before": of_the_sending_before("pdf"),
    "pdf-of-the-mail-before": of_the_one_before("pdf"),
    "subject-of-the-mail-before": of_the_one_before("subject"),
}
"""What ``hand`` may name."""
