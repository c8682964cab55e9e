"""Rules on callers, the function, what it may do, and what is watched. Standard library only."""

import json
import re
from collections.abc import Iterator
from typing import Any

from template_model import VARIABLE, Properties, Stack, metadata, text
from template_rule import Verdict, rule, verdict

# Not of the route table: Lambda's, Swift's, and the one that names another route table.
OTHER_VARIABLES = re.compile(r"SWIFT_BACKTRACE|AUTHORIZER_CONFIG|AWS_LAMBDA_LOG_(LEVEL|FORMAT)")
# Policies of AWS's own that a template may use, and why.
MANAGED_POLICIES = {
    "AmazonAPIGatewayPushToCloudWatchLogs": "the account's one setting, by which API Gateway logs for every API",
}
CLIENT_REFERENCE = re.compile(r"\$\{(\w+)\}")
SOURCES = "Sources/AuthorizerService"
AWS_METRICS = {
    "AWS/Lambda": {"Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"},
    "AWS/ApiGateway": {"Count", "4XXError", "5XXError", "Latency", "IntegrationLatency"},
}


@rule("machine-clients", "Machine clients have a secret and the client-credentials grant, and nothing else.")
def machine_clients(stack: Stack) -> Iterator[Verdict]:
    for name, client in stack.machine_clients.items():
        right = (
            client.get("GenerateSecret") is True
            and client["AllowedOAuthFlows"] == ["client_credentials"]
            and client.get("AllowedOAuthFlowsUserPoolClient") is True
            and client.get("ExplicitAuthFlows") == ["ALLOW_REFRESH_TOKEN_AUTH"]
        )
        yield verdict(name, right, "has no secret, or may do more than fetch tokens of its own")
    scopes = [json.dumps(client["AllowedOAuthScopes"]) for client in stack.machine_clients.values()]
    if scopes:
        yield verdict("machine clients", len(set(scopes)) >= 2, "do not differ in their scopes")


@rule("web-clients", "Clients for people use the authorization-code grant alone, and return to https.")
def web_clients(stack: Stack) -> Iterator[Verdict]:
    for name, client in stack.clients.items():
        if name in stack.machine_clients:
            continue
        urls = [str(stack.plain(url)) for url in client.get("CallbackURLs", [])]
        right = (
            client.get("AllowedOAuthFlows") == ["code"]
            and client.get("ExplicitAuthFlows") == ["ALLOW_REFRESH_TOKEN_AUTH"]
            and bool(urls)
            and all(url.startswith("https://") for url in urls)
        )
        yield verdict(name, right, f"{client.get('AllowedOAuthFlows')}, {client.get('ExplicitAuthFlows')}, to {urls}")


@rule("scopes", "Scopes of clients and routes are those of a resource server, whose identifier is a URL.")
def scopes(stack: Stack) -> Iterator[Verdict]:
    for name, server in stack.of_type("AWS::Cognito::UserPoolResourceServer"):
        identifier = str(stack.plain(server["Identifier"]))
        yield verdict(name, identifier.startswith("https://") and not identifier.endswith("/"), f"is {identifier}")
    granted = stack.scopes()
    if not granted:
        return
    for name, client in stack.clients.items():
        unknown = {text(scope) for scope in client["AllowedOAuthScopes"]} - granted - {"openid", "email", "profile"}
        yield verdict(name, not unknown, f"asks for {', '.join(sorted(unknown))}")
    for route, asked in stack.expanded(stack.route_table["routes"]).items():
        unknown = {*asked.get("anyScope", []), *asked.get("allScopes", [])} - granted
        yield verdict(route, not unknown, f"asks for {', '.join(sorted(unknown))}")


@rule("client-after-scopes", "A client with scopes of a resource server is made after it.")
def client_after_scopes(stack: Stack) -> Iterator[Verdict]:
    servers = {name for name, _ in stack.of_type("AWS::Cognito::UserPoolResourceServer")}
    for name, client in stack.clients.items():
        if any("/" in text(scope) for scope in client["AllowedOAuthScopes"]):
            before = stack.resource(name).get("DependsOn", [])
            before = {before} if isinstance(before, str) else set(before)
            yield verdict(name, bool(before & servers), "may be made before its scopes are there, which fails")


