"""Set-up, sign-in and sign-out."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ripeline.auth.addresses import addresses_behind
from ripeline.auth.delays import begin_try, forgive, keys_of, wait_seconds
from ripeline.auth.first_rules import fit_first_rules
from ripeline.auth.forms import page, safe_next, small_form, to
from ripeline.auth.guard import public
from ripeline.auth.house import House, house_of
from ripeline.auth.known_browsers import know_browser, known_browser
from ripeline.auth.let_in import ROUTES as LET_IN_ROUTES
from ripeline.auth.logins import now_ms, read_user, sign_in, sign_out
from ripeline.auth.passwords import MAXIMUM_LENGTH, check_room, hash_password_aside, is_password_aside
from ripeline.auth.people import add_person, check_password, normal_email
from ripeline.auth.setup import forget_setup_key, is_demo_key, is_setup_key
from ripeline.errors import InvalidSetting
from ripeline.store.audit import add_audit, count_failed_signin
from ripeline.store.authors import Said
from ripeline.store.database import Connection
from ripeline.store.people import User, user_by_email
from ripeline.templating import locale_of

#: The e-mail of the owner that `ripeline demo` makes.
DEMO_EMAIL: Final = "demo@example.com"


@public
async def show_setup(request: Request) -> Response:
    if not await run_in_threadpool(_is_open_for_setup, request):
        # The button Back leads here, just after the set-up: whoever is in goes on.
        return to("/") if await run_in_threadpool(read_user, request) else _opens_nothing(request, "set-up")
    return page(request, "setup.html", 200, email="", problem="", token=request.path_params["key"])


@public
async def set_up(request: Request) -> Response:
    """Make the owner and sign them in."""
    if not await run_in_threadpool(_is_open_for_setup, request):
        # Before the password is hashed: strangers must not make us work.
        return _opens_nothing(request, "set-up")
    form = await small_form(request)
    email, password = str(form.get("email", "")), str(form.get("password", ""))
    key = request.path_params["key"]
    try:
        normal_email(email)
        check_password(password)
    except InvalidSetting as error:
        return page(request, "setup.html", 422, email=email, problem=error.name.lower(), token=key)
    password_hash = await hash_password_aside(password)

    def make_owner(conn: Connection) -> int | None:
        if not is_setup_key(conn, key):
            return None
        forget_setup_key(conn)
        now = now_ms()
        add_audit(conn, Said(normal_email(email), now), "person_joined", "owner")
        return add_person(conn, email, "owner", password_hash, now)

    owner = await house_of(request).write(make_owner)
    if owner is None:
        return _opens_nothing(request, "set-up")
    zone = str(form.get("zone", ""))[:100]
    house = house_of(request)
    if await run_in_threadpool(fit_first_rules, house.settings.rules_file, locale_of(request), zone):
        await house.take_rules()
    answer = to("/install")
    await sign_in(request, owner, answer)
    know_browser(request, normal_email(email), answer)
    return answer


@public
async def show_sign_in(request: Request) -> Response:
    after = safe_next(request.query_params.get("next", "/"))
    if await run_in_threadpool(read_user, request):
        return to(after)
    return page(request, "signin.html", 200, email="", problem="", next=after)


@public
async def do_sign_in(request: Request) -> Response:
    """Same answer and time for an unknown account, a disabled one and a wrong password."""
    form = await small_form(request)
    email = str(form.get("email", "")).strip().lower()[:254]
    password, after = str(form.get("password", ""))[: MAXIMUM_LENGTH + 1], safe_next(str(form.get("next", "/")))
    house, keys = house_of(request), keys_of(email, _address(request), known_browser(request, email))
    check_room()
    wait, user = await run_in_threadpool(_wait_and_user, house, keys, email)
    # Only who need not wait costs a transaction; that one says it for sure, whoever else tries at this moment.
    if wait := wait or await house.write(partial(begin_try, keys=keys, now=now_ms())):
        refused = page(request, "signin.html", 429, email=email, problem="wait", wait=wait, next=after)
        refused.headers["Retry-After"] = str(wait)
        return refused
    right = await is_password_aside(password, user.password_hash if user else None)
    if user is None or not right or user.disabled_at is not None:
        await house.write(partial(count_failed_signin, day=_today()))
        return page(request, "signin.html", 401, email=email, problem="wrong", next=after)
    await house.write(partial(forgive, keys=keys))
    answer = to(after)
    await sign_in(request, user.id, answer)
    know_browser(request, user.email, answer)
    return answer


@public
async def do_sign_out(request: Request) -> Response:
    answer = to("/signin")
    await sign_out(request, answer)
    return answer


@public
async def enter_demo(request: Request) -> Response:
    """One click from the demo's terminal line."""
    house = house_of(request)
    if not is_demo_key(house, request.path_params["key"]):
        return _opens_nothing(request, "demo")

    def find(house: House) -> User | None:
        with house.database.read() as conn:
            return user_by_email(conn, DEMO_EMAIL)

    user = await run_in_threadpool(find, house)
    if user is None:
        return PlainTextResponse("This demo has no owner; start it again with --reset.", 404)
    answer = to("/ready")
    await sign_in(request, user.id, answer)
    return answer


def _opens_nothing(request: Request, why: str) -> Response:
    return page(request, "nowhere.html", 404, why=why)


def _is_open_for_setup(request: Request) -> bool:
    with house_of(request).database.read() as conn:
        return is_setup_key(conn, request.path_params["key"])


def _wait_and_user(house: House, keys: tuple[str, ...], email: str) -> tuple[int, User | None]:
    with house.database.read() as conn:
        return wait_seconds(conn, keys, now_ms()), user_by_email(conn, email)


def _today() -> str:
    return datetime.fromtimestamp(now_ms() / 1000, UTC).date().isoformat()


def _address(request: Request) -> str:
    """Whose tries these are: behind a proxy, strangers must not share their failures with everybody."""
    proxies = house_of(request).settings.trusted_proxies
    return addresses_behind(proxies).of(request.scope, dict(request.headers.raw))


ROUTES: Final = [
    Route("/setup/{key}", show_setup, methods=["GET"]),
    Route("/setup/{key}", set_up, methods=["POST"]),
    Route("/signin", show_sign_in, methods=["GET"]),
    Route("/signin", do_sign_in, methods=["POST"]),
    Route("/signout", do_sign_out, methods=["POST"]),
    Route("/demo/{key}", enter_demo, methods=["GET"]),
    *LET_IN_ROUTES,
]
