"""nginx with a configuration equivalent to the case table's own: a second opinion on what we
expect. Where it differs, cases/nginx_differs.py says how and why."""

import shutil
import subprocess
from pathlib import Path

from cases.site import TYPES
from client import Connection, fetch, poll
from harness import free_port

PROGRAM = shutil.which("nginx") or "/usr/sbin/nginx"

CONFIG = """
daemon off; master_process off; worker_processes 1; user root;
pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off; server_tokens off;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  types {{ {types} }} charset_types text/css text/javascript text/csv text/markdown text/plain;
  default_type application/octet-stream; charset utf-8;
  gzip_static on; gzip_vary on; max_ranges 16; if_modified_since before;
  large_client_header_buffers 4 8k; client_max_body_size {body}; absolute_redirect off;
  lingering_close always; lingering_timeout 1s;
  server {{ listen 127.0.0.1:{port} default_server; server_name any; add_header X-Site any;
    root {root};
    location / {{ }} location = /gone {{ return 410; }}
    location = /moved {{ return 308 /alphabet.txt; }}
    location ~ (^|/)\\.(?!well-known) {{ return 404; }}
    location ~ \\.(py|pyc|sqlite3|pem|key|swp)$ {{ return 404; }} location ~ ~$ {{ return 404; }} }}
  server {{ listen 127.0.0.1:{port}; server_name www.example.org;
    add_header X-Site www; root {root}; }}
  server {{ listen 127.0.0.1:{port}; server_name *.example.org;
    add_header X-Site wild; root {root}; }}
}}
"""


def _types():
    """Our table in nginx's words: it knows an extension only once, in lower case."""
    complete = {"ico": "image/x-icon", "ogg": "audio/ogg", "xml": "text/xml", "md": "text/markdown"}
    kinds = {ext: kind.split(";")[0] for ext, kind in TYPES.items() if ext.islower()}
    return {**kinds, **complete}


class Nginx:
    def __init__(self, folder, root, body):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.address = ("127.0.0.1", free_port())
        self.config = self.folder / "nginx.conf"
        self.config.write_text(
            CONFIG.format(folder=self.folder, root=root, port=self.address[1], body=body,
                          types=" ".join(f"{kind} {ext};" for ext, kind in _types().items()))
        )

    def connect(self, **more):
        return Connection(self.address, **more)

    def fetch(self, target="/", *fields, **more):
        return fetch(self.address, target, *fields, **more)

    def _is_ready(self):
        assert self.process.poll() is None, (self.folder / "stderr").read_text()
        try:
            self.connect().close()
            return True
        except OSError:
            return False

    def __enter__(self):
        with open(self.folder / "stderr", "wb") as errors:
            self.process = subprocess.Popen(
                [PROGRAM, "-p", str(self.folder), "-c", str(self.config)],
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
            )
        assert poll(self._is_ready, 10), "nginx did not start"
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
