"""Messages of the night through Apprise: which, in which words, and their delivery.

::

    kinds      is a night told, and as what            (pure)
    texts      the message in words                    (pure)
    addresses  the private file of addresses
    delivery   one call for each address, with a limit ─> child    the process that calls Apprise
                                                       ─> answers  what a service answered, and what helps
    trial      the test message of `notify --test`
"""

from __future__ import annotations

from batch_renamer.nightly.messages.trial import Trial, send_test_message

__all__ = ["Trial", "send_test_message"]
