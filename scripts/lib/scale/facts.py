"""Every number of the model that is not chosen on the command line, with where it is from.

`seen` says how it is known: `read` in the page that is named; `quoted`, where only a quotation of that page could be
read; `measured` here; `assumed`, where nothing was found.
"""

import dataclasses
from typing import Literal

LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg"
COGNITO = "https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference"
GATEWAY = "https://docs.aws.amazon.com/apigateway/latest/developerguide"

Seen = Literal["read", "quoted", "measured", "assumed"]


@dataclasses.dataclass(frozen=True)
class Fact:
    value: float
    unit: str
    what: str
    source: str
    seen: Seen


# Lambda

SCALING_ENVIRONMENTS = Fact(
    1_000, "environments", "that a function may start in 10 s; refilled all the time, not saved up",
    f"{LAMBDA}/scaling-behavior.html", "read",
)  # fmt: skip
SCALING_REQUESTS = Fact(
    10_000, "requests/s", "that a function may take on in 10 s", f"{LAMBDA}/scaling-behavior.html", "read"
)
SCALING_SECONDS = Fact(10, "s", "the period of both", f"{LAMBDA}/scaling-behavior.html", "read")
REQUESTS_OF_AN_ENVIRONMENT = Fact(
    10, "requests/s", "for each unit of concurrency, however short they are",
    f"{LAMBDA}/gettingstarted-limits.html", "quoted",
)  # fmt: skip
CONCURRENCY = Fact(
    1_000,
    "environments",
    "at once in an account and region, until raised",
    f"{LAMBDA}/gettingstarted-limits.html",
    "read",
)
VCPU_MEMORY = Fact(
    1_769, "MB", "that have one processor; less memory has its share", f"{LAMBDA}/configuration-memory.html", "read"
)
BILLED_STEP = Fact(
    1, "ms", "to which a duration is rounded up; the start counts since August 2025, for custom runtimes before that",
    "https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase/", "quoted",
)  # fmt: skip
COLD_SHARE = Fact(
    0.01, "", "of invocations that start an environment, at most, as AWS saw it",
    "https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase/", "quoted",
)  # fmt: skip

START_PROCESSORS = Fact(
    1, "processors", "while an environment starts, whatever its memory",
    "reported by many, not found in AWS's documentation", "assumed",
)  # fmt: skip

# Prices, us-east-1, US dollars, first tier

PRICE_INVOCATIONS = Fact(0.20, "USD", "for a million invocations", "https://aws.amazon.com/lambda/pricing/", "quoted")
PRICE_X86 = Fact(0.0000166667, "USD", "for a GB-second, x86_64", "https://aws.amazon.com/lambda/pricing/", "quoted")
PRICE_ARM = Fact(0.0000133334, "USD", "for a GB-second, arm64", "https://aws.amazon.com/lambda/pricing/", "quoted")
PRICE_REST = Fact(
    3.50, "USD", "for a million requests to a REST API", "https://aws.amazon.com/api-gateway/pricing/", "quoted"
)
PRICE_HTTP = Fact(
    1.00, "USD", "for a million requests to an HTTP API", "https://aws.amazon.com/api-gateway/pricing/", "quoted"
)
PRICE_LOGS = Fact(0.50, "USD", "for a GB of logs taken in", "https://aws.amazon.com/cloudwatch/pricing/", "quoted")

# API Gateway

GATEWAY_RATE = Fact(
    10_000,
    "requests/s",
    "in an account and region, until raised; 2,500 in some regions",
    f"{GATEWAY}/limits.html",
    "read",
)
GATEWAY_BURST = Fact(5_000, "requests", "beside the rate; 1,250 in those regions", f"{GATEWAY}/limits.html", "read")
LONGEST_TTL = Fact(
    3_600, "s", "the longest that an answer is kept; 300 where nothing is said",
    "https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html", "read",
)  # fmt: skip
API_KEYS = Fact(
    10_000, "keys", "in an account and region; not raised",
    f"{GATEWAY}/api-gateway-execution-service-limits-table.html", "read",
)  # fmt: skip
USAGE_PLANS = Fact(
    300, "plans", "in an account and region; may be raised",
    f"{GATEWAY}/api-gateway-execution-service-limits-table.html", "quoted",
)  # fmt: skip
CREATE_KEY_RATE = Fact(5, "keys/s", "that CreateApiKey makes; not raised", f"{GATEWAY}/limits.html", "read")
CONTROL_RATE = Fact(10, "calls/s", "of API Gateway's own API, all kinds together", f"{GATEWAY}/limits.html", "read")

# Tokens and native authorizers

SHORTEST_TOKEN = Fact(
    300, "s", "the shortest life of Cognito's access tokens; the longest is a day",
    f"{COGNITO}/API_TokenValidityUnitsType.html", "read",
)  # fmt: skip
NATIVE_HTTP_KEYS = Fact(
    7_200,
    "s",
    "that an HTTP API's own JWT authorizer may keep keys",
    f"{GATEWAY}/http-api-jwt-authorizer.html",
    "quoted",
)
NATIVE_REST_KEYS = Fact(
    3_600,
    "s",
    "that a REST API's own JWT authorizer may keep keys",
    f"{GATEWAY}/rest-api-jwt-authorizer-keys.html",
    "read",
)

# Times

START_STATIC = Fact(
    16, "ms", "Lambda's init of a small static program (C++, Rust), without keys; Turnstile was never there",
    "https://github.com/maxday/lambda-perf", "quoted",
)  # fmt: skip
START_NODE = Fact(142, "ms", "Lambda's init of Node 22", "https://github.com/maxday/lambda-perf", "quoted")
START_PYTHON = Fact(85, "ms", "Lambda's init of Python 3.13", "https://github.com/maxday/lambda-perf", "quoted")
FETCH_NETWORK = Fact(
    10, "ms", "the network's part of a fetch of keys: name, TCP, TLS, request", "nothing found", "assumed"
)
FIRST_FETCH_CPU = Fact(
    21, "ms", "processor time of the first fetch over TLS, the system's 140 roots, no caFile",
    "docs/scale.md", "measured",
)  # fmt: skip
FIRST_FETCH_CPU_FEW_ROOTS = Fact(3.9, "ms", "the same with a caFile of six roots", "docs/scale.md", "measured")
LATER_FETCH_CPU = Fact(
    21, "ms", "processor time of each further fetch, 140 roots: it reads them anew, as the first does",
    "docs/scale.md", "assumed",
)  # fmt: skip
LATER_FETCH_CPU_FEW_ROOTS = Fact(4.6, "ms", "the same with six roots", "docs/scale.md", "measured")
LOG_LINE = Fact(315, "bytes", "the log line of a decision", "docs/scale.md", "measured")
LOG_LINE_METRICS = Fact(781, "bytes", 'the same with "metrics": "emf"', "docs/scale.md", "measured")
PLATFORM_LINES = Fact(600, "bytes", "Lambda's own lines of an invocation, in JSON", "nothing found", "assumed")


def all_facts() -> dict[str, Fact]:
    return {name: fact for name, fact in globals().items() if isinstance(fact, Fact)}
