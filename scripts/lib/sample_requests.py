"""The shapes in which API Gateway asks an authorizer, filled as API Gateway fills them."""

ACCOUNT = "123456789012"
REGION = "eu-west-1"
REST_API = "a1b2c3d4e5"
HTTP_API = "h1t2t3p4a5"
WEBSOCKET_API = "w1s2o3c4k5"
STAGE = "prod"
CONSOLE_TEST_STAGE = "ESTestInvoke-stage"

MOMENT = "09/Apr/2026:12:34:56 +0000"
MOMENT_MILLISECONDS = 1_775_738_096_000
USER_AGENT = "orders-batch/2.4"
SOURCE_ADDRESS = "192.0.2.17"  # RFC 5737


def arn(api: str, stage: str, rest: str) -> str:
    return f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/{stage}/{rest}"


def method_arn(method: str, path: str, api: str = REST_API, stage: str = STAGE) -> str:
    return arn(api, stage, method + path)


def rest_token(token: str, method: str, path: str, stage: str = STAGE, api: str = REST_API) -> dict:
    """REST API, authorizer of type TOKEN."""
    return {
        "type": "TOKEN",
        "methodArn": method_arn(method, path, api, stage),
        "authorizationToken": f"Bearer {token}",
    }


def headers_of(host: str, credentials: list[str]) -> dict[str, list[str]]:
    """Every header with all its values, named as an HTTP/1.1 client named them."""
    headers = {
        "Accept": ["application/json"],
        "Host": [host],
        "User-Agent": [USER_AGENT],
        "X-Amzn-Trace-Id": ["Root=1-69d79bf0-0123456789abcdef01234567"],
        "X-Forwarded-For": [SOURCE_ADDRESS],
        "X-Forwarded-Port": ["443"],
        "X-Forwarded-Proto": ["https"],
    }
    return {"Authorization": credentials, **headers} if credentials else headers


def last_values(headers: dict[str, list[str]]) -> dict[str, str]:
    return {name: values[-1] for name, values in headers.items()}


def bearer(token: str | list[str] | None) -> list[str]:
    tokens = token if isinstance(token, list) else [token] if token else []
    return [f"Bearer {one}" for one in tokens]


def identity() -> dict:
    absent = (
        "cognitoIdentityPoolId", "accountId", "cognitoIdentityId", "caller", "principalOrgId", "accessKey",
        "cognitoAuthenticationType", "cognitoAuthenticationProvider", "userArn", "user",
    )
    return {**dict.fromkeys(absent), "sourceIp": SOURCE_ADDRESS, "userAgent": USER_AGENT}


def rest_request(
    token: str | list[str] | None,
    method: str,
    resource: str,
    path: str,
    parameters: dict | None = None,
    api: str = REST_API,
) -> dict:
    """REST API, authorizer of type REQUEST."""
    host = f"{api}.execute-api.{REGION}.amazonaws.com"
    headers = headers_of(host, bearer(token))
    return {
        "type": "REQUEST",
        "methodArn": method_arn(method, path, api),
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": last_values(headers),
        "multiValueHeaders": headers,
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": parameters,
        "stageVariables": None,
        "requestContext": {
            "resourceId": "x7y8z9",
            "resourcePath": resource,
            "httpMethod": method,
            "extendedRequestId": "c0ffeeAAAjoEExample=",
            "requestTime": MOMENT,
            "path": f"/{STAGE}{path}",
            "accountId": ACCOUNT,
            "protocol": "HTTP/1.1",
            "stage": STAGE,
            "domainPrefix": api,
            "requestTimeEpoch": MOMENT_MILLISECONDS,
            "requestId": "7c4f1e6a-1d2b-4c3d-9e8f-0123456789ab",
            "identity": identity(),
            "domainName": host,
            "deploymentId": "d1e2p3",
            "apiId": api,
        },
    }


