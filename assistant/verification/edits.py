"""A claim that is nearly a sentence of the abstract -> which of the edited words turn it round, if any does.

Much surer than `opposition`, for what is not edited is the same: there is no guessing which word stands for which.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from assistant.verification.lexicon import ABSOLUTE, NEGATORS, NOT_SAID, Difference, Lexicon, certain, negations

_ALIKE = 0.8
"""Minimum share of the claim's words that stand in the sentence in the same order, for it to be an edited sentence."""
_MOST_WORDS = 250  # of either; comparing takes the product of both
_MOST_OTHERS = 1  # words of meaning that a denial may be edited in together with


@dataclass(frozen=True, slots=True)
class Edit:
    """Words of the sentence and those that the claim has in their place."""

    removed: tuple[str, ...]
    added: tuple[str, ...]
    following: tuple[str, ...] = ()
    """The word of the sentence that stands behind, if there is one."""


@dataclass(frozen=True, slots=True)
class EditedSentence:
    """A sentence, and what a claim makes of it."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    edits: tuple[Edit, ...]


def compare(claim: str, sentence: str, lexicon: Lexicon) -> EditedSentence | None:
    """Return what was edited, in order; None where the claim is no edited sentence."""
    before, after = lexicon.tokens(sentence), lexicon.tokens(claim)
    if not after or max(len(before), len(after)) > _MOST_WORDS:
        return None
    names, claimed = [lexicon.name(token) for token in before], [lexicon.name(token) for token in after]
    matcher = SequenceMatcher(None, names, claimed, autojunk=False)
    if sum(block.size for block in matcher.get_matching_blocks()) < _ALIKE * len(claimed):
        return None
    changes = (
        Edit(tuple(before[start:end]), tuple(after[begin:stop]), tuple(before[end : end + 1]))
        for operation, start, end, begin, stop in matcher.get_opcodes()
        if operation != "equal"
    )
    return EditedSentence(tuple(before), tuple(after), tuple(changes))


def difference(edited: EditedSentence, lexicon: Lexicon) -> Difference | None:
    """Return the first edit that turns the sentence round; None where there is none, or where the claim leaves out that
    the sentence only asks, or tells what others say."""
    if any(token in NOT_SAID for change in edited.edits for token in change.removed):
        return None
    return certain(list(_differences(edited.edits, lexicon))) or _moved_number(edited)


def _moved_number(edited: EditedSentence) -> Difference | None:
    """Find the first number that stands in the place of another one of the sentence."""
    after = [token for token in edited.after if token[0].isdigit()]
    before = [token for token in edited.before if token[0].isdigit() and token in after]
    pairs = zip([token for token in after if token in before], before, strict=False)
    return next((Difference("number", claimed, said) for claimed, said in pairs if claimed != said), None)


def _differences(changes: tuple[Edit, ...], lexicon: Lexicon) -> Iterator[Difference]:
    for change in changes:
        yield from _opposites(change, lexicon)
        yield from _numbers(change)
        yield from _denials(change, lexicon)
        yield from _strengths(change)
    for place, change in enumerate(changes):
        for other in changes[place + 1 :]:
            removed, added = _meaning(change.removed, lexicon), _meaning(change.added, lexicon)
            if removed & _meaning(other.added, lexicon) and added & _meaning(other.removed, lexicon):
                yield Difference("order", " ".join(change.added), " ".join(change.removed))


def _opposites(change: Edit, lexicon: Lexicon) -> Iterator[Difference]:
    if _negations(change.removed) % 2 != _negations(change.added) % 2:
        return  # "not large" for "small"
    for word in change.added:
        for said in change.removed:
            if (word in NEGATORS) != (said in NEGATORS):
                continue  # "without" for "with no"
            if lexicon.name(said) in lexicon.opposed(lexicon.name(word)):
                yield Difference("opposite", word, said)


def _numbers(change: Edit) -> Iterator[Difference]:
    removed = [token for token in change.removed if token[0].isdigit()]
    added = [token for token in change.added if token[0].isdigit()]
    yield from (Difference("number", word, said) for word, said in zip(added, removed, strict=False) if word != said)


def _denials(change: Edit, lexicon: Lexicon) -> Iterator[Difference]:
    removed, added = (negations((*words, *change.following)) for words in (change.removed, change.added))
    if removed % 2 == added % 2:
        return
    others = _meaning((*change.removed, *change.added), lexicon)
    if any(not others.isdisjoint(lexicon.opposed(name)) for name in others):
        return
    if len(others) <= _MOST_OTHERS:
        claimed, said = (" ".join((*words, *change.following)) for words in (change.added, change.removed))
        yield Difference("denial", claimed, said)


def _strengths(change: Edit) -> Iterator[Difference]:
    if ABSOLUTE.intersection(change.removed):
        return
    for word in change.added:
        if word in ABSOLUTE and not (word in NEGATORS and _negations(change.removed)):  # "never" for "not ever"
            yield Difference("strength", word, "")


def _negations(tokens: tuple[str, ...]) -> int:
    return sum(token in NEGATORS for token in tokens)


def _meaning(tokens: tuple[str, ...], lexicon: Lexicon) -> frozenset[str]:
    """Return the names of the words with a meaning of their own, negations left out."""
    return frozenset(lexicon.name(token) for token in tokens if token not in NEGATORS and lexicon.is_content(token))
