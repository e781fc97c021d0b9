"""A conversation and its library as it is now -> what has changed since the last turn, in plain words."""

from assistant.answering.conversation.turns import Conversation
from assistant.domain.sanitize import one_line
from assistant.library.snapshot import LibrarySnapshot


def since(conversation: Conversation, library: LibrarySnapshot) -> list[str]:
    """Return a sentence for each change that matters to what was said; none where there is none."""
    if not conversation.turns:
        return []
    last = conversation.turns[-1]
    told = []
    if conversation.library != str(library.folder):
        told.append(f"this is the library {library.folder}; the conversation began with {conversation.library}")
    if last.papers != len(library.ids):
        told.append(f"the library has {len(library.ids):,} papers now; at the last turn it had {last.papers:,}")
    if last.fingerprint != library.fingerprint:
        told.append(f"its vectors are of {library.fingerprint} now; at the last turn they were of {last.fingerprint}")
    cited = conversation.papers
    now = {paper.id: paper for paper in library.papers([paper.id for paper in cited.values()])}
    for number, paper in cited.items():
        held = now.get(paper.id)
        if held is None:
            told.append(f"[{number}] {one_line(paper.title)} is no longer in the library; it is shown as it was")
        elif (held.title, held.abstract) != (paper.title, paper.abstract):
            told.append(f"[{number}] {one_line(paper.title)} has another text now; it is shown as it was")
    return told
