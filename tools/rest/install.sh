#!/bin/sh
# Installs what the lock says, unless it is there already.
set -e
cd "$(dirname "$0")"
cmp -s package-lock.json node_modules/.installed && exit 0
npm ci --no-audit --no-fund --loglevel=error
cp package-lock.json node_modules/.installed
