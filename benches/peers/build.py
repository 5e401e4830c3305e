"""Nanoseconds for each token of Agora's own builder for Python in a warm loop, one line for each round."""

import os
import sys
import time

from agora_realtime_ai_api.token_builder.RtcTokenBuilder2 import Role_Publisher, RtcTokenBuilder

TOKENS = 5_000
project = os.environ["APP_ID"], os.environ["APP_CERTIFICATE"]
for round in range(-1, int(sys.argv[1])):
    start = time.perf_counter_ns()
    for _ in range(TOKENS):
        RtcTokenBuilder.build_token_with_uid(*project, "room-1", 42, Role_Publisher, 3600, 3600)
    # The first round warms up.
    if round >= 0:
        print((time.perf_counter_ns() - start) / TOKENS)
