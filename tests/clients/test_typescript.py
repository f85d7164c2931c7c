"""The TypeScript client: generated as committed, strictly typed, and at work against a live server."""

import re
import shutil
from pathlib import Path

import pytest

from resolvers.processing.process import process
from resolvers.processing.request import Request
from tests.live import packages, run, serving

CLIENT = Path(__file__).parent.parent.parent / "clients" / "typescript"
MANIFEST = CLIENT / "src" / "generated" / "persisted-documents.json"
MISUSE = """
import {{ createClient }} from '{client}/src/client.js'
import {{ Customer360Document }} from '{client}/src/generated/graphql.js'

const execute = createClient({{ url: '' }})
{line}
"""


@pytest.fixture(scope="module")
def client():
    return packages(CLIENT)


@pytest.fixture(scope="module")
async def compiled(client, tmp_path_factory):
    """The example as JavaScript."""
    out = tmp_path_factory.mktemp("typescript")
    (out / "package.json").write_text('{"type": "module"}')
    await run("node_modules/.bin/tsc", "--strict", "--outDir", str(out), cwd=client)
    return out / "examples" / "screens.js"


@pytest.fixture
def scored(urls, make):
    """Tenant 56 with 400 customers, scored."""
    make.history(make.tenant(), 400)
    process(urls.app, 56, Request.of(None, "latest"))
    return make


async def test_what_is_committed_is_what_the_generator_writes(client, tmp_path):
    committed = client / "src" / "generated"
    written = tmp_path / "generated"
    await run("npm", "run", "generate", cwd=client, CODEGEN_OUT=f"{written}/")
    for each in committed.iterdir():
        assert (written / each.name).read_text() == each.read_text(), f"{each.name}: run make contracts"


async def test_the_example_shows_the_screens_of_a_scored_tenant(compiled, scored, urls):
    async with serving(urls.app) as address:
        printed = await run("node", str(compiled), f"{address}/graphql", "56", cwd=compiled.parent)
    total = scored.owner.execute("SELECT count(*) FROM customer_score WHERE tenant_id = 56").fetchone()[0]
    assert f"Shop 56: {total} customers, " in printed
    shares = re.findall(r"^  [A-Z_]+: (\d+) \([\d.]+ %\)$", printed, re.MULTILINE)
    assert sum(map(int, shares)) == total
    risky = re.findall(r"^  (C\d+): (?:AT_RISK|CHURNING), worth ([\d.]+) GBP$", printed, re.MULTILINE)
    assert len(risky) == 6
    assert [float(worth) for _, worth in risky] == sorted((float(worth) for _, worth in risky), reverse=True)
    assert re.search(rf"^{risky[0][0]}: [A-Z_]+, tier HIGH, [A-Z_]+, \d+ items$", printed, re.MULTILINE)
    assert len(re.findall(r"^  20\S+ order O\d+ of [\d.]+ GBP$", printed, re.MULTILINE)) == 4
    assert re.search(r"^\d+ of 400: ", printed, re.MULTILINE)


async def test_the_example_runs_where_only_trusted_documents_are_taken(compiled, scored, urls):
    trusted = {"trusted_documents": "only", "trusted_documents_file": MANIFEST}
    async with serving(urls.app, **trusted) as address:
        command = ("node", str(compiled), f"{address}/graphql", "56")
        assert "Shop 56: " in await run(*command, cwd=compiled.parent, TRUSTED="1")
        with pytest.raises(AssertionError, match=r"Only trusted documents are accepted.*\(request "):
            await run(*command, cwd=compiled.parent, TRUSTED="0")


async def test_errors_reach_the_caller_with_the_id_of_the_request(compiled, scored, urls):
    async with serving(urls.app) as address:
        with pytest.raises(AssertionError, match=r"There is no tenant 57"):
            await run("node", str(compiled), f"{address}/graphql", "57", cwd=compiled.parent)
        with pytest.raises(AssertionError, match=r"a 64-bit integer is accepted.*\(request [0-9a-f-]+\)"):
            await run("node", str(compiled), f"{address}/graphql", "x", cwd=compiled.parent)


async def test_the_compiler_sees_wrong_use(client, tmp_path):
    uses = {
        "right": ("void execute(Customer360Document, { tenant: '56', externalId: 'C1' })", None),
        "missing": ("void execute(Customer360Document)", "Expected 2 arguments"),
        "mistyped": (
            "void execute(Customer360Document, { tenant: 56, externalId: 'C1' })",
            "'number' is not assignable",
        ),
        "nullable": (
            "execute(Customer360Document, { tenant: '56', externalId: 'C1' })"
            ".then(({ tenant }) => tenant.customer)",
            "'tenant' is possibly 'null'",
        ),
    }
    shutil.copytree(client, tmp_path / "client", ignore=shutil.ignore_patterns("node_modules", "dist"))
    (tmp_path / "client" / "node_modules").symlink_to(client / "node_modules")
    for name, (line, _) in uses.items():
        use = tmp_path / "client" / "examples" / f"{name}.ts"
        use.write_text(MISUSE.format(client="..", line=line))
    with pytest.raises(AssertionError) as refused:
        await run("node_modules/.bin/tsc", "--strict", "--noEmit", cwd=tmp_path / "client")
    told = dict(re.findall(r"^examples/(\w+)\.ts\S+ error (.*)$", str(refused.value), re.MULTILINE))
    assert told.keys() == {name for name, (_, complaint) in uses.items() if complaint}
    for name, complaint in told.items():
        assert uses[name][1] in complaint
