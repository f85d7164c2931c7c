"""Who may call, over both faces: tokens that are good, and all the ways in which they are not."""

import contextlib
import json
import time
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app import create
from kit.config import Settings
from tests.acceptance.credentials import SECRET, Issuer, bearer, claims, encoded, token

STATUS = "/api/v2/cdp/process/status/56"
TENANT = {"query": "{ tenant(databaseId: 56) { databaseId } }"}
SHARED_SECRET = {"auth": "jwt", "jwt_secret": SECRET}


@contextlib.asynccontextmanager
async def guarded(urls, **settings):
    """A client of an application that lets in who has a token."""
    app = create(Settings.model_validate({"database_url": urls.app, **(settings or SHARED_SECRET)}))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://api.example.com") as opened:
            yield opened


@pytest.fixture
async def api(urls, make):
    make.tenant()
    make.tenant(57)
    async with guarded(urls) as opened:
        yield opened


def forged(header, payload, signature=b""):
    return f"{encoded(header)}.{encoded(payload)}.{encoded(signature)}"


async def refused(client, headers, told):
    """That both faces answer 401 in their own form, with a sentence."""
    rest = await client.get(STATUS, headers=headers)
    assert rest.status_code == 401, rest.text
    assert rest.json().keys() == {"success", "error", "details"}
    assert (rest.json()["success"], rest.json()["error"]) == (False, "Unauthorized")
    graph = await client.post("/graphql", json=TENANT, headers=headers)
    assert graph.status_code == 401
    assert graph.json().keys() == {"errors"}
    (error,) = graph.json()["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert error["message"] == rest.json()["details"]
    for answer in (rest, graph):
        assert answer.headers["www-authenticate"].startswith('Bearer realm="cdp"')
    assert told in error["message"]
    return rest


async def test_a_good_token_is_let_in_by_both_faces(api):
    for headers in (bearer(token()), {"X-API-Key": token()}, {"Authorization": f"bearer  {token()}"}):
        assert (await api.get(STATUS, headers=headers)).status_code == 200
        found = (await api.post("/graphql", json=TENANT, headers=headers)).json()
        assert found["data"] == {"tenant": {"databaseId": "56"}}


async def test_who_brings_nothing_is_asked_for_credentials(api):
    answer = await refused(api, {}, "Credentials are needed")
    assert answer.headers["www-authenticate"] == 'Bearer realm="cdp"'
    answer = await refused(api, {"Authorization": "Basic YTpi"}, "must be `Bearer`")
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    await refused(api, {"Authorization": "Bearer"}, "must be `Bearer`")
    await refused(api, bearer(token()) | {"X-API-Key": token()}, "more than once")
    kind = "application/graphql-response+json"
    graph = await api.post("/graphql", json=TENANT, headers={"Accept": kind})
    assert (graph.status_code, graph.headers["content-type"].split(";")[0]) == (401, kind)


NOW = time.time()
HEADER = {"alg": "HS256", "typ": "JWT"}
HOSTILE = {
    "no signature at all": (forged({"alg": "none"}, claims()), "not accepted"),
    "none in capitals": (forged({"alg": "NoNe"}, claims()), "not accepted"),
    "none with a signature": (forged({"alg": "none"}, claims(), b"x" * 32), "not accepted"),
    "another secret": (token("another secret of thirty-two bytes"), "not accepted"),
    "another hash": (token(algorithm="HS512"), "not accepted"),
    "an algorithm that is a list": (forged({"alg": ["HS256"]}, claims()), "not accepted"),
    "no algorithm": (forged({"typ": "JWT"}, claims()), "not accepted"),
    "a key id that is a number": (forged(HEADER | {"kid": 1}, claims()), "not accepted"),
    "a critical extension": (token(headers={"crit": ["b64"], "b64": False}), "not accepted"),
    "its own key": (
        token("x" * 32, headers={"jwk": {"kty": "oct", "k": encoded(b"x" * 32)}}),
        "not accepted",
    ),
    "expired": (token(exp=NOW - 3600), "has expired"),
    "no expiry": (token(exp=None), "lacks the claim `exp`"),
    "an expiry that is a text": (token(exp="tomorrow"), "not accepted"),
    "an endless expiry": (token(exp=float("inf")), "not accepted"),
    "an expiry beyond floats": (token(exp=10**400), "not accepted"),
    "not yet valid": (token(nbf=NOW + 3600), "not valid yet"),
    "issued tomorrow": (token(iat=NOW + 86_400), "not valid yet"),
    "for another audience": (token(aud="others"), "for another audience"),
    "a subject that is a number": (jwt.encode({**claims(), "sub": "1"}, SECRET)[:-2], "not accepted"),
    "tenants as a text": (token(tenants="56"), "`tenants` must be a list"),
    "tenants as texts": (token(tenants=["56"]), "`tenants` must be a list"),
    "a tenant that is true": (token(tenants=[True]), "`tenants` must be a list"),
    "a tenant beyond numbers": (token(tenants=[2**63]), "`tenants` must be a list"),
    "scopes that are numbers": (token(scope=[1]), "`scope` must be a text"),
    "huge": (token(more="x" * 10_000), "longer than 8192 bytes"),
    "nested deeply": (f"{encoded(b'[' * 4_000)}.e30.e30", "not accepted"),
    "claims that are a list": (jwt.api_jws.encode(b"[]", SECRET, "HS256"), "not accepted"),
    "claims that are none": (jwt.api_jws.encode(b"\xff", SECRET, "HS256"), "not accepted"),
    "claims nested deeply": (jwt.api_jws.encode(b"[" * 4_000, SECRET, "HS256"), "not accepted"),
    "garbage": ("garbage", "not accepted"),
    "dots": ("...", "not accepted"),
    "two parts": (".".join(token().split(".")[:2]), "not accepted"),
    "five parts": (token() + ".e30.e30", "not accepted"),
    "a payload of another": (
        f"{token().split('.')[0]}.{encoded(claims(tenants='*'))}.{token().split('.')[2]}",
        "not accepted",
    ),
    "not ASCII": ("\xff\xfe.\xfa.x", "not accepted"),
}


@pytest.mark.parametrize("what", HOSTILE)
async def test_a_hostile_token_is_refused_in_a_sentence(api, what):
    text, told = HOSTILE[what]
    await refused(api, [(b"authorization", b"Bearer " + text.encode("latin-1"))], told)


async def test_issuer_audience_and_clock_skew(urls, make):
    make.tenant()
    wanted = {"jwt_issuer": "https://id.example.com", "jwt_audience": "cdp", "jwt_leeway_seconds": 120}
    good: dict[str, Any] = {"iss": "https://id.example.com", "aud": ["cdp", "others"]}
    async with guarded(urls, **SHARED_SECRET, **wanted) as client:
        for skew in ({}, {"exp": time.time() - 60}, {"nbf": time.time() + 60}, {"iat": time.time() + 60}):
            answer = await client.get(STATUS, headers=bearer(token(**good, **skew)))
            assert answer.status_code == 200, skew
        wrong: list[tuple[dict[str, Any], str]] = [
            ({"iss": "https://id.example.com.evil"}, "of another issuer"),
            ({"iss": None}, "lacks the claim `iss`"),
            ({"aud": "others"}, "for another audience"),
            ({"aud": None}, "lacks the claim `aud`"),
            ({"exp": time.time() - 240}, "has expired"),
            ({"nbf": time.time() + 240}, "not valid yet"),
        ]
        for changes, told in wrong:
            await refused(client, bearer(token(**good | changes)), told)


async def test_a_public_key_is_no_secret(urls, make, tmp_path):
    """Confusion of algorithms: HS256, signed with what everyone may read."""
    make.tenant()
    issuer = Issuer()
    private = issuer.add("one")
    (tmp_path / "jwks.json").write_text(json.dumps(issuer.document()))
    public = private.public_key()
    forms = [
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.PEM, PublicFormat.PKCS1),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        json.dumps(issuer.public("one")).encode(),
    ]
    async with guarded(urls, auth="jwt", jwt_jwks=str(tmp_path / "jwks.json")) as client:
        assert (await client.get(STATUS, headers=bearer(issuer.token("one")))).status_code == 200
        for form in forms:
            signed = jwt.api_jws.PyJWS(algorithms=["HS256"])
            hs = signed.get_algorithm_by_name("HS256")
            for header in ({"alg": "HS256"}, {"alg": "HS256", "kid": "one"}):
                start = f"{encoded(header)}.{encoded(claims())}"
                await refused(
                    client, bearer(f"{start}.{encoded(hs.sign(start.encode(), form))}"), "not accepted"
                )
        for algorithm in ("RS384", "RS512", "PS256"):
            text = token(private, algorithm, {"kid": "one"})
            await refused(client, bearer(text), "not accepted")
        other = rsa.generate_private_key(65537, 2048)
        await refused(client, bearer(token(other, "RS256", {"kid": "one"})), "not accepted")
        await refused(client, bearer(token(private, "RS256", {"kid": "two"})), "not accepted")
        await refused(client, bearer(token()), "not accepted")
        assert (await client.get(STATUS, headers=bearer(token(private, "RS256")))).status_code == 200


