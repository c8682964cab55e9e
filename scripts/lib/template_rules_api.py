"""Rules on APIs: who is let in, what is kept, what is metered, what is said. Standard library only."""

import json
import re
from collections.abc import Iterator

from template_model import Authorizer, Stack, text
from template_rule import Verdict, rule, verdict

PROBLEM_JSON = "'application/problem+json'"
# Each that API Gateway may answer on account of the authorizer, the key or the plan, and its status.
GATEWAY_RESPONSES = {
    "ACCESS_DENIED": 403, "UNAUTHORIZED": 401, "MISSING_AUTHENTICATION_TOKEN": 404, "INVALID_API_KEY": 403,
    "THROTTLED": 429, "QUOTA_EXCEEDED": 429, "AUTHORIZER_FAILURE": 500, "AUTHORIZER_CONFIGURATION_ERROR": 500,
}  # fmt: skip
CHALLENGED = {"ACCESS_DENIED", "UNAUTHORIZED"}
# What API Gateway puts in as it is: never text that a caller chose.
HARMLESS_VARIABLES = {"context.requestId", "context.authorizer.reason"}
TOKEN_SOURCES = {
    "REST": ("method.request.header.Authorization",),
    "HTTP": ("$request.header.Authorization",),
    "WEBSOCKET": ("route.request.header.Authorization", "route.request.querystring.access_token"),
}
DEFAULT_TTL_SECONDS = 300  # API Gateway's, where a REST authorizer does not say
DEFAULT_TOKEN_LIFE_SECONDS = 3600  # Cognito's
SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}


@rule("key-source", "The API takes the API key from the authorizer.")
def key_source(stack: Stack) -> Iterator[Verdict]:
    for name, properties in stack.of_type("AWS::ApiGateway::RestApi"):
        source = properties.get("ApiKeySourceType", "HEADER")
        yield verdict(
            name, source == "AUTHORIZER", f"ApiKeySourceType is {source}: the caller's own header names the key"
        )


@rule("key-required", "Every method of a REST API needs an API key, or it is not metered.")
def key_required(stack: Stack) -> Iterator[Verdict]:
    for method in stack.methods():
        if stack.apis.get(method.api) == "REST":
            yield verdict(method.route, method.needs_key, "needs no API key")


@rule("authorized", "Every method, and $connect, is behind the authorizer.")
def authorized(stack: Stack) -> Iterator[Verdict]:
    for method in stack.methods():
        if stack.apis.get(method.api) == "WEBSOCKET" and method.route != "$connect":
            continue  # only who connected can send
        yield verdict(f"{method.api} {method.route}", bool(method.authorizers), "is open to everybody")


@rule("identity-source", "The authorizer is asked by where bootstrap looks for the token.")
def identity_source(stack: Stack) -> Iterator[Verdict]:
    for authorizer in stack.authorizers():
        known = TOKEN_SOURCES[authorizer.kind]
        found = any(source in known for source in authorizer.sources)
        yield verdict(authorizer.name, found, f"its identity sources {list(authorizer.sources)} hold no token")


@rule("cache-fits-policy", "What API Gateway keeps is right for every request that it is kept for.")
def cache_fits_policy(stack: Stack) -> Iterator[Verdict]:
    for authorizer in stack.authorizers():
        if authorizer.kind == "WEBSOCKET":
            continue  # nothing is kept (AWS::ApiGatewayV2::Authorizer, AuthorizerResultTtlInSeconds)
        yield authorizer.name, cache_fault(authorizer, stack.route_table.get("policy", "token"))


def cache_fault(authorizer: Authorizer, policy: str) -> str | None:
    ttl = DEFAULT_TTL_SECONDS if authorizer.ttl is None else authorizer.ttl
    sources = set(authorizer.sources)
    if ttl == 0:
        return None
    if authorizer.kind == "HTTP" and authorizer.is_simple:
        return None if "$context.routeKey" in sources else "a simple answer is kept for routes that it is not about"
    if policy == "token":
        return None
    if {"context.path", "context.httpMethod"} <= {source.removeprefix("$") for source in sources}:
        return None
    return f'"policy" is "{policy}", and its answers are kept for {ttl} s for other requests of the token'


@rule("cache-within-token", "What is kept does not outlive a token by more than the token lived.")
def cache_within_token(stack: Stack) -> Iterator[Verdict]:
    lives = [token_life(client) for client in stack.clients.values()] or [DEFAULT_TOKEN_LIFE_SECONDS]
    for authorizer in stack.authorizers():
        if authorizer.kind != "WEBSOCKET":
            ttl = DEFAULT_TTL_SECONDS if authorizer.ttl is None else authorizer.ttl
            fault = f"answers are kept for {ttl} s, and tokens live for {min(lives)} s"
            yield verdict(authorizer.name, ttl < min(lives), fault)


