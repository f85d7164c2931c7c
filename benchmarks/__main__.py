"""All benchmarks, one after another."""

import subprocess
import sys

for name in (
    "processing",
    "import_orders",
    "scoring",
    "rfm",
    "holdouts",
    "coverage",
    "audiences",
    "customers",
    "segments",
    "rest",
    "ingest",
    "events",
    "timeline",
    "execution",
    "graph",
    "memory",
    "isolation",
    "vtex",
    "merges",
):
    print(f"== benchmarks.{name}", flush=True)
    subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)
