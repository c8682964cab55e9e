"""The benchmark: bootstrap, other authorizers and the least that an authorizer can do, side by side. See scripts/bench."""
