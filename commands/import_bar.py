"""The bar that shows how far an import is, on a terminal only."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from resolvers.imports.options import Progress as Tell
from resolvers.imports.options import Step, silent

_WORDS = {
    "waiting": "waiting for another import of this tenant",
    "reading": "reading",
    "grouping": "putting rows together",
    "customers": "adding customers",
    "storing": "storing",
    "linking": "matching refunds to orders",
}


@contextmanager
def bar(name: str) -> Iterator[Tell]:
    """What tells the bar of each step: percentage, rows a second and time left of the stage."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield silent
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[pace]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task(name, total=None, pace="")
        stage = ""

        def tell(step: Step) -> None:
            nonlocal stage
            if step.stage != stage:
                stage = step.stage
                shown.reset(task, description=f"{name}: {_WORDS[stage]}", total=step.total or None)
            shown.update(task, total=step.total or None, completed=step.done, pace=_pace(shown, step))

        yield tell


def _pace(shown: Progress, step: Step) -> str:
    elapsed = shown.tasks[0].elapsed or 0.0
    done = step.rows if step.stage == "reading" else step.done
    return f"{done / elapsed:,.0f} rows/s" if elapsed > 0.1 and done else ""
