#!/bin/sh
# What the Dockerfile does, without Docker: install the image's lock and the sources into a fresh prefix, serve from it
# as a user without a home who can write to no part of it, and ask for its health as the image does. Needs root,
# a Python that every user may run (PYTHON names it), and the packages' registry. The database is the embedded one.
# From the repository's root: sh docker/try.sh
set -eu
prefix=$(mktemp -d /tmp/cdp-try-XXXXXX)
chmod 0755 "$prefix"
data=$prefix/data
install -d -o nobody -g nogroup -m 0700 "$data"
api=
trap 'test -z "$api" || { kill "$api" 2>/dev/null || true; wait "$api" || true; }; rm -rf "$prefix"' EXIT
"${PYTHON:-python3}" -m venv "$prefix/cdp"
"$prefix/cdp/bin/pip" install --quiet --no-cache-dir --disable-pip-version-check --require-hashes -r docker/requirements.lock
"$prefix/cdp/bin/pip" install --quiet --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation .
if setpriv --reuid=nobody --regid=nogroup --clear-groups touch "$prefix/cdp/written" 2>/dev/null; then
  echo 'The user can write to the prefix.' >&2
  exit 1
fi
cd "$prefix/cdp"
env -i PATH="$prefix/cdp/bin:/usr/bin:/bin" HOME=/nonexistent PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
  CDP_ENVIRONMENT=production CDP_HOST=0.0.0.0 CDP_PORT=8765 CDP_AUTH=keys CDP_DATA_DIR="$data" \
  CDP_SECRET_KEY="$(head -c 32 /dev/urandom | base64 | tr '+/' '-_')" \
  setpriv --reuid=nobody --regid=nogroup --clear-groups --no-new-privs --bounding-set=-all \
  cdp serve --no-worker &
api=$!
for _ in $(seq 60); do
  if "$prefix/cdp/bin/python" -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8765/health/ready', timeout=4)" 2>/dev/null; then
    echo healthy
    exit 0
  fi
  sleep 0.5
done
echo 'It did not become healthy.' >&2
exit 1
