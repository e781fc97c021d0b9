"""Evidence for a question and a model -> statements that the model writes, and rewrites where they fail."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answering import (
    answerability,
    cues,
    evidence_packing,
    findings,
    model_reply,
    passages,
    prompts,
    question_prompt,
    statement_json,
    sufficiency,
)
from assistant.answering.answerer import Answerer, Draft, Inquiry
from assistant.answering.evidence_packing import LARGE
from assistant.answering.evidence_prompt import fence
from assistant.answering.model_reply import KeyedStream, ModelReply
from assistant.answering.numbered_sources import NumberedSources
from assistant.answering.passages import Passage
from assistant.answering.prompts import Prompt
from assistant.domain.errors import ModelError
from assistant.domain.limits import REPLY_LIMIT, excess
from assistant.domain.records import Claim, Evidence
from assistant.models import metering
from assistant.models.base import ChatModel, Message, Reply
from assistant.verification.claims import Statement

_LIKELIEST = 2
_CHARACTERS_PER_TOKEN = 4.5  # of prompts of English abstracts with their numbers


@dataclass(frozen=True, slots=True)
class Generative(Answerer):
    """Has a model write the answer."""

    model: ChatModel
    tokens: int = LARGE
    """Tokens of evidence that it is shown."""

    @property
    def writes_json(self) -> bool:
        """Whether it is asked for JSON: models that are shown little are small, and cite nothing in free text."""
        return self.tokens < evidence_packing.MUCH

    def state(self, inquiry: Inquiry) -> Draft:
        """Have the model answer from the evidence alone.

        A small one is not asked where the library seems to hold no answer, and none where there is no sentence to show
        it: they would answer nonetheless.
        """
        if self.writes_json and (reason := _reason_not_to_ask(inquiry)):
            return Draft(notes=(f"the model was not asked: {reason}",))
        if not any(abstract.sentences for abstract in inquiry.abstracts.values()):
            return Draft(notes=("the model was not asked: none of these papers has an abstract",))
        if not self.writes_json or _continues(inquiry):
            return self._first(inquiry, inquiry.evidence)
        ranked = _passages(inquiry)
        if not ranked:
            return Draft(notes=("the model was not asked: no sentence of these papers asserts anything",))
        _tell(inquiry, "looking whether these papers answer")
        read = sufficiency.judge(self.model, inquiry.query.text, ranked)
        spent = read.reply.input_tokens, read.reply.output_tokens
        if not read.is_stated:
            note = "the model was asked whether the likeliest passages state the answer, and said no"
            return Draft(notes=(note,), model=read.reply.model, tokens=spent)
        draft = self._first(inquiry, _likeliest(inquiry, ranked))
        return replace(draft, tokens=metering.added(spent, draft.tokens))

    def revise(self, inquiry: Inquiry, draft: Draft, claims: Sequence[Claim]) -> Draft | None:
        """Send the reply back with what verification found, and have it written again, unless it broke off."""
        if draft.break_cause or draft.sources is None:
            return None  # whoever fell silent is not asked for the same once more
        found = findings.describe(claims, draft.sources)
        sent_back = prompts.load("revise.v2").fill(findings=found, fence=fence(inquiry.question, found))
        messages = [*draft.exchange, Message("user", sent_back)]
        return self._draft(messages, draft.sources, inquiry, "asking again, as claims failed: reading")

    def _prompt(self) -> Prompt:
        return prompts.load("statements.v2" if self.writes_json else "answer.v2")

    def _first(self, inquiry: Inquiry, evidence: Sequence[Evidence]) -> Draft:
        """Return what the model writes that is shown what fits of this evidence."""
        parts = evidence, inquiry.abstracts, inquiry.words, inquiry.reading
        sources = NumberedSources(evidence_packing.pack(inquiry.query.text, *parts, self.tokens))
        return self._draft(question_prompt.render(self._prompt(), inquiry, sources), sources, inquiry, "reading")

    def _draft(self, messages: Sequence[Message], sources: NumberedSources, inquiry: Inquiry, stage: str) -> Draft:
        prompt = self._prompt()
        tokens = sum(len(message.text) for message in messages) / _CHARACTERS_PER_TOKEN
        _tell(inquiry, f"{stage} about {max(round(tokens, -2), 100):,.0f} tokens")
        reply = self._reply(messages, sources, inquiry)
        _tell(inquiry, "checking")
        if reason := excess(reply.text, REPLY_LIMIT):
            raise ModelError(f"the reply {reason}", path=reply.model)
        read = model_reply.read(reply.text, sources, prompt.abstain, cut=reply.cut)
        if self.writes_json and cues.asks_for_figure(inquiry.query.text):
            read = read.with_figures()
        return Draft(
            read.statements,
            notes=(*_notes(reply, read.statements, inquiry), *read.notes()),
            model=reply.model,
            prompt=(prompt.name, prompt.sha256),
            tokens=(reply.input_tokens, reply.output_tokens),
            reply=model_reply.kept(reply.text, sources),
            break_cause=reply.break_cause,
            exchange=(*messages, Message("assistant", reply.text)),
            searches=_searches(read, inquiry),
            sources=sources,
        )

    def _reply(self, messages: Sequence[Message], sources: NumberedSources, inquiry: Inquiry) -> Reply:
        """Return the model's reply; whoever watches sees keys where it cites numbers."""
        stream = KeyedStream(sources, inquiry.on_token) if inquiry.on_token else None
        on_token = stream.take if stream else None
        if self.writes_json:
            reply = self.model.reply(messages, on_token, schema=statement_json.schema(sources))
        else:
            reply = self.model.reply(messages, on_token)
        if stream:
            stream.end()
        return reply


