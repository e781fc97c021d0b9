"""LaTeX, Pandoc's keys, and authors with years -> claims with their lines and the papers that they cite."""

from datetime import date
from pathlib import Path

import pytest
from support.growth import check_linear

from assistant.domain.errors import UsageError
from assistant.domain.records import Paper
from assistant.retrieval.finder import PaperFinder, PaperIndex
from assistant.verification import bibliography, latex_documents, references

PAPERS = [
    Paper("2210.10760", "Scaling Moss", "x", date(2022, 10, 1), authors=("Leo Gao", "Ann Ash", "Bea B")),
    Paper("10.1000/walls", "Walls of Granite", "x", date(2023, 1, 1), authors=("Thomas Coste", "Uri Anwar")),
    Paper("ferns", "Ferns in Dim Light", "x", date(2021, 1, 1), authors=("Ida de la Cruz",)),
    Paper("ferns2", "Ferns by Night", "x", date(2021, 6, 1), authors=("Ida de la Cruz",)),
]
INDEX = PaperIndex(PAPERS)


def claims_of(text: str, papers: PaperFinder = INDEX) -> list[tuple[int, str, list[str]]]:
    """(line, claim, ids of the papers that it cites, or what names none in angle brackets)."""
    return [
        (statement.line, statement.text, [_id(mark.key, papers) for mark in statement.citations])
        for statement in references.split(text, papers)
    ]


def _id(name: str, papers: PaperFinder) -> str:
    paper = papers.find(name)
    return paper.id if paper else f"<{name}>"


@pytest.mark.parametrize(
    ("text", "sentence", "cited"),
    [
        ("Moss grows [@gao2022scaling].", "Moss grows.", ["2210.10760"]),
        ("Moss grows [see @gao2022scaling, p. 3; -@nobody].", "Moss grows.", ["2210.10760", "<nobody>"]),
        ("Moss grows, says @coste2023walls.", "Moss grows, says.", ["10.1000/walls"]),
        ("Write to @nobody or a@coste2023walls.", "Write to @nobody or a@coste2023walls.", []),
        ("Measure [pass@k of it all].", "Measure.", ["<pass@k of it all>"]),
        ("Moss grows (Gao et al., 2022).", "Moss grows.", ["2210.10760"]),
        ("Moss grows (see Gao, 2022; Coste & Anwar, 2023, p. 3).", "Moss grows.", ["2210.10760", "10.1000/walls"]),
        ("Gao et al. (2022) show that moss grows.", "show that moss grows.", ["2210.10760"]),
        ("However, Coste and Anwar (2023) show moss.", "However, show moss.", ["10.1000/walls"]),
        ("Moss grows (Smith and Lee, 2019).", "Moss grows.", ["<Smith and Lee, 2019>"]),
        ("Moss grew (May, 2020) in ImageNet (2009).", "Moss grew (May, 2020) in ImageNet (2009).", []),
        ("Ferns grow (de la Cruz, 2021).", "Ferns grow.", ["<de la Cruz, 2021>"]),
        ("Moss grows (Coste et al., 2023) [Scaling Moss].", "Moss grows.", ["2210.10760", "10.1000/walls"]),
    ],
)
def test_ways_to_cite(text: str, sentence: str, cited: list[str]) -> None:
    [(_, claim, ids)] = claims_of(text)
    assert (claim, sorted(ids)) == (sentence, sorted(cited))


def test_what_may_be_several_papers_is_none_and_says_which() -> None:
    assert INDEX.unknown("Cruz, 2021") == (
        "several papers of the library may be “Cruz, 2021”: cruz2021ferns “Ferns in Dim Light”; "
        "cruz2021fernsa “Ferns by Night”"
    )


DOCUMENT = r"""\documentclass{article} % [@gao2022scaling]
\newcommand{\x}{y}
\begin{document}
\section{Moss \cite{no}} % hi
Moss grows~\citep[see][p.~3]{gao,walls}. \textbf{Larger} walls
fall 90\% % a comment \cite{no}
of the time \citet*{gao}.\footnote{See \cite{other:x/y}.} Costs are $x^2$ as in
\begin{equation}
 a = \cite{no}
\end{equation}
where $b$ is small.
\begin{figure}[t]
 \caption{No claim \cite{no}}
\end{figure}
% alone

\begin{itemize}
\item Na\"ive \autocite{gao} and \parencite{walls}.
\item Two \cites{gao}[p.~2]{walls}. \nocite{no}
\end{itemize}
\begin{verbatim}
100% \cite{no}
\end{verbatim}
It ends.
\end{document}
Not read \cite{no}.
"""
BIB = """@article{gao, title={Another Spelling}, eprint={2210.10760}, archiveprefix={arXiv}}
@article{walls, title={WALLS of {G}ranite}, year=2023}
@misc{other:x/y, title={An Absent Paper}, author={Gao, Leo and Lee, B}, year=2020}
"""


def test_latex_is_read_as_running_text_with_its_lines(tmp_path: Path) -> None:
    (tmp_path / "refs.bib").write_text(BIB)
    papers = bibliography.CitedPapers(PaperIndex(PAPERS), bibliography.read([str(tmp_path / "refs.bib")]))
    gao, walls = "2210.10760", "10.1000/walls"
    assert claims_of(latex_documents.running_text(DOCUMENT), papers) == [
        (5, "Moss grows.", [gao, walls]),
        (5, "Larger walls fall 90% of the time.", [gao, "<other:x/y>"]),
        (7, "Costs are $x^2$ as in where $b$ is small.", []),
        (18, "Naïve and.", [gao, walls]),
        (19, "Two.", [gao, walls]),
        (24, "It ends.", []),
    ]
    absent = "“An Absent Paper” (other:x/y, refs.bib:3) is not in the library"
    assert papers.unknown("other:x/y") == absent
    assert papers.unknown("Gao & Lee, 2020") == absent
    assert papers.unknown("nobody") == "no paper of the library is named “nobody”"


def test_a_bibliography_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "refs.bib").write_text("no entries here")
    with pytest.raises(UsageError, match=r"refs\.bib: is no BibTeX"):
        bibliography.read([str(tmp_path / "refs.bib")])


@pytest.mark.parametrize(
    "unit", [r"\begin{x}", r"\cite[", r"\footnote{", "{", r"\item[", "(Gao, ", "[@", "@a", "Gao, "]
)
def test_hostile_latex_takes_time_that_grows_with_it(unit: str) -> None:
    check_linear(lambda size: claims_of(latex_documents.running_text(unit * (size // len(unit)))), 4_000)
