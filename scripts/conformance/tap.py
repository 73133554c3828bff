"""A proxy before a broker that notes which request kinds pass, and withholds some if told.

It is how the waiting lists were found: what a suite's test sends says what the test needs. Withheld kinds are taken out of
the answer to ApiVersions, as a broker that lacks them would leave them out, and a request of such a kind closes the
connection.
"""

import contextlib
import socket
import struct
import threading

API_VERSIONS = 18
GROUPS = {8, 9, 10, 11, 12, 13, 14, 15, 16, 42, 47, 68, 69}
TRANSACTIONS = {24, 25, 26, 27, 28, 61, 65, 66, 67}
SHARE_GROUPS = {76, 77, 78, 79, 83, 84, 85, 86, 87, 90, 91, 92}
SECURITY = {17, 29, 30, 31, 36, 38, 39, 40, 41, 50, 51}
STREAMS = {88, 89}
NEEDS = {
    "groups": GROUPS,
    "transactions": TRANSACTIONS,
    "share groups": SHARE_GROUPS,
    "security": SECURITY,
    "streams groups": STREAMS,
}


class Tap:
    """Listens on `port`, passes to `target`; `seen` is what it saw since the last `take`."""

    def __init__(self, port, target, withheld=frozenset()):
        self.target = target
        self.withheld = withheld
        self.seen = set()
        self.listener = socket.create_server(("127.0.0.1", port), backlog=512)
        threading.Thread(target=self.accept, daemon=True).start()

    def take(self):
        seen, self.seen = self.seen, set()
        return seen

    def close(self):
        self.listener.close()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                broker = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()
                continue
            # The version of each ApiVersions request that has no answer yet, by its correlation id.
            asked = {}
            for run, arguments in ((self.requests, (client, broker, asked)), (self.answers, (broker, client, asked))):
                threading.Thread(target=run, args=arguments, daemon=True).start()

    def requests(self, client, broker, asked):
        with closing(client, broker):
            for frame in frames(client):
                key, version, correlation = struct.unpack(">hhi", frame[4:12])
                self.seen.add(key)
                if key in self.withheld:
                    return
                if key == API_VERSIONS:
                    asked[correlation] = version
                broker.sendall(frame)

    def answers(self, broker, client, asked):
        with closing(client, broker):
            if not self.withheld:
                while block := broker.recv(1 << 18):
                    client.sendall(block)
                return
            for frame in frames(broker):
                version = asked.pop(struct.unpack(">i", frame[4:8])[0], None)
                client.sendall(frame if version is None else self.without(frame, version))

    def without(self, frame, version):
        """An answer to ApiVersions without the withheld keys. Its array has at most 126 entries without tagged fields."""
        flexible = version >= 3
        start, size = (11, 7) if flexible else (14, 6)
        if frame[8:10] != b"\0\0":
            return frame
        count = frame[10] - 1 if flexible else struct.unpack(">i", frame[10:14])[0]
        entries = [frame[start + size * index : start + size * (index + 1)] for index in range(count)]
        kept = [entry for entry in entries if struct.unpack(">h", entry[:2])[0] not in self.withheld]
        number = bytes([len(kept) + 1]) if flexible else struct.pack(">i", len(kept))
        body = frame[4:10] + number + b"".join(kept) + frame[start + size * count :]
        return struct.pack(">i", len(body)) + body


@contextlib.contextmanager
def closing(*ends):
    try:
        yield
    except (OSError, struct.error):
        pass
    finally:
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def frames(connection):
    with connection.makefile("rb", buffering=1 << 18) as stream:
        while len(size := stream.read(4)) == 4:
            frame = stream.read(struct.unpack(">i", size)[0])
            yield size + frame


def needs(keys):
    """The features that these request kinds belong to, each with its kinds."""
    return [f"{need} {sorted(keys & kinds)}" for need, kinds in NEEDS.items() if keys & kinds]
