"""A Lambda execution environment on this machine: the Runtime API, bootstrap as its process, a server of keys."""
