"""A day, month or year as typed for an option -> its first or its last day."""

from datetime import date
from typing import Any

import click

from assistant.domain.errors import UsageError


class Day(click.ParamType[date]):
    """A day, month or year; the first or the last day of it."""

    name = "date"

    def __init__(self, *, last: bool) -> None:
        self._last = last

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> date:
        """Turn what was typed into a day."""
        from assistant.app.filters import parse_day

        if isinstance(value, date):
            return value
        try:
            return parse_day(str(value), last=self._last)
        except UsageError as error:
            self.fail(str(error), parameter, context)
