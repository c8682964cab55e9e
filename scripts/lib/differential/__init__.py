"""Random tokens under random key sets, judged by Turnstile, by joserfc and by PyJWT: see scripts/differential."""
