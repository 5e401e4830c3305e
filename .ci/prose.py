#!/usr/bin/env python3
"""Checks what people read: words, sentence length, file length and links.

    .ci/prose.py [PROGRAM]     PROGRAM: the built binary, whose help texts are checked as well

Words and idioms are checked in documentation, help, the page, error texts, comments, test names and configuration.
Sentences and links are checked in documentation only.
"""
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
MAX_README, MAX_DOC, MAX_WORDS = 170, 300, 25

# Where the guides link to each other on docs.rs; tests/it/docs.rs checks it.
PAGES = TOP / "src" / "guide" / "links.md"

# Each pattern with the reason that is printed. Words apply to every text; idioms to documentation and help, and those of
# COMMENTS to sources as well.
WORDS = [
    (r"\b(he|him|his|himself|she|her|hers|herself)\b", "gendered pronoun: name the role"),
    (r"\b(nobody|anybody|everybody|somebody|whoever|whomever|whosever)\b", "name the role: caller, client, user, backend, operator"),
    (r"(?<![-/\w])(?-i:API\.md|STYLE\.md|ARCHITECTURE\.md)", "process word: name a place that the reader can find"),
    (r"\b(the|this|its|HTTP) contract\b", "process word: cite the document"),
    (r"\bthe seeds?\b|\bseeds'", "process word: name the token server"),
    (r"\b(issue|part) #?\d{1,2} of 8\b", "process word"),
]
COMMENTS = [
    (r"\b(is|are|was|were) none\b|\bnone of\b", 'say "is missing", "is invalid" or "not any"'),
    (r"(?<!there )\b(is|are|was|were) no (?!longer|more\b|other\b)", 'say "is not a …" or "is invalid"'),
    (r"\b(may|can|could|to|cannot) be had\b", "say what is issued or available"),
    (r"\b(tells?|told|telling)\b(?! apart)", "say states, reports or logs"),
    (r"\b(ours|our|we|us)\b", 'say "you", or name the actor'),
    (r"\b(stands?|stood)\b(?!-)(?! still)", "no metaphor: say is, means, precedes or matches"),
    (r"\bcomes? of\b|\bas (it|they) came\b|\bgoes? on\b", "no metaphor: say results, unchanged, continues"),
    (r"\bmend(s|ed|ing)?\b", "say fix"),
    (r"\b(\w+'s|its own|whose|the) business\b", "name the actor that does it"),
    (r"\binside of\b", "say inside or in"),
    (r"\bno one\b", "name the role"),
    (r"\bgoes without saying\b|\bneed not\b.*\bsaid\b", "say is expected"),
]
IDIOMS = COMMENTS
# In names as well as in texts.
NAMES = WORDS[:2]
# Files of settings without a suffix that says so.
CONFIGURATION = {"run", "reproducible", ".justfile", ".gitignore", ".npmrc", ".editorconfig"}
# Quotations of other projects' texts, and codes that are stable names.
ALLOWED = re.compile(r"\{[^{} ]*\}|\bus: 0|uidClaim is none|\bis none\(|ourAppId|uid-0-for-everybody|publisher-for-everybody|AppId|us-east|US East|\bUS dollars\b|anybody_can")


def tracked(*patterns):
    listed = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=TOP, capture_output=True, check=True, text=True)
    return [TOP / name for name in listed.stdout.split("\0") if name]


def without_code(markdown):
    """Markdown with code replaced by spaces, so that line numbers stay."""
    blank = lambda match: re.sub(r"[^\n]", " ", match.group())
    markdown = re.sub(r"^(```+|~~~+).*?^\1", blank, markdown, flags=re.S | re.M)
    markdown = re.sub(r"<!--.*?-->", blank, markdown, flags=re.S)
    return re.sub(r"`[^`\n]*`", lambda match: "x" + " " * (len(match.group()) - 1), markdown)


def prose_of_source(path, text):
    """Comments, and the texts, test names and descriptions of a language that has them; lines keep their numbers."""
    lines = []
    if path.suffix in (".yaml", ".yml"):
        return prose_of_yaml(text)
    for line in text.split("\n"):
        if path.suffix == ".rs":
            comment = re.search(r"//[/!]?(?P<c>.*)", line)
            strings = " ".join(re.findall(r'"((?:[^"\\]|\\.)*)"', line))
            name = re.search(r"fn (?!is_none\b)([a-z_0-9]+)\(", line)
            parts = [comment["c"] if comment else "", strings, name[1].replace("_", " ") if name else ""]
            continued = line.strip() if not comment and not strings and line.strip().endswith("\\") else ""
            lines.append(" ".join(parts) + continued)
        elif path.suffix in (".mjs", ".js", ".jsx"):
            comment = re.search(r"(?:^|\s)(?://|\*|/\*)(?P<c>.*)", line)
            strings = [text for _, text in re.findall(r"""(["'`])((?:(?!\1)[^\\\n]|\\.)* (?:(?!\1)[^\\\n]|\\.)*)\1""", line)]
            name = re.search(r"""\btest\(["'](\w+)""", line)
            strings = [re.sub(r"\$\{[^}]*\}", "x", text) for text in strings]
            lines.append(" ".join([comment["c"] if comment else "", *strings, name[1].replace("_", " ") if name else ""]))
        elif path.suffix in (".toml", ".sh", ".py") or path.name in CONFIGURATION or path.name.startswith((".env", ".dev", "Dockerfile")):
            comment = re.search(r"#(?P<c>.*)", line)
            described = re.search(r"\b(?:description|name) *= *(?P<c>.*)", line)
            lines.append((comment["c"] if comment else "") + " " + (described["c"] if described else ""))
        else:
            lines.append(line)
    return "\n".join(lines)


