"""A run in numbers -> JUnit XML: one test case a question and one a rule of the gate, for the page of a CI."""

from collections.abc import Sequence
from xml.etree import ElementTree

from assistant.domain.sanitize import one_line
from assistant.evaluation.gates import Rule
from assistant.evaluation.summary import Question, RunSummary


def xml(name: str, summary: RunSummary, rules: Sequence[Rule]) -> str:
    """Return the document; only rules fail, for a question alone decides nothing."""
    suites = ElementTree.Element("testsuites")
    questions = ElementTree.SubElement(
        suites, "testsuite", name=f"{one_line(name)} questions", tests=str(len(summary.questions))
    )
    for question in summary.questions:
        _add_question(questions, question)
    failed = sum(rule.result == "failed" for rule in rules)
    skipped = sum(rule.result == "inconclusive" for rule in rules)
    gate = ElementTree.SubElement(
        suites,
        "testsuite",
        name=f"{one_line(name)} gate",
        tests=str(len(rules)),
        failures=str(failed),
        skipped=str(skipped),
    )
    for rule in rules:
        case = ElementTree.SubElement(gate, "testcase", classname="gate", name=rule.name)
        if rule.result != "passed":
            kind = "failure" if rule.result == "failed" else "skipped"
            ElementTree.SubElement(case, kind, message=one_line(rule.reason))
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _add_question(parent: ElementTree.Element, question: Question) -> None:
    case = ElementTree.SubElement(parent, "testcase", classname=question.type, name=question.id)
    if question.values:
        properties = ElementTree.SubElement(case, "properties")
        for name, value in question.values.items():
            ElementTree.SubElement(properties, "property", name=name, value=f"{value:.6g}")
    if question.failed:
        ElementTree.SubElement(case, "error", message=f"{question.failed} times it could not be asked")
