"""Faults, one module a class -> a row each: how many tries came out right, told, silently wrong, crashed, hung, lost.

`python -m bench.faults` runs all and prints the table; `python -m bench.faults.damage --tries 50 --seed 7` runs one.
Everything happens in temporary folders, on loopback, with the hashing embedder, and within a time limit a try.
"""
