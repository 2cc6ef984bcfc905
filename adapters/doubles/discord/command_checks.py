"""What Discord refuses in an application command."""

from __future__ import annotations

import re

from adapters.doubles.discord.forms import Value, below, check_fields
from adapters.doubles.discord.wire import DiscordError, Json, invalid

CHAT_INPUT, USER_MENU, MESSAGE_MENU = 1, 2, 3
SUBCOMMAND, GROUP, STRING, INTEGER, CHANNEL, NUMBER = 1, 2, 3, 4, 7, 10
SIZE_LIMIT = 8_000
_NAME = re.compile(r"[-_'\w]{1,32}")
_CHOOSING = (STRING, INTEGER, NUMBER)
_VALUES: dict[int, tuple[type, ...]] = {STRING: (str,), INTEGER: (int,), NUMBER: (int, float)}
_MENU_ONLY = {"description", "options"}
_LENGTHS = {"name": 32, "description": 100}
_LANGUAGES = (
    "id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th "
    "zh-CN ja zh-TW ko"
)
_LOCALES = frozenset(_LANGUAGES.split())


def check_command(form: Json, path: str, in_guild: bool, installable: set[int]) -> int:
    """The type of a command, if all of it is as it should be. ``installable`` is where the app can be installed."""
    check_fields("command", path, form)
    kind: int = form.get("type") or CHAT_INPUT
    name = str(form["name"])
    if kind == CHAT_INPUT:
        _check_name(name, below(path, "name"))
        if not form.get("description"):
            raise invalid(below(path, "description"), "BASE_TYPE_REQUIRED", "This field is required")
    for field in sorted(_MENU_ONLY):
        if kind != CHAT_INPUT and form.get(field):
            code = f"APPLICATION_COMMAND_CONTEXT_MENU_{field.upper()}_INVALID"
            raise invalid(below(path, field), code, f"Context menu commands cannot have {field}")
    _check_localized(form, path, kind == CHAT_INPUT)
    _check_where(form, path, in_guild, installable)
    _check_options(form.get("options") or [], below(path, "options"), (SUBCOMMAND, GROUP))
    if _size(form) > SIZE_LIMIT:
        raise invalid(path, "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({SIZE_LIMIT})")
    return kind


