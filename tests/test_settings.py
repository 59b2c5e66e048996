"""Settings: where they come from, what they may be, and that each is documented."""

from __future__ import annotations

from errno import EACCES, EADDRINUSE, EADDRNOTAVAIL
from pathlib import Path
from socket import gaierror

import pytest

from ripeline.commands.serve import why_not_there
from ripeline.errors import InvalidSetting
from ripeline.mail_server import MailServer
from ripeline.settings import SETTINGS, RateLimit, Settings, machine_language, read_settings

DOCS = Path(__file__).parent.parent / "docs" / "settings.md"


def read(**variables: str) -> Settings:
    return read_settings({}, {f"RIPELINE_{name}": value for name, value in variables.items()})


def test_nothing_given_is_the_defaults() -> None:
    assert read() == Settings(data=Path("ripeline-data"))


def test_a_flag_comes_before_the_environment() -> None:
    assert read_settings({"port": "1"}, {"RIPELINE_PORT": "2"}).port == 1
    assert read_settings({"port": None}, {"RIPELINE_PORT": "2"}).port == 2


def test_a_file_can_hold_a_value(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("setup-key-1\n")
    assert read(SETUP_TOKEN_FILE=str(secret)).setup_token == "setup-key-1"


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C.UTF-8"}, "C"),
        ({"LANGUAGE": "fr", "LANG": "C"}, "fr"),
        ({"LANGUAGE": "en_GB:fr", "LANG": "fr_FR@euro"}, "en"),
        ({"LANGUAGE": "", "LC_MESSAGES": "fr"}, "fr"),
        ({}, ""),
    ],
)
def test_the_machine_says_what_it_speaks_as_gettext_reads_it(environment: dict[str, str], language: str) -> None:
    assert machine_language(environment) == language


def test_an_empty_variable_is_not_set() -> None:
    assert read(PORT="", RATE_LIMIT="") == read()


def test_a_variable_and_its_file_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="RIPELINE_PORT is set too"):
        read(PORT="1", PORT_FILE=str(tmp_path / "port"))


@pytest.mark.parametrize("variable", ["DATA", "MAILGUN_KEY", "SMTP_FILE", "PORT"])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_quotes_that_came_with_a_value_are_named_without_it(variable: str, quote: str) -> None:
    with pytest.raises(InvalidSetting, match="leave them out") as caught:
        read(**{variable: f"{quote}s3cret{quote}"})
    assert str(caught.value).startswith(f"RIPELINE_{variable}=")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("mistyped", "meant"),
    [("BASEURL", "BASE_URL"), ("TRUSTED_PROXY", "TRUSTED_PROXIES"), ("SMTP_URL", "SMTP"), ("RULE_FILE", "RULES")],
)
def test_a_mistyped_name_is_said_with_what_was_perhaps_meant(mistyped: str, meant: str) -> None:
    (said,) = read(**{mistyped: "x"}).warnings
    assert said == f"RIPELINE_{mistyped} is no setting and changes nothing: did you mean RIPELINE_{meant}?"


def test_what_others_put_into_the_environment_is_no_slip(tmp_path: Path) -> None:
    port = tmp_path / "port"
    port.write_text("1")
    others = {"SERVICE_HOST": "10.0.0.1", "PORT_8080_TCP": "x", "PASSWORD": "x", "DOMAIN": "x", "PORT_FILE": str(port)}
    assert read(**others).warnings == ()


def test_an_address_without_https_is_warned_of_where_it_is_not_this_machine() -> None:
    (said,) = read(BASE_URL="http://leads.example.com").warnings
    assert said.startswith("RIPELINE_BASE_URL=http://leads.example.com is not https: ")
    for url in ("https://leads.example.com", "http://127.0.0.1:8080", "http://shop.localhost:81", "http://[::1]:8080"):
        assert read(BASE_URL=url).warnings == ()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match=r"RIPELINE_PORT_FILE=.*nowhere"):
        read(PORT_FILE=str(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("30/s burst 100", RateLimit(30, 100)),
        ("5/s", RateLimit(5, 5)),
        ("60/min", RateLimit(1, 60)),
        ("7200/h burst 9", RateLimit(2, 9)),
        ("0.5/s", RateLimit(0.5, 1)),
        ("off", None),
    ],
)
def test_a_rate_reads_as_people_write_it(text: str, limit: RateLimit | None) -> None:
    assert read(RATE_LIMIT=text).rate_limit == limit


