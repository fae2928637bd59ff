#!/usr/bin/env bash
# What `docker/Dockerfile` copies, from archives of the released programs.
#
#   $1   directory of the archives
#   $2   directory to make
set -euo pipefail

unpacked=$(mktemp -d)
for pair in x86_64:amd64 aarch64:arm64; do
  name=splitleak-${pair%:*}-unknown-linux-musl
  tar -xz -C "$unpacked" < "$1/$name.tar.gz"
  mkdir -p "$2/${pair#*:}"
  cp "$unpacked/$name/splitleak" "$2/${pair#*:}/"
  cp "$unpacked/$name"/LICENSE-* "$2/"
done
# Modes of directories are copied as they are.
mkdir -p "$2/root/cache"
chmod 1777 "$2/root/cache"
rm -r -- "$unpacked"
