#!/bin/bash
# Puts a checkout into service: builds it, makes it the current release, restarts the units, and looks
# whether the server answers. With --check it changes nothing and says what is not as it must be.
#
#   deploy/deploy.sh --check    what is missing or wrong, on this machine, for this checkout
#   deploy/deploy.sh            as root: installs the checkout as a release and starts it
#
# Settings: PREFIX (default /opt/vue-trace-stream), ENV_FILE (/etc/vue-trace-stream/env), WORKERS (1).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly here
readonly prefix=${PREFIX:-/opt/vue-trace-stream}
readonly env_file=${ENV_FILE:-/etc/vue-trace-stream/env}
readonly workers=${WORKERS:-1}
readonly node_least=20.19.0

problems=0
good() { printf 'ok    %s\n' "$1"; }
bad() {
  printf 'WRONG %s\n' "$1" >&2
  problems=$((problems + 1))
}

has() { command -v "$1" >/dev/null 2>&1; }

# The value of a setting in the env file; empty where there is none.
setting() {
  if [[ -r $env_file ]]; then sed -n "s/^$1=//p" "$env_file" | tail -1; fi
}

check_node() {
  if ! has node; then
    bad "node is not installed: version $node_least or later is needed"
    return
  fi
  local version
  version=$(node --version)
  if [[ $(printf '%s\n%s\n' "$node_least" "${version#v}" | sort -V | head -1) == "$node_least" ]]; then
    good "node $version"
  else
    bad "node $version is too old: $node_least or later is needed"
  fi
}

check_env_file() {
  if [[ ! -r $env_file ]]; then
    bad "$env_file cannot be read: copy .env.example there and set REDIS_URL"
    return
  fi
  local unknown
  unknown=$(grep -oE '^[A-Z][A-Z0-9_]*=' "$env_file" | while read -r name; do
    grep -qE "^#? ?$name" "$here/.env.example" || printf '%s ' "${name%=}"
  done)
  if [[ -n $unknown ]]; then bad "$env_file sets what no setting is called: $unknown"; else good "$env_file"; fi
}

check_redis() {
  local url
  url=$(setting REDIS_URL)
  if [[ -z $url ]]; then
    bad "REDIS_URL is not set in $env_file: without it server and workers know nothing of each other"
  elif ! has redis-cli; then
    bad 'redis-cli is not installed: Redis cannot be looked at'
  elif ! redis-cli -u "$url" ping >/dev/null 2>&1; then
    bad "Redis does not answer at REDIS_URL"
  else
    good 'Redis answers'
    local policy aof
    policy=$(redis-cli -u "$url" config get maxmemory-policy 2>/dev/null | tail -1)
    aof=$(redis-cli -u "$url" config get appendonly 2>/dev/null | tail -1)
    if [[ $policy == noeviction ]]; then good 'Redis: maxmemory-policy noeviction'; else
      bad "Redis: maxmemory-policy is \"$policy\": it would throw jobs and chunks away; set noeviction"
    fi
    if [[ $aof == yes ]]; then good 'Redis: appendonly yes'; else
      bad "Redis: appendonly is \"$aof\": a restart forgets the queue; set it to yes"
    fi
  fi
}

check_units() {
  if ! has systemd-analyze; then
    bad 'systemd-analyze is not installed: the units cannot be verified'
    return
  fi
  local scratch unit said
  scratch=$(mktemp -d)
  # verified as they will stand, with a folder and a user that exist already
  for unit in "$here"/deploy/systemd/*.service; do
    sed -e "s#/opt/vue-trace-stream/current#$here#" -e "s#^ExecStart=/usr/bin/node#ExecStart=$(command -v node)#" \
      "$unit" >"$scratch/$(basename "$unit")"
  done
  mv "$scratch/vue-trace-stream-worker@.service" "$scratch/vue-trace-stream-worker@1.service"
  said=$(systemd-analyze verify --man=no "$scratch"/*.service 2>&1 | grep -F 'vue-trace-stream' || true)
  if [[ -z $said ]]; then good 'systemd units'; else bad "systemd units: $said"; fi
  rm -r "$scratch"
}

check_site() {
  if ! has nginx; then
    bad 'nginx is not installed: the site cannot be tried'
    return
  fi
  local scratch said
  scratch=$(mktemp -d)
  printf 'pid %s/pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\ninclude %s;\n}\n' \
    "$scratch" "$here/deploy/nginx/vue-trace-stream.conf" >"$scratch/nginx.conf"
  if said=$(nginx -t -q -p "$scratch" -c "$scratch/nginx.conf" 2>&1); then good 'nginx site'; else
    bad "nginx site: $said"
  fi
  rm -r "$scratch"
}

check() {
  check_node
  check_env_file
  check_redis
  check_units
  check_site
  if ((problems > 0)); then
    printf '%s of these must be mended first.\n' "$problems" >&2
    return 1
  fi
  echo 'Nothing that is checked here is wrong.'
}

# Waits until the server says that it is ready.
wait_until_ready() {
  local port
  port=$(setting PORT)
  for _ in $(seq 30); do
    if curl -fsS "http://127.0.0.1:${port:-5173}/healthz" >/dev/null 2>&1; then return 0; fi
    sleep 1
  done
  return 1
}

deploy() {
  local release previous unit
  release=$prefix/releases/$(date -u +%Y%m%d%H%M%S)
  previous=$(readlink "$prefix/current" 2>/dev/null || true)
  id vue-trace-stream >/dev/null 2>&1 || useradd --system --home-dir "$prefix" --shell /usr/sbin/nologin vue-trace-stream
  mkdir -p "$prefix/releases"
  cp -a "$here" "$release"
  (cd "$release" && npm ci --no-audit --no-fund && npm run build:server)
  chmod -R a+rX "$release"
  ln -sfn "$release" "$prefix/current"
  cp "$here"/deploy/systemd/*.service /etc/systemd/system/
  systemctl daemon-reload
  # workers first: they take up what a new server enqueues
  for unit in $(seq -f 'vue-trace-stream-worker@%g' "$workers") vue-trace-stream-server; do
    systemctl enable "$unit"
    systemctl restart "$unit"
  done
  if wait_until_ready; then
    echo "Release $release is in service."
    return
  fi
  echo "The server is not ready after 30 s: journalctl -u vue-trace-stream-server says why." >&2
  if [[ -n $previous ]]; then
    ln -sfn "$previous" "$prefix/current"
    systemctl restart 'vue-trace-stream-worker@*' vue-trace-stream-server
    echo "The release before it, $previous, is in service again." >&2
  fi
  return 1
}

check
if [[ ${1:-} != --check ]]; then deploy; fi