def prose_of_yaml(text):
    """Comments, names and descriptions, those over several lines included."""
    lines, folded = [], None
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip())
        if folded is not None and line.strip() and depth <= folded:
            folded = None
        comment = re.search(r"(?:^|\s)#(?P<c>.*)", line)
        described = re.search(r"\b(?:\w*Description|\w*description|name|comment|default|label):\s*(?P<c>.*)", line)
        if folded is not None:
            lines.append(line)
            continue
        if described and re.fullmatch(r"[|>][-+]?", described["c"]):
            folded = depth
        lines.append((comment["c"] if comment else "") + " " + (described["c"] if described else ""))
    return "\n".join(lines)


def identifiers(text):
    """Each line's names of the code, split into words: `uid0_for_everybody` and `Uid0ForEverybody` alike."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    return re.sub(r"[_\-]+", " ", words)


def check_words(name, text, rules, faults):
    for number, line in enumerate(text.split("\n"), 1):
        cleaned = ALLOWED.sub("x", line)
        for pattern, why in rules:
            found = re.search(pattern, cleaned, flags=re.I)
            if found:
                faults.append(f"{name}:{number}: {found.group()!r}: {why}")


def check_sentences(name, text, faults):
    body = "\n".join(line for line in without_code(text).split("\n") if not re.match(r"\s*(\||#|\[!|!\[)", line))
    body = re.sub(r"^\[[^\]]+\]: \S+$", "", body, flags=re.M)
    body = re.sub(r"\]\([^)]*\)|\]\[[^\]]*\]", "]", body)
    for block in re.split(r"\n\s*\n|\n\s*(?:[-*]|\d+\.) ", body):
        for sentence in re.split(r"(?<=[.!?:;])\s+", " ".join(block.split())):
            words = [word for word in sentence.split() if re.search(r"\w", word)]
            if len(words) > MAX_WORDS:
                faults.append(f"{name}: {len(words)} words: {sentence[:100]}…")


def anchors(path):
    found = set()
    for heading in re.findall(r"^#+ +(.*)$", without_headings_code(path.read_text()), flags=re.M):
        slug = re.sub(r"[^\w\- ]", "", re.sub(r"`", "", heading).lower()).strip().replace(" ", "-")
        found.add(slug)
    return found


def without_headings_code(markdown):
    return re.sub(r"^```.*?^```", "", markdown, flags=re.S | re.M)


def check_links(path, text, faults):
    plain = without_code(text)
    defined = dict(re.findall(r"^\[([^\]]+)\]: (\S+)$", plain, flags=re.M))
    for label in re.findall(r"\]\[([^\]]+)\]", plain):
        if label not in defined:
            faults.append(f"{path.relative_to(TOP)}: no address for the link [{label}]")
    if path == PAGES:
        return
    for target in [*re.findall(r"\]\(([^)\s]+)\)", plain), *defined.values()]:
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        aim = (path.parent / file).resolve() if file else path
        if not aim.exists():
            faults.append(f"{path.relative_to(TOP)}: dead link {target}")
        elif anchor and aim.suffix == ".md" and anchor not in anchors(aim):
            faults.append(f"{path.relative_to(TOP)}: no heading for {target}")


def help_texts(program):
    """The help of the program and of each of its commands."""
    run = lambda *words: subprocess.run([program, *words, "--help"], capture_output=True, check=True, text=True).stdout
    top = run()
    yield "--help", top
    for path in subcommands(run, top, []):
        yield f"{' '.join(path)} --help", run(*path)


def subcommands(run, help_text, above):
    """The paths of a help's commands, those of their own commands included."""
    commands = re.search(r"Commands:\n(.*?)\n\n", help_text, flags=re.S)
    for name in re.findall(r"^  ([a-z-]+)", commands[1], flags=re.M) if commands else []:
        if name != "help":
            path = [*above, name]
            yield path
            yield from subcommands(run, run(*path), path)


def main():
    faults = []
    documents = [path for path in tracked("*.md") if "node_modules" not in path.parts and "vectors" not in path.parts]
    for path in documents:
        name, text = str(path.relative_to(TOP)), path.read_text()
        check_links(path, text, faults)
        check_words(name, without_code(text), WORDS + IDIOMS, faults)
        check_sentences(name, text, faults)
        lines = text.count("\n")
        limit = MAX_README if name == "README.md" else MAX_DOC if path.parent == TOP / "docs" else None
        if limit and lines > limit:
            faults.append(f"{name}: {lines} lines, at most {limit}")
    sources = tracked("src", "tests", "benches", "fuzz", ".ci", ".docker", ".github", "*.toml", "*.yaml", "*.json", "build.rs", ".env.example", ".dev.vars.example", ".justfile", ".cargo", ".gitignore", ".npmrc", ".editorconfig")
    for path in sources:
        data = {"vectors", "corpus", "node_modules", "keys", "screenshots"} & set(path.parts)
        if data or path.suffix in (".md", ".png", ".lock", ".der", ".pem", ".bin") or path.name.startswith("package") or path == Path(__file__):
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        name = str(path.relative_to(TOP))
        check_words(name, prose_of_source(path, text), WORDS + COMMENTS, faults)
        check_words(name, identifiers(ALLOWED.sub("x", text)), NAMES, faults)
        check_words(name, name.replace("_", " ").replace("-", " "), NAMES, faults)
    if len(sys.argv) > 1:
        for name, text in help_texts(sys.argv[1]):
            check_words(name, text, WORDS + IDIOMS, faults)
    print("\n".join(faults))
    print(f"prose: {len(documents)} documents, {len(sources)} files, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
