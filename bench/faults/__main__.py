"""Run `python -m bench.faults [--tries N] [--seed S]`: every class of faults, and the table of how they came out."""

from bench.faults import concurrency, damage, endpoint, hostile, kills, resources, trials

if __name__ == "__main__":
    trials.main(kills.FAULTS, concurrency.FAULTS, damage.FAULTS, resources.FAULTS, hostile.FAULTS, endpoint.FAULTS)
