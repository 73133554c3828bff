"""What the suites share: their command line, a fresh broker of either kind, processes that end, and the result file.

A suite's names lie in two files beside this one, a name and a remark a line with a tab between them:
`expected/SUITE.txt`, what passes on Apache Kafka 4.4.0, and `waiting/SUITE.txt`, what needs something that Tidelog does
not have yet. What a run finds goes to a result file, a line a test: `pass|fail|skip|wait`, name, cause, with tabs between.
"""

import argparse
import contextlib
import fnmatch
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import tap

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "tidelog"
REFERENCE = ROOT / "scripts/kafka-reference"

BUILD_SECONDS = 1800
START_SECONDS = 30
# Apache Kafka with ACLs that hinder nobody.
AUTHORIZER = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "allow.everyone.if.no.acl.found": "true",
    "super.users": "User:ANONYMOUS",
}
STATUSES = ("pass", "fail", "skip", "wait")


class Fault(Exception):
    """What ends a suite with a sentence instead of a traceback."""


class Suite:
    """One suite: which tests to run, on which broker, and what came of them."""

    def __init__(self, name, description):
        self.name = name
        self.expected = read_names(HERE / f"expected/{name}.txt")
        self.waiting = read_names(HERE / f"waiting/{name}.txt")
        self.arguments = parse(name, description)
        self.results = {}
        self.tap = None
        self.started = time.monotonic()
        kind = "reference/" if self.arguments.reference else ""
        self.file = self.arguments.results or ROOT / f"target/conformance/{kind}{name}.txt"
        # A run of some tests leaves the others' results as they were.
        self.before = read_results(self.file) if self.arguments.only else {}
        for suffix in (".log", ".sent"):
            self.file.with_suffix(suffix).unlink(missing_ok=True)

    def names(self):
        """Every name of the suite that was asked for, in order, waiting or not."""
        every = list(dict.fromkeys([*self.expected, *self.waiting]))
        only = self.arguments.only
        return [name for name in every if not only or any(fnmatch.fnmatchcase(name, pattern) for pattern in only)]

    def to_run(self):
        """The names to run; the rest are recorded as waiting. Apache Kafka waits for nothing."""
        running = []
        for name in self.names():
            if name in self.waiting and not (self.arguments.reference or self.arguments.waiting):
                self.record("wait", name, self.waiting[name])
            else:
                running.append(name)
        return running

    def record(self, status, name, cause=""):
        """Keeps the outcome and shows it. The file is written as the suite goes, so that a stopped run leaves what it found."""
        assert status in STATUSES, status
        cause = " ".join(cause.split())[:300]
        self.results[name] = (status, cause)
        if status != "wait":
            print(f"  {status}  {name}" + (f"  {cause}" if cause else ""), flush=True)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        every = {**self.before, **self.results}
        lines = [f"{status}\t{name}\t{cause}\n" for name, (status, cause) in every.items()]
        self.file.write_text("".join(lines))
        if self.tap and status != "wait":
            with self.file.with_suffix(".sent").open("a") as sent:
                keys = self.tap.take()
                sent.write(f"{name}\t{sorted(keys)}\t{'; '.join(tap.needs(keys))}\n")

    def finish(self):
        """The table; the process's status: 1 if a test failed that passes on Apache Kafka."""
        counts = {status: [found for found, _ in self.results.values()].count(status) for status in STATUSES}
        failed = [name for name, (status, _) in self.results.items() if status == "fail" and name in self.expected]
        on = "Apache Kafka" if self.arguments.reference else self.arguments.bootstrap or "Tidelog"
        print(f"\n{self.name} on {on}, {time.monotonic() - self.started:.0f} s")
        print("  " + "  ".join(f"{status} {counts[status]}" for status in STATUSES))
        print(f"  {len(failed)} failed of those that pass on Apache Kafka" + "".join(f"\n    {name}" for name in failed))
        print(f"  results in {self.file}" + ("" if self.arguments.reference else f", the node's log in {self.name}.log"))
        return 1 if failed else 0

    @contextlib.contextmanager
    def broker(self, port=0, node_id=1, settings=None, reference_settings=None):
        """A fresh broker's bootstrap address; `settings` go by Kafka's names. With --bootstrap, the one that runs there."""
        arguments = self.arguments
        if arguments.bootstrap:
            yield arguments.bootstrap
            return
        settings = {"num.partitions": 1, **(settings or {})}
        given = dict(setting.partition("=")[::2] for setting in arguments.set)
        if arguments.reference:
            chosen = {"node.id": node_id, **settings, **(reference_settings or {}), **given}
            with self.tapped(port, chosen) if arguments.tap is not None else reference(port, chosen) as bootstrap:
                yield bootstrap
        else:
            with tidelog(port, node_id, {**settings, **given}, self.file.with_suffix(".log")) as bootstrap:
                yield bootstrap

    @contextlib.contextmanager
    def tapped(self, port, settings):
        """Apache Kafka behind a tap, which it advertises as its own address."""
        port = port or free_port()
        withheld = frozenset().union(*(tap.NEEDS[need] for need in self.arguments.tap.split(",") if need))
        with reference(0, {**settings, "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}"}) as bootstrap:
            self.tap = tap.Tap(port, int(bootstrap.rpartition(":")[2]), withheld)
            try:
                yield f"127.0.0.1:{port}"
            finally:
                self.tap.close()


