"""A browser's part and a script's: HTTPS that believes one authority and follows no redirect."""

import base64
import dataclasses
import json
import pathlib
import ssl
import urllib.error
import urllib.parse
import urllib.request
from email.message import Message

REQUEST_SECONDS = 10


class NotAnswered(Exception):
    """A request whose answer was not the one that the rest depends on."""


@dataclasses.dataclass(frozen=True)
class Response:
    status: int
    headers: Message
    body: bytes

    def json(self) -> dict:
        return json.loads(self.body)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


class Web:
    """Raises OSError where there is no answer at all."""

    def __init__(self, authority: pathlib.Path) -> None:
        # Not urllib3, whose offer of post-handshake authentication Glewlwyd's TLS ends the connection at.
        context = ssl.create_default_context(cafile=str(authority))
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=context),
            NoRedirect(),
        )

    def keep_cookie(self, response: Response) -> None:
        """Sends the response's one cookie from now on. A cookie jar refuses Glewlwyd's, whose Domain is empty."""
        self.opener.addheaders = [("Cookie", response.headers["Set-Cookie"].partition(";")[0])]

    def get(self, url: str) -> Response:
        return self.send(urllib.request.Request(url))

    def post_form(self, url: str, form: dict[str, str], login: tuple[str, str] | None = None) -> Response:
        request = urllib.request.Request(url, data=urllib.parse.urlencode(form).encode(), method="POST")
        if login:
            request.add_header("Authorization", f"Basic {base64.b64encode(':'.join(login).encode()).decode()}")
        return self.send(request)

    def send_json(self, method: str, url: str, body: object) -> Response:
        headers = {"Content-Type": "application/json"}
        return self.send(urllib.request.Request(url, json.dumps(body).encode(), headers, method=method))

    def send(self, request: urllib.request.Request) -> Response:
        try:
            with self.opener.open(request, timeout=REQUEST_SECONDS) as response:
                return Response(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Response(error.code, error.headers, error.read())


def wanted(response: Response, status: int, what: str) -> Response:
    """The response, if it has this status. The error shows no body: it could hold a secret."""
    if response.status != status:
        raise NotAnswered(f"{what}: HTTP {response.status} instead of {status}")
    return response
