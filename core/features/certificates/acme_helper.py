#!/usr/bin/python3
"""Speaks ACME (RFC 8555) for the panel's worker: one JSON object a line on standard input, one answer a line.

It keeps nothing: each request brings the account key. Waiting and polling are the worker's. Only addresses at the
directory's own origin are spoken to, without redirects and without proxies.
"""

import json
import ssl
import sys
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import josepy
import requests
from acme import client, errors, messages
from cryptography.hazmat.primitives.asymmetric import ec
from requests.adapters import HTTPAdapter

TIMEOUT_SECONDS = 20
NONCE_TRIES = 10
BODY_MAX = 1 << 20
RETRY_AFTER_SECONDS_MAX = 24 * 3600

REFUSALS = {
    "unauthorized": "The certificate authority did not find its answer at the site. Does the domain lead to its server?",
    "dns": "The certificate authority could not resolve the domain.",
    "connection": "The certificate authority could not reach the site. Does the domain lead to its server, and is port 80 open?",
    "caa": "A CAA record of the domain forbids this certificate authority.",
    "rejectedIdentifier": "The certificate authority gives no certificates for this name.",
    "rateLimited": "The certificate authority has given out too many certificates for this domain lately.",
    "badCSR": "The certificate authority refused the signing request.",
    "serverInternal": "The certificate authority has a problem of its own.",
}


class Refused(Exception):
    def __init__(self, code, message, kind=""):
        super().__init__(message)
        self.code, self.kind = code, kind


class TrustingAdapter(HTTPAdapter):
    """Trusts the operator's further authorities beside the system's."""

    def __init__(self, ca_file):
        self.context = ssl.create_default_context()
        # urllib3 compares the name itself when the context does not; only so it can do so for an address.
        self.context.check_hostname = False
        if ca_file:
            self.context.load_verify_locations(ca_file)
        super().__init__()

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, ssl_context=self.context, **kwargs)


class Network(client.ClientNetwork):
    def __init__(self, key, directory, ca_file, account_url):
        account = messages.RegistrationResource(uri=account_url, body=messages.Registration()) if account_url else None
        super().__init__(key, account=account, alg=josepy.ES256, user_agent="Hostelry", timeout=TIMEOUT_SECONDS)
        self.retry_after = 0
        self.origin = urlsplit(directory)[:2]
        if self.origin[0] != "https":
            raise Refused("invalid", "The directory of the certificate authority must be an https address.")
        self.session.trust_env = False
        self.session.mount("https://", TrustingAdapter(ca_file))

    def _send_request(self, method, url, *args, **kwargs):
        if urlsplit(url)[:2] != self.origin:
            raise Refused("provider_refused", "The certificate authority names an address that is not its own.")
        self.retry_after = 0
        response = super()._send_request(method, url, *args, allow_redirects=False, **kwargs)
        if len(response.content) > BODY_MAX:
            raise Refused("provider_unavailable", "The certificate authority's answer is too long.")
        self.retry_after = milliseconds_until(response.headers.get("Retry-After", ""))
        return response


def milliseconds_until(text):
    """A Retry-After header, which holds seconds or a date, as milliseconds from now; 0 without one."""
    try:
        seconds = int(text) if text.isdigit() else (
            parsedate_to_datetime(text) - datetime.now(timezone.utc)).total_seconds()
    except (TypeError, ValueError):
        return 0
    return int(min(max(seconds, 0), RETRY_AFTER_SECONDS_MAX) * 1000)


class Body:
    def __init__(self, content):
        self.content = content

    def json_dumps(self, **_):
        return json.dumps(self.content)


class Session:
    """An account at a directory. Kept warm between requests: its connection and its nonces."""

    def __init__(self, directory, ca_file, key):
        self.network = Network(josepy.JWK.from_json(key), directory, ca_file, "")
        self.directory = self.network.get(directory).json()

    def use_account(self, url):
        self.network.account = (
            messages.RegistrationResource(uri=url, body=messages.Registration()) if url else None)

    def post(self, url, content=None, content_type="application/jose+json"):
        body = None if content is None else Body(content)
        for attempt in range(NONCE_TRIES):
            try:
                return self.network.post(url, body, new_nonce_url=self.directory["newNonce"])
            except messages.Error as error:
                if error.code != "badNonce" or attempt == NONCE_TRIES - 1:
                    raise
                self.network._nonces.clear()


SESSIONS = {}


