#!/bin/sh
# The Python package and its tests: format, ruff, and mypy as strict as it is. Usage: python_lint.sh BUILD
set -eu
tools=$(pwd)/$1/engines/venv/bin
package=src/engines/spark
tests=tests/engines
"$tools/ruff" format --quiet --check --config $package/pyproject.toml $package $tests
"$tools/ruff" check --quiet --no-cache --config $package/pyproject.toml $package $tests
"$tools/mypy" --config-file $package/pyproject.toml --cache-dir "$1/engines/mypy" $package/claimgate
echo 'python-lint: nothing was found'
