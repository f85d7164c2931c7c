"""Signed tokens (JWT): whose signature is good, and what they claim."""

from kit.tokens.key_set import KeySet, SigningKey
from kit.tokens.sources import KeysAt, KeysInFile, KeySource, OneSecret
from kit.tokens.verifier import Verifier

__all__ = ["KeySet", "KeySource", "KeysAt", "KeysInFile", "OneSecret", "SigningKey", "Verifier"]
