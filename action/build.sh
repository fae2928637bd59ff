#!/usr/bin/env bash
# Builds the program, unless the cache had the one of the same sources.
#
#   HERE    directory of the sources
#   ROOT    where to install it: a directory of these sources and no others
set -euo pipefail

if ! "$ROOT/bin/splitleak" --version; then
  cargo install --locked --force --path "$HERE" --root "$ROOT"
fi
