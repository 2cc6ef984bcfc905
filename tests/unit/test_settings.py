"""Settings: defaults that are written down, a growing order of weight, and complaints that a person can act on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from bot.settings import Settings, SettingsError, load

ROOT = Path(__file__).resolve().parents[2]
SECRET = "sk-do-not-show-this"


def read(folder: Path, config: str = "", env: str = "", environ: Mapping[str, str] | None = None) -> Settings:
    """Settings as they are read from two files in a folder."""
    (folder / "config.yaml").write_text(config, "utf-8")
    (folder / ".env").write_text(env, "utf-8")
    return load(folder / "config.yaml", folder / ".env", environ or {})


def complaint(folder: Path, config: str = "", env: str = "", environ: Mapping[str, str] | None = None) -> str:
    """What is said of wrong settings, which is always one line."""
    with pytest.raises(SettingsError) as caught:
        read(folder, config, env, environ)
    assert "\n" not in str(caught.value)
    assert SECRET not in str(caught.value)
    return str(caught.value)


def test_config_yaml_holds_every_setting_with_the_codes_default(tmp_path: Path) -> None:
    written = load(ROOT / "config.yaml", tmp_path / ".env", {})
    assert written == Settings()
    keys = yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))
    expected = {name: section.keys() if isinstance(section, dict) else None for name, section in keys.items()}
    defaults = Settings().model_dump(exclude={"secrets"})
    assert expected == {name: value.keys() if isinstance(value, dict) else None for name, value in defaults.items()}


def test_env_example_names_every_secret_and_sets_none() -> None:
    example = ROOT / ".env.example"
    assert load(ROOT / "config.yaml", example, {}).secrets == Settings().secrets
    names = {line.split("=")[0] for line in example.read_text("utf-8").splitlines() if "=" in line and line[0] != "#"}
    assert names == {name.upper() for name in type(Settings().secrets).model_fields}


def test_settings_are_frozen(tmp_path: Path) -> None:
    settings = read(tmp_path)
    with pytest.raises(ValidationError):
        settings.web.port = 1  # type: ignore[misc]
    with pytest.raises(ValidationError):
        settings.home = Path("elsewhere")  # type: ignore[misc]


def test_the_environment_weighs_more_than_env_and_env_more_than_config(tmp_path: Path) -> None:
    config, env = "web: {port: 1}\nworker: {turns: 1, quick: 1}", "ROBBIE_WEB__PORT=2\nROBBIE_WORKER__TURNS=2"
    settings = read(tmp_path, config, env, {"ROBBIE_WEB__PORT": "3"})
    assert (settings.web.port, settings.worker.turns, settings.worker.quick) == (3, 2, 1)


def test_a_list_can_be_given_by_a_variable(tmp_path: Path) -> None:
    models = "[{level: 2, provider: anthropic, model: m}]"
    assert [model.model for model in read(tmp_path, environ={"ROBBIE_MODELS": models}).models] == ["m"]


@pytest.mark.parametrize("config", ["", "# nothing\n", "web:\n", "web:\nworker:\n  # turns: 3\n"])
def test_what_is_left_out_is_the_default(tmp_path: Path, config: str) -> None:
    assert read(tmp_path, config) == Settings()


def test_an_empty_variable_is_as_good_as_none(tmp_path: Path) -> None:
    environ = {"ROBBIE_WEB__PORT": "", "OPENAI_API_KEY": ""}
    settings = read(tmp_path, "", "OPENAI_API_KEY=sk-from-the-file\nDATABASE_URL=  # none", environ)
    assert settings.web.port == 8080
    assert settings.secrets.openai_api_key is not None
    assert settings.secrets.database_url is None


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("webb: {port: 1}", "unknown setting 'webb': did you mean 'web'?"),
        ("web: {prot: 1}", "unknown setting 'web.prot': did you mean 'web.port'?"),
        ("port: 1", "unknown setting 'port': did you mean 'web.port'?"),
        ("budget: {daily_eur: 1}", "unknown setting 'budget.daily_eur': did you mean 'budget.daily_usd'?"),
        ("models: [{level: 1, provider: openai, model: m, inputusd: 1}]", "did you mean 'models.input_usd'?"),
        ("xyzzy: 1", "unknown setting 'xyzzy'"),
        ("1: 2", "unknown setting '1'"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_right_one(tmp_path: Path, config: str, said: str) -> None:
    assert said in complaint(tmp_path, config)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ROBBIE_WEBB__PORT", "unknown variable ROBBIE_WEBB__PORT: did you mean ROBBIE_WEB__PORT?"),
        ("ROBBIE_WEB_PORT", "unknown variable ROBBIE_WEB_PORT: did you mean ROBBIE_WEB__PORT?"),
        ("ROBBIE_PORT", "unknown variable ROBBIE_PORT: did you mean ROBBIE_WEB__PORT?"),
    ],
)
def test_an_unknown_variable_is_refused_with_the_nearest_right_one(tmp_path: Path, name: str, said: str) -> None:
    assert complaint(tmp_path, environ={name: "1"}) == said


@pytest.mark.parametrize(
    ("config", "environ", "said"),
    [
        ("web: {port: abc}", {}, "setting 'web.port': input should be a valid integer"),
        ("web: {port: 70000}", {}, "less than or equal to 65535 (it is 70000)"),
        ("web: 5", {}, "setting 'web': must hold keys of its own (it is 5)"),
        ("budget: {daily_usd: .nan}", {}, "'budget.daily_usd'"),
        ("models: [{level: 1, provider: openai}]", {}, "setting 'models.0.model': is missing"),
        ("", {"ROBBIE_WEB__PORT": "abc"}, "ROBBIE_WEB__PORT: input should be a valid integer"),
        ("", {"ROBBIE_MODELS": "[{level: 1, provider: openai}]"}, "ROBBIE_MODELS: 0.model is missing"),
        ("", {"ROBBIE_MODELS": "[{"}, "ROBBIE_MODELS: '[{' cannot be read"),
        ("home: var", {"ROBBIE_HOME__X": "1"}, "ROBBIE_HOME__X: home has no keys of its own"),
    ],
)
def test_a_wrong_value_is_named_by_what_the_person_wrote(
    tmp_path: Path, config: str, environ: dict[str, str], said: str
) -> None:
    assert said in complaint(tmp_path, config, environ=environ)


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    said = complaint(tmp_path, "webb: 1\nweb: {port: x}")
    assert "webb" in said
    assert "web.port" in said


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("web:\n  port: 1\n home: x\n", "config.yaml, line 3, is not valid YAML"),
        ("web: '\0'", "config.yaml is not valid YAML"),
        ("- a\n", "must hold lines such as 'home: var'"),
    ],
)
def test_a_file_that_is_no_configuration_is_refused_with_its_place(tmp_path: Path, config: str, said: str) -> None:
    assert said in complaint(tmp_path, config)


@pytest.mark.parametrize("name", ["config.yaml", ".env"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    config, env = tmp_path / "config.yaml", tmp_path / ".env"
    config.write_text("")
    (tmp_path / name).write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match=f"{name}: it is not text in UTF-8"):
        load(config, env, {})
    (tmp_path / name).unlink()
    (tmp_path / name).mkdir()
    with pytest.raises(SettingsError, match=f"cannot read .*{name}"):
        load(config, env, {})


def test_a_config_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.yaml: No such file"):
        load(None, tmp_path / ".env", {"ROBBIE_CONFIG": str(tmp_path / "nowhere.yaml")})


@pytest.mark.parametrize(
    "config", [f"openai_api_key: {SECRET}", f"OPENAI_API_KEY: {SECRET}", f"secrets: {{openai_api_key: {SECRET}}}"]
)
def test_a_secret_in_config_yaml_is_refused_and_not_shown(tmp_path: Path, config: str) -> None:
    assert "put OPENAI_API_KEY into .env" in complaint(tmp_path, config)


def test_a_mistyped_name_in_env_is_refused_with_the_right_one(tmp_path: Path) -> None:
    said = complaint(tmp_path, env=f"OPENAI_APIKEY={SECRET}\n")
    assert "unknown variable OPENAI_APIKEY: did you mean OPENAI_API_KEY?" in said
    assert read(tmp_path, env="EDITOR=vi\nHTTPS_PROXY=http://127.0.0.1:1\n") == Settings()


def test_a_line_of_env_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    said = complaint(tmp_path, env=f'# keys\n\nSLACK_BOT_TOKEN=xoxb-1\nOPENAI_API_KEY="{SECRET}\nREDIS_URL=\n')
    assert ".env, line 4, cannot be read" in said


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DATABASE_URL", f"mysql://u:{SECRET}@h/d", "DATABASE_URL: must begin with postgresql://"),
        ("REDIS_URL", f"127.0.0.1:6379/{SECRET}", "REDIS_URL: must begin with redis://"),
        ("SLACK_BOT_TOKEN", f"xapp-{SECRET}", "SLACK_BOT_TOKEN: must begin with xoxb-"),
        ("SLACK_APP_TOKEN", f"xoxb-{SECRET}", "SLACK_APP_TOKEN: must begin with xapp-"),
        ("OLLAMA_BASE_URL", "127.0.0.1:11434", "OLLAMA_BASE_URL: must begin with https:// or http://"),
    ],
)
def test_a_secret_of_the_wrong_kind_is_refused_and_not_shown(tmp_path: Path, name: str, value: str, said: str) -> None:
    assert said in complaint(tmp_path, environ={name: value})


def test_secrets_do_not_show_when_settings_are_printed(tmp_path: Path) -> None:
    settings = read(tmp_path, env=f"OPENAI_API_KEY={SECRET}\nDATABASE_URL=postgresql://u:{SECRET}@h/d\n")
    assert SECRET not in repr(settings) + str(settings) + settings.model_dump_json()


def test_how_memories_are_found_by_meaning_can_be_local_off_or_a_providers_model(tmp_path: Path) -> None:
    for written, name in {"local": "local", "off": "off", "openai/m": "openai/m", "jina_ai/a/b": "jina_ai/a/b"}.items():
        assert read(tmp_path, f"memory: {{embedding: {written}}}").memory.embedding == name
    said = complaint(tmp_path, "memory: {embedding: minilm}")
    assert "'memory.embedding'" in said
    assert "must be local, off, or a model by litellm's name, such as openai/text-embedding-3-small" in said
