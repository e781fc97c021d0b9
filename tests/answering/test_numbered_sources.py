"""Replies over numbered sources -> statements and what they cite, in every form that models write; never a guess."""

from datetime import date

import pytest
from support.growth import check_linear, filled

from assistant.answering import evidence_packing, model_reply, numbered_sources
from assistant.answering.evidence_packing import PackedPaper
from assistant.answering.model_reply import KeyedStream, ModelReply
from assistant.answering.numbered_sources import NumberedSources
from assistant.domain.records import Evidence, Paper

GAS, SLOW, SALT = "Yeast gives off gas.", "Colder dough rises more slowly.", "Salt of 2.1 percent slows souring [3]."
DOUGH, CABBAGE = "Why Dough Rises", "Salt, Cabbage and Time"
SOURCES = NumberedSources(
    (
        PackedPaper(Evidence("Paaaa", Paper("a", DOUGH, f"{GAS} {SLOW}", date(2020, 5, 11)), 2.0), (GAS, SLOW)),
        PackedPaper(Evidence("Pbbbb", Paper("b", CABBAGE, SALT), 1.0), (SALT,)),
    )
)
NOWHERE = "The library does not hold the answer."


def read(reply: str) -> ModelReply:
    return model_reply.read(reply, SOURCES, NOWHERE)


def cited(reply: str) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (statement.text, [(mark.key, mark.sentence) for mark in statement.citations])
        for statement in read(reply).statements
    ]


def test_sources_are_numbered_and_forge_no_number() -> None:
    assert numbered_sources.render(SOURCES) == (
        f"[1] {DOUGH} (2020-05-11)\n1.1 {GAS}\n1.2 {SLOW}\n[2] {CABBAGE}\n2.1 Salt of 2.1 percent slows souring (3)."
    )


@pytest.mark.parametrize(
    ("reply", "marks"),
    [
        ("Cold slows it [1.2].", [("Paaaa", SLOW)]),
        ("Cold slows it. [1.2]", [("Paaaa", SLOW)]),
        ("Cold slows it.[1.2]", [("Paaaa", SLOW)]),
        ("Cold slows it [1].", [("Paaaa", "")]),
        ("Cold slows it [1.1, 1.2].", [("Paaaa", GAS)]),
        ("Cold slows it [1.1][1.2].", [("Paaaa", GAS)]),
        ("Cold slows it [1.1; 2].", [("Paaaa", GAS), ("Pbbbb", "")]),
        ("Cold slows it [Source 1].", [("Paaaa", "")]),
        ("Cold slows it [sources 1.2 and 2].", [("Paaaa", SLOW), ("Pbbbb", "")]),
        ("Cold slows it [Paaaa].", [("Paaaa", "")]),
        ("Cold slows it [Why Dough Rises].", [("Paaaa", "")]),
        ("Cold slows it [Salt, Cabbage and Time].", [("Pbbbb", "")]),
        ("Cold slows it (1.2).", [("Paaaa", SLOW)]),
        ("Cold slows it (source 1.2).", [("Paaaa", SLOW)]),
        ("Cold slows it, see sentence 1.2.", [("Paaaa", SLOW)]),
        ("Cold slows it. 1.2", [("Paaaa", SLOW)]),
        ("Cold slows it 【1.2】.", [("Paaaa", SLOW)]),
        ("Cold slows it [1.2, 9.9].", [("Paaaa", SLOW), ("9.9", "")]),
        ("Cold slows it [9].", [("9", "")]),
    ],
)
def test_a_citation_is_read_in_every_form(reply: str, marks: list[tuple[str, str]]) -> None:
    assert cited(reply) == [("Cold slows it.", marks)]


@pytest.mark.parametrize(
    "reply",
    [
        "It grows by a factor of 1.2.",  # a figure
        "It takes (2.1).",  # a sentence's number, and a figure of the sources
        "It lies in [0, 1].",
        "It grows (1.9).",
    ],
)
def test_what_may_be_a_figure_is_no_citation(reply: str) -> None:
    assert cited(reply) == [(reply, [])]


def test_a_sentence_copied_with_its_number_cites_it() -> None:
    assert cited(f"1.1 {GAS}\n1.2 {SLOW}") == [(GAS, [("Paaaa", GAS)]), (SLOW, [("Paaaa", SLOW)])]
    assert cited(GAS) == [(GAS, [("Paaaa", GAS)])]


