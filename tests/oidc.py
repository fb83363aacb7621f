"""An identity provider that lets everybody in, as whoever the test says: OpenID Connect on a port of this machine."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID, CLIENT_SECRET = "gongtu", "only for tests"
LASTS_S = 300


@dataclass
class Provider:
    """What it says of the person who signs in (``claims``, to be set by the test), what it was asked, and the secret
    with which the app signs what it keeps of it in the browser.
    """

    address: str = ""
    claims: dict[str, object] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    cookie_secret: str = field(default_factory=lambda: secrets.token_hex(32))

    def __post_init__(self) -> None:
        self._key = RSAKey.generate_key(2048, parameters={"kid": "1", "use": "sig", "alg": "RS256"})
        self._codes: dict[str, dict[str, str]] = {}

    def secrets_toml(self, app: str) -> str:
        """The secrets of an app at ``app`` (an address without a slash at its end) that signs in here."""
        return f"""\
[auth]
redirect_uri = "{app}/oauth2callback"
cookie_secret = "{self.cookie_secret}"
client_id = "{CLIENT_ID}"
client_secret = "{CLIENT_SECRET}"
server_metadata_url = "{self.address}/.well-known/openid-configuration"
"""

    def routes(self) -> list[Route]:
        return [
            Route("/.well-known/openid-configuration", self._configuration),
            Route("/authorize", self._authorize),
            Route("/token", self._token, methods=["POST"]),
            Route("/jwks", lambda _: JSONResponse({"keys": [self._key.as_dict(private=False)]})),
            Route("/userinfo", lambda _: JSONResponse(self.claims)),
            Route("/end", self._end),
        ]

    def _configuration(self, _: Request) -> Response:
        at = self.address
        return JSONResponse(
            {
                "issuer": at,
                "authorization_endpoint": f"{at}/authorize",
                "token_endpoint": f"{at}/token",
                "jwks_uri": f"{at}/jwks",
                "userinfo_endpoint": f"{at}/userinfo",
                "end_session_endpoint": f"{at}/end",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    def _authorize(self, request: Request) -> Response:
        """Asks nothing, and sends the browser back with a code."""
        self.asked.append("authorize")
        asked = dict(request.query_params)
        assert (asked["client_id"], asked["response_type"]) == (CLIENT_ID, "code")
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe()
        self._codes[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

    async def _token(self, request: Request) -> Response:
        """A token for a code, once, for the client that has the secret and the verifier of its challenge."""
        self.asked.append("token")
        form = await request.form()
        _, _, basic = request.headers.get("authorization", "").partition(" ")
        said = urlsafe_b64decode(basic).decode() or f"{form.get('client_id')}:{form.get('client_secret')}"
        asked = self._codes.pop(str(form.get("code")), None)
        verifier = hashlib.sha256(str(form.get("code_verifier")).encode()).digest()
        challenge = urlsafe_b64encode(verifier).decode().rstrip("=")
        known = said.replace("%20", " ").replace("+", " ") == f"{CLIENT_ID}:{CLIENT_SECRET}"
        if asked is None or not known or challenge != asked.get("code_challenge"):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        about = {"iss": self.address, "aud": CLIENT_ID, "iat": now, "exp": now + LASTS_S, "nonce": asked["nonce"]}
        signed = jwt.encode({"alg": "RS256", "kid": "1"}, about | self.claims, self._key)
        token = {"id_token": signed, "access_token": secrets.token_urlsafe(), "token_type": "Bearer"}
        return JSONResponse(token | {"expires_in": LASTS_S})

    def _end(self, request: Request) -> Response:
        self.asked.append("end")
        return RedirectResponse(request.query_params["post_logout_redirect_uri"])


@contextmanager
def provider() -> Iterator[Provider]:
    """A provider, while it runs."""
    made = Provider()
    config = uvicorn.Config(Starlette(routes=made.routes()), host="127.0.0.1", port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the provider did not start"
        time.sleep(0.02)
    made.address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.should_exit = True
        thread.join(10)
