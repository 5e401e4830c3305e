#!/usr/bin/env python3
"""Runs the commands of README and docs/ as printed, in a fresh clone.

    .ci/commands.py [DOCUMENT ...]

Every command in a block marked `sh` is run or listed in NOT_HERE with the reason why this machine cannot run it. A command that
is neither is a fault. Needs the tools that .ci/run installs, on PATH.
"""
import contextlib
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
TEST_PROJECT = {"APP_ID": "970CA35de60c44645bbae8a215061b33", "APP_CERTIFICATE": "5CFd2fd1755d40ecb72977518be15d3b"}

# Commands that are not run, each with its reason.
NOT_HERE = [
    (r"^cargo test$", "a step of .ci/run"),
    (r"^\.ci/run$", "this is a step of it"),
    (r"^(python3 -m venv|\. \.venv|pip install|npm ci|cargo install|cargo binstall)\b", "installs; .ci/run installs the same versions"),
    (r"^aws |secretsmanager", "needs an AWS account"),
    (r"^sam deploy|sam build && sam deploy", "needs an AWS account"),
    (r"^docker (?!logs)", "needs a container engine"),
    (r"^kubectl ", "needs a cluster"),
    (r"wrangler (login|secret|rollback|tail|versions)", "needs a Cloudflare account"),
    (r"^just ", "a name for the commands beside it"),
    (r"prometheus", "a step of .ci/run"),
]
# A line that is a setting, for .env. A block of such lines must be a valid configuration.
SETTING = re.compile(r"^[A-Z_0-9]+=\S+$")
# Commands that serve until they are stopped, with the port that answers once they are ready.
SERVERS = [(r"^cargo run$", 8080), (r"wrangler dev$", 8787), (r"cargo lambda watch", 9000)]
# Commands whose exit status is an answer: 0, 1 or 3.
VERDICTS = re.compile(r"agora-token-server( --)? (inspect|audit|policy)|-- (inspect|audit|policy)")


def blocks(path):
    """The commands of each `sh` block, continued lines joined and here-documents kept whole."""
    for block in re.findall(r"^```sh\n(.*?)^```", path.read_text(), flags=re.S | re.M):
        commands, pending, ending = [], "", None
        for line in block.split("\n"):
            pending = f"{pending}\n{line}" if pending else line
            if ending:
                if line.strip() != ending:
                    continue
                ending = None
            elif heredoc := re.search(r"<<'?(\w+)'?", line):
                ending = heredoc[1]
                continue
            elif line.endswith("\\") or unbalanced(pending):
                continue
            command = re.sub(r"\s+# .*$", "", pending).strip() if "\n" not in pending else pending.strip()
            if command and not command.startswith("#"):
                commands.append(command)
            pending = ""
        yield commands


def unbalanced(text):
    try:
        shlex.split(text, comments=True)
        return False
    except ValueError:
        return True


