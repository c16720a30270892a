"""The settings of one installation, from the environment.

CASELEDGER_<NAME>, bare DATABASE_URL, and every secret also as <NAME>_FILE.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "CASELEDGER_"


def default_folder() -> Path:
    """Where the embedded server and our keys live: /var/lib for root, the user's own share otherwise."""
    if os.geteuid() == 0:
        return Path("/var/lib/caseledger")
    share = os.environ.get("XDG_DATA_HOME", "")
    return (Path(share) if Path(share).is_absolute() else Path.home() / ".local" / "share") / "caseledger"


class Settings(BaseSettings):
    """What an installation can choose; what a business can choose is in its regulation pack."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
    )

    data_dir: Path = Field(
        default_factory=default_folder, description="Folder of the embedded server and of the keys"
    )
    database_url: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices(f"{PREFIX}DATABASE_URL", "DATABASE_URL"),
        description="A PostgreSQL server (15 or newer) to use instead of the embedded one",
    )
    postgres_bin: Path | None = Field(default=None, description="Folder of the PostgreSQL programs to embed")
    business_timezone: str = Field(
        default="Asia/Shanghai", description="Time zone in which days and months are counted"
    )
    language: Literal["zh", "en"] = Field(
        default="zh", description="Language of labels and pages where none is asked for"
    )
    host: str = Field(default="127.0.0.1", description="Address on which API and console listen")
    port: int = Field(
        default=8000, ge=0, le=65535, description="Port on which API and console listen; 0 takes a free one"
    )
    watch_every: int = Field(
        default=10,
        ge=0,
        description="Seconds between two looks at what is due; 0 leaves warning and escalating to `caseledger watch`",
    )

    webhooks_anywhere_for_tests: bool = Field(
        default=False,
        description="Only for tests: webhooks may go to plain http and to addresses that are not public",
    )

    @field_validator("business_timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("not a time zone of the IANA database, such as Asia/Shanghai") from None
        return name

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the library's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Given by name, then the environment, then files that the environment names."""
        return init_settings, env_settings, SecretFiles(settings_cls)


class SecretFiles(PydanticBaseSettingsSource):
    """Reads every secret from the file that <ENVIRONMENT NAME>_FILE names; both forms at once are refused."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The text of the file without the line end, or None."""
        for name in _names(field, field_name):
            if path := os.environ.get(f"{name}_FILE"):
                if os.environ.get(name):
                    raise ValueError(f"{name} and {name}_FILE are both set; keep one")
                return _text(f"{name}_FILE", Path(path)), field_name, False
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Every secret that a file holds, by field name."""
        found = {name: self.get_field_value(field, name)[0] for name, field in self._secrets().items()}
        return {name: value for name, value in found.items() if value is not None}

    def _secrets(self) -> Mapping[str, FieldInfo]:
        fields = self.settings_cls.model_fields
        return {name: field for name, field in fields.items() if "SecretStr" in str(field.annotation)}


def _names(field: FieldInfo, field_name: str) -> list[str]:
    alias = field.validation_alias
    return (
        [str(one) for one in alias.choices]
        if isinstance(alias, AliasChoices)
        else [PREFIX + field_name.upper()]
    )


def _text(name: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as refusal:
        raise ValueError(f"{name} names {path}, which cannot be read: {refusal.strerror}") from None
