"""Run `python -m bench.faults [--tries N] [--seed S]`: every class of faults, and the table of how they came out."""

from bench.faults import (
    agents,
    concurrency,
    copies,
    damage,
    edits,
    endpoint,
    hostile,
    kills,
    resources,
    rows,
    served,
    trials,
)

if __name__ == "__main__":
    trials.main(
        *(kills.FAULTS, edits.FAULTS, edits.STREAM, concurrency.FAULTS, concurrency.EDITS),
        *(damage.FAULTS, copies.FAULTS, rows.FAULTS, resources.FAULTS, hostile.FAULTS, endpoint.FAULTS),
        *(served.FAULTS, agents.FAULTS),
    )
