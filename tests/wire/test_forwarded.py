"""What an application is told about its client, with and without proxies in front of us."""

import json

import pytest

from backend import Backend
from client import Connection, request
from harness import free_port


def echo(peer):
    """Answers with the request's fields as a list of [name, value]."""
    while True:
        head, _ = peer.read_request()
        fields = [line.split(": ", 1) for line in head.split("\r\n")[1:]]
        peer.answer(json.dumps(fields))


@pytest.fixture
def backend():
    with Backend(echo) as backend:
        yield backend


def told(answer, name):
    values = [value for key, value in json.loads(answer.body) if key.lower() == name.lower()]
    assert len(values) <= 1, values
    return values[0] if values else None


FORGED = (
    "X-Forwarded-For: 198.51.100.1",
    "X-Forwarded-Proto: https",
    "X-Forwarded-Host: evil.test",
    "X-Real-IP: 198.51.100.1",
    "Forwarded: for=198.51.100.1;proto=https",
)


def test_what_a_client_says_of_itself_is_not_passed_on(serve, backend):
    server = serve({"*": {"/": {"app": "site"}}}, apps={"site": {"http": backend.address}})
    answer = server.fetch("/", *FORGED)
    assert told(answer, "X-Forwarded-For") == "127.0.0.1"
    assert told(answer, "X-Real-IP") == "127.0.0.1"
    assert told(answer, "X-Forwarded-Proto") == "http"
    assert told(answer, "X-Forwarded-Host") == "site.test"
    assert told(answer, "Host") == "site.test"
    assert "198.51.100.1" not in told(answer, "Forwarded")


def test_a_trusted_proxy_is_believed(serve, backend):
    server = serve(
        {"*": {"/": {"app": "site"}}},
        apps={"site": {"http": backend.address}},
        trusted_proxies=["127.0.0.0/8"],
        log={"access": "stdout"},
    )
    answer = server.fetch("/", "X-Forwarded-For: 6.6.6.6, 198.51.100.1", "X-Forwarded-Proto: https")
    assert told(answer, "X-Real-IP") == "198.51.100.1"
    assert told(answer, "X-Forwarded-For") == "198.51.100.1, 127.0.0.1"
    assert told(answer, "X-Forwarded-Proto") == "https"
    server.stop()
    assert server.output.read_text().startswith("198.51.100.1 ")


V2 = b"\r\n\r\n\0\r\nQUIT\n"
HEADERS = {
    "v1": b"PROXY TCP4 198.51.100.7 127.0.0.1 4321 80\r\n",
    "v1-ipv6": b"PROXY TCP6 2001:db8::7 ::1 4321 80\r\n",
    "v2": V2 + b"\x21\x11\x00\x0c" + bytes([198, 51, 100, 7, 127, 0, 0, 1]) + b"\x10\xe1\x00\x50",
}


@pytest.mark.parametrize("kind", HEADERS)
@pytest.mark.parametrize("bytewise", [False, True])
def test_the_proxy_protocol_names_the_client(serve, backend, kind, bytewise):
    server = proxied(serve, backend)
    with Connection(server.address) as client:
        data = HEADERS[kind] + request("/")
        client.send_bytewise(data) if bytewise else client.send(data)
        answer = client.read_response()
    expected = "2001:db8::7" if "ipv6" in kind else "198.51.100.7"
    assert told(answer, "X-Real-IP") == expected


def test_who_does_not_speak_it_is_not_served(serve, backend):
    server = proxied(serve, backend)
    with Connection(server.address) as client:
        client.send(request("/"))
        assert client.read_rest() == b""


def proxied(serve, backend):
    port = free_port()
    server = serve(
        {"*": {"/": {"app": "site"}}},
        apps={"site": {"http": backend.address}},
        listen=[f"127.0.0.1:{free_port()}", {"address": f"127.0.0.1:{port}", "proxy_protocol": True}],
    )
    server.address = ("127.0.0.1", port)
    return server