def _check_name(name: str, path: str) -> None:
    if not _NAME.fullmatch(name) or name != name.lower():
        raise invalid(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _check_localized(form: Json, path: str, strict: bool) -> None:
    """Names and descriptions in other languages follow the rules of the first."""
    for field in ("name", "description"):
        for locale, told in (form.get(f"{field}_localizations") or {}).items():
            here = f"{below(path, field)}_localizations.{locale}"
            if locale not in _LOCALES:
                raise invalid(here, "BASE_TYPE_CHOICES", "Value must be one of the locales that Discord has.")
            if field == "name" and strict:
                _check_name(str(told), here)
            elif not 1 <= len(str(told)) <= _LENGTHS[field]:
                raise invalid(here, "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {_LENGTHS[field]} in length.")


def _check_where(form: Json, path: str, in_guild: bool, installable: set[int]) -> None:
    """Who may use it, and where. Only global commands say where."""
    permissions = form.get("default_member_permissions")
    if permissions is not None and not str(permissions).isdigit():
        raise invalid(below(path, "default_member_permissions"), "NUMBER_TYPE_COERCE", "Value is not a bit set.")
    for field, known in (("contexts", (0, 1, 2)), ("integration_types", (0, 1))):
        if form.get(field) is not None and in_guild:
            code = f"APPLICATION_COMMAND_GUILD_{field.upper()}_INVALID"
            raise invalid(below(path, field), code, f"Commands of a guild have no {field}")
        _check_set(form.get(field) or [], below(path, field), known)
    if not set(form.get("integration_types") or []) <= installable:
        code = "APPLICATION_COMMAND_INTEGRATION_TYPES_INVALID"
        raise invalid(below(path, "integration_types"), code, "The application is not installed so")


def _check_set(given: list[Value], path: str, known: tuple[int, ...]) -> None:
    for number, value in enumerate(given):
        if value not in known:
            raise invalid(f"{path}.{number}", "BASE_TYPE_CHOICES", f"Value must be one of {known}.")
        if value in given[:number]:
            why = "The set already contains this value"
            raise invalid(f"{path}.{number}", "SET_TYPE_ALREADY_CONTAINS_VALUE", why)


def _check_options(options: list[Value], path: str, nested: tuple[int, ...]) -> None:
    """A list of options. ``nested`` are the kinds of subcommand that may stand there."""
    names: set[str] = set()
    optional = False
    for number, option in enumerate(options):
        here = f"{path}.{number}"
        check_fields("command option", here, option)
        _check_name(str(option["name"]), f"{here}.name")
        _check_localized(option, here, strict=True)
        if option["name"] in names:
            raise invalid(f"{here}.name", "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Names must be unique")
        names.add(option["name"])
        if option.get("required") and optional:
            why = "Required options must be placed before non-required options"
            raise invalid(here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", why)
        optional = optional or not option.get("required")
        _check_option(option, here)
    _check_nesting(options, path, nested)


def _check_nesting(options: list[Json], path: str, nested: tuple[int, ...]) -> None:
    """Subcommands stand among themselves only, groups hold subcommands, and these hold plain options."""
    kinds = {option["type"] for option in options}
    sub = kinds & {SUBCOMMAND, GROUP}
    if (sub and kinds - sub) or not sub <= set(nested) or (nested == (SUBCOMMAND,) and not sub):
        why = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        raise invalid(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", why)
    for number, option in enumerate(options):
        if option["type"] in sub:
            inside = (SUBCOMMAND,) if option["type"] == GROUP else ()
            _check_options(option.get("options") or [], f"{path}.{number}.options", inside)


def _check_option(option: Json, path: str) -> None:
    """What an option of its kind may have."""
    kind, choices = option["type"], option.get("choices") or []
    for field, kinds in (
        ("choices", _CHOOSING),
        ("autocomplete", _CHOOSING),
        ("options", (SUBCOMMAND, GROUP)),
        ("channel_types", (CHANNEL,)),
        ("min_value", (INTEGER, NUMBER)),
        ("max_value", (INTEGER, NUMBER)),
        ("min_length", (STRING,)),
        ("max_length", (STRING,)),
    ):
        if option.get(field) and kind not in kinds:
            code = "APPLICATION_COMMAND_OPTIONS_FIELD_INVALID"
            raise invalid(f"{path}.{field}", code, f"Options of type {kind} have no {field}")
    if choices and option.get("autocomplete"):
        why = "Choices cannot be used with autocomplete"
        raise invalid(path, "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", why)
    for low, high in (("min_value", "max_value"), ("min_length", "max_length")):
        least, most = option.get(low), option.get(high)
        if least is not None and most is not None and least > most:
            raise invalid(f"{path}.{low}", "APPLICATION_COMMAND_OPTIONS_RANGE_INVALID", f"Must be at most {high}")
    _check_choices(choices, f"{path}.choices", _VALUES.get(kind, ()))


def _check_choices(choices: list[Value], path: str, kinds: tuple[type, ...]) -> None:
    names: set[str] = set()
    for number, choice in enumerate(choices):
        check_fields("choice", f"{path}.{number}", choice)
        if not isinstance(choice["value"], kinds) or isinstance(choice["value"], bool):
            raise invalid(f"{path}.{number}.value", "CHOICE_VALUE_TYPE_INVALID", "Must be of the option's type")
        if choice["name"] in names:
            code = "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS"
            raise invalid(f"{path}.{number}.name", code, "Option choice names must be unique")
        names.add(choice["name"])


def _size(form: Json) -> int:
    """The characters that count: names, descriptions and values, the longest of all languages, nested ones too."""
    own = 0
    for key in ("name", "description", "value"):
        others = (form.get(f"{key}_localizations") or {}).values()
        own += max(len(str(told or "")) for told in (form.get(key), *others))
    return own + sum(_size(part) for key in ("options", "choices") for part in form.get(key) or [])


def daily_limit(most: int, seconds: float) -> DiscordError:
    """The 429 of an app that has made too many new commands within a day."""
    text = f"Max number of daily application command creates has been reached ({most})"
    refusal = DiscordError(429, 30034, text)
    refusal.more = {"retry_after": round(seconds, 3)}
    return refusal
