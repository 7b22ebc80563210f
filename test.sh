#!/usr/bin/env bash
# Runs every test of the project: format check, build, unit tests, matrix tests on real sockets. Ends with "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
passed=0 failed=0

step() { # NAME COMMAND...: one check that passes or fails as a whole
  local name=$1; shift
  echo "== $name"
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $name"; fi
}

tests() { # PROJECT: runs a test program and adds its counts
  echo "== tests/$1"
  local log; log=$(mktemp)
  dotnet run --no-build -c Release --project "tests/$1" 2>&1 | tee "$log"
  local code=${PIPESTATUS[0]} good bad
  good=$(grep -oE '^ *succeeded: *[0-9]+' "$log" | grep -oE '[0-9]+' | tail -1)
  bad=$(grep -oE '^ *failed: *[0-9]+' "$log" | grep -oE '[0-9]+' | tail -1)
  passed=$((passed + ${good:-0})) failed=$((failed + ${bad:-0}))
  if [ "$code" -ne 0 ] && [ "${bad:-0}" -eq 0 ]; then failed=$((failed + 1)); echo "FAILED: tests/$1 ended with $code"; fi
  rm -f "$log"
}

step "build without warnings" dotnet build ProtocolGateway.sln -c Release -v quiet
step "format" dotnet format ProtocolGateway.sln --no-restore --verify-no-changes
tests UnitTests
tests MatrixTests
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 2 ]