def session_of(request):
    key = josepy.JWK.from_json(request["key"])
    name = (request["directory"], request.get("ca_file", ""), thumbprint_of(key))
    if name not in SESSIONS:
        SESSIONS.clear()  # One account at a time; a key that changed has no business here any more.
        SESSIONS[name] = Session(request["directory"], request.get("ca_file", ""), request["key"])
    session = SESSIONS[name]
    session.use_account(request.get("account_url", ""))
    return session


def thumbprint_of(key):
    return josepy.encode_b64jose(key.thumbprint())


def new_key(_):
    key = josepy.JWKEC(key=ec.generate_private_key(ec.SECP256R1()))
    return {"key": key.to_json(), "thumbprint": thumbprint_of(key)}


def register(request):
    session = session_of(dict(request, account_url=""))
    content = {"termsOfServiceAgreed": True}
    if request.get("contact"):
        content["contact"] = ["mailto:" + request["contact"]]
    response = session.post(session.directory["newAccount"], content)
    return {"account_url": response.headers["Location"]}


def order_of(response, url):
    order = response.json()
    return {"order_url": url, "status": order["status"], "authorizations": order["authorizations"],
            "finalize": order["finalize"], "certificate": order.get("certificate", ""),
            "problem": problem_text(order.get("error")),
            "retry_after_ms": milliseconds_until(response.headers.get("Retry-After", ""))}


def new_order(request):
    session = session_of(request)
    content = {"identifiers": [{"type": "dns", "value": name} for name in request["names"]]}
    response = session.post(session.directory["newOrder"], content)
    return order_of(response, response.headers["Location"])


def get_order(request):
    return order_of(session_of(request).post(request["url"]), request["url"])


def get_authorization(request):
    authorization = session_of(request).post(request["url"]).json()
    challenge = next((one for one in authorization["challenges"] if one["type"] == "http-01"), {})
    return {"status": authorization["status"], "name": authorization["identifier"]["value"],
            "challenge_url": challenge.get("url", ""), "challenge_status": challenge.get("status", ""),
            "token": challenge.get("token", ""), "problem": problem_text(challenge.get("error"))}


def answer_challenge(request):
    session_of(request).post(request["url"], {})
    return {}


def finalize(request):
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding
    csr = x509.load_pem_x509_csr(request["csr_pem"].encode()).public_bytes(Encoding.DER)
    response = session_of(request).post(request["url"], {"csr": josepy.encode_b64jose(csr)})
    return order_of(response, request["order_url"])


def get_certificate(request):
    return {"chain_pem": session_of(request).post(request["url"]).text}


def problem_text(problem):
    if not problem:
        return ""
    kind = problem.get("type", "").rsplit(":", 1)[-1]
    detail = problem.get("detail", "")[:500]
    ours = REFUSALS.get(kind, "The certificate authority refused.")
    return f"{ours} It says: {detail}" if detail else ours


ACTIONS = {"key.new": new_key, "account.register": register, "order.new": new_order, "order.get": get_order,
           "authorization.get": get_authorization, "challenge.answer": answer_challenge, "order.finalize": finalize,
           "certificate.get": get_certificate}


def refusal_of(error):
    """The panel's error vocabulary: code, words for a customer, and the authority's own kind."""
    if isinstance(error, Refused):
        return error.code, str(error), error.kind
    if isinstance(error, messages.Error):
        code = {"rateLimited": "rate_limited", "serverInternal": "provider_unavailable",
                "badNonce": "provider_unavailable"}.get(error.code, "provider_refused")
        return code, problem_text({"type": error.typ or "", "detail": error.detail or ""}), error.code or ""
    if isinstance(error, requests.exceptions.SSLError):
        return "provider_refused", "The certificate authority's own certificate is not trusted.", ""
    if isinstance(error, (requests.exceptions.RequestException, errors.ClientError, errors.NonceError, ValueError, OSError)):
        return "provider_unavailable", "The certificate authority does not answer properly.", ""
    return "internal", "The ACME helper failed.", ""


def answer(line):
    request = json.loads(line)
    try:
        return {"id": request["id"], "ok": True, "answer": ACTIONS[request["do"]](request)}
    except Exception as error:  # One border: whatever happened becomes an answer, and the next request is served.
        wait = max((session.network.retry_after for session in SESSIONS.values()), default=0)
        SESSIONS.clear()
        code, message, kind = refusal_of(error)
        # Never the error's text alone: it could quote the request, which holds the key.
        cause = type(error).__name__ + (": " + str(error)[:300] if isinstance(error, (messages.Error, requests.exceptions.RequestException)) else "")
        return {"id": request.get("id"), "ok": False, "code": code, "message": message, "kind": kind, "cause": cause,
                "retry_after_ms": wait}


def main():
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(line)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
