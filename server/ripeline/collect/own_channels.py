"""The table of channels of a server: the shipped one, and the `channels.toml` of its data folder."""

from __future__ import annotations

import tomllib
from pathlib import Path

from ripeline.domain.channels import Channels, InvalidChannels, shipped_channels
from ripeline.errors import DataProblem


def own_channels(file: Path) -> Channels:
    """What our lists say and what this file, if it is there, adds; raises `DataProblem` when it cannot be used."""
    try:
        return shipped_channels().with_table(tomllib.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return shipped_channels()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, InvalidChannels) as error:
        raise DataProblem(f"the table of channels {file} cannot be used: {error}") from error
