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
  local log total bad code
  log=$(mktemp)
  dotnet run --no-build -c Release --project "tests/$1" -- -noColor 2>&1 | tee "$log"
  code=${PIPESTATUS[0]}
  total=$(sed -nE 's/.*Total: ([0-9]+), Errors: ([0-9]+), Failed: ([0-9]+).*/\1/p' "$log" | tail -1)
  bad=$(sed -nE 's/.*Total: ([0-9]+), Errors: ([0-9]+), Failed: ([0-9]+).*/\2 \3/p' "$log" | tail -1 | awk '{print $1 + $2}')
  if [ -z "$total" ]; then total=1 bad=1; fi
  if [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; then total=$((total + 1)) bad=1; fi
  passed=$((passed + total - bad)) failed=$((failed + bad))
  rm -f "$log"
}

step "build without warnings" dotnet build ProtocolGateway.sln -c Release -v quiet
step "format" dotnet format ProtocolGateway.sln --no-restore --verify-no-changes
tests UnitTests
tests MatrixTests
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 2 ]
