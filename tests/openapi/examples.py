"""Holds every example of an OpenAPI document against its schema: examples.py openapi.json"""

import json
import sys

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

text = open(sys.argv[1], encoding="utf-8").read()
document = json.loads(text.replace('"#/', '"urn:openapi#/'))
registry = Registry().with_resource("urn:openapi", Resource(contents=document, specification=DRAFT202012))
checked = 0


def walk(node, where):
    global checked
    if isinstance(node, list):
        for index, inside in enumerate(node):
            walk(inside, f"{where}/{index}")
    if not isinstance(node, dict):
        return
    if "schema" in node:
        examples = {name: example["value"] for name, example in node.get("examples", {}).items()}
        if "example" in node:
            examples["example"] = node["example"]
        validator = Draft202012Validator(node["schema"], registry=registry)
        for name, example in examples.items():
            checked += 1
            for error in validator.iter_errors(example):
                sys.exit(f"{where}, {name}: {error.message}")
    for name, inside in node.items():
        walk(inside, f"{where}/{name}")


walk(document, "")
print(f"openapi: {checked} examples fit their schemas")
