"""bootstrap with several events in flight, under AWS's emulator and a stand-in of the Runtime API: see scripts/concurrency."""