def token_life(client: dict) -> int:
    unit = client.get("TokenValidityUnits", {}).get("AccessToken", "hours")
    return client.get("AccessTokenValidity", 1) * SECONDS[unit]


@rule("simple-answers", "An HTTP API takes the form of answer that the route table says.")
def simple_answers(stack: Stack) -> Iterator[Verdict]:
    wanted = stack.route_table.get("httpAPIResponse", "simple") == "simple"
    for authorizer in stack.authorizers():
        if authorizer.kind == "HTTP":
            right = authorizer.payload == "2.0" and authorizer.is_simple == wanted
            yield verdict(authorizer.name, right, f"payload {authorizer.payload}, simple {authorizer.is_simple}")


@rule("invoke-permission", "Only the API's authorizer may invoke the function, and by the name it calls it.")
def invoke_permission(stack: Stack) -> Iterator[Verdict]:
    allowed = set()
    for name, properties in stack.of_type("AWS::Lambda::Permission"):
        function = text(properties["FunctionName"])
        if stack.function_of(function) not in stack.authorizer_functions:
            continue
        source = text(properties.get("SourceArn", ""))
        match = re.fullmatch(
            r"arn:[^:]+(?:::Partition\})?:execute-api:\$\{AWS::Region\}:\$\{AWS::AccountId\}:\$\{(\w+)\}/authorizers/.+",
            source,
        )
        right = match and properties.get("Principal") == "apigateway.amazonaws.com"
        yield verdict(name, bool(right), f"lets {properties.get('Principal')} invoke for {source or 'everything'}")
        if right:
            allowed.add((match[1], function))
    for authorizer in stack.authorizers():
        api = authorizer.api.removeprefix("${").removesuffix("}")
        right = (api, authorizer.function) in allowed
        yield verdict(authorizer.name, right, f"may not invoke {authorizer.function}")


@rule("one-address", "An API behind a domain with mutual TLS has no address without.")
def one_address(stack: Stack) -> Iterator[Verdict]:
    for domain, api in mappings(stack):
        properties = stack.resource(api).get("Properties", {})
        # SAM says it in the servers of the body.
        servers = properties.get("Body", {}).get("servers", [])
        said = [server.get("x-amazon-apigateway-endpoint-configuration", {}) for server in servers]
        right = properties.get("DisableExecuteApiEndpoint") is True
        right = right or any(each.get("disableExecuteApiEndpoint") is True for each in said)
        yield verdict(api, right, f"its default endpoint leads past the client certificates of {domain}")


def mappings(stack: Stack) -> Iterator[tuple[str, str]]:
    """Domains with mutual TLS, and the APIs behind them."""
    for version, member in (("AWS::ApiGateway::BasePathMapping", "RestApiId"), ("AWS::ApiGatewayV2::ApiMapping", "ApiId")):
        domains = {
            name: (f"${{{id}}}", name)
            for id, properties in stack.of_type(f"{version.rsplit('::', 1)[0]}::DomainName")
            if "MutualTlsAuthentication" in properties
            for name in [text(properties["DomainName"])]
        }
        for _, mapping in stack.of_type(version):
            for name, spellings in domains.items():
                if text(mapping["DomainName"]) in spellings:
                    yield name, stack.function_of(text(mapping[member]))


@rule("routes", "The template's routes are those of the route table.")
def routes(stack: Stack) -> Iterator[Verdict]:
    of_template = {method.route for method in stack.methods()}
    if not of_template:
        return
    of_table = set(stack.route_table["routes"])
    for route in sorted(of_template | of_table):
        where = "the route table" if route in of_template else "the template"
        yield verdict(route, route in of_template & of_table, f"is not in {where}")


@rule("gateway-responses", "What API Gateway says for the authorizer is problem+json, with RFC 6750's challenge.")
def gateway_responses(stack: Stack) -> Iterator[Verdict]:
    for _, properties in stack.of_type("AWS::ApiGateway::RestApi"):
        found = properties.get("Body", {}).get("x-amazon-apigateway-gateway-responses", {})
        for kind, status in GATEWAY_RESPONSES.items():
            yield kind, gateway_response_fault(kind, status, found.get(kind))


def gateway_response_fault(kind: str, status: int, response: dict | None) -> str | None:
    if response is None:
        return "is left to API Gateway"
    headers, bodies = response.get("responseParameters", {}), response.get("responseTemplates", {})
    if (said := str(response.get("statusCode"))) != str(status):
        return f"is a {said}, not a {status}"
    if (said := headers.get("gatewayresponse.header.Content-Type")) != PROBLEM_JSON:
        return f"says that its body is {said}"
    challenge = headers.get("gatewayresponse.header.WWW-Authenticate", "")
    if kind in CHALLENGED and not challenge.startswith("'Bearer"):
        return "has no WWW-Authenticate: Bearer"
    body = bodies.get("application/json", "")
    try:
        problem = json.loads(body)
    except ValueError:
        return f"its body is not JSON: {body}"
    if not {"type", "title", "status"} <= set(problem) or problem["status"] != status:
        return f"its body is not the problem of a {status}: {body}"
    unknown = set(re.findall(r"\$([A-Za-z.]+)", body)) - HARMLESS_VARIABLES
    return f"its body takes in {', '.join(sorted(unknown))}" if unknown else None


