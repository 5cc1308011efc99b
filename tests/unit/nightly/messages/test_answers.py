"""The names that the child process sends are answers, and each answer has its words."""

from __future__ import annotations

import pytest

from batch_renamer.nightly.messages import child
from batch_renamer.nightly.messages.answers import Answer


def test_each_name_of_the_child_is_an_answer() -> None:
    """The process imports nothing of the program, so the names stand in two places."""
    names = {name for name, _ in child._PATTERNS} | set(child._STATUSES.values()) | set(child._TRY_WITHOUT_FILES)
    names |= {"no apprise", "malformed", "delivered", "status", "other"}
    assert names == {answer.value for answer in Answer} - {Answer.CUT, Answer.FAULT}


@pytest.mark.parametrize("answer", Answer)
def test_each_answer_has_words_and_what_helps(answer: Answer) -> None:
    """Only a message that was delivered needs no help."""
    assert answer.said(status=500, limit_s=20)
    assert bool(answer.repair) == (answer is not Answer.DELIVERED)
    assert not answer.said().endswith(".")


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        (["Failed to send JSON POST notification: Unauthorized - Invalid Token, error=401."], "credentials"),
        (["Failed to send: error=404."], "gone"),
        (["Failed to send: error=503."], "status"),
        (["Socket Exception: (535, b'5.7.8 Error: authentication failed')"], "credentials"),
        (["Socket Exception: SMTP AUTH extension not supported by server."], "not offered"),
        (["SMTP recipient x@y.z was refused: 550 no such user"], "recipient"),
        (["Socket Exception: [Errno 111] Connection refused"], "refused"),
        (["Socket Exception: [Errno -2] Name or service not known"], "no host"),
        (["Socket Exception: HTTPSConnectionPool: Read timed out. (read timeout=4.0)"], "late"),
        (["Socket Exception: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"], "certificate"),
        (["Socket Exception: (552, b'message size exceeds limit')"], "too large"),
        (["Something else"], "other"),
        ([], "other"),
    ],
)
def test_the_answer_is_found_in_what_apprise_logs(texts: list[str], name: str) -> None:
    """A text itself may hold a secret, so its kind is all that is used."""
    assert child._answer_in(texts)["answer"] == name
