"""A stack as the rules of scripts/check-template see it: the template, what SAM makes of it, and its route table.

Standard library only.
"""

import json
import pathlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Properties = dict[str, Any]
VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
FUNCTION_OF_URI = re.compile(r"/functions/(.+)/invocations$")


def text(value: Any) -> str:
    """A value in one line: what refers to something is written as Fn::Sub writes it; both arms of Fn::If are there."""
    if isinstance(value, dict) and len(value) == 1:
        ((name, argument),) = value.items()
        match name:
            case "Ref":
                return f"${{{argument}}}"
            case "Fn::GetAtt":
                return f"${{{argument if isinstance(argument, str) else '.'.join(argument)}}}"
            case "Fn::Sub" if isinstance(argument, str):
                return argument
            case "Fn::Sub":
                pattern, values = argument
                return VARIABLE.sub(lambda match: text(values.get(match[1], match[0])), pattern)
            case "Fn::If":
                return "|".join(text(arm) for arm in argument[1:])
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else json.dumps(value)


@dataclass(frozen=True)
class Method:
    """One route of an API."""

    api: str
    route: str
    authorizers: tuple[str, ...]
    needs_key: bool


@dataclass(frozen=True)
class Authorizer:
    """One Lambda authorizer of an API."""

    name: str
    api: str
    kind: str  # "REST", "HTTP" or "WEBSOCKET"
    function: str  # as its URI says it: ${Authorizer.Arn}, or ${Alias}
    ttl: Any
    sources: tuple[str, ...]
    payload: str = ""
    is_simple: bool = False


