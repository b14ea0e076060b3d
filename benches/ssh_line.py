#!/usr/bin/env python3
"""The desk over SSH on a slow line: `ssh_line.py SERVER_PORT KEY [RUNS]` puts a proxy of its own between ssh and sshd, with 300 ms for
there and back and 64 kbit/s each way, types what an administrator types, and counts what went over the line.

Needs `pyte` from PyPI; `benches/ssh.sh` calls it. A round trip is counted whenever something leaves the client after something came
from the server: that is how often the line's delay was waited for, at most. Seconds are until the words were on the screen.
"""

import fcntl
import os
import pty
import re
import select
import socket
import statistics
import struct
import sys
import termios
import threading
import time

import pyte

DELAY = 0.150
BYTES_A_SECOND = 64_000 / 8
PORT, KEY = int(sys.argv[1]), sys.argv[2]
RUNS = int(sys.argv[3]) if len(sys.argv) > 3 else 5
# Longer than any pause within a step, shorter than ClientAliveInterval.
QUIET = 1.5


class Line:
    """What went over the line so far."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.up = self.down = self.trips = 0
        self.came = False
        self.last = time.monotonic()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            near, _ = self.listener.accept()
            far = socket.create_connection(("127.0.0.1", PORT))
            for one, other, up in ((near, far, True), (far, near, False)):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self.carry, args=(one, other, up), daemon=True).start()

    def carry(self, one, other, up):
        """Every byte takes its time on the line, and all arrive DELAY later."""
        free = time.monotonic()
        waiting = []
        closed = False
        while waiting or not closed:
            timeout = max(0, waiting[0][0] - time.monotonic()) if waiting else None
            ready = [] if closed else select.select([one], [], [], timeout)[0]
            if ready:
                try:
                    part = one.recv(1500)
                except OSError:
                    part = b""
                closed = not part
                self.count(len(part), up)
                free = max(free, time.monotonic()) + len(part) / BYTES_A_SECOND
                waiting.append((free + DELAY, part))
            elif closed and timeout:
                time.sleep(timeout)
            while waiting and waiting[0][0] <= time.monotonic():
                part = waiting.pop(0)[1]
                if not up:
                    self.came = True
                try:
                    other.sendall(part) if part else other.shutdown(socket.SHUT_WR)
                except OSError:
                    return

    def count(self, length, up):
        self.last = time.monotonic()
        if not up:
            self.down += length
            return
        self.up += length
        if self.came and length:
            self.trips += 1
            self.came = False

    def so_far(self):
        return self.up, self.down, self.trips


class Client:
    """ssh on a terminal of 80 by 24."""

    def __init__(self, port):
        self.screen = pyte.Screen(80, 24)
        self.stream = pyte.ByteStream(self.screen)
        options = ["UserKnownHostsFile=/dev/null", "StrictHostKeyChecking=no", "LogLevel=ERROR", "BatchMode=yes", "IdentitiesOnly=yes"]
        words = ["ssh", "-F", "none", "-tt", "-p", str(port), "-i", KEY]
        words += [word for option in options for word in ("-o", option)] + ["keydesk@127.0.0.1"]
        pid, self.terminal = pty.fork()
        if pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
            os.execvpe("ssh", words, {"PATH": os.environ["PATH"], "TERM": "xterm-256color"})

    def text(self):
        return "\n".join(self.screen.display)

    def read(self, seconds):
        if select.select([self.terminal], [], [], seconds)[0]:
            self.stream.feed(os.read(self.terminal, 65536))

    def step(self, line, keys, words):
        """Types, waits for the words and then for silence; seconds, bytes there, bytes back, round trips."""
        before, began = line.so_far(), time.monotonic()
        line.came = True
        if keys:
            os.write(self.terminal, keys.encode())
        while not re.search(words, self.text()):
            assert time.monotonic() - began < 60, self.text()
            self.read(0.05)
        took = time.monotonic() - began
        while time.monotonic() - line.last < QUIET:
            self.read(0.05)
        return [took, *(now - then for now, then in zip(line.so_far(), before))]


def run():
    line = Line()
    client = Client(line.port)
    steps = {"sign in, first frame": client.step(line, "", "My account")}
    steps["open the list"] = client.step(line, "\r\r", "LAST USED")
    name = f"batch-{time.time_ns() % 10**9}"
    steps["create a Basic key"] = client.step(line, f"n{name}\r", "shown only now")
    key = re.search(r"\bkdb\w{17}\b", client.text())[0]
    client.step(line, "c", "Sent to your terminal")
    client.step(line, "\r", "(?s)LAST USED")
    steps["revoke it"] = client.step(line, f"D{key[-4:]}\r", "[Rr]evoked")
    os.close(client.terminal)
    return steps


def main():
    runs = [run() for _ in range(RUNS)]
    print("| step | bytes there | bytes back | round trips | seconds |\n| --- | ---: | ---: | ---: | ---: |")
    for step in runs[0]:
        took, up, down, trips = (statistics.median(column) for column in zip(*(one[step] for one in runs)))
        print(f"| {step} | {up:,.0f} | {down:,.0f} | {trips:.0f} | {took:.1f} |")


main()
