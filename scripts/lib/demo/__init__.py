"""Turnstile end to end, on one machine, with real parts: run by scripts/demo."""