@rule("clients-referenced", "The route table's clients are the template's, each by reference.")
def clients_referenced(stack: Stack) -> Iterator[Verdict]:
    if not stack.clients:
        return
    named = {client for issuer in stack.route_table["issuers"] for client in stack.expanded(issuer.get("clients", []))}
    for client in sorted(named):
        match = CLIENT_REFERENCE.fullmatch(client)
        yield verdict(client, bool(match) and match[1] in stack.clients, "is no client of the template")
    for name in stack.clients:
        yield verdict(name, f"${{{name}}}" in named, "is in no issuer's clients")


@rule("environment", "The function's variables are those that the route table asks for.")
def environment(stack: Stack) -> Iterator[Verdict]:
    asked = set(VARIABLE.findall(json.dumps(stack.route_table)))
    told = {name for name in stack.environment() if not OTHER_VARIABLES.fullmatch(name)}
    for name in sorted(asked | told):
        yield verdict(name, name in asked & told, "is not asked for" if name in told else "is not set")


@rule("function", "The authorizer is the file bootstrap on provided.al2023, built by a target of the Makefile.")
def function(stack: Stack) -> Iterator[Verdict]:
    targets = set(re.findall(r"^(build-\w+):", (stack.root / "Makefile").read_text(), re.MULTILINE))
    for name, properties in stack.authorizer_functions.items():
        said = (properties.get("Runtime"), properties.get("Handler"))
        yield verdict(name, said == ("provided.al2023", "bootstrap"), f"runs {said[1]} on {said[0]}")
        is_made = metadata(stack.source["Resources"][name]).get("BuildMethod") == "makefile"
        yield verdict(f"build-{name}", is_made and f"build-{name}" in targets, "is no target that sam build would run")


@rule("architecture", "The processor is a parameter that takes x86_64 and arm64.")
def architecture(stack: Stack) -> Iterator[Verdict]:
    for name, properties in stack.authorizer_functions.items():
        (reference,) = [text(value) for value in properties.get("Architectures", ["x86_64"])]
        parameter = stack.parameters.get(reference.removeprefix("${").removesuffix("}"), {})
        right = set(parameter.get("AllowedValues", [])) == {"x86_64", "arm64"}
        yield verdict(name, right, f"is for {reference}")


@rule("concurrency", "Reserved concurrency is a parameter that may be none.")
def concurrency(stack: Stack) -> Iterator[Verdict]:
    for name, properties in stack.authorizer_functions.items():
        said = text(properties.get("ReservedConcurrentExecutions"))
        parameter, _, otherwise = said.partition("|")
        default = stack.parameters.get(parameter.removeprefix("${").removesuffix("}"), {}).get("Default")
        yield verdict(name, default == "none" and otherwise == "${AWS::NoValue}", f"is {said}")


@rule("backtrace", "Swift's crash reports, which would dump memory, are off.")
def backtrace(stack: Stack) -> Iterator[Verdict]:
    for name, properties in stack.authorizer_functions.items():
        said = properties.get("Environment", {}).get("Variables", {}).get("SWIFT_BACKTRACE")
        yield verdict(name, said == "enable=no", f"SWIFT_BACKTRACE is {said}")


@rule("json-logs", "Functions log as JSON.")
def json_logs(stack: Stack) -> Iterator[Verdict]:
    for name, properties in stack.functions.items():
        said = properties.get("LoggingConfig", {}).get("LogFormat")
        yield verdict(name, said == "JSON", f"its log format is {said}")


@rule("log-retention", "Every log has a group of the template's own, and an end.")
def log_retention(stack: Stack) -> Iterator[Verdict]:
    groups = dict(stack.of_type("AWS::Logs::LogGroup"))
    for name, properties in groups.items():
        yield verdict(name, "RetentionInDays" in properties, "is kept for ever")
    for name, properties in stack.functions.items():
        group = text(properties.get("LoggingConfig", {}).get("LogGroup"))
        yield verdict(name, group.removeprefix("${").removesuffix("}") in groups, "logs to a group that Lambda makes")


