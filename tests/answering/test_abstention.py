"""Sentences that say that nothing was found, in whatever words, and sentences that say something."""

import pytest

from assistant.answering.abstention import says_missing


@pytest.mark.parametrize(
    "sentence",
    [
        "The library does not hold the answer.",
        "I cannot find an answer to this question.",
        "I couldn't find any relevant information in the sources.",
        "The provided sources do not mention the learning rate.",
        "The sources don't provide enough information to answer the question.",
        "Unfortunately, none of the given abstracts addresses this.",
        "The learning rate is not mentioned in the abstracts.",
        "This is not specified in the provided sources.",
        "There is no information about PolarDPO in the sources.",
        "No specific information about costs is provided.",
        "Not mentioned in the abstracts.",
        "The answer cannot be determined from the sources.",
        "Based on the provided sources, there is not enough information to say.",
        "None of the sources discuss pizza.",
        "The sources say nothing of milk.",
        "Die Quellen enthalten keine Antwort.",
        "Dazu gibt es keine Angaben.",
        "Les sources ne mentionnent pas ce chiffre.",
        "Las fuentes no mencionan el coste.",
        "No se menciona en los textos.",
    ],
)
def test_an_abstention_is_read_in_any_wording(sentence: str) -> None:
    assert says_missing(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The model does not mention its own size.",
        "No, larger models do not answer better.",
        "The method cannot find the optimum in high dimensions.",
        "We find no evidence of overfitting.",
        "Attention is not provided with positions.",
        "The abstracts of clinical trials contain numbers that models misread.",
        "None of the layers is frozen.",
        "Las redes aprenden mejor con datos limpios.",
    ],
)
def test_a_claim_is_none(sentence: str) -> None:
    assert not says_missing(sentence)
