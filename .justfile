# Common tasks. Run `just -f .justfile NAME`, or put `set working-directory` in your own justfile.
set working-directory := "."

# List the tasks
default:
    @just -f .justfile --list

# Run the Rust tests
test:
    cargo test

# Format and lint
lint:
    cargo fmt --check
    cargo clippy --all-features --all-targets -- -D warnings

# Run the cases on the three real runtimes (after `just ci` has built them once)
runtimes:
    node tests/runtimes/run.mjs

# Benchmarks in one process
bench:
    cargo bench --bench cost

# Compare the public API with the published version (after the first release)
semver:
    cargo semver-checks --only-explicit-features

# Rewrite the generated tables of docs/
docs:
    UPDATE_DOCS=1 cargo test --test it docs

# Everything that must pass before a merge
ci:
    .ci/run
