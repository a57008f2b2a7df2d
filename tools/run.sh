#!/bin/sh
# The commands of the README: `npm start`, `npm test`, `npm run pinnace`. Installs what is missing, then runs from source on
# the project's own Node. Works from a fresh clone with any Node >= 20 and npm.
set -e
cd "$(dirname "$0")/.."
what=$1
shift

# npm puts this folder's .bin first on PATH; ours brings Node 24 there (Linux x64 and arm64). Elsewhere Node 24 must be there.
install() {
  if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    echo "pinnace: installing dependencies (npm ci) ..." >&2
    npm ci --loglevel=error >&2
  fi
}

node24() {
  PATH="$PWD/node_modules/.bin:$PATH"
  export PATH
  if [ -x node_modules/.bin/node ]; then return; fi
  major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)
  if [ "$major" -lt 24 ]; then
    echo "pinnace: needs Node 24 or newer and this platform has no packaged one: install it from https://nodejs.org" >&2
    exit 1
  fi
}

install
node24
app() {
  NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE-$PWD/node_modules/.cache/pinnace/compile}"
  export NODE_COMPILE_CACHE
  exec node --conditions=@pinnace/source tools/build/src/run-app.ts apps/pinnace "$@"
}

case "$what" in
  start) app up "$@" ;;
  pinnace) app "$@" ;;
  test) exec node --conditions=@pinnace/source tools/e2e/src/test.ts "$@" ;;
  *)
    echo "usage: tools/run.sh start|pinnace|test" >&2
    exit 2
    ;;
esac