def _likeliest(inquiry: Inquiry, ranked: Sequence[Passage]) -> Sequence[Evidence]:
    """Return the papers that a small model is shown of a question that stands alone: those that seem to answer, and two
    with the likeliest passages, which are `ranked` likeliest first.

    It cites whatever it is shown. With all of these cited, the title F1 of 30 questions of daily_papers dev is 0.62;
    with all of 4 or 8 papers cited, it is 0.44 or 0.30.
    """
    keys = {item.key for item in answerability.select(inquiry.query.text, inquiry.evidence, inquiry.features)}
    keys |= {passage.item.key for passage in ranked[:_LIKELIEST]}
    return [item for item in inquiry.evidence if item.key in keys]


def _passages(inquiry: Inquiry) -> Sequence[Passage]:
    """Return the passages of the evidence that are likely to answer, likeliest first."""
    parts = inquiry.query.text, inquiry.evidence, inquiry.abstracts, inquiry.words, inquiry.reading
    return passages.best(*parts, passages.load(inquiry.reading.reader))


def _tell(inquiry: Inquiry, stage: str) -> None:
    """Tell whoever waits what is being done."""
    if inquiry.on_stage:
        inquiry.on_stage(stage)


def _continues(inquiry: Inquiry) -> bool:
    """Whether a question goes on with what was said, so that its own words do not tell what answers it."""
    return bool(inquiry.context.named_papers or inquiry.context.latest)


def _reason_not_to_ask(inquiry: Inquiry) -> str:
    """Return why a small model is not asked a question that stands alone; "" where it is."""
    if _continues(inquiry):
        return ""
    if inquiry.unknown_names:  # which a note tells
        return f"nothing in the library has {'this name' if len(inquiry.unknown_names) == 1 else 'these names'}"
    return "" if answerability.has_answer(inquiry.features) else "these papers seem to hold no answer"


def _searches(read: ModelReply, inquiry: Inquiry) -> tuple[str, ...]:
    """Return what the model wants to be searched for, where it was told that it may."""
    return read.searches if inquiry.may_search else ()


def _notes(reply: Reply, statements: Sequence[Statement], inquiry: Inquiry) -> tuple[str, ...]:
    """Return what the reader should know about a reply."""
    notes = []
    if reply.break_cause:
        notes.append(f"the model's reply broke off ({reply.break_cause}); what came before is shown and checked")
    elif reply.cut:
        notes.append("the model's reply was cut off, at its length limit or by a filter")
    if reply.shortened:
        notes.append(f"the endpoint read only {reply.input_tokens:,} tokens of the prompt: raise its context length")
    keys = {evidence.key for evidence in inquiry.evidence}
    unknown = [mark.key for statement in statements for mark in statement.citations if mark.key not in keys]
    if unknown:
        notes.append(f"citations of no paper of the evidence: {', '.join(dict.fromkeys(unknown))}")
    return tuple(notes)
