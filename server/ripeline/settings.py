"""Every setting: name, default, meaning; the only code that reads the environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RateLimit:
    """`per_second` requests an address on average, `burst` at once."""

    per_second: float
    burst: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a server was started with; see docs/settings.md."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 8080
    base_url: str = ""
    rules: Path | None = None
    origins: tuple[str, ...] = ()
    rate_limit: RateLimit | None = RateLimit(30, 100)
    trusted_proxies: tuple[str, ...] = ()
    setup_token: str = ""
    script_path: str = "/t.js"
    endpoint_path: str = "/e"
    old_sqlite: bool = False

    @property
    def database_file(self) -> Path:
        return self.data / "ripeline.db"

    @property
    def rules_file(self) -> Path:
        return self.rules or self.data / "rules.toml"

    @property
    def secret_file(self) -> Path:
        return self.data / "secret"

    @property
    def public_url(self) -> str:
        """Where browsers reach this server, without a trailing slash."""
        return self.base_url.rstrip("/") or f"http://{self.host}:{self.port}"
