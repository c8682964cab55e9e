"""bootstrap with several events in flight, under AWS's emulator and on a stand-in: see scripts/concurrency."""
