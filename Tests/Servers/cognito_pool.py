"""What the token endpoint of Cognito's shape knows of a pool: clients and people, which moto keeps, and its keys."""

import uuid

import boto3
from authlib.oauth2.rfc6749 import ClientMixin, list_to_scope, scope_to_list
from joserfc.jwk import RSAKey

KEY_BITS = 2_048


class Pool:
    """One user pool of moto's, asked anew each time: nothing of it is kept here."""

    def __init__(self, pool_id: str, moto: str | None) -> None:
        region = pool_id.partition("_")[0]
        self.id = pool_id
        self.issuer = f"https://cognito-idp.{region}.amazonaws.com/{pool_id}"
        self.cognito = boto3.client(
            "cognito-idp", endpoint_url=moto, region_name=region, aws_access_key_id="x", aws_secret_access_key="x"
        )

    def client(self, client_id: str) -> "Client | None":
        try:
            found = self.cognito.describe_user_pool_client(UserPoolId=self.id, ClientId=client_id)
        except self.cognito.exceptions.ResourceNotFoundException:
            return None
        return Client(found["UserPoolClient"])

    def sign_in(self, client_id: str, username: str, password: str) -> bool:
        """Whether the pool itself takes this password."""
        errors = self.cognito.exceptions
        try:
            self.cognito.admin_initiate_auth(
                UserPoolId=self.id,
                ClientId=client_id,
                AuthFlow="ADMIN_USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": username, "PASSWORD": password},
            )
        except (errors.NotAuthorizedException, errors.UserNotFoundException):
            return False
        return True

    def person(self, username: str) -> dict:
        """What the tokens of a person say of them."""
        user = self.cognito.admin_get_user(UserPoolId=self.id, Username=username)
        groups = self.cognito.admin_list_groups_for_user(UserPoolId=self.id, Username=username)["Groups"]
        attributes = {attribute["Name"]: attribute["Value"] for attribute in user["UserAttributes"]}
        named = {"cognito:groups": [group["GroupName"] for group in groups]} if groups else {}
        return {"sub": attributes["sub"], "username": user["Username"], **named}


class Client(ClientMixin):
    """An app client as moto describes it, answering what Authlib asks of clients."""

    def __init__(self, described: dict) -> None:
        self.described = described

    def get_client_id(self) -> str:
        return self.described["ClientId"]

    def get_default_redirect_uri(self) -> str | None:
        return self.described.get("DefaultRedirectURI")

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """All the client's scopes where none is asked for; None, an error, where one is that it does not have."""
        allowed = self.described.get("AllowedOAuthScopes", [])
        wanted = scope_to_list(scope) or allowed
        return list_to_scope(wanted) if set(wanted) <= set(allowed) else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.described.get("CallbackURLs", [])

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == self.described.get("ClientSecret")

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return (method == "none") != ("ClientSecret" in self.described)

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code" and self.check_grant_type("authorization_code")

    def check_grant_type(self, grant_type: str) -> bool:
        flow = {"authorization_code": "code"}.get(grant_type, grant_type)
        enabled = self.described.get("AllowedOAuthFlowsUserPoolClient", False)
        return enabled and flow in self.described.get("AllowedOAuthFlows", [])


class Keys:
    """A pool's key pairs. As with Cognito, one signs access tokens and another ID tokens."""

    def __init__(self) -> None:
        self.withdrawn_next: list[RSAKey] = []
        self.rotate()

    def rotate(self) -> None:
        if hasattr(self, "signing"):
            self.withdrawn_next += self.signing.values()
        self.signing = {use: self.new_key() for use in ("access", "id")}

    def withdraw(self) -> None:
        self.withdrawn_next = []

    def published(self) -> list[dict]:
        return [key.as_dict(private=False) for key in [*self.signing.values(), *self.withdrawn_next]]

    @staticmethod
    def new_key() -> RSAKey:
        named = {"kid": uuid.uuid4().hex, "alg": "RS256", "use": "sig"}
        return RSAKey.generate_key(KEY_BITS, parameters=named, private=True)