def test_lists_are_comma_separated() -> None:
    settings = read(ORIGINS="https://Shop.example/, http://127.0.0.1:8081", TRUSTED_PROXIES="10.0.0.0/8, 192.0.2.7")
    assert settings.origins == ("https://shop.example", "http://127.0.0.1:8081")
    assert settings.trusted_proxies == ("10.0.0.0/8", "192.0.2.7/32")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "80a"),
        ("PORT", "-1"),
        ("PORT", "65536"),
        ("PORT", "²"),
        ("HOST", "a b"),
        ("HOST", "localhost:80"),
        ("BASE_URL", "https://leads.example.com:99999"),
        ("ORIGINS", "https://a.example https://b.example"),
        ("BASE_URL", "leads.example.com"),
        ("BASE_URL", "https://leads.example.com/sub?a=b"),
        ("BASE_URL", "https://leads.example.com/a b"),
        ("BASE_URL", "https://leads.example.com//other"),
        ("BASE_URL", "https://leads.example.com/settings"),
        ("ORIGINS", "shop.example"),
        ("ORIGINS", "https://shop.example/path"),
        ("ORIGINS", "https://shop.example:x"),
        ("RATE_LIMIT", "fast"),
        ("RATE_LIMIT", "0/s"),
        ("RATE_LIMIT", "1/s burst 0"),
        ("TRUSTED_PROXIES", "proxy"),
        ("SETUP_TOKEN", "short"),
        ("SETUP_TOKEN", "with/slash"),
        ("SMTP", "mail.example.com"),
        ("SMTP", "http://mail.example.com"),
        ("SMTP", "smtp://"),
        ("SMTP", "smtp://mail.example.com:x"),
        ("SMTP", "smtp://[mail.example.com"),
        ("SMTP", "smtp://mail.example.com/inbox"),
        ("SMTP", "smtp://mail.example.com?starttls=maybe"),
        ("SMTP", "smtps://mail.example.com?starttls=no"),
        ("MAIL_FROM", "alerts"),
        ("MAIL_FROM", "alerts@example.com\nBcc: eve@example.com"),
        ("SCRIPT_PATH", "t.js"),
        ("SCRIPT_PATH", "/api/t.js"),
        ("SCRIPT_PATH", "/{key}"),
        ("ENDPOINT_PATH", "/"),
        ("OLD_SQLITE", "maybe"),
    ],
)
def test_a_bad_value_is_named(variable: str, value: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        read(**{variable: value})
    assert f"RIPELINE_{variable}={value!r}" in str(caught.value)


def test_the_script_and_the_endpoint_at_one_path_are_both_named() -> None:
    for given in ({"SCRIPT_PATH": "/e"}, {"ENDPOINT_PATH": "/t.js"}):
        with pytest.raises(InvalidSetting, match="RIPELINE_SCRIPT_PATH and RIPELINE_ENDPOINT_PATH="):
            read(**given)


def test_a_name_with_accents_is_what_browsers_send() -> None:
    assert read(ORIGINS="https://www.société.example").origins == ("https://www.xn--socit-esab.example",)
    assert read(BASE_URL="https://réussir.example/leads-tool").base_url == "https://xn--russir-bva.example/leads-tool"


@pytest.mark.parametrize("network", ["0.0.0.0/0", "::/0"])
def test_whoever_takes_everybody_for_a_proxy_is_warned(network: str) -> None:
    (said,) = read(TRUSTED_PROXIES=f"127.0.0.1,{network}").warnings
    assert said.startswith(f"RIPELINE_TRUSTED_PROXIES={network} takes everybody for a proxy")
    assert read(TRUSTED_PROXIES="172.16.0.0/12").warnings == ()


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (OSError(EADDRINUSE, ""), "Address already in use; stop the program that does"),
        (OSError(EACCES, ""), "Permission denied; ports below 1024"),
        (OSError(EADDRNOTAVAIL, ""), "an address of this machine is needed"),
        (gaierror(-2, "Name or service not known"), "Name or service not known; an address of this machine is needed"),
    ],
)
def test_an_address_nobody_can_listen_on_is_said_with_what_would_be_right(error: OSError, advice: str) -> None:
    assert advice in why_not_there(error)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.com", MailServer("mail.example.com", 587, "starttls")),
        ("smtps://mail.example.com/", MailServer("mail.example.com", 465, "tls")),
        ("smtp://localhost:2525?starttls=no", MailServer("localhost", 2525, "none")),
        ("smtp://[::1]?starttls=no", MailServer("::1", 25, "none")),
        (
            "smtp://alerts%40example.com:p%40ss%3A%2F@mail.example.com",
            MailServer("mail.example.com", 587, "starttls", "alerts@example.com", "p@ss:/"),
        ),
    ],
)
def test_a_mail_server_reads_off_its_url(url: str, server: MailServer) -> None:
    assert read(SMTP=url, MAIL_FROM="alerts@example.com").smtp == server


