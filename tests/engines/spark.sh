#!/bin/sh
# The wheel, installed into a virtual environment, decides in Spark. Usage: spark.sh BUILD
set -eu
build=$(pwd)/$1
python=$build/engines/venv/bin/python
"$python" -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps "$build"/spark/dist/claimgate-*.whl
JAVA_HOME=$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")
export JAVA_HOME PYTHONDONTWRITEBYTECODE=1
cd tests/engines/spark
# A process each: a driver has one cluster.
for tests in test_validate test_connect test_cluster; do
  "$python" -m pytest -q -p no:cacheprovider $tests.py
done
