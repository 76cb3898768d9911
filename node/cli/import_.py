"""`sharefeed import`: listings from a spreadsheet."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from node.cli.common import counted, home_option, open_node, printable, settings_of
from schemas.vocabulary import ORGANISATION_TYPES

if TYPE_CHECKING:
    from node.services.file_formats.spreadsheet import Sheet
    from node.services.importing.rows import Refusal
    from node.services.importing.sheets import Report

SHOWN = 20
"""Refused rows, notes and remarks that are printed; a file holds all refused rows."""
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER_OR_ZIP = click.Path(exists=True, path_type=Path)
_NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


def _write_template(context: click.Context, _parameter: click.Parameter, path: Path | None) -> None:
    if path is None or context.resilient_parsing:
        return
    from node.services.importing.template import csv_template, xlsx_template

    makers = {".csv": csv_template, ".xlsx": xlsx_template}
    if path.suffix.lower() not in makers:
        raise click.BadParameter("the name must end in .xlsx or .csv")
    write(path, makers[path.suffix.lower()]())
    click.echo(f"The template is in {path}. Replace the examples by your own rows, then: sharefeed import {path}")
    context.exit()


@click.command("import")
@click.argument("file", type=_FILE)
@click.option("--organisation", metavar="NAME", help="Who the rows are from that name no organisation.")
@click.option(
    "--organisation-type", type=click.Choice(ORGANISATION_TYPES), help="Kind of organisation where a row names none."
)
@click.option("--images", type=_FOLDER_OR_ZIP, help="Folder or zip with the pictures that rows name.")
@click.option("--withdraw-missing", is_flag=True, help="Withdraw what an earlier import made and this file lacks.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
@click.option("--errors", type=_NEW_FILE, help="Write the refused rows to this CSV file, to correct and import again.")
@click.option(
    "--template",
    type=_NEW_FILE,
    is_eager=True,
    expose_value=False,
    callback=_write_template,
    help="Write an empty template (.xlsx or .csv) to this file, and do nothing else.",
)
@home_option
@click.pass_context
def import_(context: click.Context, /, file: Path, errors: Path | None, home: Path | None, **options: Any) -> None:
    """Import listings from FILE, a spreadsheet (.xlsx or CSV). Importing it again updates what it made before.

    Good rows are kept, bad rows are reported. Exits with 1 if some rows were refused.
    """
    from node.services.file_formats.reading import read_file
    from node.services.importing.sheets import Options, import_sheet

    node = open_node(settings_of(home))
    sheet = read_file(file)
    hidden = not sys.stderr.isatty()
    with click.progressbar(range(len(sheet.rows)), label="Importing", file=sys.stderr, hidden=hidden) as bar:
        report = import_sheet(node, sheet, Options(**options), lambda done: bar.update(done - bar.pos), file.name)
    _tell(file, sheet, report)
    if report.refusals:
        tell_refused(sheet, report.refusals, errors)
        kept = "What they made in earlier imports stays as it was."
        click.echo(f"The other rows are kept. {kept}" if not report.dry_run else "Nothing was changed.", err=True)
        context.exit(1)


def _tell(file: Path, sheet: Sheet, report: Report) -> None:
    for line in (*report.remarks[:SHOWN], *(f"Note: {note}" for note in report.notes[:SHOWN])):
        click.echo(printable(line))
    if len(report.notes) > SHOWN:
        click.echo(f"… and {counted(len(report.notes) - SHOWN, 'more note', 'more notes')}.")
    counts = [f"{count} {change}" for change, count in report.counts.items() if count]
    counts += [f"{len(report.refusals)} refused"] if report.refusals else []
    opening = "Would import" if report.dry_run else "Imported"
    rows = counted(len(sheet.rows), "row", "rows")
    click.echo(f"{opening} {file.name}, {rows}: {', '.join(counts) or 'nothing to do'}.")


def tell_refused(sheet: Sheet, refusals: tuple[Refusal, ...], errors: Path | None) -> None:
    """Print what is wrong with the refused rows, and write them to ``errors`` if that is named."""
    from node.services.importing.template import refused_rows

    problems = [problem for refusal in refusals for problem in refusal.problems]
    for problem in problems[:SHOWN]:
        click.echo(printable(f"Refused: {problem}"), err=True)
    if len(problems) > SHOWN:
        click.echo(f"… and {len(problems) - SHOWN} more.", err=True)
    if errors is None:
        click.echo("To correct them: --errors FILE writes the refused rows with what is wrong.", err=True)
        return
    write(errors, refused_rows(sheet, refusals), "The refused rows are in no file; the other rows are kept.")
    click.echo(f"The refused rows are in {errors}. Correct them there and import that file.", err=True)


def write(path: Path, data: bytes, kept: str = "Nothing was changed.") -> None:
    """Write a file. Raises `click.ClickException`, which ends in what was ``kept``."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}. {kept}") from error
