"""Processes beside this one: what ends them, and what does not."""

from __future__ import annotations

import os
import signal
from multiprocessing.connection import Connection

from ripeline.mates import Mates


def add_up(first: int, link: Connection) -> None:
    link.send(os.getpid())
    while True:
        link.send(first + link.recv())


def test_a_ctrl_c_is_not_for_them_and_the_end_of_the_block_is() -> None:
    with Mates(2, add_up, 40) as mates:
        pids = [link.recv() for link in mates.links]
        assert pids == [process.pid for process in mates.processes]
        for number, (link, pid) in enumerate(zip(mates.links, pids, strict=True), start=1):
            os.kill(pid, signal.SIGINT)
            link.send(number)
        assert [link.recv() for link in mates.links] == [41, 42]
    assert not any(process.is_alive() for process in mates.processes)