def main(body):
    """Runs a suite's body; a fault is told in one line, with status 2."""
    # A SIGTERM unwinds the stack, so that the broker is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(body())
    except Fault as fault:
        print(f"{pathlib.Path(sys.argv[0]).name}: {fault}", file=sys.stderr)
        sys.exit(2)


def parse(name, description):
    parser = argparse.ArgumentParser(
        prog=f"scripts/conformance/{name}",
        description=description,
        epilog="Starts a fresh Tidelog (target/release/tidelog, built if need be; TIDELOG_BIN names another) unless told "
        "otherwise. What is fetched and built is kept in the user's cache directory.",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--reference", action="store_true", help="run against Apache Kafka (scripts/kafka-reference)")
    where.add_argument("--bootstrap", metavar="HOST:PORT", help="run against a broker that is up already")
    parser.add_argument("--only", action="append", metavar="GLOB", help="only the tests of such names; repeat it for more")
    parser.add_argument("--waiting", action="store_true", help="run also the tests that wait for a feature")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of the broker")
    parser.add_argument(
        "--tap",
        nargs="?",
        const="",
        metavar="NEED,…",
        help="with --reference: note in a .sent file what each test sends, and withhold the request kinds of these needs "
        f"({', '.join(tap.NEEDS)}); tells which tests have to wait for them",
    )
    parser.add_argument("--results", type=pathlib.Path, metavar="FILE", help="where the result lines go")
    parser.add_argument("--prepare", action="store_true", help="fetch and build, run nothing")
    return parser.parse_args()


def read_names(path):
    if not path.exists():
        return {}
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return {name: remark.strip() for name, _, remark in (line.partition("\t") for line in lines)}


def read_results(path):
    """What a run left: a test's status and cause."""
    lines = [line.split("\t") for line in path.read_text().splitlines()] if path.exists() else []
    return {name: (status, cause) for status, name, cause in lines}


@contextlib.contextmanager
def reference(port, settings):
    """Apache Kafka, fresh, stopped and removed at the end."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="kafka-reference-"))
    overrides = [part for key, value in settings.items() for part in ("--override", f"{key}={value}")]
    command = [str(REFERENCE), "start", "--dir", str(directory), "--port", str(port), *overrides]
    try:
        started = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        if started.returncode:
            raise Fault("Apache Kafka did not start; its reason is above")
        yield re.search(r"^bootstrap (\S+)", started.stdout, re.M).group(1)
    finally:
        subprocess.run([str(REFERENCE), "stop", "--dir", str(directory)], stdout=subprocess.DEVNULL)
        shutil.rmtree(directory, ignore_errors=True)


@contextlib.contextmanager
def tidelog(port, node_id, settings, log_file):
    """Tidelog, fresh, stopped and removed at the end; what it logged stays."""
    binary = tidelog_binary()
    directory = pathlib.Path(tempfile.mkdtemp(prefix="tidelog-conformance-"))
    # The reserve of free disk space is nothing that a test should depend on.
    settings = {"tidelog.disk.reserve.bytes": 0, **settings}
    command = [str(binary), "serve", "--output", "json", "--log-level", "debug", "--node-id", str(node_id)]
    command += ["--kafka", f"127.0.0.1:{port}", "--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0"]
    command += ["--data-dir", str(directory / "data")]
    command += [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
    log_file.parent.mkdir(parents=True, exist_ok=True)
    with log_file.open("ab") as log:
        node = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        banner = json.loads(first_line(node, log_file))
        # Its listeners, "PLAINTEXT://HOST:PORT" each.
        yield banner["kafka"][0].rpartition("/")[2]
        if node.poll() is not None:
            print(f"the node ended with status {node.returncode}:\n{tail(log_file.read_text(), 20)}", file=sys.stderr)
    finally:
        node.terminate()
        try:
            node.wait(timeout=30)
        except subprocess.TimeoutExpired:
            node.kill()
            node.wait()
        shutil.rmtree(directory, ignore_errors=True)


def first_line(node, log_file):
    """The banner, which the node prints when it is ready."""
    with deadline(START_SECONDS):
        line = node.stdout.readline()
    if not line:
        node.wait()
        raise Fault(f"Tidelog did not start:\n{tail(log_file.read_text(), 20)}")
    return line


@contextlib.contextmanager
def deadline(seconds):
    def late(*_):
        raise Fault(f"Tidelog was not ready within {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def tidelog_binary():
    if named := os.environ.get("TIDELOG_BIN"):
        return pathlib.Path(named).absolute()
    built = subprocess.run(["cargo", "build", "--quiet", "--release", "--locked", "--bin", "tidelog"], cwd=ROOT)
    if built.returncode:
        raise Fault("Tidelog does not build")
    return ROOT / "target/release/tidelog"


def run(command, seconds, cwd=None, environment=None, input=None):
    """Status and output (both streams) of a process; status None if it was killed, with its children, at its time limit."""
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL if input is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(input, timeout=seconds)
        return process.returncode, output
    except BaseException as stopped:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        if not isinstance(stopped, subprocess.TimeoutExpired):
            raise
        return None, output


def must(command, seconds=BUILD_SECONDS, **options):
    """The output of a process that has to succeed."""
    status, output = run(command, seconds, **options)
    if status != 0:
        ended = f"did not end within {seconds} s" if status is None else f"ended with status {status}"
        raise Fault(f"{' '.join(str(part) for part in command)} {ended}:\n{tail(output, 25)}")
    return output


def cached(name, make):
    """A directory of the cache, made by `make(directory)` the first time. What was made half is made again."""
    directory = CACHE / "conformance" / name
    mark = directory / ".complete"
    if not mark.exists():
        print(f"preparing {name} …", flush=True)
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        make(directory)
        mark.touch()
    return directory


def virtual_environment(directory, packages):
    """A Python of its own with these packages; returns the interpreter."""
    must([sys.executable, "-m", "venv", directory / "venv"])
    python = directory / "venv/bin/python"
    must([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages])
    return python


def unpack_npm(package, directory):
    """Fetches a package's archive from the npm registry and unpacks it into the directory."""
    need("npm", "Node.js with npm")
    archive = must(["npm", "pack", "--silent", package], cwd=directory).split()[-1]
    must(["tar", "xzf", archive, "--strip-components=1"], cwd=directory)
    (directory / archive).unlink()


def need(program, package):
    if not shutil.which(program):
        raise Fault(f"{program} is not installed; it comes with {package}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def tail(text, lines):
    return "\n".join(text.strip().splitlines()[-lines:])


def last_line(output, *patterns):
    """The line that tells most of why a process failed: the last that matches the first pattern that any line matches."""
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).strip() for line in output.splitlines()]
    for pattern in patterns:
        for line in reversed(lines):
            if re.search(pattern, line):
                return line
    return next((line for line in reversed(lines) if line), "no output")
