"""Keys of an issuer: fetched over a real socket, kept, and changed while tokens come in."""

import asyncio
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from starlette.responses import RedirectResponse, Response

from kit.errors import ConfigurationError, UnauthenticatedError, UnavailableError
from kit.tokens import KeysAt, KeySet, KeysInFile, Verifier, sources
from tests.acceptance.credentials import issuing


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """However slow the machine is, nothing grows old by itself."""
    monkeypatch.setattr(sources, "COOL_DOWN", 1_000.0)
    monkeypatch.setattr(sources, "MAX_AGE", 1_000.0)


@pytest.fixture
async def issuer():
    async with issuing() as opened:
        yield opened


@pytest.fixture
async def verifier(issuer):
    found = Verifier(KeysAt(issuer.address))
    yield found
    await found.close()


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_a_token_of_a_published_key_is_good(issuer, verifier, algorithm):
    issuer.add("one", algorithm)
    claims, _ = await verifier.verify(issuer.token("one", sub="ana"))
    assert claims["sub"] == "ana"


async def test_keys_are_fetched_once_for_all_who_wait(issuer, verifier):
    issuer.add("one")
    text = issuer.token("one")
    await asyncio.gather(*(verifier.verify(text) for _ in range(20)))
    await verifier.verify(text)
    assert issuer.asked == 1


async def test_a_new_key_is_found_when_a_token_names_it(issuer, verifier, monkeypatch):
    issuer.add("old")
    await verifier.verify(issuer.token("old"))
    old = issuer.token("old")
    issuer.add("new", "ES256")
    with pytest.raises(UnauthenticatedError):
        await verifier.verify(issuer.token("new"))
    assert issuer.asked == 1
    monkeypatch.setattr(sources, "COOL_DOWN", 0.0)
    await verifier.verify(issuer.token("new"))
    assert issuer.asked == 2
    del issuer.keys["old"]
    issuer.add("newest", "EdDSA")
    await verifier.verify(issuer.token("newest"))
    with pytest.raises(UnauthenticatedError):
        await verifier.verify(old)


async def test_made_up_keys_do_not_have_the_issuer_asked_each_time(issuer, verifier):
    issuer.add("one")
    text = issuer.token("one")
    await verifier.verify(text)
    issuer.keys["made up"] = issuer.keys["one"]
    made_up = issuer.token("made up")
    for _ in range(20):
        with pytest.raises(UnauthenticatedError):
            await verifier.verify(made_up)
    assert issuer.asked == 1


async def test_old_keys_are_looked_at_anew_without_anyone_waiting(issuer, verifier, monkeypatch):
    issuer.add("old")
    old = issuer.token("old")
    await verifier.verify(old)
    del issuer.keys["old"]
    issuer.add("new")
    monkeypatch.setattr(sources, "MAX_AGE", 0.0)
    monkeypatch.setattr(sources, "COOL_DOWN", 0.0)
    await verifier.verify(old)
    await verifier.verify(issuer.token("new"))
    with pytest.raises(UnauthenticatedError):
        await verifier.verify(old)


async def test_known_keys_go_on_while_the_issuer_does_not_answer(issuer, verifier, monkeypatch):
    issuer.add("one")
    text = issuer.token("one")
    await verifier.verify(text)
    monkeypatch.setattr(sources, "MAX_AGE", 0.0)
    monkeypatch.setattr(sources, "COOL_DOWN", 0.0)
    issuer.answer = Response(status_code=500)
    await verifier.verify(text)
    await verifier._keys._renewed()
    await verifier.verify(text)
    monkeypatch.setattr(sources, "LAST_RESORT", 0.0)
    with pytest.raises(UnavailableError):
        await verifier.verify(text)


@pytest.mark.parametrize(
    "answer",
    [
        Response(status_code=404),
        RedirectResponse("/elsewhere.json"),
        Response("<html>"),
        Response("[]"),
        Response('{"keys": []}'),
        Response('{"keys": [1, null, {}, {"kty": "RSA", "n": 5}, {"kty": "oct", "k": "AAAA"}]}'),
        Response('{"keys": "' + "x" * 1_100_000 + '"}'),
    ],
    ids=["404", "a redirect", "a page", "a list", "no keys", "odd keys", "too much"],
)
async def test_what_is_no_key_set_is_not_taken(issuer, verifier, answer):
    issuer.add("one")
    issuer.answer = answer
    for _ in range(2):
        with pytest.raises(UnavailableError, match="keys of tokens"):
            await verifier.verify(issuer.token("one"))
    assert issuer.asked == 1


def test_only_keys_of_our_kinds_and_sizes_are_taken():
    short = RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 1024).public_key(), as_dict=True)
    good = RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 2048).public_key(), as_dict=True)
    curve = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP384R1()).public_key(), as_dict=True)
    odd = [
        short,
        curve,
        {**good, "alg": "RS512"},
        {**good, "alg": "HS256"},
        {**good, "use": "enc"},
        {**good, "kid": 5},
        {**good, "n": "!"},
        {"kty": "oct", "k": "x" * 43, "alg": "HS256"},
    ]
    found = KeySet.read(json.dumps({"keys": [*odd, {**good, "kid": "good"}]}).encode())
    assert [(each.id, each.algorithm) for each in found.keys] == [("good", "RS256")]
    assert found.find("good", "HS256") is None
    assert found.find(None, "RS256") is found.keys[0]
    two = KeySet.read(json.dumps({"keys": [{**good, "kid": "a"}, {**good, "kid": "b"}]}).encode())
    assert two.find(None, "RS256") is None


async def test_a_file_of_keys_may_change(issuer, tmp_path, monkeypatch):
    path = tmp_path / "jwks.json"
    for content, told in (
        (None, "cannot be read"),
        ("{", "it is not JSON"),
        ('{"keys": []}', "no public key"),
    ):
        if content is not None:
            path.write_text(content)
        with pytest.raises(ConfigurationError, match=told):
            KeysInFile(path)
    issuer.add("one")
    path.write_text(json.dumps(issuer.document()))
    verifier = Verifier(KeysInFile(path))
    await verifier.verify(issuer.token("one"))
    issuer.add("two")
    path.write_text(json.dumps(issuer.document()))
    monkeypatch.setattr(sources, "COOL_DOWN", 0.0)
    await verifier.verify(issuer.token("two"))
    await verifier.close()
