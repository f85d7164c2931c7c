"""What is wrong with a command is one sentence, which says what to do."""

import pytest

from models.migration import REVISIONS


@pytest.mark.parametrize(
    ("arguments", "environment", "told"),
    [
        (["process", "--tenant", "9"], {}, "Error: Tenant with ID 9 not found"),
        (["process", "--tenant", "9", "--analyses", "x"], {}, "accepted are rfm, clv and churn"),
        (["serve", "--host", "0.0.0.0"], {}, "loopback addresses only"),
        (["serve"], {"CDP_PORT": "70000"}, "CDP_PORT: Input should be less than or equal to 65535"),
        (["serve"], {"CDP_DATABASE_URL": "mysql://x"}, "CDP_DATABASE_URL: Value error, must start with"),
        (
            ["serve"],
            {"CDP_DATABASE_URL": "postgresql://x:hunter2@127.0.0.1:1/x"},
            "The database cannot be reached",
        ),
    ],
)
def test_a_mistake_is_one_sentence(cdp, arguments, environment, told):
    done = cdp.run(*arguments, **environment)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr + done.stdout


def test_a_taken_port_is_told(cdp):
    api = cdp.start("serve")
    done = cdp.run("serve")
    assert done.returncode == 1
    assert "choose another with CDP_PORT or --port" in done.stderr
    api.terminate()
    api.wait(30)
    api.stdout.close()


def test_a_start_against_other_tables_says_what_to_run(cdp):
    assert f"from base to {REVISIONS[-1]}" in cdp.run("migrate").stdout
    assert f"from {REVISIONS[-1]} to 0001" in cdp.run("migrate", "0001").stdout
    refused = cdp.run("process", "--tenant", "1")
    assert refused.returncode == 1
    told = f"at revision 0001, this version needs {REVISIONS[-1]}. Run `cdp migrate`."
    assert told in " ".join(refused.stderr.split())
    assert f"from 0001 to {REVISIONS[-1]}" in cdp.run("migrate").stdout


def test_config_lists_every_setting_and_hides_secrets(cdp):
    shown = cdp.run("config", CDP_OWNER_URL="postgresql://x:hunter2@db/x").stdout
    assert "hunter2" not in shown
    assert "CDP_DATA_DIR" in shown
