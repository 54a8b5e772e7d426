#!/bin/sh
# The Debian package, from what `make install` puts into a folder. usage: build.sh BUILD VERSION
set -eu
build=$1
root=$build/deb
here=src/packaging
rm -rf "$root"
make --no-print-directory BUILD="$build" DESTDIR="$root" PREFIX=/usr install >/dev/null
strip "$root/usr/bin/claimgate"
gzip -9n "$root"/usr/share/man/man1/*.1
install -D -m 0755 $here/claimgate-nightly "$root/usr/bin/claimgate-nightly"
install -D -m 0644 -t "$root/lib/systemd/system" $here/*.service $here/*.timer
install -D -m 0644 $here/nightly.conf "$root/etc/claimgate/nightly.conf"
install -D -m 0644 LICENSE "$root/usr/share/doc/claimgate/copyright"
install -D -m 0644 README.md "$root/usr/share/doc/claimgate/README.md"
# The libraries that the program was linked with, by the packages that brought them.
libraries=$(ldd "$build/claimgate" | awk '$3 ~ /^\// {n = split($3, p, "/"); print "*/" p[n-1] "/" p[n]}' | xargs dpkg -S |
    cut -d: -f1 | sort -u | paste -sd, | sed 's/,/, /g')
install -d "$root/DEBIAN"
install -m 0755 -t "$root/DEBIAN" $here/postinst $here/prerm $here/postrm
echo /etc/claimgate/nightly.conf > "$root/DEBIAN/conffiles"
cat > "$root/DEBIAN/control" <<CONTROL
Package: claimgate
Version: $2
Architecture: $(dpkg --print-architecture)
Maintainer: claimgate maintainers <claimgate@localhost>
Depends: $libraries
Section: misc
Priority: optional
Description: gate in front of Medicaid claim adjudication
 Tests every peer-support service line of compressed claim files against unit
 caps and the rendering provider's credential, and writes each line to an
 accepted or a rejected file.
CONTROL
dpkg-deb --root-owner-group --build "$root" "$build/claimgate_$2_$(dpkg --print-architecture).deb"