@dataclass
class Stack:
    path: pathlib.Path
    source: dict
    translated: dict
    route_table: dict
    root: pathlib.Path
    apis: dict[str, str] = field(default_factory=dict)  # logical id: kind

    def __post_init__(self) -> None:
        for name, _ in self.of_type("AWS::ApiGateway::RestApi"):
            self.apis[name] = "REST"
        for name, properties in self.of_type("AWS::ApiGatewayV2::Api"):
            self.apis[name] = "WEBSOCKET" if properties.get("ProtocolType") == "WEBSOCKET" else "HTTP"

    def of_type(self, kind: str) -> Iterator[tuple[str, Properties]]:
        for name, resource in self.translated["Resources"].items():
            if resource["Type"] == kind:
                yield name, resource.get("Properties", {})

    def resource(self, name: str) -> dict:
        return self.translated["Resources"].get(name, {})

    @property
    def parameters(self) -> dict[str, dict]:
        return self.source.get("Parameters", {})

    def plain(self, value: Any) -> Any:
        """A parameter's default where a value is just that parameter."""
        if isinstance(value, dict) and set(value) == {"Ref"} and value["Ref"] in self.parameters:
            return self.parameters[value["Ref"]].get("Default")
        return value

    # MARK: Functions

    @property
    def functions(self) -> dict[str, Properties]:
        return dict(self.of_type("AWS::Lambda::Function"))

    @property
    def authorizer_functions(self) -> dict[str, Properties]:
        """Those that are bootstrap."""
        named = {name for name, resource in self.source["Resources"].items() if "BuildMethod" in metadata(resource)}
        used = {self.function_of(authorizer.function) for authorizer in self.authorizers()}
        return {name: properties for name, properties in self.functions.items() if name in named | used}

    def function_of(self, reference: str) -> str:
        """The function behind ${Name}, ${Name.Arn} or ${Alias}."""
        name = reference.removeprefix("${").removesuffix("}").split(".")[0]
        alias = self.resource(name)
        if alias.get("Type") == "AWS::Lambda::Alias":
            return self.function_of(text(alias["Properties"]["FunctionName"]))
        return name

    def environment(self) -> dict[str, str]:
        values: dict[str, str] = {}
        for properties in self.authorizer_functions.values():
            variables = properties.get("Environment", {}).get("Variables", {})
            values |= {name: text(value) for name, value in variables.items()}
        return values

    def expanded(self, value: Any) -> Any:
        """A value of the route table with ${NAME} replaced as the function would; in the words of the template."""
        if isinstance(value, dict):
            return {name: self.expanded(member) for name, member in value.items()}
        if isinstance(value, list):
            return [self.expanded(element) for element in value]
        if isinstance(value, str):
            environment = self.environment()
            return VARIABLE.sub(lambda match: environment.get(match[1], match[0]), value)
        return value

    # MARK: APIs

    def methods(self) -> Iterator[Method]:
        for api in self.apis:
            body = self.resource(api)["Properties"].get("Body", {})
            for path, operations in body.get("paths", {}).items():
                for verb, operation in operations.items():
                    if verb == "options":
                        continue  # a preflight request carries no token (Fetch §4.8)
                    security = [name for requirement in operation.get("security", []) for name in requirement]
                    name = "ANY" if verb == "x-amazon-apigateway-any-method" else verb.upper()
                    authorizers = tuple(scheme for scheme in security if scheme not in ("api_key", "NONE"))
                    yield Method(api, f"{name} {path}", authorizers, "api_key" in security)
        for _, properties in self.of_type("AWS::ApiGatewayV2::Route"):
            api = self.function_of(text(properties["ApiId"]))
            is_custom = properties.get("AuthorizationType") == "CUSTOM"
            authorizers = (text(properties.get("AuthorizerId", "")),) if is_custom else ()
            yield Method(api, properties["RouteKey"], authorizers, properties.get("ApiKeyRequired", False))

    def authorizers(self) -> Iterator[Authorizer]:
        for api, kind in self.apis.items():
            body = self.resource(api)["Properties"].get("Body", {})
            for name, scheme in body.get("components", {}).get("securitySchemes", {}).items():
                if found := scheme.get("x-amazon-apigateway-authorizer"):
                    sources = found.get("identitySource", [])
                    yield Authorizer(
                        name, api, kind, function_in(found.get("authorizerUri")),
                        found.get("authorizerResultTtlInSeconds"),
                        tuple(sources if isinstance(sources, list) else re.split(r",\s*", sources)),
                        found.get("authorizerPayloadFormatVersion", ""), found.get("enableSimpleResponses", False),
                    )  # fmt: skip
        for name, properties in self.of_type("AWS::ApiGateway::Authorizer"):
            yield Authorizer(
                name, text(properties["RestApiId"]), "REST", function_in(properties.get("AuthorizerUri")),
                self.plain(properties.get("AuthorizerResultTtlInSeconds")),
                tuple(re.split(r",\s*", properties.get("IdentitySource", ""))),
            )  # fmt: skip
        for name, properties in self.of_type("AWS::ApiGatewayV2::Authorizer"):
            api = self.function_of(text(properties["ApiId"]))
            sources = tuple(str(self.plain(source)) for source in properties.get("IdentitySource", []))
            yield Authorizer(
                name, api, self.apis.get(api, "HTTP"), function_in(properties.get("AuthorizerUri")),
                self.plain(properties.get("AuthorizerResultTtlInSeconds")), sources,
                properties.get("AuthorizerPayloadFormatVersion", ""), properties.get("EnableSimpleResponses", False),
            )  # fmt: skip

    # MARK: Callers

    @property
    def clients(self) -> dict[str, Properties]:
        return dict(self.of_type("AWS::Cognito::UserPoolClient"))

    @property
    def machine_clients(self) -> dict[str, Properties]:
        return {
            name: client
            for name, client in self.clients.items()
            if "client_credentials" in client.get("AllowedOAuthFlows", [])
        }

    def scopes(self) -> set[str]:
        """What the resource servers of the template grant."""
        return {
            f"{text(server['Identifier'])}/{scope['ScopeName']}"
            for _, server in self.of_type("AWS::Cognito::UserPoolResourceServer")
            for scope in server.get("Scopes", [])
        }

    @property
    def makes_rest_api(self) -> bool:
        return "REST" in self.apis.values()


def metadata(resource: dict) -> dict:
    return resource.get("Metadata", {})


def function_in(uri: Any) -> str:
    """The function that an integration URI names, as ${…}."""
    match = FUNCTION_OF_URI.search(text(uri))
    return match[1] if match else ""
