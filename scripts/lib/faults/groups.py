"""The modules that hold rows, in the order of the tables. Each has `ROWS`, a list of `faults.table.Row`."""

MODULES: tuple[str, ...] = (
    "faults.keys_dns",
    "faults.keys_network",
    "faults.keys_tls",
    "faults.keys_answers",
    "faults.keys_discovery",
    "faults.keys_rotation",
    "faults.keys_endurance",
    "faults.start",
    "faults.start_changing",
    "faults.runtime_calls",
    "faults.runtime_deliveries",
    "faults.runtime_connection",
    "faults.machine_freeze",
    "faults.machine_clock",
    "faults.machine_limits",
    "faults.machine_allocator",
    "faults.machine_output",
    "faults.machine_signals",
    "faults.machine_threads",
)
