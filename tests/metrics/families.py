"""The metric families of an OpenMetrics text on standard input, as JSON: type, and the labels of the samples."""
import json
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

families = {}
for family in text_string_to_metric_families(sys.stdin.read()):
    labels = sorted({label for sample in family.samples for label in sample.labels if label not in ("le",)})
    families[family.name] = {"type": family.type, "labels": labels, "samples": len(family.samples)}
print(json.dumps(families))
