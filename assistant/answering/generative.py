"""Evidence for a question and a model -> statements that the model writes, and rewrites where they fail."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answering import evidence_prompt, prompts
from assistant.answering.answerer import Answerer, Draft, Inquiry
from assistant.answering.prompts import Prompt
from assistant.domain.errors import ModelError
from assistant.domain.limits import REPLY_LIMIT, excess
from assistant.domain.records import Claim, Evidence
from assistant.models.base import ChatModel, Message, Reply
from assistant.verification import claims as replies
from assistant.verification import quotes
from assistant.verification.claims import Statement
from assistant.verification.verifier import FAILING

_CHARACTERS_PER_TOKEN = 4.5  # of prompts of English abstracts with their keys
_SENTENCE_ENDS = tuple('.!?…。！？])”’"*')


@dataclass(frozen=True, slots=True)
class Generative(Answerer):
    """Has a model write the answer."""

    model: ChatModel

    def shortlist(self, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
        """Return the papers whose abstracts fit into the prompt."""
        return evidence_prompt.select_within_budget(evidence)

    def state(self, inquiry: Inquiry) -> Draft:
        """Have the model answer from the evidence alone."""
        prompt = prompts.load("answer.v1")
        return self._draft(_request(prompt, inquiry), prompt, inquiry, "reading")

    def revise(self, inquiry: Inquiry, draft: Draft, claims: Sequence[Claim]) -> Draft | None:
        """Send the reply back with what verification found, and have it written again, unless it broke off."""
        if draft.is_broken:
            return None  # whoever fell silent is not asked for the same once more
        prompt = prompts.load("answer.v1")
        messages = [*_request(prompt, inquiry), Message("assistant", draft.reply), _findings(claims, inquiry)]
        return self._draft(messages, prompt, inquiry, "asking again, as claims failed: reading")

    def _draft(self, messages: Sequence[Message], prompt: Prompt, inquiry: Inquiry, stage: str) -> Draft:
        on_stage = inquiry.on_stage or (lambda _: None)
        tokens = sum(len(message.text) for message in messages) / _CHARACTERS_PER_TOKEN
        on_stage(f"{stage} about {max(round(tokens, -2), 100):,.0f} tokens")
        reply = self.model.reply(messages, inquiry.on_token)
        on_stage("checking")
        if reason := excess(reply.text, REPLY_LIMIT):
            raise ModelError(f"the reply {reason}", path=reply.model)
        abstention = quotes.normal(prompt.abstain)
        sentences = _finished(replies.split(reply.text), reply)
        statements = tuple(sentence for sentence in sentences if quotes.normal(sentence.text) != abstention)
        return Draft(
            statements,
            notes=_notes(reply, statements, inquiry),
            model=reply.model,
            prompt=(prompt.name, prompt.sha256),
            tokens=(reply.input_tokens, reply.output_tokens),
            reply=reply.text,
            is_broken=bool(reply.break_cause),
        )


def _finished(sentences: Sequence[Statement], reply: Reply) -> Sequence[Statement]:
    """Return the sentences of a reply; of one that was cut not the last one, where it has no end and is not alone."""
    is_ended = not reply.cut or reply.text.rstrip().endswith(_SENTENCE_ENDS)
    return sentences if is_ended else sentences[:-1] or sentences


def _request(prompt: Prompt, inquiry: Inquiry) -> list[Message]:
    return evidence_prompt.render_prompt(prompt, inquiry.question, inquiry.evidence)


def _findings(claims: Sequence[Claim], inquiry: Inquiry) -> Message:
    """Return the message that names the failing claims."""
    findings = "\n".join(
        f"- {evidence_prompt.neutralise(claim.text)}\n  {claim.verdict}: {evidence_prompt.neutralise(claim.reason)}"
        for claim in claims
        if claim.verdict in FAILING
    )
    keys = ", ".join(evidence.key for evidence in inquiry.evidence)
    return Message("user", prompts.load("revise.v1").fill(findings=findings, keys=keys))


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
