#!/usr/bin/env bash
# Prints a digest of what the program is built from: the cached binary is known by it.
# A version number would not do, because it does not change with every change.
#
#   HERE    directory of the sources
set -euo pipefail

cd "$HERE"
digest() { git hash-object --no-filters --stdin; }
parts=(Cargo.toml Cargo.lock src)
[ -d crates ] && parts+=(crates)
files=$(find "${parts[@]}" -type f | LC_ALL=C sort)
while IFS= read -r file; do
  printf '%s ' "$file"
  digest < "$file"
done <<< "$files" | digest