@rule("access-log", "Each stage logs, as JSON, who called and under which key, and no token and no key.")
def access_log(stack: Stack) -> Iterator[Verdict]:
    for kind, member in (
        ("AWS::ApiGateway::Stage", "AccessLogSetting"),
        ("AWS::ApiGatewayV2::Stage", "AccessLogSettings"),
    ):
        for name, properties in stack.of_type(kind):
            api = stack.function_of(text(properties.get("RestApiId") or properties.get("ApiId")))
            if stack.apis.get(api) != "WEBSOCKET":
                yield name, access_log_fault(properties.get(member), stack.apis.get(api) == "REST")


def access_log_fault(setting: dict | None, is_metered: bool) -> str | None:
    if not setting or not setting.get("DestinationArn"):
        return "logs nothing"
    form = setting.get("Format", "")
    try:
        variables = set(json.loads(form).values())
    except ValueError:
        return f"its lines are not JSON: {form}"
    wanted = {"$context.requestId", "$context.authorizer.client_id", "$context.status"}
    if is_metered:
        wanted |= {"$context.identity.apiKeyId"}
    if missing := wanted - variables:
        return f"its lines lack {', '.join(sorted(missing))}"
    secret = {variable for variable in variables if re.search(r"apiKey$|header|[Tt]oken", variable)}
    return f"its lines hold {', '.join(sorted(secret))}" if secret else None


@rule("plan-stage", "Each usage plan is for a stage of the API.")
def plan_stage(stack: Stack) -> Iterator[Verdict]:
    stages = {
        (text(properties["RestApiId"]), name, text(properties["StageName"]))
        for name, properties in stack.of_type("AWS::ApiGateway::Stage")
    }
    for name, properties in stack.of_type("AWS::ApiGateway::UsagePlan"):
        named = [(text(entry.get("ApiId")), text(entry.get("Stage"))) for entry in properties.get("ApiStages", [])]
        unknown = [pair for pair in named if not is_stage(stack, stages, *pair)]
        yield verdict(name, bool(named) and not unknown, f"its stages {named} are not the API's")


def is_stage(stack: Stack, stages: set[tuple[str, str, str]], api: str, stage: str) -> bool:
    if any(api == known and stage in (f"${{{name}}}", said) for known, name, said in stages):
        return True
    # An API that is there already: both are parameters.
    return all(reference.removeprefix("${").removesuffix("}") in stack.parameters for reference in (api, stage))


@rule("plan-limits", "Each usage plan has a rate, a burst and a quota.")
def plan_limits(stack: Stack) -> Iterator[Verdict]:
    for name, properties in stack.of_type("AWS::ApiGateway::UsagePlan"):
        throttle, quota = properties.get("Throttle", {}), properties.get("Quota", {})
        limits = [throttle.get("RateLimit"), throttle.get("BurstLimit"), quota.get("Limit"), quota.get("Period")]
        yield verdict(name, all(limits), "lacks a rate, a burst or a quota")


@rule("two-plans", "A stack that makes the API makes two usage plans or more.")
def two_plans(stack: Stack) -> Iterator[Verdict]:
    if stack.makes_rest_api:
        plans = {name for name, _ in stack.of_type("AWS::ApiGateway::UsagePlan")}
        yield verdict("usage plans", len(plans) >= 2, f"there are {len(plans)}")


@rule("one-hand", "Keys of machine clients are made by `turnstile keys apply` alone.")
def one_hand(stack: Stack) -> Iterator[Verdict]:
    machines = {f"${{{name}}}" for name in stack.machine_clients}
    for name, properties in stack.of_type("AWS::ApiGateway::ApiKey"):
        yield verdict(name, text(properties.get("Value")) not in machines, "is the key of a machine client")


@rule("fixed-keys", "A key that the route table fixes is there, enabled, and in a plan.")
def fixed_keys(stack: Stack) -> Iterator[Verdict]:
    keys = {text(key.get("Value")): (name, key) for name, key in stack.of_type("AWS::ApiGateway::ApiKey")}
    planned = {text(properties["KeyId"]) for _, properties in stack.of_type("AWS::ApiGateway::UsagePlanKey")}
    for issuer in stack.route_table["issuers"]:
        if issuer.get("usageKey", {}).get("from") == "fixed":
            name, key = keys.get(stack.expanded(issuer["usageKey"]["value"]), ("", {}))
            right = key.get("Enabled") is True and f"${{{name}}}" in planned
            yield verdict(f"issuer {issuer['name']}", right, "its key is not there, not enabled, or in no plan")
