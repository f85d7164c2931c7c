"""The parts of the `cdp` command, one a file."""
