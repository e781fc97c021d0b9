"""The table of what may be configured: each setting's key, its variable, and what its values have to be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.app import folders, stored_keys
from assistant.app.layers import KEY_CHOICE
from assistant.domain import costs, settings
from assistant.domain.errors import UsageError
from assistant.library.server import address as server_address
from assistant.models import embedders, rerankers
from assistant.models.cache import cache_folder

Environment = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting, as `assistant config` knows it."""

    key: str
    """As a flag spells it: `max-tokens`."""
    variable: str
    """The variable of the environment that says the same."""
    what: str
    types: tuple[type, ...] = (str,)
    """Of its values in TOML."""
    require: Callable[[str], object] = str
    """Raises `UsageError` for a value that is none."""
    default: Callable[[Environment], str] = lambda _: "none"
    """What is meant where nobody says, in words."""
    is_path: bool = False
    """Whether its values are paths, which have to be whole."""
    is_address: bool = False
    """Whether its values may hold a password, which is not shown."""


def _absolute(given: str) -> Path:
    """Require the path of a folder or file that means the same wherever a command is run."""
    path = settings.folder_of(lambda: Path(given).expanduser(), "give a whole path")
    if not path.is_absolute():
        raise UsageError(f"{given[:200]!r} depends on the working folder", cause="", cure="give a whole path, or ~/…")
    return path


def _address(given: str) -> str:
    return settings.address(given.strip())


def _server(given: str) -> object:
    return server_address.parse(given, {})


def _word(given: str) -> str:
    """Require something that can be typed in one line."""
    if not given.strip() or not given.isprintable():
        raise UsageError(f"{given[:80]!r} cannot be used", cure="give a word or a line of text")
    return given


def _default_model(environment: Environment) -> str:
    from assistant.app.layers import is_set

    at_hand = is_set(environment, "OPENAI_BASE_URL") or is_set(environment, "OPENAI_API_KEY")
    return settings.DEFAULT_MODEL if at_hand else "none: answers are quotes"


def _said(text: str) -> Callable[[Environment], str]:
    return lambda _: text


SETTINGS: tuple[SettingRow, ...] = (
    SettingRow(
        "library",
        "ASSISTANT_LIBRARY",
        "the folder of the library",
        require=_absolute,
        is_path=True,
        default=lambda _: str(folders.default_library()),
    ),
    SettingRow("vectors", "ASSISTANT_VECTORS", "the address of a library at a Chroma server", require=_server),
    SettingRow("model", "ASSISTANT_MODEL", "the answering model", require=_word, default=_default_model),
    SettingRow(
        "base-url",
        "OPENAI_BASE_URL",
        "the OpenAI-compatible endpoint of models",
        require=_address,
        default=_said("https://api.openai.com/v1"),
        is_address=True,
    ),
    SettingRow(
        "key",
        KEY_CHOICE,
        "the name of the stored key for base-url",
        require=stored_keys.require_name,
        default=_said("openai, for OpenAI's own address alone"),
    ),
    SettingRow(
        "embedder",
        "ASSISTANT_EMBEDDER",
        "what makes vectors",
        require=embedders.find_kind,
        default=_said(embedders.DEFAULT),
    ),
    SettingRow(
        "reranker",
        "ASSISTANT_RERANKER",
        "what reads two texts together",
        require=rerankers.find_kind,
        default=_said(rerankers.DEFAULT),
    ),
    SettingRow(
        "timeout",
        "ASSISTANT_TIMEOUT",
        "seconds that a model may be silent",
        (int, float),
        settings.timeout,
        _said("120; 180 before the first word of a model on this machine"),
    ),
    SettingRow(
        "max-tokens",
        "ASSISTANT_MAX_TOKENS",
        "the most tokens of a reply",
        (int,),
        settings.max_tokens,
        _said(str(settings.DEFAULT_MAX_TOKENS)),
    ),
    SettingRow(
        "evidence",
        "ASSISTANT_EVIDENCE",
        "tokens of papers that a model is shown",
        (int,),
        settings.evidence,
        _said("800 for a model on this machine, 10000 for another"),
    ),
    SettingRow("budget", "ASSISTANT_BUDGET", "the most that a model may cost", (str, int, float), costs.budget),
    SettingRow(
        "check",
        "ASSISTANT_CHECK",
        "who judges claims: model or none",
        require=settings.check,
        default=_said("model, where it is not on this machine"),
    ),
    SettingRow("checker", "ASSISTANT_CHECKER", "another model that judges", require=_word),
    SettingRow("prices", "ASSISTANT_PRICES", "your own table of prices", require=_absolute, is_path=True),
    SettingRow("mailto", "ASSISTANT_MAILTO", "your address, for services of papers", require=_word),
    SettingRow("models", "ASSISTANT_MODELS", "a folder of folders, one a model", require=_absolute, is_path=True),
    SettingRow(
        "cache",
        "ASSISTANT_CACHE",
        "what can be made again",
        require=_absolute,
        is_path=True,
        default=lambda environment: str(cache_folder(environment)),
    ),
    SettingRow(
        "chats",
        "ASSISTANT_CHATS",
        "conversations",
        require=_absolute,
        is_path=True,
        default=lambda environment: str(folders.chats_folder(environment)),
    ),
    *(
        SettingRow(
            f"{service}-url",
            f"ASSISTANT_{service.upper().replace('-', '_')}_URL",
            "another address of the service, such as a mirror's",
            require=_address,
            default=_said("its own"),
            is_address=True,
        )
        for service in ("arxiv", "crossref", "semantic-scholar", "daily-papers")
    ),
)
"""All settings, in the order in which they are shown."""


def find_setting(key: str) -> SettingRow:
    """Return the setting of a key; raises `UsageError` that names the nearest where there is none."""
    rows = {row.key: row for row in SETTINGS}
    if key in rows:
        return rows[key]
    raise UsageError(f"there is no setting {key[:80]!r}", cure=f"did you mean {nearest(key, list(rows))}?")


def nearest(word: str, words: list[str]) -> str:
    """Return which of some words is spelled most nearly like one that is none of them."""
    from rapidfuzz import fuzz, process

    match = process.extractOne(word.casefold().replace("_", "-"), words, scorer=fuzz.ratio)
    return str(match[0]) if match else ""
