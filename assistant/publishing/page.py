"""A template and values -> one HTML page that needs nothing else: no network, no file beside it, light or dark."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import TYPE_CHECKING, Any

from assistant.domain.links import is_web_address
from assistant.domain.sanitize import one_line, sanitize
from assistant.publishing.quotations import pieces

if TYPE_CHECKING:
    from markupsafe import Markup

_SHELL, _STYLE = "page.html.j2", "page.css"


def page(title: str, body_template: str, values: Mapping[str, Any], *, style: str = "", script: str = "") -> str:
    """Return the page whose body `body_template` (the text of a Jinja template) makes of `values`.

    Every string among the values is shown as it is, on one line: none can become markup. Addresses go through the
    filter `address`, which leaves nothing of those that are not http(s); `text | marked(quotes)` is a text in which
    these quotes stand out. `style` and `script` are added to the page's
    own; its policy lets through these two by their hashes and nothing else, so the template must have no inline
    `style=` and no handlers. Raises `jinja2.TemplateError` for a template that is none.
    """
    from markupsafe import Markup

    body = _render(body_template, values)
    styles = resource(__package__, _STYLE) + style
    policy = [f"style-src '{source_hash(styles)}'", "base-uri 'none'", "form-action 'none'"]
    if script:
        policy.insert(0, f"script-src '{source_hash(script)}'")
    shell = resource(__package__, _SHELL)
    parts = {"body": Markup(body), "style": Markup(styles), "script": Markup(script)}
    return _render(shell, {"title": title, "policy": "; ".join(["default-src 'none'", *policy]), **parts})


def resource(package: str, name: str) -> str:
    """Return the text of a template or a style that lies in a package."""
    return resources.files(package).joinpath(name).read_text("utf-8")


def _render(text: str, values: Mapping[str, Any]) -> str:
    import jinja2

    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Plain strings come from papers and models; what a macro returns is markup of its template.
        finalize=lambda value: one_line(value) if type(value) is str else value,
    )
    environment.filters |= {"address": web_address, "marked": _marked}
    return environment.from_string(text).render(values)


def web_address(url: str | None) -> str:
    """Return an address that a link may lead to, "" for one that is not http(s)."""
    plain = one_line(url or "")
    return plain if is_web_address(plain) else ""


def _marked(text: str, quotes: Iterable[str]) -> "Markup":
    """Return a text with its quoted stretches in <mark>."""
    from markupsafe import Markup, escape

    shown = [
        Markup("<mark>{}</mark>").format(sanitize(piece)) if quoted else escape(sanitize(piece))
        for piece, quoted in pieces(text, quotes)
    ]
    return Markup("").join(shown)


def source_hash(text: str) -> str:
    """Return the hash of an inline style or script, as a policy of its page names it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
