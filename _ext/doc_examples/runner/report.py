"""What a runner says of one block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from doc_examples.judge import Verdict
    from doc_examples.records import Outcome


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one block, and all that was seen of it."""

    verdict: Verdict
    outcome: Outcome
