"""The prose says what is there: its commands parse, its links lead somewhere, its paths and settings exist."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import click
import pytest

from federation.reading import Context, read_page
from node.cli import main
from node.settings import SETTINGS

PROJECT = Path(__file__).parent.parent
WRITTEN_BY_THE_CODE = {"docs/cli.md", "docs/settings.md", "docs/vocabulary.md"}
"""Held against the code word by word by other tests; here only their links count."""
TOP = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md"]
PAGES = [PROJECT / name for name in TOP] + sorted((PROJECT / "docs").rglob("*.md"))
NAMES = [page.relative_to(PROJECT).as_posix() for page in PAGES]
WRITTEN = int(datetime(2026, 11, 22, tzinfo=UTC).timestamp())
ITS_LISTING = "https://hall.example.org/listings/trestle-tables"
ADRS = sorted((PROJECT / "docs" / "adr").glob("*.md"))

each_page = pytest.mark.parametrize("name", NAMES)
each_page_by_hand = pytest.mark.parametrize("name", [name for name in NAMES if name not in WRITTEN_BY_THE_CODE])

_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK = re.compile(r"!?\[[^\]]*\]\(<?([^)\s>]+)>?(?: \"[^\"]*\")?\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_RUN_VERB = re.compile(r"^    (\w+)\) set_up;", re.MULTILINE)
_BEFORE_A_COMMAND = re.compile(r"""^(?:\$ |ExecStart=|exec |sudo (?:-u \w+ )?|\w+=(?:"[^"]*"|'[^']*'|\S*) )*""")
_SETTING_VARIABLE = re.compile(r"\bSHAREFEED_([A-Z0-9_]+)")
_SETTING_SPANS = re.compile(r"[Ss]ettings? ((?:`[^`\n]+`(?:, (?:and )?| and | or )?)+)")
_OTHER_VARIABLES = {"HOME", "CI", "THOROUGH", "SMTP_PASSWORD", "KEY", "BADGE_KEY"}
_NOT_A_PATH = re.compile(r"[<>{}…|\s]|NNNN")


