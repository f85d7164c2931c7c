"""A JSON Web Key Set: the public keys of an issuer, each for the one algorithm that it is good for."""

from dataclasses import dataclass
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

ALGORITHMS = ("RS256", "ES256", "EdDSA")
_KINDS = {"RSA": "RS256", "EC": "ES256", "OKP": "EdDSA"}
_CURVES = {"EC": "P-256", "OKP": "Ed25519"}
_SHORTEST_RSA = 2_048
_MOST = 100


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key, the algorithm that it verifies, and the id that tokens name it by."""

    id: str | None
    algorithm: str
    key: Any

    def __repr__(self) -> str:
        return f"SigningKey({self.id}, {self.algorithm})"


@dataclass(frozen=True, slots=True)
class KeySet:
    """The keys of an issuer at one time."""

    keys: tuple[SigningKey, ...]

    @classmethod
    def read(cls, text: bytes) -> "KeySet":
        """Read a JWKS. Keys of other kinds and uses are passed over.

        Raises ValueError for what is no JWKS, or holds no key that can be used.
        """
        try:
            found = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise ValueError("it is not JSON") from None
        listed = found.get("keys") if isinstance(found, dict) else None
        if not isinstance(listed, list) or len(listed) > _MOST:
            raise ValueError(f'it must be {{"keys": [...]}}, with at most {_MOST} keys')
        keys = tuple(key for each in listed if (key := _key(each)) is not None)
        if not keys:
            raise ValueError(f"it holds no public key for {', '.join(ALGORITHMS)}")
        return cls(keys)

    def find(self, kid: str | None, algorithm: str) -> SigningKey | None:
        """The key of an id; a token that names none may be of the one key for its algorithm."""
        fitting = [each for each in self.keys if each.algorithm == algorithm]
        if kid is None:
            return fitting[0] if len(fitting) == 1 else None
        return next((each for each in fitting if each.id == kid), None)


def _key(given: object) -> SigningKey | None:
    """A key of ours: public, for signatures, of a kind and size that is accepted."""
    if not isinstance(given, dict):
        return None
    algorithm = _KINDS.get(str(given.get("kty")))
    kid = given.get("kid")
    if algorithm is None or given.get("alg", algorithm) != algorithm or given.get("use", "sig") != "sig":
        return None
    if given.get("crv") != _CURVES.get(given["kty"]) or not isinstance(kid, str | None):
        return None
    public = {name: value for name, value in given.items() if name in ("kty", "n", "e", "crv", "x", "y")}
    try:
        key = jwt.PyJWK(public, algorithm).key
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    if isinstance(key, RSAPublicKey) and key.key_size < _SHORTEST_RSA:
        return None
    return SigningKey(kid, algorithm, key)
