#!/usr/bin/env bash
# Builds all targets, and runs each from its seeds: fuzz/run.sh SECONDS [TARGET…]
#
# The stable compiler instruments the code as cargo-fuzz does. There is no sanitizer: the crate forbids unsafe code, so
# the address sanitizer would find nothing and make it four times slower.
set -euo pipefail
cd "$(dirname "$0")"
seconds=${1:?seconds for each target}
shift
# Names of targets, without spaces.
# shellcheck disable=SC2046
[ $# -gt 0 ] || set -- $(sed -n 's|^path = "fuzz_targets/\(.*\)\.rs"$|\1|p' Cargo.toml)

host=$(rustc -vV | sed -n 's/^host: //p')
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/fuzz CARGO_INCREMENTAL=0
flags=(
  -Cpasses=sancov-module
  -Cllvm-args=-sanitizer-coverage-level=4
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
  -Cllvm-args=-sanitizer-coverage-pc-table
  -Cllvm-args=-sanitizer-coverage-trace-compares
  -Ccodegen-units=1 -Cdebug-assertions -Coverflow-checks --cfg fuzzing
)
# --target: build scripts and macros are not instrumented.
RUSTFLAGS="${flags[*]}" cargo build --release --locked --target "$host"

for target in "$@"; do
  corpus=$(mktemp -d)
  artifacts=$(mktemp -d)
  dictionary=()
  [ -f "$target.dict" ] && dictionary=(-dict="$target.dict")
  "$CARGO_TARGET_DIR/$host/release/$target" -max_total_time="$seconds" -max_len=2048 -timeout=10 -rss_limit_mb=1024 \
    -artifact_prefix="$artifacts/" -verbosity=0 -print_final_stats=1 "${dictionary[@]}" "$corpus" "seeds/$target" \
    >"$artifacts/log" 2>&1 || {
    cat "$artifacts/log"
    echo "$target: FAILED, the input is in $artifacts"
    exit 1
  }
  echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$artifacts/log") executions in $seconds s"
  rm -rf "$corpus" "$artifacts"
done
