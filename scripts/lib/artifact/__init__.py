"""What scripts/package makes, looked at as Lambda and a careful operator would: see scripts/check-artifact."""
