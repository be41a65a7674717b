"""Where things are and which secrets are at hand: the environment, read once and validated.

Belongs here: every environment variable the system reads. Does not: what a district declares (``infra.districts.folder``).
"""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel, SecretStr, model_validator

from infra import addresses, keys
from infra.errors import SifangError
from transforms.reports.keys import derived

SHIPPED_DISTRICTS = Path(__file__).parent / "districts"
PREFIX = "SIFANG_"


class Settings(BaseModel):
    """Settings from the environment, each with the prefix ``SIFANG_``. Make a new one per command; nothing is cached."""

    home: Path = Path("var")
    """Landing, lake, warehouse, briefs, docs and Prefect's own files."""

    districts: str = "."
    """Folders that hold district folders, separated as in PATH (a name that holds the separator stands alone); the shipped come last."""

    district: str | None = None
    """The district code when a command is given none."""

    warehouse_url: str | None = None
    """SQLAlchemy URL of the warehouse; SQLite in the home folder by default."""

    warehouse_wait: float = 120.0
    """Seconds for which a database is waited for that starts, restarts or fails over."""

    lake_url: str | None = None
    """Where the lake lies; the home folder by default."""

    key: SecretStr | None = None
    """The secret under which report keys are hashed, as `sifang key new` makes it. Never defaulted, never stored; its fingerprint is."""

    key_next: SecretStr | None = None
    """The key that comes in the stead of the other; only `sifang key rotate` reads it."""

    webhook_url: SecretStr | None = None
    """Where messages about alerts are posted, signed; the address may itself be a secret."""

    webhook_secret: SecretStr | None = None
    """What the webhook's signatures are made with: whsec_ and at least 24 random bytes in base64, as the receiver has it."""

    chat: SecretStr | None = None
    """Where short messages go by chat and mail: addresses as Apprise has them, blanks between; before one, `RECEIVER=` says whose it is
    (`district=`, `subdistrict:CODE=`, `department:CODE=`, or a receiver of the routing table), else it takes everything."""

    secret_heartbeat: SecretStr | None = None
    """An address that is asked once after each published night, and by whose silence somebody hears that there was none."""

    site_url: str | None = None
    """Where people open what Sifang shows; messages link to an alert below it."""

    traceback: str | None = None
    """Set to anything, the command shows where in the program an error arose that nobody foresaw; its words may quote rows."""

    @model_validator(mode="before")
    @classmethod
    def _from_environment(cls, given: dict[str, object]) -> dict[str, object]:
        # Pydantic has a package for this, which takes a fifth of a second to import: every command would pay for what it has beside.
        found: dict[str, object] = {name: os.environ.get(f"{PREFIX}{name.upper()}") for name in cls.model_fields}
        if found["warehouse_wait"] is not None:
            found["warehouse_wait"] = _seconds("warehouse_wait", found["warehouse_wait"])
        return {name: value for name, value in found.items() if value is not None} | given

    @property
    def warehouse(self) -> str | Path:
        """URL of the warehouse, or the file that it is in."""
        return self.warehouse_url or self.home.resolve() / "warehouse.db"

    @property
    def district_roots(self) -> list[Path]:
        """Folders searched for districts, in order."""
        return [*addresses.folders(self.districts), SHIPPED_DISTRICTS]

    def lake(self, district: str) -> str:
        """Folder or URL of one district's lake."""
        return f"{self.lake_url.rstrip('/')}/{district}" if self.lake_url else str(self.home.resolve() / "lake" / district)

    def lake_memory(self, district: str) -> Path:
        """The file that remembers which files of one district's lake were found whole."""
        return self.home.resolve() / "landing" / district / "lake_whole.json"

    def landing(self, district: str) -> Path:
        """Folder of one district's landed batches."""
        return self.home.resolve() / "landing" / district

    def outbox(self, district: str) -> Path:
        """Folder into which one district's messages are delivered."""
        return self.home.resolve() / "outbox" / district

    @property
    def restoring(self) -> Path:
        """The note that a restore into the home is going on, or was cut short."""
        return self.home.resolve() / "restoring.json"

    @property
    def briefs(self) -> Path:
        """Folder of the briefs."""
        return self.home.resolve() / "briefs"

    @property
    def site(self) -> Path:
        """Folder of the sites."""
        return self.home.resolve() / "site"

    @property
    def docs(self) -> Path:
        """Folder of the Data Docs."""
        return self.home.resolve() / "docs"

    @property
    def backups(self) -> Path:
        """The list of the backups that were made of the home, or restored into it."""
        return self.home.resolve() / "backups.json"

    @property
    def simulated(self) -> Path:
        """The note that the home was made by the demo, and holds invented reports alone."""
        return self.home.resolve() / "simulated.json"

    @property
    def has_demo_key(self) -> bool:
        """Whether the key is the demo's own, which is no secret."""
        return self.key is not None and self.key.get_secret_value() == keys.DEMO_KEY

    def hash_key(self) -> bytes:
        """The key's bytes.

        Raises:
            SifangError: ``SIFANG_KEY`` is not set, is none that `sifang key new` made, or is the demo's outside the demo's home.
        """
        if not self.has_demo_key:
            return keys.read(self.key.get_secret_value() if self.key else None, f"{PREFIX}KEY")
        if not self.simulated.is_file():
            raise self._not_the_demos()
        return keys.of_the_demo()

    def _not_the_demos(self) -> SifangError:
        """What to say of a home that bears no note of the demo; one of an older version bore none, and had its inbox."""
        home = self.home.resolve()
        if (home / "inbox").is_dir() and ((home / "lake").is_dir() or (home / "warehouse.db").is_file()):
            return SifangError(
                f"{addresses.shown(home)} was made by `sifang demo` of an older version, which stored otherwise.",
                "Start anew with `sifang demo`, SIFANG_HOME set to an empty folder; what lies there is invented, and may be removed.",
            )
        return SifangError(
            f"SIFANG_KEY is the demo's own key, which everybody knows, and {addresses.shown(home)} is no home that `sifang demo` made.",
            "Make one of your own with `sifang key new`; for the demo's home, run `sifang demo` in it.",
        )

    def under_next_key(self) -> Settings:
        """The same with the next key as the key.

        Raises:
            SifangError: ``SIFANG_KEY_NEXT`` is not set, is no key, or is the key itself.
        """
        keys.read(self.key_next.get_secret_value() if self.key_next else None, f"{PREFIX}KEY_NEXT")
        if self.key is not None and self.key_next == self.key:
            raise SifangError("SIFANG_KEY_NEXT is the key itself.", "Make another one with `sifang key new`.")
        return self.model_copy(update={"key": self.key_next, "key_next": None})

    def spot_key(self, district: str) -> bytes:
        """The secret for the spots of one district. Raises ``SifangError`` as ``hash_key``."""
        return derived(self.district_key(district), "spots")

    def batch_key(self, district: str, source: str) -> bytes:
        """The secret by which batches of one source are known. Raises ``SifangError`` as ``hash_key``."""
        return derived(self.district_key(district), "batches", source)

    def district_key(self, district: str) -> bytes:
        """The key from which those of one district's uses derive. Raises ``SifangError`` as ``hash_key``."""
        return derived(self.hash_key(), "district", district)


def key_at_hand(settings: Settings) -> str | None:
    """The fingerprint of the key; None where none is set. Raises ``SifangError`` for one that is none."""
    return keys.fingerprint(settings.hash_key()) if settings.key else None


def _seconds(name: str, text: object) -> float:
    try:
        seconds = float(str(text))
    except ValueError:
        seconds = -1.0
    if not 0.0 <= seconds < float("inf"):
        raise SifangError(
            f"{PREFIX}{name.upper()} is {text!r}, which is no number of seconds.", "Write one such as 120, or 0 to wait for nothing."
        )
    return seconds


def named_district(given: str | None = None) -> tuple[str, Settings] | None:
    """The code of the district that was named, here or in the environment, and settings under which it is found; None where none was.

    A folder may be given instead of a code; it is put on the search path of this process.
    """
    settings = Settings()
    chosen = given or settings.district
    if not chosen:
        return None
    folder = Path(chosen).expanduser()
    if os.sep in chosen or (folder / "district.toml").is_file():
        # In the environment, because a flow reads the settings again by itself.
        os.environ["SIFANG_DISTRICTS"] = addresses.before_folders(folder.resolve().parent, settings.districts)
        return folder.resolve().name, Settings()
    return chosen, settings
