#!/usr/bin/env bash
# A release begins only where its tag, the version of every package and the address of the repository agree.
#
#   GITHUB_REF, GITHUB_SERVER_URL, GITHUB_REPOSITORY   as a runner sets them
set -euo pipefail
cd "$(dirname "$0")/../.."

refuse() { echo "::error title=release::$1"; exit 1; }
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
of_module=$(sed -n 's/^version = "\(.*\)"$/\1/p' python/Cargo.toml | head -n 1)
[ "$of_module" = "$version" ] || refuse "python/Cargo.toml says $of_module, Cargo.toml $version"
grep -qF "\"splitleak==$version\"" pyproject.toml || refuse "pyproject.toml does not ask for splitleak==$version"
grep -qF "## $version" CHANGELOG.md || [[ "$GITHUB_REF" != refs/tags/* ]] || refuse "CHANGELOG.md has no heading \"## $version\""
grep -qxF "repository = \"$GITHUB_SERVER_URL/$GITHUB_REPOSITORY\"" Cargo.toml ||
  refuse "Cargo.toml needs: repository = \"$GITHUB_SERVER_URL/$GITHUB_REPOSITORY\" (cargo binstall finds releases by it)"
case "$GITHUB_REF" in
  refs/tags/v"$version") ;;
  refs/tags/*) refuse "the tag is ${GITHUB_REF#refs/tags/}, the version $version" ;;
esac
