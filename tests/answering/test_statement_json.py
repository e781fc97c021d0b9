"""Statements in JSON, in the shapes that small models write, whole or broken off -> texts and their sources."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.growth import check_linear, filled

from assistant.answering import statement_json
from assistant.answering.statement_json import StatementReader

YEAST, SALT = "Yeast makes gas.", "Salt keeps it crisp."
SHAPES = [  # a document, and what it says
    ('[{"sources":["1.1"],"text":""},{"sources":["2.1"],"text":"%s"}]', [f"{SALT} [2.1]"]),
    ('[{"sources":["1.1"],"text":null},{"sources":["2.1"],"text":"%s"}]', [f"{SALT} [2.1]"]),
    ('[{"sources":["1.1"]},{"text":"%s"}]', [SALT]),
    ('{"source":"1.1","text":"%s"}', [f"{SALT} [1.1]"]),
    ('{"source":1.1,"text":"%s"}', [f"{SALT} [1.1]"]),
    ('{"text":"%s","sources":[1.10, 2]}', [f"{SALT} [1.10, 2]"]),
    ('{"sources":null,"text":"%s"}', [SALT]),
    ('{"text":"%s","sources":null}', [SALT]),
    ('{"text":"%s","sources":["1.1"],"sure":true,"why":"so"}', [f"{SALT} [1.1]"]),
    ('{"answer":[{"text":"%s","sources":["1.1"]}]}', [f"{SALT} [1.1]"]),
    ('{"answer":{"text":"%s","sources":["1.1"]}}', [f"{SALT} [1.1]"]),
    ('{"answer":{"statements":[{"text":"%s","sources":["1.1"]}]}}', [f"{SALT} [1.1]"]),
    ('{"answer":"Yes.","statements":[{"text":"%s","sources":["1.1"]}]}', ["Yes.", f"{SALT} [1.1]"]),
    ('{"statements":[{"text":"%s","note":{"by":"us"},"sources":["1.1"]}]}', [f"{SALT} [1.1]"]),
    ('{"answer":["Yeast makes gas.","%s"],"sources":["1.1"]}', [f"{YEAST} [1.1] {SALT} [1.1]"]),
    ('{"claim":1,"text":"%s","sources":["1.1"]}', [f"{SALT} [1.1]"]),
    ('{"text":"Yeast makes gas.","text":"%s","source":"1.1"}', [f"{YEAST} [1.1] {SALT} [1.1]"]),
    ('{"statements":[]}', []),
]


def streamed(reply: str, size: int = 1) -> tuple[list[str], str]:
    """Return the statements of a reply that is read by pieces, and what is shown while it is."""
    reader = StatementReader()
    shown = "".join(reader.take(reply[start : start + size]) for start in range(0, len(reply), size))
    return [statement.cited() for statement in reader.end()], shown


@pytest.mark.parametrize(("shape", "expected"), SHAPES)
def test_a_statement_has_its_own_words_and_sources_in_every_shape(shape: str, expected: list[str]) -> None:
    reply = shape.replace("%s", SALT)
    assert [statement.cited() for statement in statement_json.read(reply)] == expected
    assert [statement.cited() for statement in statement_json.read(f"```json\n{reply}\n```")] == expected
    assert streamed(reply)[0] == expected


@pytest.mark.parametrize(("shape", "expected"), SHAPES)
def test_a_reply_with_more_behind_it_is_read_too(shape: str, expected: list[str]) -> None:
    reply = shape.replace("%s", SALT) + "\nThat is all."
    assert [statement.cited() for statement in statement_json.read(reply)] == expected


def test_what_is_shown_while_it_is_written_has_no_names_of_fields() -> None:
    first, second = f'{{"source":"1.1","text":"{YEAST}"}}', f'{{"text":"{SALT}","sources":null}}'
    assert streamed(f'{{"answer":{{"statements":[{first},{{"sources":["2.1"],"text":""}},{second}]}}}}') == (
        [f"{YEAST} [1.1]", SALT],
        f"{YEAST} [1.1]\n{SALT}\n",
    )


def test_a_statement_that_broke_off_has_no_sources() -> None:
    first, second = f'{{"source":"1.1","text":"{YEAST}"}}', f'{{"sources":["2.1"],"text":"{SALT}'
    read = statement_json.read(f'{{"statements":[{first},{second}')
    assert [statement.cited() for statement in read] == [f"{YEAST} [1.1]", SALT]


def test_brackets_that_are_wrong_lose_no_words() -> None:
    assert streamed(f'{{"text":"{YEAST}"}}}}}} {{"text":"{SALT}","sources":["2.1"]}}')[0] == [YEAST, f"{SALT} [2.1]"]
    deep = '{"a":[' * 5_000 + f'{{"text":"{SALT}"}}' + "]}" * 5_000
    assert [statement.cited() for statement in statement_json.read(deep)] == [SALT]


STATEMENT = st.fixed_dictionaries(
    {},
    optional={
        "text": st.one_of(st.none(), st.text()),
        "sources": st.one_of(st.none(), st.lists(st.sampled_from(["1.1", "2.1"]))),
        "source": st.one_of(st.none(), st.sampled_from(["1.2", "2"])),
        "sure": st.one_of(st.booleans(), st.integers(), st.text()),
    },
)


@given(st.one_of(st.fixed_dictionaries({"statements": st.lists(STATEMENT)}), STATEMENT), st.integers(1, 9))
def test_a_reply_reads_the_same_whole_and_by_pieces(document: object, size: int) -> None:
    reply = json.dumps(document)
    assert streamed(reply, size)[0] == [statement.cited() for statement in statement_json.read(reply)]


@pytest.mark.parametrize("unit", ["{", "}", "[", '{"a":[', '"', ",", '{"text":"a",', '{"text":"a"},', "1.1,", "\\"])
def test_the_time_to_read_it_grows_with_it(unit: str) -> None:
    check_linear(lambda size: statement_json.read('{"sources":[' + filled(unit, size)), 20_000)
