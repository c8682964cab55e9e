"""The modules that hold rows, in the order of the tables. Each has `ROWS`, a list of `faults.table.Row`."""

MODULES: tuple[str, ...] = (
    "faults.runtime_calls",
    "faults.runtime_deliveries",
    "faults.runtime_connection",
    "faults.machine_freeze",
    "faults.machine_clock",
    "faults.machine_limits",
    "faults.machine_output",
    "faults.machine_signals",
)