def http_1(token: str, method: str, path: str, identity_source: str | None = None) -> dict:
    """HTTP API, payload format 1.0. Several identity sources arrive joined by commas."""
    host = f"{HTTP_API}.execute-api.{REGION}.amazonaws.com"
    headers = headers_of(host, bearer(token))
    source = identity_source or headers["Authorization"][0]
    return {
        "version": "1.0",
        "type": "REQUEST",
        "methodArn": method_arn(method, path, HTTP_API, "$default"),
        "identitySource": source,
        "authorizationToken": source,
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": last_values(headers),
        "queryStringParameters": {},
        "pathParameters": {},
        "stageVariables": {},
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": HTTP_API,
            "domainName": host,
            "domainPrefix": HTTP_API,
            "extendedRequestId": "c0ffeeAAAjoEExample=",
            "httpMethod": method,
            "identity": identity(),
            "path": path,
            "protocol": "HTTP/1.1",
            "requestId": "c0ffeeAAAjoEExample=",
            "requestTime": MOMENT,
            "requestTimeEpoch": MOMENT_MILLISECONDS,
            "resourceId": f"{method} {path}",
            "resourcePath": path,
            "stage": "$default",
        },
    }


def http_2(token: str | None, method: str, path: str) -> dict:
    """HTTP API, payload format 2.0. Header names are in lower case and absent parts are left out."""
    host = f"{HTTP_API}.execute-api.{REGION}.amazonaws.com"
    headers = {name.lower(): value for name, value in last_values(headers_of(host, bearer(token))).items()}
    route_key = f"{method} {path}"
    return {
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": method_arn(method, path, HTTP_API, "$default"),
        "identitySource": bearer(token) or None,
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": HTTP_API,
            "domainName": host,
            "domainPrefix": HTTP_API,
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": SOURCE_ADDRESS,
                "userAgent": USER_AGENT,
            },
            "requestId": "c0ffeejoEExample=",
            "routeKey": route_key,
            "stage": "$default",
            "time": MOMENT,
            "timeEpoch": MOMENT_MILLISECONDS,
        },
    }


def websocket_connect(token: str) -> dict:
    """WebSocket API: the authorizer is asked when a connection is opened, and never again."""
    host = f"{WEBSOCKET_API}.execute-api.{REGION}.amazonaws.com"
    headers = headers_of(host, bearer(token)) | {
        "Sec-WebSocket-Key": ["dGhlIHNhbXBsZSBub25jZQ=="],  # RFC 6455 section 1.2
        "Sec-WebSocket-Version": ["13"],
    }
    return {
        "type": "REQUEST",
        "methodArn": arn(WEBSOCKET_API, STAGE, "$connect"),
        "headers": last_values(headers),
        "multiValueHeaders": headers,
        "queryStringParameters": {},
        "multiValueQueryStringParameters": {},
        "stageVariables": {},
        "requestContext": {
            "routeKey": "$connect",
            "eventType": "CONNECT",
            "extendedRequestId": "c0ffeeAAAjoEExample=",
            "requestTime": MOMENT,
            "messageDirection": "IN",
            "stage": STAGE,
            "connectedAt": MOMENT_MILLISECONDS,
            "requestTimeEpoch": MOMENT_MILLISECONDS,
            "identity": {"sourceIp": SOURCE_ADDRESS},
            "requestId": "c0ffeeAAAjoEExample=",
            "domainName": host,
            "connectionId": "c0ffeedAjoECExample=",
            "apiId": WEBSOCKET_API,
        },
    }


def appsync(token: str) -> dict:
    """AWS AppSync asks in a shape of its own, which is none of API Gateway's."""
    return {
        "authorizationToken": f"Bearer {token}",
        "requestContext": {
            "apiId": "appsync-example",
            "accountId": ACCOUNT,
            "requestId": "7c4f1e6a-1d2b-4c3d-9e8f-0123456789ab",
            "queryString": "query { orders { id } }",
            "operationName": None,
            "variables": {},
        },
    }
