"""The roles of docker/roles.sh on a server that asks for passwords, and the product as these roles."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import psycopg
import pytest
import yaml

from kit import embedded, ids
from kit.secrets import make_key
from tests.commands.test_backup import TOOLS

DOCKER = Path(__file__).parent.parent.parent / "docker"
PASSWORDS = {"OWNER_PASSWORD": "owner-word-'1\\", "APP_PASSWORD": "app-word-1"}
HBA = "local all postgres trust\nlocal all all scram-sha-256\n"
ORDERS = "customer_id,placed_at,amount\n" + "".join(
    f"c{each % 9},2025-0{each % 6 + 1}-11,{each + 5}\n" for each in range(40)
)
UPSERT = """mutation ($input: CustomersUpsertInput!) { customersUpsert(input: $input) {
  results { status } userErrors { message } } }"""


class Guarded:
    """A server with the roles of roles.sh and no others, which believes their passwords alone."""

    def __init__(self, server):
        self._server = server
        with psycopg.connect(self.admin("postgres"), autocommit=True) as admin:
            for each in ("DATABASE cdp", "ROLE cdp_app", "ROLE cdp_owner"):
                admin.execute(f"DROP {each}")
            ((hba,),) = admin.execute("SHOW hba_file").fetchall()
        done = subprocess.run(
            ["sh", DOCKER / "roles.sh"],
            env={**PASSWORDS, "PATH": f"{TOOLS}:{os.environ['PATH']}", "PGHOST": str(server.socket_dir)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        Path(hba).write_text(HBA)
        with psycopg.connect(self.admin("postgres")) as admin:
            admin.execute("SELECT pg_reload_conf()")

    def admin(self, database):
        return self._server.url("postgres").replace("@/cdp?", f"@/{database}?")

    def url(self, role, password):
        found = self._server.url(role)
        return found.replace(f"{role}@", f"{role}:{password}@")

    def ask(self, query):
        with psycopg.connect(self.admin("cdp"), autocommit=True) as admin:
            return admin.execute(query).fetchall()


@pytest.fixture
def guarded(cdp):
    directory = cdp.directory / "server"
    with embedded.lease(directory) as running:
        yield Guarded(running)


@pytest.fixture
def owner(guarded):
    return {"CDP_OWNER_URL": guarded.url("cdp_owner", "owner-word-%271%5C")}


@pytest.fixture
def application(guarded):
    return {"CDP_DATABASE_URL": guarded.url("cdp_app", "app-word-1")}


def test_the_product_runs_as_a_login_that_owns_nothing(cdp, guarded, owner, application):
    assert "went from base" in cdp.run("migrate", **owner).stdout
    made = cdp.run("key", "create", "--all-tenants", "--scope", "admin", **owner)
    assert made.returncode == 0, made.stderr
    key = {"X-API-Key": made.stdout.split()[0]}
    cdp.environment |= application | {
        "CDP_ENVIRONMENT": "production",
        "CDP_SECRET_KEY": make_key(),
        "CDP_PROCESS_WAIT_SECONDS": "60",
    }
    (cdp.directory / "orders.csv").write_text(ORDERS)
    words = ("--create-tenant", "Shop", "--currency", "GBP", "--timezone", "Europe/London")
    done = cdp.run("import", "orders", "orders.csv", "--tenant", "56", *words)
    assert done.returncode == 0, done.stderr
    api = start(cdp, {"CDP_AUTH": "keys"}, "serve", "--no-worker")
    worker = subprocess.Popen(cdp.command("worker"), cwd=cdp.directory, env=cdp.environment)
    given = {"tenantId": ids.encode("Tenant", 56), "customers": [{"externalId": "c1", "email": "a@b.c"}]}
    answer = cdp.post("/graphql", json={"query": UPSERT, "variables": {"input": given}}, headers=key)
    assert answer.json()["data"]["customersUpsert"]["results"] == [{"status": "UPDATED"}]
    run = cdp.post("/api/v2/cdp/process/56", headers=key)
    assert run.status_code == 200, run.text
    event = {"tenant_id": 56, "customer_id": 1, "event_type": "page_view"}
    assert cdp.post("/api/v2/cdp/events", json=event, headers=key).status_code == 201
    backends = "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = 'cdp' AND usename <> 'postgres'"
    assert guarded.ask(backends) == [("cdp_app",)]
    for each in (api, worker):
        each.terminate()
        each.communicate(timeout=60)


def start(cdp, more, *words):
    before = cdp.environment
    cdp.environment = before | more
    try:
        return cdp.start(*words)
    finally:
        cdp.environment = before


def test_the_roles_have_no_more_than_they_need(cdp, guarded, owner, application):
    cdp.run("migrate", **owner)
    flags = "rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication"
    assert guarded.ask(f"SELECT rolname, {flags} FROM pg_roles WHERE rolname ~ '^cdp' ORDER BY 1") == [
        ("cdp_app", False),
        ("cdp_owner", False),
    ]
    with psycopg.connect(application["CDP_DATABASE_URL"], autocommit=True) as app:
        for forbidden in ("SET ROLE cdp_owner", "CREATE TABLE mine ()", "CREATE DATABASE mine"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(forbidden)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(guarded.url("cdp_app", "wrong"))


def test_the_application_does_not_serve_as_the_owner(cdp, owner):
    cdp.run("migrate", **owner)
    done = cdp.run("serve", "--no-worker", **owner)
    assert done.returncode == 1
    assert "owns the tables" in done.stdout + done.stderr


def test_the_store_of_limits_lets_in_who_has_its_password():
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed")
    service = yaml.safe_load((DOCKER / "compose.yaml").read_text())["services"]["limits"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    shell, flag, text = service["command"]
    text = text.replace("$$", "$").replace("redis-server -", f"redis-server - --bind 127.0.0.1 --port {port}")
    process = subprocess.Popen(
        [shell, flag, text],
        env={"PATH": os.environ["PATH"], "REDISCLI_AUTH": "a-word"},
        stdout=subprocess.DEVNULL,
        cwd="/tmp",
    )
    try:
        assert said(process, port, b"PING\r\n").startswith(b"-NOAUTH")
        assert said(process, port, b"AUTH a-word\r\n") == b"+OK\r\n"
        assert said(process, port, b"AUTH other\r\n").startswith(b"-WRONGPASS")
    finally:
        process.terminate()
        process.wait(20)


def said(process, port, words):
    """What the store answers, once it is there."""
    while True:
        assert process.poll() is None, "the store ended"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as opened:
            opened.sendall(words)
            return opened.recv(100)
        time.sleep(0.02)