def text_of(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def spans(text: str) -> list[str]:
    """What stands in the text as inline code."""
    return _SPAN.findall(_FENCE.sub("", text))


def fenced(text: str) -> Iterator[tuple[str, str]]:
    """Language and logical line of each fenced block: a backslash at its end joins a line to the next."""
    for block in _FENCE.finditer(text):
        for line in block[3].replace("\\\n", " ").splitlines():
            yield block[2], line.strip()


# Commands.


def words_of(line: str) -> list[str]:
    """The program that a line runs and its arguments; nothing for what is no command.

    What a unit of systemd is started with (%i) is a number.
    """
    try:
        words = shlex.split(_BEFORE_A_COMMAND.sub("", line).replace("%i", "8081"), comments=True)
    except ValueError:
        return []
    end = next((at for at, word in enumerate(words) if word in ("|", "&&", "||", ";", ">", ">>", "<", "&")), len(words))
    return words[:end]


def fault_of(words: list[str], whole: bool) -> str | None:
    """What is wrong with the arguments of ``sharefeed``; ``whole`` lines must name all that is required."""
    command: click.Command = main
    context = click.Context(main, info_name="sharefeed")
    rest = list(words)
    try:
        while isinstance(command, click.Group):
            rest = command.make_parser(context).parse_args(rest)[1]
            if not rest:
                return "names no command" if whole else None
            found = command.get_command(context, rest[0])
            if found is None:
                return f"there is no command {rest[0]}"
            command, context = found, click.Context(found, info_name=rest[0], parent=context)
            rest = rest[1:]
        values, left, _ = command.make_parser(context).parse_args(rest)
        return _fault_of_values(command, context, values, left, whole)
    except click.UsageError as error:
        return error.format_message()


def _fault_of_values(
    command: click.Command, context: click.Context, values: dict[str, object], left: list[str], whole: bool
) -> str | None:
    if left:
        return f"takes no {left[0]}"
    for param in command.params:
        value = values.get(param.name or "")
        # A parser of click marks what was not given with an object of its own.
        given = isinstance(value, str | list | tuple | bool) and value not in ((), [])
        if not given and whole and param.required:
            eager = any(values.get(p.name or "") for p in command.params if p.is_eager)
            if not eager:
                return f"lacks {param.name}"
        if isinstance(value, str) and not isinstance(param.type, click.Path | click.File):
            param.type.convert(value, param, context)
        if param.name == "others" and isinstance(value, list | tuple):
            unknown = [pair for pair in value if str(pair).partition("=")[0] not in SETTING_NAMES]
            if unknown:
                return f"there is no setting {unknown[0]}"
    return None


SETTING_NAMES = {setting.name for setting in SETTINGS}


def faults_in_commands(text: str) -> list[str]:
    lines = [(line, True) for _, line in fenced(text)] + [(span, False) for span in spans(text)]
    found = []
    for line, whole in lines:
        words = words_of(line)
        if not words:
            continue
        fault = None
        if words[0].rpartition("/")[2] == "sharefeed" and len(words) > 1:
            fault = fault_of([word for word in words[1:] if word != "…"], whole)
        elif words[0] == "./run" and len(words) > 1 and words[1] not in run_verbs():
            fault = f"./run has no {words[1]}"
        elif words[:2] in (["python", "-m"], [".venv/bin/python", "-m"]) and not is_module(words[2]):
            fault = f"there is no module {words[2]}"
        found += [f"{line}: {fault}"] if fault else []
    return found


@cache
def run_verbs() -> set[str]:
    return set(_RUN_VERB.findall(text_of("run")))


def is_module(name: str) -> bool:
    path = PROJECT / name.replace(".", "/")
    ours = name.partition(".")[0] in OUR_FOLDERS
    return not ours or path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()


@each_page_by_hand
def test_every_command_parses(name: str) -> None:
    assert faults_in_commands(text_of(name)) == []


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("sharefeed publsh listings.csv", id="no such command"),
        pytest.param("sharefeed source ad https://a.example/", id="no such command of a group"),
        pytest.param("sharefeed serve --prot 8080", id="no such option"),
        pytest.param("sharefeed serve --port many", id="a value of the wrong type"),
        pytest.param("sharefeed organisation add Trust --type bank", id="no such choice"),
        pytest.param("sharefeed init --name Trust", id="a required option is missing"),
        pytest.param("sharefeed source show", id="a required argument is missing"),
        pytest.param("sharefeed source list 7", id="an argument too many"),
        pytest.param("sharefeed init --url https://a.example/ --name A --set colour=red", id="no such setting"),
        pytest.param("DATABASE_URL=postgresql:///x .venv/bin/sharefeed wbe", id="behind a variable and a path"),
        pytest.param("ExecStart=/srv/sharefeed/.venv/bin/sharefeed serv", id="in a unit of systemd"),
        pytest.param("sudo -u sharefeed sharefeed serv", id="as another user"),
        pytest.param("sharefeed init --url https://a.example/ \\\n  --nam A", id="over two lines"),
        pytest.param("./run dmo", id="no such verb"),
        pytest.param("python -m node.clli", id="no such module"),
    ],
)
def test_a_wrong_command_is_found(line: str) -> None:
    assert len(faults_in_commands(f"Try:\n\n```sh\n{line}\n```\n")) == 1


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("sharefeed --home x source add https://a.example/ --hold-new  # as you like", id="a remark"),
        pytest.param("sharefeed import --template listings.csv", id="an option that needs nothing else"),
        pytest.param("sudo -u sharefeed psql sharefeed", id="another program"),
        pytest.param("sharefeed settings | sort", id="a pipe"),
    ],
)
def test_a_right_command_is_none(line: str) -> None:
    assert faults_in_commands(f"```sh\n{line}\n```\n") == []


