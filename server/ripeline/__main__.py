"""The command line. Commands are imported when they are called, so that `ripeline --help` answers at once."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Final, NamedTuple, NoReturn

import click

from ripeline.commands.saying import say
from ripeline.errors import RipelineError


class Entry(NamedTuple):
    """A command: its name, where it is, what it does in a few words."""

    name: str
    place: str
    summary: str


#: The ones a beginner needs come first.
COMMANDS: Final = (
    Entry("serve", "ripeline.commands.serve:serve", "Run the server on a data folder."),
    Entry("demo", "ripeline.commands.demo:demo", "Run a made-up shop with ninety days of history."),
    Entry("check", "ripeline.commands.check:check", "Check a rule file and play its scenarios."),
    Entry("user", "ripeline.commands.user:user", "Add people who may sign in."),
    Entry("token", "ripeline.commands.token:token", "Make keys for programs that use the API."),
    Entry("link", "ripeline.commands.link:link", "Make the signed links of an e-mail."),
    Entry("version", "ripeline.commands.version:version", "Print the version."),
    Entry("draft", "ripeline.commands.draft:draft", "Propose a first rule file from your site's own pages."),
    Entry("doctor", "ripeline.commands.doctor:doctor", "Look at this installation, or at a page of your site."),
    Entry("replay", "ripeline.commands.replay:replay", "Score a file of events under a rule file."),
    Entry("explain", "ripeline.commands.explain:explain", "Say why a lead reads as it does, now or at any time."),
    Entry("dump", "ripeline.commands.dump:dump", "Print everything about one person."),
    Entry("erase", "ripeline.commands.erase:erase", "Erase everything about one person."),
    Entry("whatif", "ripeline.commands.whatif:whatif", "Say what another rule file would change."),
    Entry("rescore", "ripeline.commands.rescore:rescore", "Build all scores again from the events, or compare."),
    Entry("backup", "ripeline.commands.backup:backup", "Write everything into one file, beside a running server."),
    Entry("restore", "ripeline.commands.restore:restore", "Put a backup in the place of what there is."),
    Entry("import", "ripeline.commands.import_:import_", "Bring in events, leads, outcomes or a web server's log."),
    Entry("export", "ripeline.commands.export:export", "Write out the events, or the leads."),
)


class Commands(click.Group):
    """The table above as a click group."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return [entry.name for entry in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        entry = next((entry for entry in COMMANDS if entry.name == cmd_name), None)
        if entry is None:
            return None
        module, _, attribute = entry.place.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(entry.name, entry.summary) for entry in COMMANDS])

    def invoke(self, ctx: click.Context) -> object:
        """Exit 1 with one line when the data, a file or the disk is not right; click itself exits 2 on wrong usage."""
        try:
            return super().invoke(ctx)
        except RipelineError as error:
            _give_up(ctx, error, *getattr(error, "others", ()))
        except BrokenPipeError:
            # Whoever read the output has enough; click says so.
            raise
        except OSError as error:
            _give_up(ctx, f"{error.filename}: {error.strerror}" if error.filename else error.strerror)
        except Exception as error:
            # What failed has imported this already.
            from ripeline.store.failures import sentence_of

            if not (said := sentence_of(error)):
                raise
            _give_up(ctx, said)


def _give_up(ctx: click.Context, *said: object) -> NoReturn:
    for line in said:
        say(f"ripeline: {line}", err=True)
    ctx.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """Ripeline: self-hosted lead scoring. Start with `ripeline demo` to look around, `ripeline serve` to work."""


if __name__ == "__main__":
    sys.exit(main(prog_name="ripeline"))
