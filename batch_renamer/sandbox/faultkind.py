"""The faults of the sandbox by name, and which requests each of them fits. `wire` makes their answers."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["FaultKind"]


class FaultKind(StrEnum):
    """The faults by name.

    The first block answers without doing what was asked. ``slow`` does it late, and the ``late-...`` answer at once and
    do it seconds later. The ``keeps-...`` and ``third-name`` do it wrongly: the server keeps another name than it was
    sent. The ``stale-...`` show orders as they were seconds ago. All others do what was asked at once, and what goes
    wrong is the answer.

    Example:
        >>> FaultKind("reset-after").name
        'RESET_AFTER'
    """

    THROTTLED = "429"
    THROTTLED_SECONDS = "429-retry-after"
    THROTTLED_DATE = "429-retry-after-date"
    FORBIDDEN_LIMIT = "403-retry-after"
    FORBIDDEN_PAGE = "403-html"
    SERVER_ERROR = "500"
    BAD_GATEWAY = "502-html"
    UNAVAILABLE = "503"
    GATEWAY_TIMEOUT = "504-empty"
    RESET_BEFORE = "reset-before"
    REDIRECT = "redirect"
    REFUSED = "422"
    UNAUTHORIZED = "401"

    SLOW = "slow"
    LATE_ACCEPTED = "late-202"
    LATE_TIMEOUT = "late-408"
    LATE_BAD_GATEWAY = "late-502"
    LATE_GATEWAY_TIMEOUT = "late-504"
    LATE_RESET = "late-reset"
    LATE_STALE = "late-stale"

    THIRD_NAME = "third-name"
    KEEPS_CUT = "keeps-cut"
    KEEPS_LOWER_CASE = "keeps-lower-case"
    KEEPS_SPACES = "keeps-spaces"
    KEEPS_NFC = "keeps-nfc"
    KEEPS_NFD = "keeps-nfd"
    KEEPS_ESCAPED = "keeps-escaped"

    STALE_LIST = "stale-list"
    STALE_READ = "stale-read"

    SLOW_AFTER = "slow-after"
    RESET_AFTER = "reset-after"
    CLOSE_AFTER = "close-after"
    CUT_OFF = "cut-off"
    TRUNCATED_GZIP = "truncated-gzip"
    MALFORMED = "malformed"
    HTML = "html"
    HUGE = "huge"
    WRONG_ID = "wrong-id"
    WRONG_NAME = "wrong-name"
    ACCEPTED = "202"
    NO_CONTENT = "204"
    APPLIED_400 = "applied-400"
    APPLIED_403 = "applied-403"
    APPLIED_404 = "applied-404"
    APPLIED_409 = "applied-409"
    APPLIED_422 = "applied-422"
    MESSAGE = "message-200"
    WRAPPED = "wrapped-200"
    FOREIGN_OFFSET = "foreign-offset"

    @property
    def late(self) -> bool:
        """Whether what was asked is done after the answer."""
        return self.startswith("late-")

    @property
    def stale(self) -> bool:
        """Whether orders are shown as they were."""
        return self.startswith("stale-")

    @property
    def makes_names(self) -> bool:
        """Whether an order gets another name than the one asked for."""
        return self is FaultKind.THIRD_NAME or self.startswith("keeps-")

    def fits(self, method: str, *, one_order: bool) -> bool:
        """Tell whether a share may draw this kind: no client can tell that a *read* shows a wrong name."""
        match self:
            case FaultKind.WRONG_ID | FaultKind.MESSAGE | FaultKind.WRAPPED:
                return one_order and method in {"GET", "PATCH"}
            case FaultKind.FOREIGN_OFFSET:
                return method == "GET" and not one_order
            case FaultKind.STALE_LIST | FaultKind.STALE_READ:
                return method == "GET" and one_order is (self is FaultKind.STALE_READ)
            case (
                FaultKind.UNAUTHORIZED
                | FaultKind.WRONG_NAME
                | FaultKind.REFUSED
                | FaultKind.ACCEPTED
                | FaultKind.NO_CONTENT
            ):
                return method == "PATCH"
            case _ if self.late or self.makes_names or self.startswith("applied-"):
                return method == "PATCH"
            case _:
                return True