@rule("iam", "No action, resource or principal of a policy is a wildcard.")
def iam(stack: Stack) -> Iterator[Verdict]:
    for name, statement in statements(stack):
        said = [*listed(statement.get("Action", [])), *listed(statement.get("Resource", []))]
        principal = statement.get("Principal", {})
        said += (
            [principal]
            if isinstance(principal, str)
            else [each for kind in principal.values() for each in listed(kind)]
        )
        wide = [text(value) for value in said if "*" in text(value)]
        wide += [member for member in ("NotAction", "NotResource", "NotPrincipal") if member in statement]
        yield verdict(name, not wide, f"says {', '.join(wide)}")


def statements(stack: Stack) -> Iterator[tuple[str, Properties]]:
    for kind in ("AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        for name, properties in stack.of_type(kind):
            documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
            documents += [
                properties[member] for member in ("PolicyDocument", "AssumeRolePolicyDocument") if member in properties
            ]
            for document in documents:
                for statement in listed(document["Statement"]):
                    yield name, statement


@rule("managed-policies", "No policy of AWS's own is used, but for the account's log setting.")
def managed_policies(stack: Stack) -> Iterator[Verdict]:
    for name, properties in stack.of_type("AWS::IAM::Role"):
        said = {text(arn).rsplit("/", 1)[-1] for arn in properties.get("ManagedPolicyArns", [])}
        yield verdict(name, said <= set(MANAGED_POLICIES), f"has {', '.join(sorted(said))}")


def listed(value: Any) -> list:
    return value if isinstance(value, list) else [value]


@rule("outputs", "No output shows a secret or a key.")
def outputs(stack: Stack) -> Iterator[Verdict]:
    keys = {f"${{{name}}}" for name, _ in stack.of_type("AWS::ApiGateway::ApiKey")}
    for name, output in stack.translated.get("Outputs", {}).items():
        said = text(output["Value"])
        yield verdict(name, "Secret" not in said and said not in keys, f"shows {said}")


# MARK: What is watched


def metrics_of(stack: Stack) -> Iterator[tuple[str, str, str, dict[str, str], str]]:
    """Where it is asked for, namespace, name, dimensions, statistic."""
    for name, alarm in stack.of_type("AWS::CloudWatch::Alarm"):
        for statistic in [alarm, *(query["MetricStat"] for query in alarm.get("Metrics", []) if "MetricStat" in query)]:
            metric = statistic.get("Metric", statistic)
            if "MetricName" in metric:
                dimensions = {entry["Name"]: text(entry["Value"]) for entry in metric.get("Dimensions", [])}
                stat = statistic.get("Stat") or statistic.get("Statistic") or statistic.get("ExtendedStatistic", "")
                yield name, metric["Namespace"], metric["MetricName"], dimensions, stat
    for name, board in stack.of_type("AWS::CloudWatch::Dashboard"):
        for widget in json.loads(text(board["DashboardBody"]))["widgets"]:
            for row in widget["properties"]["metrics"]:
                words = [word for word in row if isinstance(word, str)]
                if words:
                    yield name, words[0], words[1], dict(zip(words[2::2], words[3::2], strict=True)), ""


def emitted(stack: Stack) -> tuple[str, set[str], list[str], str]:
    """Namespace, names and dimensions of the metrics that the code counts, and the code."""
    code = "\n".join(path.read_text() for path in sorted((stack.root / SOURCES).glob("*.swift")))
    (namespace,) = re.findall(r'static let namespace = "(\w+)"', code)
    (of_function,) = re.findall(r'static let functionDimension = "(\w+)"', code)
    (rest,) = re.findall(r"static let dimensions = \[([^\]]+)\]", code)
    names = set(re.findall(r'\bcount\("(\w+)"', code))
    return namespace, names, [of_function, *re.findall(r'"(\w+)"', rest)], code


@rule("metrics", "Alarms and dashboard ask for metrics that somebody writes.")
def metrics(stack: Stack) -> Iterator[Verdict]:
    namespace, names, dimensions, code = emitted(stack)
    for place, space, name, said, _ in metrics_of(stack):
        if space != namespace:
            yield verdict(
                f"{place} {space} {name}", name in AWS_METRICS.get(space, ()), "is no metric that is known here"
            )
            continue
        # A series has the function alone, or with it the decision, and the reason where there is one.
        right = name in names and list(said) == dimensions[: len(said)] and len(said) >= 1
        values = [value for key, value in said.items() if key != dimensions[0]]
        right = right and all(f'"{value}"' in code for value in values)
        right = right and (len(said) == 1 or name in told_apart(code))
        yield verdict(f"{place} {name} {'/'.join(values)}".rstrip(), right, f"by {said} is not written")


def told_apart(code: str) -> set[str]:
    """Metrics that have a series for each decision and reason, too."""
    return set(re.findall(r'\bcount\("(\w+)"[^)\n]*isToldApart: true', code))


@rule("dashboard-name", "A dashboard's name tells its region: dashboards are the account's, and each name is there once.")
def dashboard_name(stack: Stack) -> Iterator[Verdict]:
    for name, board in stack.of_type("AWS::CloudWatch::Dashboard"):
        said = text(board.get("DashboardName", "${AWS::Region}"))  # CloudFormation's own names are unlike each other
        yield verdict(name, "${AWS::Region}" in said, f"is called {said} in every region")


@rule("steady-series", "Alarms ask for series that each line writes, not for ones that may never come to be.")
def steady_series(stack: Stack) -> Iterator[Verdict]:
    namespace = emitted(stack)[0]
    alarms = {name for name, _ in stack.of_type("AWS::CloudWatch::Alarm")}
    for place, space, name, said, _ in metrics_of(stack):
        if place in alarms and space == namespace:
            yield verdict(f"{place} {name}", len(said) == 1, f"by {said} is there only once that has happened")


@rule("metrics-on", "The route table turns on the metrics that are asked for.")
def metrics_on(stack: Stack) -> Iterator[Verdict]:
    if any(space == emitted(stack)[0] for _, space, _, _, _ in metrics_of(stack)):
        said = stack.route_table.get("metrics", "none")
        yield verdict("metrics", said == "emf", f'"metrics" is "{said}"')


@rule("watched", "Faults, failed key fetches, the refused share and the 99th percentile raise an alarm.")
def watched(stack: Stack) -> Iterator[Verdict]:
    if not stack.makes_rest_api:
        return
    alarms = {name for name, _ in stack.of_type("AWS::CloudWatch::Alarm")}
    asked = [metric for metric in metrics_of(stack) if metric[0] in alarms]
    kinds = {
        "faults": lambda name, said, stat: name == "Faults",
        "failed key fetches": lambda name, said, stat: name == "KeyFetchFailures",
        "refused share": lambda name, said, stat: name == "Refusals" and stat == "Average",
        "99th percentile": lambda name, said, stat: name == "DecisionTime" and stat == "p99",
    }
    for kind, is_it in kinds.items():
        found = any(is_it(name, said, stat) for _, _, name, said, stat in asked)
        yield verdict(kind, found, "raises no alarm")
    boards = [name for name, _ in stack.of_type("AWS::CloudWatch::Dashboard")]
    yield verdict("dashboard", len(boards) == 1, "is not there")
    yield from function_alarms(stack, alarms)


def function_alarms(stack: Stack, alarms: set[str]) -> Iterator[Verdict]:
    """Lambda's Errors hold every 401, so an alarm on them would be the caller's to raise."""
    for place, space, name, _, _ in metrics_of(stack):
        if place in alarms:
            yield verdict(f"{place} {name}", (space, name) != ("AWS/Lambda", "Errors"), "counts every 401")
