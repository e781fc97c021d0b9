"""A conversation and the name of a file -> that file, written whole, over none that exists."""

from pathlib import Path

from assistant.answering.conversation.turns import Conversation
from assistant.cli.views import exports
from assistant.domain.errors import UsageError
from assistant.domain.sanitize import one_line

_FORMS = (".md", ".bib")


def export(conversation: Conversation, name: str) -> Path:
    """Write Markdown or, to a name in .bib, BibTeX; raises `UsageError` for other names and for files that exist."""
    try:
        path = Path(name).expanduser()
    except RuntimeError as error:
        raise UsageError(f"{name}: {error}") from error
    if path.suffix.lower() not in _FORMS:
        raise UsageError(f"give the name of a file that ends in {' or '.join(_FORMS)}, such as notes.md")
    text = exported(conversation, path.suffix.lower())
    try:
        with path.open("x", encoding="utf-8", errors="replace") as file:
            try:
                file.write(text)
                file.flush()
            except BaseException:
                path.unlink()  # half a file is worse than none, and would be in the way of the next try
                raise
    except FileExistsError:
        raise UsageError(f"{path} exists already; give another name, or remove it first") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{one_line(str(path))}: {getattr(error, 'strerror', None) or error}") from error
    return path


def exported(conversation: Conversation, form: str) -> str:
    """Return the conversation in the form of a file's suffix."""
    return (
        exports.bibtex(exports.cited_papers(conversation).values())
        if form == ".bib"
        else exports.markdown(conversation)
    )
