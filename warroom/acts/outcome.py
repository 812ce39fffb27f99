"""How an act ended."""

from typing import Literal

from warroom.core.declaring import dataclass

Kind = Literal["done", "failed", "cancelled", "timed_out", "refused", "unknown"]

DONE: Kind = "done"
FAILED: Kind = "failed"
CANCELLED: Kind = "cancelled"
TIMED_OUT: Kind = "timed_out"
REFUSED: Kind = "refused"
UNKNOWN: Kind = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """`detail` is a sentence for people, `tail` the end of the output; both without secrets.

    `refused` has done nothing. `failed`, `cancelled` and `timed_out` are known to be over, though they may have done a
    part. `unknown` may have been done and may not: nobody should do it again without looking.
    """

    kind: Kind
    detail: str
    tail: str = ""
