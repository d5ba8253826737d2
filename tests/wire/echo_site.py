"""One application, in WSGI and in PHP: it tells what it was asked, and answers in the ways that an
application may answer. Both say the same, so that one test fits every peer."""

WSGI = '''
import hashlib
import json
import urllib.parse


def text(environ):
    """Only what CGI names; its strings hold bytes (PEP 3333)."""
    return {key: value for key, value in environ.items()
            if isinstance(value, str) and "." not in key}


def application(environ, start_response):
    view = environ["PATH_INFO"].rpartition("/")[2]
    plain = ("Content-Type", "text/plain")
    if view == "stream":
        start_response("200 OK", [plain])
        return (b"%d\\n" % number for number in range(1000))
    if view == "unchanged":
        if environ.get("HTTP_IF_NONE_MATCH") == '"one"':
            start_response("304 Not Modified", [("ETag", '"one"')])
            return []
        start_response("200 OK", [plain, ("ETag", '"one"'), ("Content-Length", "3")])
        return [b"one"]
    if view == "cookies":
        start_response("200 OK", [plain, ("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2"),
                                  ("X-Got", environ.get("HTTP_COOKIE", ""))])
        return [b"cookies"]
    if view == "moved":
        start_response("302 Found", [("Location", "/elsewhere?x=1"), ("Content-Length", "0")])
        return []
    if view == "missing":
        start_response("404 Not Found", [plain])
        return [b"not here"]
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    kind = environ.get("CONTENT_TYPE", "")
    form = urllib.parse.parse_qs(body.decode()) if kind.endswith("urlencoded") else {}
    said = json.dumps({"environ": text(environ), "length": len(body), "form": form,
                       "sha256": hashlib.sha256(body).hexdigest()}).encode()
    start_response("200 OK", [("Content-Type", "application/json"),
                              ("Content-Length", str(len(said)))])
    return [said]
'''

PHP = r'''<?php
$path = $_SERVER['PATH_INFO'] ?? explode('?', $_SERVER['REQUEST_URI'])[0];
$view = substr($path, strrpos($path, '/') + 1);
header('Content-Type: text/plain');
header_remove('X-Powered-By');
if ($view == 'stream') {
  for ($number = 0; $number < 1000; ++$number) {
    echo $number, "\n";
    if ($number % 100 == 0) flush();
  }
} elseif ($view == 'unchanged') {
  header('ETag: "one"');
  if (($_SERVER['HTTP_IF_NONE_MATCH'] ?? '') == '"one"') {
    http_response_code(304);
    exit;
  }
  header('Content-Length: 3');
  echo 'one';
} elseif ($view == 'cookies') {
  header('Set-Cookie: a=1; Path=/');
  header('Set-Cookie: b=2', false);
  header('X-Got: ' . ($_SERVER['HTTP_COOKIE'] ?? ''));
  echo 'cookies';
} elseif ($view == 'moved') {
  header('Location: /elsewhere?x=1');
} elseif ($view == 'missing') {
  http_response_code(404);
  echo 'not here';
} else {
  $body = file_get_contents('php://input');
  $environ = [];
  foreach ($_SERVER as $name => $value) {
    if (is_string($value)) $environ[$name] = characters_of($value);
  }
  $form = [];
  foreach ($_POST as $name => $value) $form[$name] = [$value];
  header('Content-Type: application/json');
  echo json_encode(['environ' => $environ, 'length' => strlen($body),
                    'form' => (object) $form, 'sha256' => hash('sha256', $body)]);
}
// As WSGI does: each byte a character.
function characters_of($value) {
  $text = '';
  foreach (str_split($value) as $byte) {
    $code = ord($byte);
    $text .= $code < 128 ? $byte : chr(0xc0 | $code >> 6) . chr(0x80 | $code & 0x3f);
  }
  return $text;
}
'''

FLASK = '''
from flask import Flask, redirect, request, url_for

application = Flask(__name__)


@application.route("/")
def home():
    return url_for("item", name="x y") + " " + url_for("item", name="z", _external=True)


@application.route("/item/<name>")
def item(name):
    return name


@application.route("/go")
def go():
    return redirect(url_for("home"))
'''
