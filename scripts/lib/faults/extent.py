"""How far the sweeps go: a sample, or (`--long`) all of it."""

is_long = False


def sweep(short: int, long: int) -> int:
    return long if is_long else short