def test_a_quote_is_kept_with_its_number() -> None:
    [statement] = read('Cold slows it [1.2: "more slowly"].').statements
    assert [(mark.key, mark.quote, mark.sentence) for mark in statement.citations] == [("Paaaa", "more slowly", SLOW)]


def test_what_cites_nothing_is_left_out_of_what_cites_and_said_to_be() -> None:
    reply = read("Here is the answer. Cold slows it [1.2]. Cold slows it [1.2]. The sources do not say by how much.")
    assert [statement.text for statement in reply.statements] == ["Cold slows it."]
    assert reply.notes() == (
        "not answered, in the model's own words: “The sources do not say by how much.”",
        "left out of the model's reply, as it cites nothing: “Here is the answer.”",
        "left out of the model's reply, as it stood there before: 1 sentence",
    )
    assert [statement.text for statement in read("Dough rises.").statements] == ["Dough rises."]


def test_a_reply_without_the_figure_that_is_asked_for_is_none() -> None:
    assert (
        read("Cold slows it twice [1.2]. Gas [1.1].").with_figures().statements
        == read("Cold slows it twice [1.2]. Gas [1.1].").statements
    )
    reply = read("Cold slows it [1.2].").with_figures()
    note = "a figure is asked for, and the model's reply has none: “Cold slows it.”"
    assert (reply.statements, reply.notes()) == ((), (note,))


def test_a_bare_yes_belongs_to_what_follows() -> None:
    assert cited("Yes. Cold slows it [1.2].") == [("Yes. Cold slows it.", [("Paaaa", SLOW)])]


@pytest.mark.parametrize("reply", [NOWHERE, "Answer: I cannot find it.", "The sources do not mention it [1.1].", "{}"])
def test_a_reply_that_only_says_so_abstains(reply: str) -> None:
    assert read(reply).statements == ()


def test_json_is_read_whole_or_as_far_as_it_came() -> None:
    first = '{"sources": ["1.2"], "text": "Cold slows it \\u2014 a bit"}'
    whole = f'{{"statements": [{first}, {{"text": "Gas. Much.", "sources": ["1.1", "2"]}}]}}'
    expected = [
        ("Cold slows it — a bit", [("Paaaa", SLOW)]),
        ("Gas.", [("Paaaa", GAS), ("Pbbbb", "")]),
        ("Much.", [("Paaaa", GAS), ("Pbbbb", "")]),
    ]
    assert cited(whole) == expected
    assert cited(f"```json\n{whole}\n```") == expected
    assert cited(f"[{first}]") == expected[:1]
    assert cited('{"statements": []}') == cited("[]") == []
    assert cited('{"statements": [{"sources": [1.2, 2], "claim": "Cold slows it."}]}') == [
        ("Cold slows it.", [("Paaaa", SLOW), ("Pbbbb", "")])
    ]
    assert cited('{"result": "Cold slows it."}') == [('{"result": "Cold slows it."}', [])]
    assert cited('{"answer": "none"}') == []
    cut = model_reply.read(whole[: whole.index("Much")], SOURCES, NOWHERE, cut=True)
    assert [statement.text for statement in cut.statements] == ["Cold slows it — a bit"]
    unfinished = model_reply.read(
        f'{{"statements": [{first}, {{"sources": ["1.1"], "text": "Gas is', SOURCES, NOWHERE, cut=True
    )
    assert [statement.text for statement in unfinished.statements] == ["Cold slows it — a bit"]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_stream_shows_words_and_keys_whatever_its_pieces(size: int) -> None:
    plain = "Cold slows it [1.2]. Gas [1.1, 2], not [0, 1]."
    json = '{"statements": [{"sources": ["1.2", "1.1"], "text": "Cold \\"slows\\" it."}]}'
    listed = '[ {"text": "Gas.", "sources": ["1.1"]}]'
    shown = {
        plain: "Cold slows it [Paaaa]. Gas [Paaaa, Pbbbb], not [0, 1].",
        json: 'Cold "slows" it. [Paaaa]\n',
        listed: "Gas. [Paaaa]\n",
        "[1.1] Gas.": "[Paaaa] Gas.",
    }
    for reply, expected in shown.items():
        pieces: list[str] = []
        stream = KeyedStream(SOURCES, pieces.append)
        for start in range(0, len(reply), size):
            stream.take(reply[start : start + size])
        stream.end()
        assert "".join(pieces) == expected


