#!/bin/sh
# A wheel below BUILD: the package with the program and its libraries beside it, which find each
# other by $ORIGIN. Usage: build.sh BUILD VERSION PYTHON
set -eu
build=$1
version=$2
python=$3
here=$(dirname "$0")
tree=$build/spark/wheel
package=$tree/claimgate

rm -rf "$tree" "$build/spark/dist"
mkdir -p "$package/bin" "$package/lib" "$build/spark/dist"
cp "$here"/claimgate/*.py "$here/claimgate/py.typed" "$package"
sed "s/^version = .*/version = \"$version\"/" "$here/pyproject.toml" >"$tree/pyproject.toml"
cp "$here/README.md" "$tree"

install -m 0755 "$build/claimgate" "$package/bin/claimgate"
strip --strip-debug "$package/bin/claimgate"
# What every glibc system has stays out; the rest comes along.
ldd "$build/claimgate" | awk '$2 == "=>" { print $1, $3 }' |
  grep -Ev '^(libc|libm|libpthread|libdl|librt|ld-linux[^ ]*)\.so' | while read -r name path; do
  install -m 0755 "$path" "$package/lib/$name"
  patchelf --set-rpath '$ORIGIN' "$package/lib/$name"
done
patchelf --set-rpath '$ORIGIN/../lib' "$package/bin/claimgate"

"$python" -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir "$build/spark/dist" "$tree"
"$python" -m wheel tags --remove --python-tag py3 --abi-tag none \
  --platform-tag "linux_$(uname -m)" "$build/spark/dist"/claimgate-*.whl >/dev/null
ls "$build/spark/dist"/claimgate-*.whl
