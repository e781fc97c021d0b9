"""A paper of eight pages as PDF, whose seventh page alone answers a question; made of words of our own."""

from support.pages import read_rows
from support.pdfs import Line, pdf

from assistant.domain.records import Entry

TITLE = "The Patience of Glaciers"
ABSTRACT = (
    "We follow four valley glaciers over nine summers. Their tongues retreat at different speeds, and the debris that"
    " covers them explains most of the difference."
)
QUESTION = "Which lubricant was used for the drill bearings?"
ANSWER = "The drill bearings were lubricated with whale-free jojoba oil, which stays liquid at minus forty degrees."
ANSWER_PAGE = 7
HEADER = "Glaciology Letters"
_TOPICS = {
    2: ("2 Study Area", "The northern valley opens toward the sea and catches most of the autumn storms."),
    3: ("3 Instruments", "Stakes of bamboo were set along the centre line and read by two observers."),
    4: ("4 Melt Model", "Degree days above freezing enter the model with a factor fitted to each glacier."),
    5: ("5 Results", "The clean tongue retreated by forty metres while the covered one hardly moved."),
    6: ("6 Discussion", "Thick debris insulates the ice beneath it, as earlier surveys had suggested."),
    8: ("8 Conclusion", "Glaciers answer to the weather slowly, and not all of them with the same voice."),
}
_NOTES = {
    2: "Its upper basin is fed by avalanches from the ridge.",
    3: "A mast beside the moraine recorded wind and radiation.",
    4: "Snow that falls in spring delays the melt by days.",
    5: "Between both lie the two that are covered in part.",
    6: "Thin debris does the contrary, for it is dark.",
    8: "What they say of the coming century is left to others.",
}


def paper(*extra_pages: tuple[Line, ...], title: str = "") -> bytes:
    """The document, with further pages at its end."""
    first: tuple[Line, ...] = (
        (18, TITLE),
        (12, "Abstract"),
        *((10, line) for line in _wrapped(ABSTRACT)),
        (12, "1 Introduction"),
        (10, "Mountains keep their own calendar, and ice is the hand that turns its pages for the valleys below."),
    )
    return pdf(first, *(_page(number) for number in range(2, 9)), *extra_pages, title=title)


def entry() -> Entry:
    """The document as it is read."""
    [row] = read_rows(paper())
    assert isinstance(row, Entry)
    return row


def _page(number: int) -> tuple[Line, ...]:
    if number == ANSWER_PAGE:
        body: tuple[Line, ...] = (
            (12, "7 Field Notes"),
            (10, "Work on the plateau began each morning before the surface softened in the sun."),
            (10, ANSWER[:40]),
            (10, ANSWER[40:].replace("liquid", "liq-").split(" at ")[0] + "\nuid at " + ANSWER.split(" at ")[1]),
        )
    else:
        heading, sentence = _TOPICS[number]
        body = ((12, heading), (10, sentence), (10, _NOTES[number]))
    split = tuple((size, part) for size, text in body for part in text.split("\n"))
    return ((9, HEADER), *split, (9, str(number)))


def _wrapped(text: str, width: int = 60) -> list[str]:
    import textwrap

    return textwrap.wrap(text, width)
