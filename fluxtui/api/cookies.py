"""Cookies are refused wholly: no service needs them, and a content network would know its clients again."""

from __future__ import annotations

from http.cookiejar import CookieJar
from typing import Any


class NoCookies(CookieJar):
    """A jar that stays empty: what a server sets is not even read, and nothing is sent."""

    def extract_cookies(self, response: Any, request: Any) -> None:
        """Leave the answer's cookies where they are."""

    def set_cookie(self, cookie: Any) -> None:
        """Keep nothing."""

    def add_cookie_header(self, request: Any) -> None:
        """Send nothing."""
