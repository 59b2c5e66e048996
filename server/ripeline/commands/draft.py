"""`ripeline draft`: a first rule file made from the site's own pages and forms."""

from __future__ import annotations

from pathlib import Path
from typing import Final, cast

import click

from ripeline.commands.doctor_fetch import Unreachable, fetch
from ripeline.commands.progress import Progress
from ripeline.commands.saying import counted
from ripeline.drafting.grid import grid_of
from ripeline.drafting.site import Site, read_site
from ripeline.drafting.written import Language, written_draft
from ripeline.errors import DataProblem

_SECONDS: Final = 10.0


@click.command()
@click.argument("url")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it there instead of printing it.")
@click.option("--language", type=click.Choice(["en", "fr"]), help="Of its words; the site's own unless said.")
@click.option("--timezone", default="UTC", show_default=True, help="Where its days begin, like Europe/Paris.")
def draft(url: str, out: Path | None, language: str | None, timezone: str) -> None:
    """Propose a rule file for the site at URL, from its sitemap, a few of its pages and their forms.

    Only that site is read, at most forty pages of it, and what its robots.txt keeps from programs is left alone.
    Nothing is put in force: it is a file to read and to change.
    """
    if out is not None and out.exists():
        raise DataProblem(f"{out} is there already; name another file with --out")
    progress = Progress("pages read")
    site = read_site(url, _page, progress)
    progress.done()
    grid = grid_of(site)
    text = written_draft(site, grid, _language(language, site), timezone)
    if out is None:
        click.echo(text, nl=False)
        return
    out.write_text(text, encoding="utf-8")
    made = f"{counted(len(grid.rules), 'rule')} from {counted(len(site.pages), 'page')}"
    click.echo(f"{out}: {made}; try it with: ripeline check {out}")


def _language(asked: str | None, site: Site) -> Language:
    return cast(Language, asked) if asked else "fr" if site.language == "fr" else "en"


def _page(url: str) -> tuple[str, str] | None:
    """What stands at an address; None when nothing does, or nobody answers."""
    try:
        found = fetch(url, _SECONDS)
    except Unreachable:
        return None
    return (found.text, found.url) if found.status == 200 else None
