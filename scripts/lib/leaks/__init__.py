"""What the programs write, searched for what they must never write: tokens, signatures, secrets, claims, headers."""
