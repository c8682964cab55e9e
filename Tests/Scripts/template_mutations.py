"""Copies of the templates, each broken in one place: what every rule of scripts/check-template must see."""

import copy
from collections.abc import Callable
from typing import Any

REST, ATTACH, STREAMS = "template.yaml", "templates/attach.yaml", "templates/http-websocket.yaml"

Change = Callable[[dict, dict], None]  # of the template, and of its route table
API, FUNCTION, POOL_CLIENT = "Api.Properties", "Authorizer.Properties", "BasicClient.Properties"
TURNSTILE = f"{API}.Auth.Authorizers.Turnstile"
LAMBDAS_OWN = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def at(template: dict, path: str) -> tuple[Any, str | int]:
    """The container and the name of what a dotted path below Resources names."""
    place: Any = template["Resources"]
    names = [int(name) if name.isdigit() else name for name in path.split(".")]
    for name in names[:-1]:
        place = place[name]
    return place, names[-1]


def put(path: str, value: Any) -> Change:
    def change(template: dict, _: dict) -> None:
        place, name = at(template, path)
        place[name] = value

    return change


def drop(path: str) -> Change:
    def change(template: dict, _: dict) -> None:
        place, name = at(template, path)
        del place[name]

    return change


def replace(path: str, old: str, new: str) -> Change:
    def change(template: dict, _: dict) -> None:
        place, name = at(template, path)
        assert old in place[name], f"{old} is not in {path}"
        place[name] = place[name].replace(old, new)

    return change


def table(member: str, value: Any) -> Change:
    return lambda _, route_table: route_table.__setitem__(member, value)


def parameter(name: str, member: str, value: Any) -> Change:
    return lambda template, _: template["Parameters"][name].__setitem__(member, value)


def route_event(path: str) -> dict:
    properties = {"RestApiId": {"Ref": "Api"}, "Path": path, "Method": "GET"}
    return {"Type": "Api", "Properties": properties}


def gateway_response(kind: str, member: str, value: Any) -> Change:
    return put(f"{API}.GatewayResponses.{kind}.{member}", value)


def machine_key() -> dict:
    return {"Type": "AWS::ApiGateway::ApiKey", "Properties": {"Enabled": True, "Value": {"Ref": "BasicClient"}}}


def role_statement(member: str, value: Any) -> Change:
    return put(f"AuthorizerRole.Properties.Policies.0.PolicyDocument.Statement.0.{member}", value)


def wide_policy() -> dict:
    document = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
    roles = [{"Ref": "AuthorizerRole"}]
    return {
        "Type": "AWS::IAM::Policy",
        "Properties": {"PolicyName": "wide", "PolicyDocument": document, "Roles": roles},
    }


def decisions_by(decision: str, reason: str) -> Change:
    """The alarm on faults asks for the decisions with one reason."""

    def change(template: dict, _: dict) -> None:
        alarm = template["Resources"]["FaultAlarm"]["Properties"]
        alarm["MetricName"] = "Decisions"
        alarm["Dimensions"] += [{"Name": "decision", "Value": decision}, {"Name": "reason", "Value": reason}]

    return change


def mutual_tls() -> dict:
    """A domain that asks for client certificates."""
    return {
        "DomainName": "api.example.com",
        "CertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/a",
        "EndpointConfiguration": "REGIONAL",
        "SecurityPolicy": "TLS_1_2",
        "MutualTlsAuthentication": {"TruststoreUri": "s3://truststore/roots.pem"},
    }


def output(name: str, value: Any) -> Change:
    return lambda template, _: template["Outputs"].__setitem__(name, {"Value": value})


def body(status: int, **members: str) -> str:
    said = "".join(f',"{name}":"{value}"' for name, value in members.items())
    return f'{{"type":"about:blank","title":"No","status":{status}{said}}}'


