"""A mail server on loopback that takes e-mails, and refuses, hangs or breaks off as it is told."""

from __future__ import annotations

import socketserver
import ssl
import threading
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self

#: Instead of an answer: say nothing at all, or close the connection.
HANG, DROP = b"hang", b"drop"


@dataclass(slots=True)
class MailHost:
    """`with MailHost() as host:` listens. `moods`: what is answered to a command instead of yes, by its first word.

    `tls` makes it offer STARTTLS (or with `is_tls_first` speak TLS from the first byte); `users` may sign in.
    """

    moods: dict[str, bytes] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    is_tls_first: bool = False
    users: Mapping[str, str] = field(default_factory=dict)
    got: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    #: Every command, and whether it came encrypted.
    said: list[tuple[str, bool]] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)
    _server: Any = None

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(each, policy=policy.default) for each in self.got]

    def __enter__(self) -> Self:
        host = self

        class Talk(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                talk = _Talk(host, self.request)
                with suppress(OSError, EOFError):
                    talk.go_on()
                talk.close()

        socketserver.ThreadingTCPServer.allow_reuse_address = True
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk, bind_and_activate=True)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.closed.set()
        self._server.shutdown()
        self._server.server_close()


class _Talk:
    """One connection."""

    def __init__(self, host: MailHost, socket: Any) -> None:
        self.host, self.socket, self.is_safe = host, socket, False
        self.lines = socket.makefile("rb")

    def wrap(self) -> None:
        assert self.host.tls is not None
        self.lines.close()
        self.socket = self.host.tls.wrap_socket(self.socket, server_side=True)
        self.lines, self.is_safe = self.socket.makefile("rb"), True

    def close(self) -> None:
        self.lines.close()
        self.socket.close()

    def go_on(self) -> None:
        if self.host.is_tls_first:
            self.wrap()
        self.answer("HELLO", b"220 mail.example.com ready")
        while line := self.lines.readline().decode().rstrip("\r\n"):
            self.host.said.append((line, self.is_safe))
            word = line.split()[0].upper()
            if word == "QUIT":
                self.answer(word, b"221 bye")
                return
            self.do(word, line)

    def do(self, word: str, line: str) -> None:
        if word in ("EHLO", "HELO"):
            names = [b"mail.example.com", b"SIZE 9000000"]
            names += [b"STARTTLS"] if self.host.tls and not self.is_safe else []
            names += [b"AUTH PLAIN"] if self.host.users else []
            self.answer(word, b"\r\n".join([b"250-" + name for name in names[:-1]] + [b"250 " + names[-1]]))
        elif word == "STARTTLS" and self.host.tls:
            self.answer(word, b"220 go ahead")
            self.wrap()
        elif word == "AUTH":
            self.answer(word, b"235 welcome" if line in self.known() else b"535 5.7.8 wrong user or password")
        elif word == "DATA":
            if self.answer(word, b"354 go on"):
                self.take()
        else:
            if self.answer(word, b"250 OK") and word == "RCPT":
                self.host.recipients.append(line.partition("<")[2].partition(">")[0])

    def known(self) -> set[str]:
        plain = (f"\0{user}\0{password}".encode() for user, password in self.host.users.items())
        return {f"AUTH PLAIN {b64encode(each).decode()}" for each in plain}

    def take(self) -> None:
        lines = []
        while (line := self.lines.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        if self.answer("TAKE", b"250 2.0.0 taken"):
            self.host.got.append(b"".join(lines))

    def answer(self, word: str, usual: bytes) -> bool:
        """Whether it was the usual answer."""
        mood = self.host.moods.get(word, usual)
        if mood == HANG:
            self.host.closed.wait(60)
        if mood in (HANG, DROP):
            raise EOFError
        self.socket.sendall(mood + b"\r\n")
        return mood == usual