# Links.


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    heads = _HEADING.findall(_FENCE.sub("", text))
    kept = (re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", head).strip().lower()) for head in heads)
    return {head.replace(" ", "-") for head in kept}


def faults_in_links(name: str, text: str) -> list[str]:
    found = []
    for target in _LINK.findall(_SPAN.sub("", _FENCE.sub("", text))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (PROJECT / name).parent / path if path else PROJECT / name
        if not file.exists() or (anchor and anchor not in anchors(file.read_text(encoding="utf-8"))):
            found.append(target)
    return found


@each_page
def test_every_relative_link_leads_somewhere(name: str) -> None:
    assert faults_in_links(name, text_of(name)) == []


@pytest.mark.parametrize(
    "target",
    [
        pytest.param("docs/nowhere.md", id="no such page"),
        pytest.param("README.md#nothing-of-the-kind", id="no such heading"),
        pytest.param("#nothing-of-the-kind", id="no such heading here"),
    ],
)
def test_a_dead_link_is_found(target: str) -> None:
    assert faults_in_links("README.md", f"See [there]({target}).") == [target]


# Paths and names.

OUR_FOLDERS = ("schemas", "federation", "node", "tests", "docs", "examples", "bench", "tools", ".ci")
_PATH = re.compile(rf"(?:{'|'.join(map(re.escape, OUR_FOLDERS))})/[\w.*/-]*(?:::\w+)?")
_DOTTED = re.compile(r"(?:schemas|federation|node)(?:\.\w+)+")


def names_in(file: Path) -> set[str]:
    """Everything that a module defines at its top, and the methods of its classes as ``Class.method``."""
    found = set()
    for part in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(part, ast.FunctionDef | ast.ClassDef):
            found.add(part.name)
        if isinstance(part, ast.ClassDef):
            found |= {f"{part.name}.{inner.name}" for inner in part.body if isinstance(inner, ast.FunctionDef)}
        if isinstance(part, ast.Assign | ast.AnnAssign):
            targets = part.targets if isinstance(part, ast.Assign) else [part.target]
            found |= {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    return found


def path_exists(path: str) -> bool:
    path, _, inner = path.partition("::")
    if "*" in path:
        return any(PROJECT.glob(path))
    file = PROJECT / path
    return file.exists() and (not inner or inner in names_in(file))


def dotted_exists(dotted: str) -> bool:
    """Whether a package, a module or a name in a module is called so."""
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        base, inner = PROJECT.joinpath(*parts[:end]), ".".join(parts[end:])
        if base.with_suffix(".py").is_file():
            return not inner or inner in names_in(base.with_suffix(".py"))
        if base.is_dir():
            return not inner or inner in names_in(base / "__init__.py")
    return False


def faults_in_names(text: str) -> list[str]:
    found = []
    for span in spans(text):
        if _NOT_A_PATH.search(span):
            continue
        if _PATH.fullmatch(span):
            found += [] if path_exists(span) else [span]
        elif _DOTTED.fullmatch(span):
            found += [] if dotted_exists(span) else [span]
    return found


@each_page_by_hand
def test_every_path_and_name_exists(name: str) -> None:
    assert faults_in_names(text_of(name)) == []


@pytest.mark.parametrize(
    "span",
    [
        pytest.param("federation/settled.py", id="no such file"),
        pytest.param("docs/nothing*.md", id="nothing like it"),
        pytest.param("tests/test_docs_prose.py::test_nothing", id="no such test"),
        pytest.param("node.services.nothing", id="no such module"),
        pytest.param("federation.settle.unsettle", id="no such function"),
        pytest.param("federation.merge.Nodes.miscounts", id="no such method"),
    ],
)
def test_a_wrong_name_is_found(span: str) -> None:
    assert faults_in_names(f"Look at `{span}`.") == [span]


# Settings.


def faults_in_settings(text: str) -> list[str]:
    """Names that the text uses as settings and that are none: by variable, in TOML, or after the word *setting*."""
    variables = {name.lower() for name in _SETTING_VARIABLE.findall(text) if name not in _OTHER_VARIABLES}
    toml = {line.partition("=")[0].strip() for language, line in fenced(text) if language == "toml" and "=" in line}
    said = {span for spoken in _SETTING_SPANS.findall(text) for span in _SPAN.findall(spoken)}
    spoken = {span.partition(" ")[0] for span in said if re.fullmatch(r"[a-z_]+(?: = .*)?", span)}
    return sorted((variables | toml | spoken) - SETTING_NAMES)


@each_page_by_hand
def test_every_setting_exists(name: str) -> None:
    assert faults_in_settings(text_of(name)) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("`SHAREFEED_COLOR=red sharefeed serve`", id="a variable"),
        pytest.param('```toml\ncolor = "red"\n```\n', id="a line of TOML"),
        pytest.param("The settings `node_url`, `port` and `color` say so.", id="a word"),
    ],
)
def test_a_wrong_setting_is_found(text: str) -> None:
    assert faults_in_settings(text) == ["color"]


# The feed that people are shown to copy.


def test_the_feed_to_copy_is_read_without_a_fault() -> None:
    (body,) = [block[3] for block in _FENCE.finditer(text_of("docs/joining.md")) if block[2] == "json"]
    page = read_page(body.encode(), None, Context("https://hall.example.org/", WRITTEN))
    assert page.outside == ()
    assert [(item.id, item.problems) for item in page.items] == [(ITS_LISTING, ())]
    assert page.head is not None
    assert (page.head.node, page.head.complete) == ("https://hall.example.org/", True)


# What must be found where people look for it.


def test_the_index_leads_to_every_page() -> None:
    linked = {target.partition("#")[0] for target in _LINK.findall(text_of("docs/README.md"))}
    pages = {name.removeprefix("docs/") for name in NAMES if name.startswith("docs/")}
    assert pages - linked == {"README.md"}


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [path.name[:5] for path in ADRS] == [f"{number:04}-" for number in range(1, len(ADRS) + 1)]


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in ADRS])
def test_a_decision_says_why_and_what_else_there_was(path: Path) -> None:
    heads = _HEADING.findall(path.read_text(encoding="utf-8"))
    assert re.match(r"\d+\. ", heads[0])
    assert heads[0].startswith(f"{int(path.name[:4])}. ")
    assert heads[1:] == ["Context", "Decision", "Consequences", "Rejected"]


def test_the_changelog_begins_with_what_is_not_released_yet() -> None:
    assert _HEADING.findall(text_of("CHANGELOG.md"))[:2] == ["Changelog", "Unreleased"]
