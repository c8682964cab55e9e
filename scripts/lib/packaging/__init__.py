"""What is handed to Lambda, made so that two builds of the same sources are the same bytes."""
