"""`cdp export segment`: to a file, to standard output, and what is refused."""

import pytest
from pyarrow import parquet
from typer.testing import CliRunner

import cli
from kit.errors import InvalidInputError, NotFoundError


@pytest.fixture
def export(urls, monkeypatch, tmp_path, make):
    """Run `cdp export segment` on tenant 56, of three customers in segment 1; returns what it prints."""
    make.tenant()
    for name in ("C1", "=C2", "C3"):
        make.customer(56, name)
    make.owner.execute(
        "INSERT INTO segment (tenant_id, id, name, type) OVERRIDING SYSTEM VALUE "
        "VALUES (56, 1, 'all', 'static')"
    )
    make.owner.execute(
        "INSERT INTO segment_member (tenant_id, segment_id, customer_id) SELECT 56, 1, id FROM customer"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CDP_DATABASE_URL", urls.app)

    def run(*words, segment=1):
        given = ["export", "segment", "--tenant", "56", "--segment", str(segment), *words]
        result = CliRunner().invoke(cli.app, given, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    return run


def test_csv_to_standard_output_unless_told(export):
    lines = export().splitlines()
    assert lines[0].startswith("customer_id,external_id,email")
    assert [line.split(",")[1] for line in lines[1:]] == ["C1", "'=C2", "C3"]


def test_a_file_by_how_its_name_ends(export, tmp_path):
    assert export("--output", "members.parquet") == ""
    assert parquet.read_table(tmp_path / "members.parquet")["external_id"].to_pylist() == ["C1", "=C2", "C3"]
    export("--output", "members.txt", "--format", "ndjson")
    assert (tmp_path / "members.txt").read_text().count('"external_id"') == 3
    assert sorted(each.name for each in tmp_path.iterdir()) == ["members.parquet", "members.txt"]


def test_what_fails_leaves_no_file(export, tmp_path):
    with pytest.raises(NotFoundError, match="Segment with ID 2 not found"):
        export("--output", "members.csv", segment=2)
    with pytest.raises(InvalidInputError, match="'xlsx' is not a format; accepted are csv, ndjson, parquet"):
        export("--format", "xlsx")
    with pytest.raises(InvalidInputError, match="cannot be written"):
        export("--output", "nowhere/members.csv")
    assert not [*tmp_path.iterdir()]


def test_what_was_exported_can_be_taken_in(export, make):
    export("--output", "members.csv")
    make.owner.execute(
        "INSERT INTO segment (tenant_id, id, name, type) OVERRIDING SYSTEM VALUE "
        "VALUES (56, 2, 'again', 'static')"
    )
    for words in ((), ("--map", "customer_id=")):
        make.owner.execute("DELETE FROM segment_member WHERE segment_id = 2")
        given = ["import", "members", "members.csv", "--tenant", "56", "--segment", "2", *words]
        result = CliRunner().invoke(cli.app, given, catch_exceptions=False)
        assert "3 members: 3 new" in result.output
        found = make.owner.execute(
            "SELECT array_agg(customer_id ORDER BY 1) FROM segment_member GROUP BY segment_id"
        ).fetchall()
        assert found[0] == found[1]
