"""Nanoseconds for each 006 token of agora-token-builder in a warm loop, one line for each round."""

import os
import sys
import time

from agora_token_builder import RtcTokenBuilder

TOKENS = 2_000
project = os.environ["APP_ID"], os.environ["APP_CERTIFICATE"]
for round in range(-1, int(sys.argv[1])):
    start = time.perf_counter_ns()
    for _ in range(TOKENS):
        RtcTokenBuilder.buildTokenWithUid(*project, "room-1", 42, 1, int(time.time()) + 3600)
    if round >= 0:
        print((time.perf_counter_ns() - start) / TOKENS)
