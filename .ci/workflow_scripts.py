#!/usr/bin/env python3
"""Runs shellcheck on the scripts of the workflows.

    .ci/workflow_scripts.py FILE…

GitHub replaces `${{ … }}` before a shell reads the script, so a word replaces it here.
"""
import re
import subprocess
import sys

import yaml


def scripts(path):
    with open(path, encoding="utf-8") as file:
        workflow = yaml.safe_load(file)
    for name, job in workflow["jobs"].items():
        for number, step in enumerate(job.get("steps", []), 1):
            if "run" in step:
                yield f"{path}: {name}, step {number}", step["run"]


def main(paths):
    checked = faults = 0
    for path in paths:
        for place, script in scripts(path):
            text = "#!/bin/bash\n" + re.sub(r"\$\{\{.*?\}\}", "EXPRESSION", script)
            done = subprocess.run(["shellcheck", "-S", "info", "-"], input=text, capture_output=True, text=True)
            checked += 1
            if done.returncode != 0:
                faults += 1
                print(f"{place}\n{done.stdout}{done.stderr}")
    print(f"shellcheck: {checked} scripts of workflows, {faults} with faults")
    return 0 if checked and not faults else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
