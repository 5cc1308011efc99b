"""A real browser, driven as a person would drive it: Chromium of this machine through Playwright.

`finding` looks for it, `chromium` starts it, `watched` notices what a page does wrong, `accessible` asks axe,
`keyboard` types.
"""

from __future__ import annotations

from tests.support.browsing.accessible import violations_of
from tests.support.browsing.chromium import open_chromium
from tests.support.browsing.finding import NEEDED, find_chromium
from tests.support.browsing.keyboard import Keyboard
from tests.support.browsing.watched import Watched, watch

__all__ = ["NEEDED", "Keyboard", "Watched", "find_chromium", "open_chromium", "violations_of", "watch"]
