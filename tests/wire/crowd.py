"""Many clients at once, each in a thread, that go on asking until they are told to stop: what an
application's end costs them is what the tests of restarts ask."""

import threading

from client import BadAnswer, Connection, poll, request

TIMEOUT = 40.0  # more than any `wait`: a request that hangs is to fail by its answer


class Crowd:
    """`clients` threads that GET `targets` in turn, on connections that they keep. `faults` holds
    what was not answered with 200."""

    def __init__(self, address, targets, clients=50, host="site.test"):
        self.address = address
        self.targets = targets
        self.host = host
        self.faults = []
        self.answers = 0
        self.seen = set()  # the bodies, if they are short
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self._ask, args=(number,), daemon=True)
                        for number in range(clients)]

    def _ask(self, number):
        connection = None
        while not self.stopping.is_set():
            number += 1
            target = self.targets[number % len(self.targets)]
            try:
                connection = connection or Connection(self.address, TIMEOUT)
                connection.send(request(target, host=self.host))
                answer = connection.read_response()
            except (BadAnswer, OSError) as fault:
                self._note(f"{target}: {fault!r}")
                connection = None
                continue
            if answer.status != 200:
                self._note(f"{target}: {answer.status}")
            with self.lock:
                self.answers += 1
                if len(answer.body) < 100:
                    self.seen.add(answer.body)
            if answer.closes:
                connection.close()
                connection = None
            self.stopping.wait(0.01)  # fifty of them at full speed would be a test of the machine
        if connection:
            connection.close()

    def _note(self, fault):
        with self.lock:
            self.faults.append(fault)

    def wait_for_answers(self, count=100, seconds=30.0):
        """So many more answers have come."""
        start = self.answers
        assert poll(lambda: self.answers >= start + count, seconds), (
            f"{self.answers - start} answers in {seconds} s; {self.faults[:5]}")

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join(TIMEOUT + 10)

    def check(self):
        assert not self.faults, (len(self.faults), self.answers, self.faults[:5])
