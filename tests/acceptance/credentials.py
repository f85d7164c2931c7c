"""Tokens and their issuer, as tests need them."""

import base64
import contextlib
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.live import listening

SECRET = "a secret of more than sixty-four bytes, which suits every hash there is"


def claims(**changes):
    """Claims that are good for an hour; those that are None are left out."""
    given = {"sub": "ana", "exp": time.time() + 3600, "tenants": [56], "scope": "read"} | changes
    return {name: value for name, value in given.items() if value is not None}


def token(key=SECRET, algorithm="HS256", headers=None, **changes):
    """A signed token."""
    return jwt.encode(claims(**changes), key, algorithm=algorithm, headers=headers)


def bearer(text):
    return {"Authorization": f"Bearer {text}"}


def encoded(value):
    """A part of a token."""
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class Issuer:
    """Publishes public keys over HTTP, and signs with the private ones."""

    def __init__(self) -> None:
        self.address = ""
        self.asked = 0
        self.answer: Response | None = None
        self.keys: dict[str, tuple[str, Any]] = {}

    def add(self, kid, algorithm="RS256"):
        """Make a key, and publish it."""
        made = {
            "RS256": lambda: rsa.generate_private_key(65537, 2048),
            "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
            "EdDSA": ed25519.Ed25519PrivateKey.generate,
        }[algorithm]()
        self.keys[kid] = (algorithm, made)
        return made

    def public(self, kid):
        algorithm, key = self.keys[kid]
        jwk = jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key(), as_dict=True)
        return {**jwk, "kid": kid, "alg": algorithm, "use": "sig", "key_ops": ["verify"]}

    def document(self):
        return {"keys": [self.public(kid) for kid in self.keys]}

    def token(self, kid, **changes):
        algorithm, key = self.keys[kid]
        return token(key, algorithm, {"kid": kid}, **changes)

    async def respond(self, request: Request) -> Response:
        self.asked += 1
        return self.answer or Response(json.dumps(self.document()), media_type="application/json")


@contextlib.asynccontextmanager
async def issuing() -> AsyncIterator[Issuer]:
    """An issuer on a real port of this machine."""
    issuer = Issuer()
    app = Starlette(routes=[Route("/jwks.json", issuer.respond)])
    async with listening(app) as address:
        issuer.address = f"{address}/jwks.json"
        yield issuer