def answers(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(port, process, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answers(port):
            return True
        if process.poll() is not None:
            return False
        time.sleep(0.3)
    return False


def start(command, cwd, env, log):
    return subprocess.Popen(["bash", "-c", command], cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)


def stop(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)


class Clone:
    """A fresh clone, and a server with an API key for the commands that name $URL and $KEY."""

    def __init__(self, folder):
        self.top = Path(folder) / "agora-token-server"
        subprocess.run(["git", "clone", "-q", str(TOP), str(self.top)], check=True)
        self.env = {**os.environ, "CI": "", "AUTH": "", "WRANGLER_SEND_METRICS": "false"}
        # The clone installs what the checkout has installed already.
        for modules in ("node_modules", "tests/runtimes/node_modules"):
            if (TOP / modules).exists():
                (self.top / modules).symlink_to(TOP / modules)
        made = self.output("agora-token-server api-key docs")
        self.env["KEY"] = re.search(r"\b(ats_\S+|[\w-]{43,})", made)[1]
        self.entry = re.search(r"\bdocs:[0-9a-f]{64}", made)[0]
        port = free_port()
        self.env["URL"] = f"http://127.0.0.1:{port}"
        server = {**self.env, **TEST_PROJECT, "AUTH": "api-key", "API_KEYS": self.entry, "PORT": str(port)}
        self.log = open(Path(folder) / "log", "w")
        self.server = start("exec agora-token-server", self.top, server, self.log)
        assert wait_for(port, self.server, 20), "the server does not answer"
        self.token = self.output("agora-token-server mint --channel room-1 --uid 42 --role publisher").strip()

    def output(self, command):
        return subprocess.run(["bash", "-c", command], cwd=self.top, env=self.env, capture_output=True, check=True, text=True).stdout

    def filled_in(self, command):
        """Placeholders replaced by what a reader puts there; what needs an account or an engine, by what needs none."""
        for name, value in {**TEST_PROJECT, "API_KEYS": self.entry}.items():
            command = re.sub(rf'"{name}": "[^"]*…"', f'"{name}": "{value}"', command)
        command = command.replace("$APP_CERTIFICATE", TEST_PROJECT["APP_CERTIFICATE"])
        command = re.sub(r"wrangler deploy\b", "wrangler deploy --dry-run", command)
        command = command.replace("docker logs agora-token-server", f"grep '^{{' {self.log.name}")
        command = re.sub(r"007(eJx)?…|\bTOKEN\b", self.token, command)
        return command.replace("https://example.com/api/agora/token", "http://127.0.0.1:8080/rtc/room-1/publisher/uid/42/")

    def prepare_dev_vars(self):
        """What the guide says about .dev.vars: enter the project, open AUTH."""
        path = self.top / ".dev.vars"
        text = re.sub(r"^#AUTH=none", "AUTH=none", path.read_text(), flags=re.M)
        for name, value in TEST_PROJECT.items():
            text = re.sub(rf"^{name}=$", f"{name}={value}", text, flags=re.M)
        path.write_text(text)


def run_document(path, clone, faults):
    ran = skipped = 0
    servers = []
    try:
        for commands in blocks(path):
            if commands and all(SETTING.match(command) for command in commands):
                settings = dict(command.split("=", 1) for command in commands)
                done = subprocess.run(["agora-token-server", "config"], cwd=clone.top, env={**clone.env, **TEST_PROJECT, **settings}, capture_output=True, text=True)
                print(f"  ran: agora-token-server config with {', '.join(settings)}")
                ran += 1
                if done.returncode != 0:
                    faults.append(f"{path.name}: not a valid configuration: {settings}\n{done.stdout[-500:]}{done.stderr[-500:]}")
                continue
            for command in commands:
                line = command.split("\n")[0][:90]
                if reason := next((why for pattern, why in NOT_HERE if re.search(pattern, command)), None):
                    print(f"  not here ({reason}): {line}")
                    skipped += 1
                    continue
                command = clone.filled_in(command)
                if "…" in command:
                    faults.append(f"{path.name}: no value for a placeholder: {line}")
                    continue
                port = next((port for pattern, port in SERVERS if re.search(pattern, command)), None)
                if port:
                    if answers(port):
                        faults.append(f"{path.name}: another process listens on port {port}: {line}")
                        continue
                    process = start(command, clone.top, clone.env, clone.log)
                    servers.append(process)
                    if not wait_for(port, process, 600):
                        faults.append(f"{path.name}: does not answer on port {port}: {line}")
                    ran += 1
                    continue
                done = subprocess.run(["bash", "-c", command], cwd=clone.top, env=clone.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900)
                ran += 1
                allowed = (0, 1, 3) if VERDICTS.search(command) else (0,)
                if done.returncode not in allowed:
                    faults.append(f"{path.name}: exit {done.returncode}: {line}\n{done.stderr[-500:]}")
                if "/token" in command and "curl" in command:
                    try:
                        assert json.loads(done.stdout)["token"].startswith("007")
                    except (ValueError, KeyError, AssertionError):
                        faults.append(f"{path.name}: no token: {line}\n{done.stdout[:300]}")
                if ".dev.vars" in command and command.startswith("cp "):
                    clone.prepare_dev_vars()
                print(f"  ran: {line}")
    finally:
        for process in servers:
            stop(process)
    return ran, skipped


def main():
    named = [TOP / name for name in sys.argv[1:]]
    documents = named or [TOP / "README.md", *sorted((TOP / "docs").glob("*.md")), TOP / ".github" / "CONTRIBUTING.md"]
    faults, ran, skipped = [], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        clone = Clone(folder)
        try:
            for path in documents:
                print(path.name)
                one, other = run_document(path, clone, faults)
                if one == 0:
                    faults.append(f"{path.name}: no command of it was run")
                ran, skipped = ran + one, skipped + other
        finally:
            stop(clone.server)
            if faults:
                clone.log.flush()
                print(Path(clone.log.name).read_text()[-3000:])
    print("\n".join(faults))
    print(f"commands: {ran} ran, {skipped} not here, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
