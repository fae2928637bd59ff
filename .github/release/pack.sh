#!/usr/bin/env bash
# The archive of a program, as `action/fetch.sh` and `cargo binstall` unpack it: `archives/splitleak-TARGET.tar.gz`.
#
#   TARGET   what it was built for
set -euo pipefail
cd "$(dirname "$0")/../.."

program=target/$TARGET/dist/splitleak
case "$TARGET" in *windows*) program=$program.exe ;; esac
name=splitleak-$TARGET
folder=$(mktemp -d)
mkdir "$folder/$name" && mkdir -p archives
cp "$program" README.md CHANGELOG.md LICENSE-APACHE LICENSE-MIT "$folder/$name/"
tar -cz -C "$folder" "$name" > "archives/$name.tar.gz"
rm -r -- "$folder"
