#!/usr/bin/env python3
"""Sets or checks the address of the repository.

    .ci/repository.py https://github.com/OWNER/NAME            sets it wherever a file needs it
    .ci/repository.py --check https://github.com/OWNER/NAME    fails if a file has a placeholder or another address

The release workflow runs the check, so a placeholder cannot ship.
"""
import re
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent


def places(address):
    """Each file with the pattern of its line, and that line for the address."""
    owner, name = re.fullmatch(r"https://github\.com/([\w.-]+)/([\w.-]+)", address).groups()
    version = re.search(r'^version = "(.*)"$', (TOP / "Cargo.toml").read_text(), flags=re.M)[1]
    # As the release workflow tags it.
    image = f"image: ghcr.io/{owner}/{name}:{version}".lower()
    button = f"?url={address})"
    return [
        ("Cargo.toml", r'^repository = ".*"$', f'repository = "{address}"'),
        ("docs/deploy-workers.md", r"\?url=https://github\.com/[\w./-]+\)", button),
        ("docs/deploy-container.md", r"image: [\w./-]+/agora-token-server:[\w.-]+|image: ghcr\.io/[\w./-]+:[\w.-]+", image),
        (".docker/kubernetes.yaml", r"image: [\w./-]+/agora-token-server:[\w.-]+|image: ghcr\.io/[\w./-]+:[\w.-]+", image),
    ]


def put(address):
    for name, pattern, line in places(address):
        path = TOP / name
        text = path.read_text()
        if name == "Cargo.toml" and not re.search(pattern, text, flags=re.M):
            text = re.sub(r"^(documentation = .*)$", rf"\1\n{line}", text, count=1, flags=re.M)
        text, count = re.subn(pattern, line, text, flags=re.M)
        if count != 1:
            sys.exit(f"{name}: expected one address, got {count}")
        path.write_text(text)
        print(f"{name}: {line}")


def check(address):
    faults = []
    for name, pattern, line in places(address):
        found = re.search(pattern, (TOP / name).read_text(), flags=re.M)
        if not found or found.group() != line:
            faults.append(f"{name}: expected {line}, got {found.group() if found else 'no address'}")
    if faults:
        sys.exit("\n".join([*faults, f"Run .ci/repository.py {address} and commit the result"]))


def main():
    arguments = sys.argv[1:]
    run = check if arguments[:1] == ["--check"] else put
    if run is check:
        arguments.pop(0)
    if len(arguments) != 1 or not re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", arguments[0]):
        sys.exit(__doc__)
    run(arguments[0])


if __name__ == "__main__":
    main()
