"""A Chromium that is told what to do through a pipe (the DevTools protocol: JSON, each message
ended by a zero byte), so that a test decides when the next page is opened."""

import json
import os
import select
import shutil
import subprocess
import time

PROGRAM = shutil.which("chromium")
ANSWER = 60.0


class Chromium:
    """One browser with a profile of its own and one open page."""

    def __init__(self, profile):
        self.profile = profile
        self.number = 0
        self.unread = b""
        self.session = None

    def __enter__(self):
        # It reads commands from descriptor 3 and writes its answers to 4.
        commands, self.to = os.pipe()
        self.out, answers = os.pipe()
        held = [os.dup(end) for end in (commands, answers)]  # above 4 in any case
        shell = f"exec 3<&{held[0]} 4>&{held[1]}; exec \"$@\""
        self.process = subprocess.Popen(
            ["bash", "-c", shell, "bash", PROGRAM, "--headless", "--no-sandbox", "--disable-gpu",
             "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
             f"--user-data-dir={self.profile}", "--remote-debugging-pipe", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            pass_fds=held)
        for end in (commands, answers, *held):
            os.close(end)
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target,
                                 flatten=True)["sessionId"]
        return self

    def __exit__(self, *_):
        os.write(self.to, b'{"id": 0, "method": "Browser.close"}\0')
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.to)
        os.close(self.out)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = json.loads(self.read())
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]

    def read(self):
        end = time.monotonic() + ANSWER
        while b"\0" not in self.unread:
            ready, _, _ = select.select([self.out], [], [], max(0, end - time.monotonic()))
            data = os.read(self.out, 1 << 16) if ready else b""
            assert data, f"the browser says nothing (it ended with {self.process.poll()})"
            self.unread += data
        message, _, self.unread = self.unread.partition(b"\0")
        return message

    def open(self, url):
        self.call("Page.navigate", url=url)

    def value_of(self, expression):
        return self.call("Runtime.evaluate", expression=expression)["result"].get("value")

    def choose_file(self, selector, *files):
        """As a person does it in the dialog of an <input type=file>."""
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=node, files=[str(file) for file in files])
