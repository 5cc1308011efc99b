"""Decides which requests are answered: only those of the page that this server has opened, in this user's browser.

- The server listens on 127.0.0.1, which every program and every user of this machine can reach. So data and actions
  need the token, which is sent as a header: a cookie would go to every port of 127.0.0.1.
- A web page can give its own host name the address 127.0.0.1 (DNS rebinding); its requests still carry that name, so
  ``Host`` has to be the server's own address and port, to the letter.
- A web page can send requests to any address, and the browser says from where: ``Origin`` has to be the server's own.
- What is answered can't be framed, stored or taken for something else, and runs no script but the server's own files.
"""

from batch_renamer.web.access.bodies import json_of, parts_of
from batch_renamer.web.access.connections import connections_of, until_gone
from batch_renamer.web.access.headers import SECURITY_HEADERS, add_security_headers
from batch_renamer.web.access.middleware import admitted_by, refusal
from batch_renamer.web.access.peers import is_another_user
from batch_renamer.web.access.rules import TOKEN_HEADER, AccessRules
from batch_renamer.web.access.tokens import CodeUsedTwiceError, Tokens

__all__ = [
    "SECURITY_HEADERS",
    "TOKEN_HEADER",
    "AccessRules",
    "CodeUsedTwiceError",
    "Tokens",
    "add_security_headers",
    "admitted_by",
    "connections_of",
    "is_another_user",
    "json_of",
    "parts_of",
    "refusal",
    "until_gone",
]
