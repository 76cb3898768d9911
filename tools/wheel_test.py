"""Does the installed wheel serve the demo? Built, put into an empty environment, and asked over HTTP.

Needs no network: what the package depends on is lent by the environment that runs this. ``python -m tools.wheel_test``
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from zipfile import ZipFile

from examples.demo_members import NODE_DOCUMENT, wait_until_answers
from examples.demo_plan import PHOTOS, Member, read_plan
from examples.demo_processes import Children, DemoError, body_of, choose_port, clean_environment, status_of

PROJECT = Path(__file__).resolve().parent.parent
PACKAGES = ("schemas", "federation", "node")
NEEDED = (
    r"node/templates/base\.html",
    r"node/templates/portal/home\.html",
    r"node/static/css/tokens\.css",
    r"node/static/vendor/[^/]+/LICENSE",
    r"node/storage/migrations/versions/r0001_\w+\.py",
    r"node/translations/\w+/LC_MESSAGES/messages\.mo",
    r"schemas/data/categories\.json",
    r"schemas/data/labels\.\w+\.json",
    r"schemas/published/[\w.-]+\.json",
    r"(schemas|federation|node)/py\.typed",
    r"sharefeed-[^/]+\.dist-info/licenses/LICENSE",
    r"sharefeed-[^/]+\.dist-info/entry_points\.txt",
)
"""Patterns, each of which the name of some file in the wheel must match: an empty folder is noticed, too."""
_LEAVE_OUT = re.compile(r"__pycache__|\.pyc$|~$")


def main() -> int:
    """Run the test; 0 if the wheel is whole and serves the demo."""
    with tempfile.TemporaryDirectory(prefix="sharefeed-wheel-") as made:
        folder = Path(made)
        try:
            wheel = _build(folder)
            said = missing(_names(wheel), set(_sources())) + _served(_install(wheel, folder), folder)
        except DemoError as error:
            said = [str(error)]
    for fault in said:
        print(fault)
    print(f"{len(said)} things are not as they should be." if said else f"{wheel.name} is whole and serves the demo.")
    return 1 if said else 0


def _build(folder: Path) -> Path:
    # What is built is the tree as it stands; the tools that build it are in this environment already.
    command = ["-m", "pip", "wheel", str(PROJECT), "--no-deps", "--no-build-isolation", "--no-index"]
    _run("Building the wheel", [sys.executable, *command, "--quiet", "--wheel-dir", str(folder)], folder)
    return next(folder.glob("sharefeed-*.whl"))


def _run(what: str, command: Sequence[str], folder: Path) -> str:
    environment = {**clean_environment({}), "PIP_DISABLE_PIP_VERSION_CHECK": "1", "HOME": str(folder)}
    # Not in the project's folder, whose packages Python would find before any other.
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    if done.returncode:
        raise DemoError(f"{what} failed.\n{done.stdout}{done.stderr}")
    return done.stdout


def _names(wheel: Path) -> set[str]:
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


def _sources() -> Iterator[str]:
    """Every file of the packages, by its path in the project: in this project they hold nothing that is not shipped."""
    for package in PACKAGES:
        for path in (PROJECT / package).rglob("*"):
            name = path.relative_to(PROJECT).as_posix()
            if path.is_file() and not _LEAVE_OUT.search(name):
                yield name


def missing(names: set[str], sources: set[str]) -> list[str]:
    """What the wheel with these file names lacks or has too much, a sentence each."""
    said = [f"The wheel has nothing like {needed}." for needed in NEEDED if not _any_like(needed, names)]
    shipped = {name for name in names if name.startswith(PACKAGES)}
    said += [f"{name} is not in the wheel." for name in sorted(sources - shipped)]
    return said + [f"{name} is in the wheel, and not in the project." for name in sorted(shipped - sources)]


def _any_like(pattern: str, names: set[str]) -> bool:
    return any(re.fullmatch(pattern, name) for name in names)


def _install(wheel: Path, folder: Path) -> Path:
    """Install the wheel alone into a new environment; the environment's folder of programs."""
    home = folder / "environment"
    _run("Making an empty environment", [sys.executable, "-m", "venv", "--without-pip", str(home)], folder)
    python = home / "bin" / "python"
    command = ["-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    _run("Installing the wheel", [sys.executable, *command], folder)
    packages = Path(_run("Looking for its folder", [str(python), "-c", _WHERE], folder).strip())
    # A path in a .pth file brings its packages, but not its own .pth files: the project itself stays out of sight.
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    found = Path(_run("Importing it", [str(python), "-c", "import node; print(node.__file__)"], folder).strip())
    if packages not in found.parents:
        raise DemoError(f"The environment imports {found}, not what was installed.")
    return home / "bin"


_WHERE = "import sysconfig; print(sysconfig.get_path('purelib'))"


def _served(programs: Path, folder: Path) -> list[str]:
    """What is wrong with the council's node when the installed program runs it, in a folder that is empty."""
    council = next(member for member in read_plan().members if member.slug == "council")
    empty, port = folder / "empty", choose_port()
    empty.mkdir()
    url, sharefeed = f"http://127.0.0.1:{port}/", str(programs / "sharefeed")
    with Children(folder, empty) as children:
        children.run("init", [sharefeed, "init", "--url", url, "--port", str(port), "--name", council.name])
        children.run("import", [sharefeed, "import", str(council.source), "--images", str(PHOTOS)])
        wait_until_answers(url + NODE_DOCUMENT, children.start("serve", [sharefeed, "serve"]))
        return _faults(url, council)


def _faults(url: str, council: Member) -> list[str]:
    said = []
    if json.loads(body_of(url + NODE_DOCUMENT))["id"] != url:
        said.append("The node document names another node.")
    items = json.loads(body_of(url + "feed.json"))["items"]
    if len(items) != council.listings:
        said.append(f"The feed holds {len(items)} listings; the spreadsheet has {council.listings}.")
    home = body_of(url).decode()
    styles = re.findall(r'<link rel="stylesheet" href="/([^"]+)"', home)
    pictures = [image["url"] for item in items for image in item["_sharefeed"].get("images", [])][:1]
    if not styles or not pictures:
        said.append("The home page has no stylesheet, or no listing has a picture.")
    addresses = [items[0]["url"], *(url + style for style in styles), *pictures]
    return said + [f"{one} answered {status}, not 200." for one in addresses if (status := status_of(one)) != 200]


if __name__ == "__main__":
    sys.exit(main())