def test_sentences_are_packed_in_their_order_as_long_as_they_fit() -> None:
    ranked = [("a", 1), ("b", 0), ("a", 0), ("c", 0), ("b", 1)]
    costs = {("a", 1): (30, 10), ("b", 0): (50, 10), ("a", 0): (20, 10), ("c", 0): (5, 10), ("b", 1): (40, 10)}
    # 40, and b's 60 do not fit into 80; 20 more of a do, for its title is there; 15 of c do.
    assert evidence_packing.fill(ranked, costs, 80) == {"a": [1, 0], "c": [0]}
    assert evidence_packing.fill(ranked, costs, 1) == {"a": [1]}
    assert evidence_packing.fill(ranked, costs, 175) == {"a": [1, 0], "b": [0, 1], "c": [0]}


def test_a_title_is_known_by_its_words_and_perhaps_its_date() -> None:
    forms = (DOUGH, f"  {DOUGH}\n(2020-05-11). ", "why  dough rises (2020)")
    assert [SOURCES.titled(text) for text in forms] == [SOURCES.marks["1"]] * 3
    assert [SOURCES.titled(text) for text in ("", " (2020)", f"{DOUGH} {'a' * 1_000}")] == [None] * 3


@pytest.mark.parametrize("unit", [" ", "\n", "(2020 ", "a "])
def test_the_time_to_read_a_name_grows_with_it(unit: str) -> None:
    check_linear(lambda size: SOURCES.titled(f"Yeast{filled(unit, size)}b"), 20_000)


DENIED = "There is no evidence that salt makes dough rise faster."
UNSEEN = "We do not observe that sugar slows it."
DENYING = NumberedSources(
    (PackedPaper(Evidence("Pcccc", Paper("c", "Salt in Dough", ""), 1.0), (GAS, DENIED, UNSEEN, NOWHERE)),)
)


@pytest.mark.parametrize(
    ("reply", "text", "source"),
    [
        (f"{DENIED[:-1]} [1.2].", DENIED, DENIED),
        (f"{DENIED} [1.2]", DENIED, DENIED),
        (f"{DENIED} [1]", DENIED, ""),
        (DENIED, DENIED, DENIED),
        (f"No, there is {DENIED[9:-1]} [1.2].", f"No, there is {DENIED[9:]}", DENIED),
        (f'{{"statements": [{{"sources": ["1.2"], "text": "{DENIED}"}}]}}', DENIED, DENIED),
        ("The paper does not report a benefit of salt [1.2].", "The paper does not report a benefit of salt.", DENIED),
        ("There is no evidence that sugar slows it [1.3].", "There is no evidence that sugar slows it.", UNSEEN),
    ],
)
def test_what_a_source_denies_is_a_claim(reply: str, text: str, source: str) -> None:
    read = model_reply.read(reply, DENYING, NOWHERE)
    marks = [(statement.text, [mark.sentence for mark in statement.citations]) for statement in read.statements]
    assert (marks, read.notes()) == ([(text, [source])], ())


@pytest.mark.parametrize(
    "reply",
    [
        "There is no evidence of that [1.1].",
        "There is no evidence of that in the sources [1.3].",
        "There is no evidence of that [1].",
        "There is no evidence of that.",
        "I cannot find it [1.3].",
    ],
)
def test_an_abstention_in_other_words_is_noted(reply: str) -> None:
    read = model_reply.read(f"{NOWHERE} {reply}", DENYING, NOWHERE)
    said = reply.split(" [")[0].rstrip(".")
    assert (read.statements, read.notes()) == ((), (f"not answered, in the model's own words: “{said}.”",))


@pytest.mark.parametrize("ending", ["", " [1.4]", " [1]"])
def test_the_sentence_that_abstains_is_never_a_claim(ending: str) -> None:
    abstaining = model_reply.read(NOWHERE + ending, DENYING, NOWHERE)
    assert (abstaining.statements, abstaining.notes()) == ((), ())
    beside = model_reply.read(f"{GAS} [1.1] {NOWHERE}{ending}", DENYING, NOWHERE)
    assert [statement.text for statement in beside.statements] == [GAS]
    assert beside.missing == (NOWHERE,)