# rule, template, what is broken, how
MUTATIONS: list[tuple[str, str, str, Change]] = [
    ("key-source", REST, "the caller's header names the key", put(f"{API}.ApiKeySourceType", "HEADER")),
    ("key-source", REST, "the key source is left out", drop(f"{API}.ApiKeySourceType")),
    ("key-required", REST, "no method needs a key", put(f"{API}.Auth.ApiKeyRequired", False)),
    (
        "key-required",
        REST,
        "one method needs no key",
        put("Orders.Properties.Events.Place.Properties.Auth", {"ApiKeyRequired": False}),
    ),
    (
        "authorized",
        REST,
        "one method is open",
        put("Orders.Properties.Events.List.Properties.Auth", {"Authorizer": "NONE"}),
    ),
    ("authorized", STREAMS, "$connect is open", put("ConnectRoute.Properties.AuthorizationType", "NONE")),
    (
        "authorized",
        STREAMS,
        "one HTTP route is open",
        put("Orders.Properties.Events.List.Properties.Auth", {"Authorizer": "NONE"}),
    ),
    ("identity-source", REST, "another header", put(f"{TURNSTILE}.Identity.Headers", ["X-Token"])),
    (
        "identity-source",
        STREAMS,
        "another query parameter",
        put("ConnectAuthorizer.Properties.IdentitySource", ["route.request.querystring.token"]),
    ),
    ("cache-fits-policy", REST, "answers for one request are kept", table("policy", "request")),
    ("cache-fits-policy", ATTACH, "answers for one request are kept", table("policy", "request")),
    (
        "cache-fits-policy",
        STREAMS,
        "a simple answer is kept for all routes",
        drop("HttpApi.Properties.Auth.Authorizers.Turnstile.Identity.Context"),
    ),
    (
        "cache-within-token",
        REST,
        "kept for longer than a token lives",
        put(f"{TURNSTILE}.Identity.ReauthorizeEvery", 3600),
    ),
    ("cache-within-token", REST, "tokens that live shorter", put(f"{POOL_CLIENT}.AccessTokenValidity", 5)),
    ("cache-within-token", ATTACH, "kept for longer than a token lives", parameter("CacheSeconds", "Default", 3600)),
    (
        "simple-answers",
        STREAMS,
        "policies are asked for",
        put("HttpApi.Properties.Auth.Authorizers.Turnstile.EnableSimpleResponses", False),
    ),
    ("simple-answers", STREAMS, "the route table says policies", table("httpAPIResponse", "policy")),
    (
        "invoke-permission",
        ATTACH,
        "any API of the account",
        put(
            "RestAuthorizerPermission.Properties.SourceArn",
            {"Fn::Sub": "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:*"},
        ),
    ),
    ("invoke-permission", ATTACH, "no source at all", drop("RestAuthorizerPermission.Properties.SourceArn")),
    (
        "invoke-permission",
        ATTACH,
        "any method of the API",
        replace("RestAuthorizerPermission.Properties.SourceArn.Fn::Sub", "authorizers/${RestAuthorizer}", "*"),
    ),
    (
        "invoke-permission",
        ATTACH,
        "the function is let, its alias called",
        put("RestAuthorizerPermission.Properties.FunctionName", {"Ref": "AttachedAuthorizer"}),
    ),
    ("invoke-permission", STREAMS, "somebody else", put("ConnectAuthorizerPermission.Properties.Principal", "*")),
    ("invoke-permission", STREAMS, "nobody", drop("ConnectAuthorizerPermission")),
    ("one-address", REST, "the default endpoint is open", put(f"{API}.Domain", mutual_tls())),
    ("one-address", STREAMS, "the HTTP API's default endpoint is open", put("HttpApi.Properties.Domain", mutual_tls())),
    (
        "routes",
        REST,
        "a route that the table does not know",
        put("Orders.Properties.Events.More", route_event("/more")),
    ),
    ("routes", REST, "a route that the API does not have", drop("Orders.Properties.Events.Read")),
    ("routes", STREAMS, "no $connect in the table", lambda _, route_table: route_table["routes"].pop("$connect")),
    ("gateway-responses", REST, "one is left out", drop(f"{API}.GatewayResponses.QUOTA_EXCEEDED")),
    (
        "gateway-responses",
        REST,
        "another media type",
        gateway_response("THROTTLED", "ResponseParameters.Headers.Content-Type", "'application/json'"),
    ),
    (
        "gateway-responses",
        REST,
        "no challenge",
        drop(f"{API}.GatewayResponses.UNAUTHORIZED.ResponseParameters.Headers.WWW-Authenticate"),
    ),
    ("gateway-responses", REST, "another status", gateway_response("ACCESS_DENIED", "StatusCode", 401)),
    (
        "gateway-responses",
        REST,
        "the body names another status",
        gateway_response("THROTTLED", "ResponseTemplates.application/json", body(503)),
    ),
    (
        "gateway-responses",
        REST,
        "a body that is not JSON",
        gateway_response("THROTTLED", "ResponseTemplates.application/json", "{'status':429}"),
    ),
    (
        "gateway-responses",
        REST,
        "what the caller sent",
        gateway_response("THROTTLED", "ResponseTemplates.application/json", body(429, path="$context.path")),
    ),
    ("access-log", REST, "none", drop(f"{API}.AccessLogSetting")),
    (
        "access-log",
        REST,
        "lines without the usage key's id",
        replace(f"{API}.AccessLogSetting.Format", "identity.apiKeyId", "identity.user"),
    ),
    (
        "access-log",
        REST,
        "lines with the usage key",
        replace(f"{API}.AccessLogSetting.Format", "$context.httpMethod", "$context.identity.apiKey"),
    ),
    (
        "access-log",
        REST,
        "lines that are not JSON",
        put(f"{API}.AccessLogSetting.Format", "$context.requestId $context.status"),
    ),
    (
        "access-log",
        STREAMS,
        "lines without the client",
        replace("HttpApi.Properties.AccessLogSettings.Format", "authorizer.client_id", "integrationStatus"),
    ),
    ("plan-stage", REST, "no stage", drop("BasicPlan.Properties.ApiStages")),
    ("plan-stage", REST, "another stage", put("PremiumPlan.Properties.ApiStages.0.Stage", "test")),
    ("plan-stage", ATTACH, "another API", put("Plan.Properties.ApiStages.0.ApiId", "a1b2c3d4e5")),
    ("plan-limits", REST, "no quota", drop("BasicPlan.Properties.Quota")),
    ("plan-limits", ATTACH, "no rate", drop("Plan.Properties.Throttle.RateLimit")),
    (
        "two-plans",
        REST,
        "one plan",
        lambda template, _: [template["Resources"].pop(name) for name in ("BasicPlan", "PremiumPlan")],
    ),
    ("one-hand", REST, "the template makes a client's key", put("BasicKey", machine_key())),
    ("fixed-keys", REST, "the staff's key is another", put("StaffKey.Properties.Value", "staff-0123456789-sample-key")),
    ("fixed-keys", REST, "the staff's key is disabled", put("StaffKey.Properties.Enabled", False)),
    ("fixed-keys", REST, "the staff's key is in no plan", drop("StaffPlanKey")),
    ("machine-clients", REST, "no secret", put(f"{POOL_CLIENT}.GenerateSecret", False)),
    (
        "machine-clients",
        REST,
        "a further grant",
        put(f"{POOL_CLIENT}.AllowedOAuthFlows", ["client_credentials", "code"]),
    ),
    ("machine-clients", REST, "people may sign in", drop(f"{POOL_CLIENT}.ExplicitAuthFlows")),
    (
        "machine-clients",
        REST,
        "the same scopes",
        put("PremiumClient.Properties.AllowedOAuthScopes", [{"Fn::Sub": "${ResourceServer}/api.read"}]),
    ),
    ("web-clients", REST, "the implicit grant", put("WebClient.Properties.AllowedOAuthFlows", ["code", "implicit"])),
    ("web-clients", REST, "signing in without the browser", drop("WebClient.Properties.ExplicitAuthFlows")),
    ("web-clients", REST, "back to http", parameter("WebCallbackUrl", "Default", "http://app.example.com/callback")),
    ("scopes", REST, "an identifier that is no URL", parameter("ResourceServer", "Default", "orders")),
    (
        "scopes",
        REST,
        "a client's scope that nobody grants",
        put(f"{POOL_CLIENT}.AllowedOAuthScopes", [{"Fn::Sub": "${ResourceServer}/api.write"}]),
    ),
    ("scopes", REST, "a route's scope that nobody grants", put("Scopes.Properties.Scopes.1.ScopeName", "api.write")),
    ("client-after-scopes", REST, "no DependsOn", drop("PremiumClient.DependsOn")),
    (
        "clients-referenced",
        REST,
        "a client in letters",
        put(f"{FUNCTION}.Environment.Variables.BASIC_CLIENT_ID", "1basic23client45example678"),
    ),
    (
        "clients-referenced",
        REST,
        "a client that no issuer names",
        put(f"{FUNCTION}.Environment.Variables.PREMIUM_CLIENT_ID", {"Ref": "BasicClient"}),
    ),
    ("environment", REST, "a name that is not set", drop(f"{FUNCTION}.Environment.Variables.USER_POOL_ID")),
    (
        "environment",
        ATTACH,
        "a name that nobody asks for",
        put("AttachedAuthorizer.Properties.Environment.Variables.CLIENT_ID", "x"),
    ),
    ("function", REST, "another runtime", put(f"{FUNCTION}.Runtime", "provided.al2")),
    ("function", REST, "no target of the Makefile", lambda template, _: rename_function(template)),
    ("function", STREAMS, "not built by make", put("StreamingAuthorizer.Metadata.BuildMethod", "rust-cargolambda")),
    ("architecture", REST, "one processor", put(f"{FUNCTION}.Architectures", ["x86_64"])),
    ("architecture", REST, "one value", parameter("Architecture", "AllowedValues", ["x86_64"])),
    ("concurrency", REST, "a figure", put(f"{FUNCTION}.ReservedConcurrentExecutions", 10)),
    ("concurrency", ATTACH, "nothing said", drop("AttachedAuthorizer.Properties.ReservedConcurrentExecutions")),
    ("backtrace", REST, "crash reports are on", drop(f"{FUNCTION}.Environment.Variables.SWIFT_BACKTRACE")),
    ("json-logs", REST, "text", put(f"{FUNCTION}.LoggingConfig.LogFormat", "Text")),
    ("log-retention", REST, "kept for ever", drop("ApiLogs.Properties.RetentionInDays")),
    ("log-retention", REST, "a group that Lambda makes", drop(f"{FUNCTION}.LoggingConfig.LogGroup")),
    ("iam", REST, "all log actions", role_statement("Action", "logs:*")),
    ("iam", REST, "every resource", role_statement("Resource", "*")),
    (
        "iam",
        REST,
        "a role for everybody",
        put("AuthorizerRole.Properties.AssumeRolePolicyDocument.Statement.0.Principal", "*"),
    ),
    (
        "iam",
        ATTACH,
        "a policy apart from the role",
        lambda template, _: template["Resources"].__setitem__("Wide", wide_policy()),
    ),
    ("iam", ATTACH, "all but one action", role_statement("NotAction", "iam:PassRole")),
    ("managed-policies", REST, "Lambda's own", put("AuthorizerRole.Properties.ManagedPolicyArns", [LAMBDAS_OWN])),
    ("outputs", REST, "a client's secret", output("Secret", {"Fn::GetAtt": ["BasicClient", "ClientSecret"]})),
    ("metrics", REST, "a metric that is not counted", put("KeyFetchAlarm.Properties.MetricName", "KeyFetchErrors")),
    ("metrics", REST, "another namespace", put("KeyFetchAlarm.Properties.Namespace", "turnstile")),
    (
        "metrics",
        REST,
        "a dimension that is not there",
        put("KeyFetchAlarm.Properties.Dimensions.0.Name", "FunctionName"),
    ),
    (
        "metrics",
        REST,
        "a reason that is none",
        decisions_by("fault", "keys_gone"),
    ),
    (
        "metrics",
        REST,
        "a dashboard of nothing",
        replace("Dashboard.Properties.DashboardBody.Fn::Sub", '"KeyFetchTime"', '"KeyTime"'),
    ),
    ("dashboard-name", REST, "a name for all regions", put("Dashboard.Properties.DashboardName", {"Ref": "AWS::StackName"})),
    ("metrics-on", REST, "metrics are off", table("metrics", "none")),
    ("watched", REST, "no alarm on key fetches", drop("KeyFetchAlarm")),
    ("watched", REST, "no dashboard", drop("Dashboard")),
    ("watched", REST, "no 99th percentile", put("SlowAlarm.Properties.Metrics.1.MetricStat.Stat", "Average")),
    (
        "watched",
        REST,
        "an alarm that callers raise",
        put("CrashAlarm.Properties.Metrics.1.MetricStat.Metric.MetricName", "Errors"),
    ),
    ("steady-series", REST, "a series that comes with the first fault", decisions_by("fault", "keys_unavailable")),
    ("watched", REST, "no alarm on faults", drop("FaultAlarm")),
    ("watched", REST, "no alarm on the refused share", drop("DeniedShareAlarm")),
]


def rename_function(template: dict) -> None:
    """Only in the function's own name: the rest of the template goes on naming the one it knows."""
    copy_of = copy.deepcopy(template["Resources"]["Authorizer"])
    del copy_of["Properties"]["AutoPublishAlias"], copy_of["Properties"]["AutoPublishAliasAllProperties"]
    template["Resources"]["Judge"] = copy_of