@pytest.mark.parametrize(
    "url",
    [
        "smtp://bob:hunter2@mail.example.com:x",
        "smtp://bob:hunt@er2@mail.example.com?starttls=no",
        "smtp://:hunter2@mail",
    ],
)
def test_a_mistake_in_the_mail_server_does_not_print_the_password(url: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        read(SMTP=url, MAIL_FROM="alerts@example.com")
    assert "er2" not in str(caught.value)
    assert "RIPELINE_SMTP='smtp://…@mail" in str(caught.value)
    assert "hunter2" not in repr(read(SMTP="smtp://bob:hunter2@mail.example.com", MAIL_FROM="a@example.com"))


def test_alerts_come_from_somebody() -> None:
    server = "smtp://%s:x@mail.example.com"
    assert (
        read(SMTP=server % "bob", MAIL_FROM="Ripe pears <Bob@example.com>").mail_from == "Ripe pears <bob@example.com>"
    )
    assert read(SMTP=server % "bob", MAIL_FROM="bob@example.com").mail_from == "Ripeline <bob@example.com>"
    assert read(SMTP=server % "bob%40example.com").mail_from == "Ripeline <bob@example.com>"
    with pytest.raises(InvalidSetting, match="RIPELINE_MAIL_FROM='': is needed with RIPELINE_SMTP"):
        read(SMTP=server % "bob")


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        (Settings(data=Path("d")), "http://127.0.0.1:8080"),
        (Settings(data=Path("d"), host="0.0.0.0", port=9000), "http://127.0.0.1:9000"),
        (Settings(data=Path("d"), host="::1"), "http://[::1]:8080"),
        (Settings(data=Path("d"), base_url="https://leads.example.com/"), "https://leads.example.com"),
    ],
)
def test_the_public_url_is_one_to_go_to(settings: Settings, url: str) -> None:
    assert settings.public_url == url


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.field)
def test_each_setting_has_its_heading_and_says_its_flag_and_default(setting: object) -> None:
    found = next(one for one in SETTINGS if one is setting)
    _, _, section = DOCS.read_text(encoding="utf-8").partition(f"\n## {found.variable}\n")
    section = section.partition("\n## ")[0]
    assert f"`{found.flag}" in section
    assert found.default in section


def test_nothing_is_documented_that_is_not_there() -> None:
    headings = [line[3:] for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("## ")]
    assert headings == [setting.variable for setting in SETTINGS]
