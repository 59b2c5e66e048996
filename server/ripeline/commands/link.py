"""`ripeline link`: the signed addresses to put into one e-mail to one recipient."""

from __future__ import annotations

import click

from ripeline.auth.links import LinkSigner, letter_of, written_links
from ripeline.commands.options import link_options
from ripeline.domain.wire_time import LATEST, reported_at
from ripeline.errors import DataProblem, InvalidEvent, InvalidRequest
from ripeline.fold.folder import now_ms
from ripeline.settings import Settings


@click.command()
@click.argument("id")
@click.argument("email")
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--category", default="", help="What kind of e-mail: workflow, newsletter, rss …")
@click.option("--sent-at", help="When it is sent, like 2026-11-21T18:00:00+01:00; now when left out.")
@link_options
def link(settings: Settings, id: str, email: str, targets: tuple[str, ...], category: str, sent_at: str | None) -> None:
    """Print the links of the e-mail ID to the recipient EMAIL, one a line: what it is, the address.

    A `click` leads to its TARGET, in their order; `open` is the picture that says that it was opened; `unsubscribe` is
    for the List-Unsubscribe header and the text; `honeypot` for a link no person sees.
    """
    try:
        letter = letter_of(id, email, category, _moment(sent_at))
        written = written_links(LinkSigner(_secret(settings)), settings.public_url, letter, targets)
    except InvalidRequest as problem:
        raise click.UsageError(str(problem)) from problem
    for each in written["links"]:
        click.echo(f"click\t{each['url']}")
    for what in ("open", "unsubscribe", "honeypot"):
        if written[what]:
            click.echo(f"{what}\t{written[what]}")


def _moment(sent_at: str | None) -> int:
    try:
        return now_ms() if sent_at is None else reported_at(sent_at, LATEST)
    except InvalidEvent as problem:
        raise InvalidRequest("--sent-at", "must be a time with its zone, like 2026-11-21T18:00:00+01:00") from problem


def _secret(settings: Settings) -> bytes:
    try:
        return settings.secret_file.read_bytes()
    except FileNotFoundError as error:
        raise DataProblem(f"no secret in {settings.data}; start `ripeline serve` once, or say --data") from error
