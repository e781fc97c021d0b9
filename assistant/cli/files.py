"""A conversation and the name of a file -> that file, written whole, over none that exists."""

from pathlib import Path

from assistant.conversation import exports
from assistant.conversation.turns import Conversation
from assistant.errors import UsageError

_FORMS = (".md", ".bib")


def export(conversation: Conversation, path: Path | None) -> Path:
    """Write Markdown or, to a name in .bib, BibTeX; raises `UsageError` for other names and for files that exist."""
    if path is None or path.suffix.lower() not in _FORMS:
        raise UsageError(f"give the name of a file that ends in {' or '.join(_FORMS)}, such as notes.md")
    text = exported(conversation, path.suffix.lower())
    try:
        with path.open("x", encoding="utf-8", errors="replace") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{path} exists already; give another name, or remove it first") from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    return path


def exported(conversation: Conversation, form: str) -> str:
    """Return the conversation in the form of a file's suffix."""
    return (
        exports.bibtex(exports.cited_papers(conversation).values())
        if form == ".bib"
        else exports.markdown(conversation)
    )
