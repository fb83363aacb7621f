"""Passwords and the names they belong to: what may be one, and argon2 hashes."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cached_property
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from geo.errors import GongtuError
from geo.people import PACK, REPORTS

NAME_AT_MOST = 40
PASSWORD_AT_LEAST = 10
PASSWORD_AT_MOST = 200
DIFFERENT_AT_LEAST = 5
"""So many different characters has a password at least."""
AT_ONCE = 2
"""So many hashes are computed at the same time: each takes 64 MiB, and strangers can ask for them."""


def plain(text: str) -> str:
    """The text as it is compared: a full-width letter or digit is the same key as the plain one (NFKC)."""
    return unicodedata.normalize("NFKC", text)


def plain_name(text: str) -> str:
    """The name of an account as it is kept and compared; capitals count."""
    return " ".join(plain(text).split())


def check_name(text: str) -> str:
    """``plain_name``, if an account may be called that; GongtuError says why not."""
    name = plain_name(text)
    if not (0 < len(name) <= NAME_AT_MOST and name.isprintable()):
        raise GongtuError("signin.name", most=NAME_AT_MOST)
    if name.casefold() in (PACK, REPORTS):
        raise GongtuError("signin.name_taken", name=name)
    return name


def check_password(password: str, name: str) -> str:
    """The password as it is hashed, if it can be ``name``'s; GongtuError says why not."""
    text = plain(password)
    if not PASSWORD_AT_LEAST <= len(text) <= PASSWORD_AT_MOST:
        raise GongtuError("signin.password_length", least=PASSWORD_AT_LEAST, most=PASSWORD_AT_MOST)
    if len(set(text)) < DIFFERENT_AT_LEAST or (name.casefold() in text.casefold() and 2 * len(name) > len(text)):
        raise GongtuError("signin.password_weak", different=DIFFERENT_AT_LEAST)
    return text


class Hashing:
    """argon2 with the library's own parameters (RFC 9106, second recommendation)."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher
        self._room = BoundedSemaphore(AT_ONCE)

    def hash(self, password: str) -> str:
        """The hash to keep."""
        with self._room:
            return self._hasher.hash(password)

    def fits(self, password: str, kept: str | None) -> bool:
        """Whether ``kept`` is the hash of what was typed. Takes as long where there is nothing kept."""
        try:
            with self._room:
                return self._hasher.verify(kept or self._nobodys, plain(password)) and kept is not None
        except (VerificationError, InvalidHashError):
            return False

    def outdated(self, kept: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash(secrets.token_hex())
