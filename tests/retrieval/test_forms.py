"""Questions as people type them -> lists, facts of the library, small talk, and prose, which is the rule."""

from datetime import date

import pytest

from assistant.retrieval import forms
from assistant.retrieval.forms import PROSE, Form

TODAY = date(2026, 3, 5)

LISTS = {
    "Which papers study grokking?": ("grokking", "on grokking"),
    "list all papers about world models": ("world models", "on world models"),
    "what work is there on reward hacking?": ("reward hacking", "on reward hacking"),
    "RLHF papers from 2023": ("RLHF", "on RLHF"),
    "Which papers from 2023 deal with RLHF?": ("RLHF", "on RLHF"),
    "2023 papers on RLHF": ("RLHF", "on RLHF"),
    "how many papers on grokking are there?": ("grokking", "on grokking"),
    "Do you have anything on EEG?": ("EEG", "on EEG"),
    "anything on EEG since May?": ("EEG", "on EEG"),
    "please show me papers where an LLM writes the reward": ("where an LLM writes the reward",) * 2,
    "Papers improving recalibration": ("improving recalibration",) * 2,
    "Which papers use mixup?": ("use mixup", "that use mixup"),
    "pruning heads - which papers do this?": ("pruning heads", "on pruning heads"),
    "survey papers on agents": ("survey agents", "on survey agents"),
    "Are there any surveys of agents?": ("surveys of agents", "that are surveys of agents"),
    "Which papers use something other than attention?": (
        "use something other than attention",
        "that use something other than attention",
    ),
    "Among works from before 2023, which tune rewards?": ("tune rewards", "that tune rewards"),
    "In 2025, which papers studied trust?": ("trust", "on trust"),
    "papers since May": ("", ""),
    "Which papers are from before 2022?": ("", ""),
    "Which papers on moss are from 2023?": ("moss", "on moss"),
}
FACTS = {
    "how many papers are there?": ("count", ""),
    "how many papers from 2023?": ("count", ""),
    "how many papers are from 2024?": ("count", ""),
    "how many papers have no date?": ("contents", ""),
    "Summarize the library": ("contents", ""),
    "which files do the papers come from?": ("sources", ""),
    "newest paper?": ("newest", ""),
    "oldest papers in the library": ("oldest", ""),
    "what sources are there?": ("sources", ""),
    "What papers do you have?": ("contents", ""),
    "papers by Gao": ("by", "Gao"),
    "papers by Gao on reward models": ("by", "Gao"),
    "what did Leo Gao write?": ("by", "Leo Gao"),
    "who wrote Scaling Laws for Reward Models?": ("authors", "Scaling Laws for Reward Models"),
    "authors of [2]": ("authors", "[2]"),
    "how many authors does it have?": ("authors", "it"),
    "when was it published?": ("date", "it"),
    "when was the second one published?": ("date", "the second one"),
    "what is its date?": ("date", "its"),
    "what is the abstract of [1]": ("abstract", "[1]"),
    "link?": ("link", ""),
}
TALK = {
    "thanks": "thanks",
    "ok thanks, bye": "thanks",
    "great, thank you!": "thanks",
    "merci": "thanks",
    "ok": "assent",
    "hello": "greeting",
    "exit": "farewell",
    "what can you do?": "help",
}
PROSES = [
    "Who shows that reward hacking is inevitable?",
    "How many parameters does GPT-4 have?",
    "which methods reduce reward hacking?",
    "what is the abstract reasoning benchmark?",
    "Studies show that models lie. Is it so?",
    "Papers contradict each other on optimizers. Is there a way to settle it?",
    "which paper introduced LoRA?",
    "What data do the papers use?",
    "Work by language models on theorem proving",
    "what does [1] say about KL?",
    "When does grokking happen?",
    "What were the sources of error?",
    "Who wrote about grokking?",
    "Which reranker works best on top of BM25?",
    "what are the authors' claims?",
    "now something about likes: are they a training signal?",
    "okay, so why does it work?",
    "x" * 401,
    "",
]


@pytest.mark.parametrize("question", LISTS)
def test_a_list_is_asked_for(question: str) -> None:
    topic, label = LISTS[question]
    is_overview = label.startswith("that are surveys")
    assert forms.read(question, TODAY) == Form("list", topic=topic, label=label, is_overview=is_overview)


@pytest.mark.parametrize("question", FACTS)
def test_a_fact_is_asked_for(question: str) -> None:
    fact, name = FACTS[question]
    form = forms.read(question, TODAY)
    assert (form.kind, form.fact, form.name) == ("facts", fact, name)


@pytest.mark.parametrize("question", TALK)
def test_small_talk_asks_for_nothing(question: str) -> None:
    form = forms.read(question, TODAY)
    assert (form.kind, form.small_talk) == ("small_talk", TALK[question])


@pytest.mark.parametrize("question", PROSES)
def test_anything_else_is_prose(question: str) -> None:
    assert forms.read(question, TODAY) == PROSE


@pytest.mark.parametrize(
    "question",
    [
        "papers on calibration but not language models",
        "What papers are on calibration and not on language models?",
        "papers not about language models that study calibration",
        "List papers on calibration, except those on language models.",
    ],
)
def test_a_list_may_leave_out_what_is_on_another_subject(question: str) -> None:
    label = "on calibration and not on language models"
    assert forms.read(question) == Form("list", topic="calibration", label=label, without="language models")


@pytest.mark.parametrize(
    "question", ["Which papers are not on agents?", "papers not about agents", "List all papers that are not on agents"]
)
def test_a_list_may_be_of_all_but_what_is_on_a_subject(question: str) -> None:
    assert forms.read(question) == Form("list", label="not on agents", without="agents")


def test_a_share_of_the_papers_is_that_of_a_list() -> None:
    label = "that use mixup"
    assert forms.read("What percentage of papers use mixup?") == Form(
        "list", topic="use mixup", label=label, is_share=True
    )


def test_an_order_and_a_number_are_read() -> None:
    assert forms.read("the three newest papers on DPO") == Form(
        "list", topic="DPO", label="on DPO", limit=3, order="newest"
    )
    assert forms.read("what is the oldest paper on DPO?") == Form(
        "list", topic="DPO", label="on DPO", limit=1, order="oldest"
    )
    assert forms.read("the 5 latest papers") == Form("facts", "newest", limit=5)
