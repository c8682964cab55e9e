"""A server of keys that answers, and wrongly."""

import gzip

from faults.credentials import public_set
from faults.keys_cells import Breakage
from faults.origin import always

GOOD = public_set("k1", "k2")
LOCATION = [["Location", "/elsewhere"]]
TEN_MEGABYTES = 10_000_000
HTML = "<!DOCTYPE html><html><body><h1>It works!</h1></body></html>"
NO_KEYS = '{"keys":[{"kty":"oct","kid":"k1","k":"c2VjcmV0"},{"kty":"EC","kid":"k1","crv":"P-256"},7]}'


def compressed() -> dict:
    body = gzip.compress(GOOD.encode())
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
    return {"raw": (head.encode() + body).decode("latin-1")}


ANSWERS = [
    ("301", ("http_status",), {"status": 301, "headers": LOCATION, "body": GOOD}),
    ("304 that was not asked for", ("http_status",), {"status": 304, "headers": [["ETag", '"1"']], "framing": "none"}),
    ("403", ("http_status",), {"status": 403, "body": GOOD}),
    ("404", ("http_status",), {"status": 404, "body": GOOD}),
    ("500", ("http_status",), {"status": 500, "body": GOOD}),
    ("503 with Retry-After: 86400", ("http_status",), {"status": 503, "headers": [["Retry-After", "86400"]]}),
    ("empty body", ("not_a_key_set",), {"body": ""}),
    ("HTML", ("not_a_key_set",), {"headers": [["Content-Type", "text/html"]], "body": HTML}),
    ("cut off in the body", ("cut_off",), {"body": GOOD, "cutAfter": len(GOOD) // 2}),
    ("cut off in the head", ("cut_off",), {"body": GOOD, "cutAfter": 20}),
    ("gzip that was not asked for", ("not_a_key_set",), compressed()),
    ("10 MB", ("response_body_too_large",), {"bodyBytes": TEN_MEGABYTES}),
    ("a set without usable keys", ("no_usable_key",), {"body": NO_KEYS}),
]

ROWS = [
    row
    for name, outcomes, step in ANSWERS
    for row in Breakage(name, outcomes, lambda _, step=step: always(step)).rows()  # type: ignore[misc]
]
