#!/usr/bin/env bash
# Checks the running server against its OpenAPI description: run.sh path/to/agora-token-server
# A public validator reads the document, every example is validated against its schema, and schemathesis sends some
# thousands of requests with all checks enabled. Takes about a minute; needs python3 with pip.
set -euo pipefail
server=$(realpath "${1:?the path of the local server}")
cd "$(dirname "$0")"
here=$PWD
venv=${XDG_CACHE_HOME:-$HOME/.cache}/agora-token-server/openapi-venv
seed=${SEED:-1}

# --without-pip: Debian's python3 has no ensurepip, but its pip can install into any environment.
[ -x "$venv/bin/python" ] || python3 -m venv --without-pip "$venv"
if ! cmp -s requirements.txt "$venv/requirements.txt"; then
  python3 -m pip --python "$venv/bin/python" install -q -r requirements.txt
  cp requirements.txt "$venv/requirements.txt"
fi

"$venv/bin/openapi-spec-validator" ../../src/api/openapi.json
"$venv/bin/python" examples.py ../../src/api/openapi.json

# In another folder, so that a developer's .env does not configure the server under test.
scratch=$(mktemp -d)
pid=
finish() {
  [ -z "$pid" ] || kill "$pid" 2>/dev/null || true
  rm -rf "$scratch"
}
trap finish EXIT
(
  cd "$scratch"
  exec env -i PATH="$PATH" HOST=127.0.0.1 PORT=0 AUTH=none \
    ALLOWED_TOKEN_TYPES=rtc,rtm,chat-user,chat-app,fpa,apaas-room-user,apaas-user,apaas-app,convoai,stt \
    "$server" >"$scratch/log" 2>"$scratch/says"
) &
pid=$!
url=
for _ in $(seq 100); do
  url=$(sed -n 's/^Listening on \(http[^ ]*\).*/\1/p' "$scratch/says" 2>/dev/null || true)
  [ -z "$url" ] || break
  sleep 0.1
done
[ -n "$url" ] || { cat "$scratch/says"; echo "the server does not start"; exit 1; }

# It runs in the temporary folder; otherwise it would repeat failures of earlier runs.
conform() {
  cd "$scratch"
  SCHEMATHESIS_HOOKS=hooks PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 timeout 120 "$venv/bin/schemathesis" \
    --config-file "$here/schemathesis.toml" run "$url/openapi.json" --seed "$seed" --continue-on-failure --no-color \
    --generation-database none --warnings off --exclude-path /inspect "$@" | tee -a "$scratch/report"
}
# The server counts bytes, a schema characters: equal for ASCII.
conform --phases examples,coverage,fuzzing --max-examples 40 --generation-codec ascii
conform --phases fuzzing --max-examples 15 --exclude-checks positive_data_acceptance

cases=$(awk '/^ *[0-9]+ generated/ { sum += $1 } END { print sum + 0 }' "$scratch/report")
echo "openapi: $cases cases"
[ "$cases" -ge 2000 ] || { echo "expected at least 2000"; exit 1; }
! grep '"status":5' "$scratch/log"