async def test_pages_and_health_are_for_everyone(api):
    html = {"Accept": "text/html"}
    for path in ("/", "/health", "/health/live", "/health/ready", "/docs", "/openapi.json", "/graphql"):
        assert (await api.get(path, headers=html | bearer("garbage"))).status_code < 400, path
    assert (await api.get("/static/nothing.js")).status_code == 404
    for path in ("/graphql?query={__typename}", "/api/v2/nothing", "/health-check", "/docs2"):
        assert (await api.get(path, headers=html)).status_code == 401, path
    assert (await api.head(STATUS)).status_code == 401
    assert (await api.head(STATUS, headers=bearer(token()))).status_code == 200


async def test_pages_elsewhere_are_refused_before_their_credentials(api, urls):
    for origin, status in (("https://evil.example", 403), ("null", 403), ("http://[", 403)):
        answer = await api.get(STATUS, headers=bearer(token()) | {"Origin": origin})
        assert answer.status_code == status, origin
    answer = await api.get(STATUS, headers=bearer(token()) | {"Origin": "http://api.example.com"})
    assert answer.status_code == 200
    async with guarded(urls, **SHARED_SECRET, cors_origins="https://shop.example") as client:
        asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "GET"}
        preflight = await client.options(
            STATUS, headers=asked | {"Access-Control-Request-Headers": "authorization, x-api-key"}
        )
        assert preflight.status_code == 200
        answer = await client.get(STATUS, headers=asked)
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (
            401,
            "https://shop.example",
        )


async def test_an_open_api_asks_for_nothing(urls, make):
    make.tenant()
    async with guarded(urls, auth="open") as client:
        local = {"Host": "127.0.0.1"}
        for headers in ({}, {"Authorization": "Basic YTpi"}, bearer("garbage")):
            assert (await client.get(STATUS, headers=local | headers)).status_code == 200
        assert (await client.get(STATUS)).status_code == 403


async def test_what_is_not_let_in_is_not_read(api):
    async def endless():
        yield b"{"
        raise AssertionError("the body was read")

    answer = await api.post("/graphql", content=endless(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 401
