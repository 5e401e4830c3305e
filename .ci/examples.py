#!/usr/bin/env python3
"""Checks that every public item of `token`, `time` and `inspect` occurs in an example of their documentation.

    .ci/examples.py

cargo test runs the examples. rustdoc's JSON, which lists the items, is unstable: RUSTC_BOOTSTRAP unlocks it in the pinned
compiler.
"""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
MODULES = ("token", "time", "inspect")
TYPES = ("struct", "enum", "trait", "type_alias", "constant")


def documentation():
    command = ["cargo", "rustdoc", "-q", "--locked", "--lib", "--no-default-features", "--", "-Z", "unstable-options", "--output-format", "json"]
    subprocess.run(command, cwd=TOP, env={**os.environ, "RUSTC_BOOTSTRAP": "1"}, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR", TOP / "target"))
    return json.loads((target / "doc" / "agora_token_server.json").read_text())


def items(index, module):
    """The public items of a module, each with the pattern of its use."""
    for number in module["inner"]["module"]["items"]:
        item = index[str(number)]
        if "use" in item["inner"]:
            item = index.get(str(item["inner"]["use"]["id"]))
        if item is None or item["visibility"] != "public":
            continue
        kind, inner = next(iter(item["inner"].items()))
        path = f"{module['name']}::{item['name']}"
        if kind in TYPES or kind == "function":
            yield path, rf"\b{item['name']}\b"
        for implementation in inner.get("impls", []) if kind in TYPES else []:
            block = index[str(implementation)]["inner"]["impl"]
            for member in (index[str(member)] for member in block["items"] if block["trait"] is None):
                if member["visibility"] == "public":
                    name = member["name"]
                    called = rf"\b{item['name']}(?:::<[^>]*>)?::{name}\b" + (rf"|\.{name}\(" if "function" in member["inner"] else "")
                    yield f"{path}::{name}", called


def main():
    crate = documentation()
    index = crate["index"]
    root = index[str(crate["root"])]
    texts = [item["docs"] for item in index.values() if item["crate_id"] == 0 and item["docs"]]
    code = "\n".join(block for text in texts for block in re.findall(r"^```(?:rust)?\n(.*?)^```", text, flags=re.S | re.M))
    modules = [index[str(number)] for number in root["inner"]["module"]["items"] if index[str(number)]["name"] in MODULES]
    found = [entry for module in modules for entry in items(index, module)]
    missing = [path for path, pattern in found if not re.search(pattern, code)]
    print("".join(f"{path}: in no example\n" for path in missing), end="")
    print(f"examples: {len(found)} public items, {len(missing)} without an example")
    return 1 if missing or len(modules) != len(MODULES) or len(found) < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
