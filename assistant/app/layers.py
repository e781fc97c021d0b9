"""Variables of the process, then a profile, then a file, then stored keys -> one environment, each value with its
origin."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

OPENAI_KEY = "OPENAI_API_KEY"
_ADDRESS = "OPENAI_BASE_URL"
_OPENAI_URL = "https://api.openai.com/v1"
KEY_VARIABLES = {OPENAI_KEY: "openai", "SEMANTIC_SCHOLAR_API_KEY": "semantic-scholar"}
"""Variable of the environment -> the name of the stored key that stands in for it."""
KEY_CHOICE = "ASSISTANT_KEY"
"""The variable of the setting `key`, which names the stored key of a model's endpoint."""

Store = Literal["keyring", "file"]
"""Where a key is kept: in the system's keyring, or in a file that only its owner can read."""


@dataclass(frozen=True, slots=True)
class Layer:
    """What one part of a configuration file says."""

    origin: str
    """"profile local" or "file"."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Variable -> value."""
    place: Callable[[str], str] = lambda _: ""
    """Variable -> `file:line`, which takes reading the file anew."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from."""

    name: str
    """"env", "profile local", "file", "keyring", or "default"."""
    place: str = ""
    """The variable, or `file:line`; "" for a default."""


class LayeredEnvironment(Mapping[str, str]):
    """The variables of the process, and under them what a configuration says in their place.

    A variable that is empty counts as not set, as it does everywhere in this program. A stored key is looked up when it
    is read, and not before: a keyring may ask its owner for leave.
    """

    def __init__(
        self,
        variables: Mapping[str, str],
        layers: Sequence[Layer] = (),
        stores: Mapping[str, Store] | None = None,
        find_key: Callable[[str, Store], str] = lambda *_: "",
        path: Path | None = None,
    ) -> None:
        """The first of `layers` wins; `stores` are {name of a stored key: where it is}; `find_key` returns one; `path`
        is the file that all this was read from, None for none."""
        self.path = path
        self.layers = tuple(layers)
        self.stores = stores or {}
        self._variables = variables
        self._find_key = find_key
        self._keys: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        if value := self._plain(name):
            return value
        if key := self.stored_key(name):
            if key not in self._keys:
                self._keys[key] = self._find_key(key, self.stores[key])
            return self._keys[key]
        return self._variables[name]  # "", or no such variable

    def __contains__(self, name: object) -> bool:
        """Whether a variable has a value; looks up no key."""
        return isinstance(name, str) and bool(self._plain(name) or self.stored_key(name))

    def __iter__(self) -> Iterator[str]:
        names = [*self._variables, *(name for layer in self.layers for name in layer.values), *KEY_VARIABLES]
        return (name for name in dict.fromkeys(names) if name in self or name in self._variables)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def origin(self, name: str) -> Origin:
        """Return where the value of a variable comes from; looks up no key."""
        if self._variables.get(name, "").strip():
            return Origin("env", name)
        for layer in self.layers:
            if layer.values.get(name):
                return Origin(layer.origin, layer.place(name))
        if key := self.stored_key(name):
            return Origin("keyring" if self.stores[key] == "keyring" else "key file", key)
        return Origin("default")

    def stored_key(self, variable: str) -> str:
        """Return the name of the stored key that stands in for a variable; "" where none does.

        The key called `openai` goes to OpenAI's address alone. The one that the setting `key` names goes to the address
        that is meant where it is named, and to no other that a variable or a profile puts in its place.
        """
        name = KEY_VARIABLES.get(variable, "")
        if variable == OPENAI_KEY:
            address, choice = self._address(), self._plain(KEY_CHOICE)
            if choice and self._address(self._depth(KEY_CHOICE)) == address:
                name = choice
            elif address != _OPENAI_URL:
                name = ""
        return name if name in self.stores else ""

    def _address(self, depth: int = 0) -> str:
        """Return the endpoint of models, as it would be were nothing said above this depth."""
        return self._plain(_ADDRESS, depth).strip().rstrip("/") or _OPENAI_URL

    def _plain(self, name: str, depth: int = 0) -> str:
        """Return what a variable or the file says, at this depth or below; "" where neither does."""
        return next(filter(None, self._texts(name)[depth:]), "")

    def _depth(self, name: str) -> int:
        """Return where a value is set: 0 for a variable, 1 for the first layer, and so on; it has to be set."""
        return next(depth for depth, text in enumerate(self._texts(name)) if text)

    def _texts(self, name: str) -> list[str]:
        """Return what the variables of the process say, then what each layer does; "" where one says nothing."""
        value = self._variables.get(name, "")
        return [value if value.strip() else "", *(layer.values.get(name, "") for layer in self.layers)]


def is_set(environment: Mapping[str, str], name: str) -> bool:
    """Whether a variable has a value, without a look into a keyring."""
    return name in environment if isinstance(environment, LayeredEnvironment) else bool(environment.get(name))
