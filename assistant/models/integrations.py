"""A name such as `ollama/MODEL` -> the object that a llama-index integration package makes of it."""

import importlib
import re
from collections.abc import Sequence
from types import ModuleType
from typing import Any, Literal

from assistant.domain.errors import UsageError
from assistant.domain.sanitize import one_line

PREFIX = "llama-index:"
"""How the names of models begin that an integration of llama-index has."""
_INTEGRATION = re.compile(r"[a-z][a-z0-9_]{0,63}")


def open_integration(kind: Literal["embeddings", "llms"], argument: str, base: type, parameters: Sequence[str]) -> Any:
    """Return the object of class `base` that the integration in `llama_index.<kind>` makes of a model's name, passed as
    the first of `parameters` that it takes. Nothing outside `llama_index.<kind>` is imported; raises `UsageError`."""
    module, package, model = find_integration(kind, argument)
    exported = [getattr(module, name, None) for name in getattr(module, "__all__", ())]
    classes: list[Any] = [own for own in exported if isinstance(own, type) and issubclass(own, base)]
    if not classes:
        raise UsageError(f"{package} has no {base.__name__}", cure="make the object in Python, and pass that")
    fields = getattr(classes[0], "model_fields", {})
    parameter = next((name for name in parameters if name in fields), parameters[0])
    try:
        return classes[0](**{parameter: model})
    except Exception as error:  # noqa: BLE001  each of the many integrations raises its own
        cause = f"{type(error).__name__}: {one_line(str(error))[:300]}"
        cure = "set what it needs (a key, a server), or make the object in Python and pass that"
        raise UsageError(f"{package} does not open {model[:80]!r}", cause=cause, cure=cure) from None


def find_integration(kind: Literal["embeddings", "llms"], argument: str) -> tuple[ModuleType, str, str]:
    """Return the module of an integration, its package and the model's name, none of it opened; raises `UsageError`."""
    integration, _, model = argument.partition("/")
    integration = integration.replace("-", "_")
    package = f"llama-index-{kind}-{integration.replace('_', '-')}"
    if not _INTEGRATION.fullmatch(integration) or not model:
        cure = f"write llama-index:<integration>/<model>, such as ollama/NAME for the package llama-index-{kind}-ollama"
        raise UsageError(f"{argument[:80]!r} names no integration and model", cure=cure)
    try:
        return importlib.import_module(f"llama_index.{kind}.{integration}"), package, model
    except ImportError as error:
        cure = f"install it beside this program: pip install {package}"
        raise UsageError(f"llama-index has no {integration} here", cause=one_line(str(error)), cure=cure) from None
    except Exception as error:  # noqa: BLE001  one made for another version of llama-index may raise anything
        cause = f"{type(error).__name__}: {one_line(str(error))[:300]}"
        raise UsageError(
            f"{package} cannot be imported", cause=cause, cure=f"pip install --upgrade {package}"
        ) from None
