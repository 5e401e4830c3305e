# Common tasks: `just NAME`.

# List the tasks
default:
    @{{quote(just_executable())}} --list

# Run the Rust tests
test:
    cargo test

# Check formats and lints (after `npm ci`)
lint:
    cargo fmt --check
    cargo clippy --all-features --all-targets -- -D warnings
    node_modules/.bin/biome check --error-on-warnings

# Run the cases on the three real runtimes (after `just ci` has built them once)
runtimes:
    node_modules/.bin/node tests/runtimes/run.mjs

# Run the benchmarks in one process
bench:
    cargo bench --bench cost

# Compare the public API with the published version (after the first release)
semver:
    cargo semver-checks --only-explicit-features

# Rewrite the generated tables of docs/
docs:
    UPDATE_DOCS=1 cargo test --test it docs

# Run everything that must pass before a merge
ci:
    .ci/run
