"""What the alerts page says of a mistake and of a try that failed, in the reader's words."""

from __future__ import annotations

import re
from gettext import NullTranslations
from typing import Final

from ripeline.errors import InvalidRequest
from ripeline.pages.said import Done
from ripeline.pages.settings_deeds import problem

_STATUS: Final = re.compile(r"it answered (\d+)(?:: (.*))?", re.DOTALL)
#: What resolvers say (EAI_NONAME, EAI_AGAIN, EAI_NODATA), and `outbox.places`.
_NAMELESS: Final = re.compile(r"\[Errno -[235]\]|has no address$")
_CLOSED: Final = re.compile(r"\[Errno (?:111|113|61|65)\]|All connection attempts failed|Connection refused")
_CERTIFICATE: Final = re.compile(r"CERTIFICATE_VERIFY_FAILED\] certificate verify failed: ([^(]*[^( ])")
_PATIENCE: Final = re.compile(r"no whole answer within (\S+) s")


def mistake(error: Exception, words: NullTranslations) -> Done:
    """Why nothing was changed."""
    return Done(_mistake(error, words), is_bad=True)


def failure(said: str, words: NullTranslations) -> str:
    """What a sender said of a try that failed; the answer of the other side stays as it came."""
    if found := _STATUS.fullmatch(said):
        status = words.gettext("it answered %(status)s") % {"status": found[1]}
        return words.gettext("%(status)s: %(answer)s") % {"status": status, "answer": found[2]} if found[2] else status
    if found := _PATIENCE.fullmatch(said):
        return words.gettext("no whole answer within %(seconds)s seconds") % {"seconds": found[1]}
    if "leads into a private network" in said:
        return words.gettext("the address leads into a private network")
    if said.startswith("it leads to another address"):
        return words.gettext("it leads to another address, which is not followed: give that one")
    return _of_network(said, words) or _of_mail(said, words)


def _of_network(said: str, words: NullTranslations) -> str:
    """What the system says of a way that leads nowhere; "" for anything else."""
    if _NAMELESS.search(said):
        why = words.gettext("no address is known for that name: is it typed right?")
    elif _CLOSED.search(said):
        why = words.gettext("nobody answers there")
    elif found := _CERTIFICATE.search(said):
        why = words.gettext("its certificate is not accepted: %(why)s") % {"why": found[1]}
    else:
        return ""
    if not said.startswith("the mail server"):
        return why
    begins = _of_mail(said[: said.index(": ")], words)
    return words.gettext("%(status)s: %(answer)s") % {"status": begins, "answer": why}


def _of_mail(said: str, words: NullTranslations) -> str:
    """What a mail server answered stays as it came."""
    known = {
        "no mail server is set": words.gettext("no mail server is set"),
        "the mail server refuses this e-mail": words.gettext("the mail server refuses this e-mail"),
        "the mail server refuses us": words.gettext("the mail server refuses us"),
        "the mail server cannot do what is needed": words.gettext("the mail server cannot do what is needed"),
        "the mail server cannot be reached": words.gettext("the mail server cannot be reached"),
    }
    if said.startswith("the mail server is too slow"):
        return words.gettext("the mail server is too slow")
    begins = next((each for each in known if said.startswith(each)), "")
    tail = said.removeprefix(begins)
    return known.get(begins, "") + tail.replace(": see RIPELINE_SMTP", words.gettext(": see RIPELINE_SMTP"))


def _mistake(error: Exception, words: NullTranslations) -> str:
    if not isinstance(error, InvalidRequest):
        return problem(error, words)
    if error.field == "topics":
        return words.gettext("Nothing changed: choose at least one thing to be told.")
    if error.field == "email":
        return words.gettext("This is not an e-mail address; it should look like ada@example.com.")
    if error.field != "address":
        return problem(error, words)
    known = {
        "leads into a private network": words.gettext(
            "This address leads into a private network, where nothing is sent."
        ),
        "must begin with https://": words.gettext("This address must begin with https://."),
        "must not hold a name and a password": words.gettext("This address must not hold a name and a password."),
    }
    return known.get(error.problem, words.gettext("This is not an address to send to, like https://example.com/hook."))
