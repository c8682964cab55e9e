"""The benchmark: bootstrap beside other authorizers and beside the least that one can do. See scripts/bench."""
