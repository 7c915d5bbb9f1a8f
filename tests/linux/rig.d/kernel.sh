# shellcheck shell=bash disable=SC2154
# Kernels: rows of a table, their packages, and what is unpacked of them into $cache/KERNEL.

# name | suites of Debian that have it | image package, or a pattern for its name | where kpcrash.ko is built
#
# A package that only depends on the newest image will do; of a pattern's packages the newest is taken (a
# backports suite keeps a while what it has replaced).  Where the module is built: "here", or in the chroot
# of `rig peers`, whose C library is new enough for that kernel's own tools; "-": Debian has no headers any more.  With a
# configuration (on top of tinyconfig) the package is the source, and the kernel is built here.
KERNELS='
5.10       | bullseye bullseye-security | linux-image-amd64                    | here
6.1        | bookworm bookworm-security | linux-image-amd64                    | here
6.1-cloud  | bookworm bookworm-security | linux-image-cloud-amd64              | here
6.1-rt     | bookworm bookworm-security | linux-image-rt-amd64                 | here
6.12       | bookworm bookworm-security | linux-image-6.12-amd64               | here
6.12-cloud | bookworm bookworm-security | linux-image-6.12-cloud-amd64         | here
6.12-rt    | bookworm bookworm-security | linux-image-6.12-rt-amd64            | -
6.16       | trixie-backports           | linux-image-6\.16\.[0-9]+\+deb13-amd64 | -
6.17       | trixie-backports           | linux-image-6\.17\.[0-9]+\+deb13-amd64 | -
6.18       | trixie-backports           | linux-image-6\.18\.[0-9]+\+deb13-amd64 | -
7.2-rt     | trixie-backports           | linux-image-7\.2\.[0-9]+\+deb13-rt-amd64 | -
7.3        | experimental               | linux-image-7\.3(\.[0-9]+)?-amd64 | -
6.12-debug | bookworm bookworm-security | linux-source-6.12                    | debug.config
7.2        | trixie-backports           | linux-image-7\.2\.[0-9]+\+deb13-amd64  | peers
'

# Modules that a guest may load: the VMCOREINFO note's, and a disk's for kdump.  A kernel that has one of them
# built in has no such file.
MODULES='qemu_fw_cfg virtio virtio_ring virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_blk'

kernel_names() {
	sed -n 's/^\([0-9][^ |]*\) *|.*/\1/p' <<<"$KERNELS"
}

# Sets suites, image_package and built.
find_kernel() {
	local name image
	while IFS='|' read -r name suites image built; do
		if [ "$(trim "$name")" = "$1" ]; then
			suites=$(trim "$suites")
			image_package=$(trim "$image")
			built=$(trim "$built")
			return
		fi
	done <<<"$KERNELS"
	suites='' image_package='' built=-
	[ ! -e "$cache/$1/vmlinuz" ] || return 0 # another one, put there by hand
	die "no kernel is called '$1' (there are $(kernel_names | tr '\n' ' '))"
}

# The image package that $image_package stands for, the newest.
newest_image() {
	case $image_package in
	*\\*) apt-cache pkgnames | grep -xE -- "$image_package" | sort -V | tail -n 1 ;;
	*) dependencies "$image_package" '^linux-image-' ;;
	esac
}

# unpack_image FOLDER PACKAGES: takes vmlinuz, config, System.map and some modules out of them.
unpack_image() {
	local to=$1 packages=$2 release=$3 root=$1/root package name file
	mkdir -p "$root" "$to/modules"
	for package in "$packages"/*.deb; do
		# shellcheck disable=SC2046 # one pattern for each module; a package has some of them
		dpkg-deb --fsys-tarfile "$package" | tar -x -C "$root" --wildcards \
			'./boot/*' '*/vmlinuz' '*/config' '*/System.map' $(printf '*/%s.ko* ' $MODULES) 2>/dev/null || true
	done
	find_file() {
		find "$root" -type f \( -name "$1" -o -name "$1-$release" \) -print -quit
	}
	mv "$(find_file vmlinuz)" "$to/vmlinuz" || die "there is no vmlinuz in the packages of $release"
	# Debian's System.map is a stub that points at the debug package; kept for tests that meet such a file.
	for name in config System.map; do
		file=$(find_file $name)
		[ -z "$file" ] || mv "$file" "$to/$name"
	done
	for name in $MODULES; do
		file=$(find "$root" -name "$name.ko*" -print -quit)
		case $file in
		'') ;;
		*.xz) xz -dc "$file" >"$to/modules/$name.ko" ;;
		*) mv "$file" "$to/modules/$name.ko" ;;
		esac
	done
	rm -rf "$root"
}

# build_kernel KERNEL: leaves $cache/KERNEL with vmlinuz, release and source/, from the source package.
build_kernel() {
	local to=$cache/$1
	echo "rig: building $1 from $image_package; this takes a while" >&2
	mkdir -p "$temporary/source" "$to/module"
	download "$temporary/package" "$image_package"
	dpkg-deb --fsys-tarfile "$temporary/package/$image_package"_*.deb | tar -x -C "$temporary" ./usr/src
	tar -x -C "$temporary/source" --strip-components=1 -f "$temporary/usr/src/$image_package".tar.*
	(
		cd "$temporary/source"
		make -s tinyconfig
		scripts/kconfig/merge_config.sh -m .config "$here/$built" >/dev/null
		make -s olddefconfig
		make -s -j2 bzImage
		make -s modules_prepare
	) >"$to/build.log" 2>&1 || die "$1 does not build: see $to/build.log"
	rm -rf "$to/source"
	mv "$temporary/source" "$to/source"
	cp "$to/source/arch/x86/boot/bzImage" "$to/vmlinuz"
	make -s -C "$to/source" kernelrelease >"$to/release"
	mkdir -p "$to/modules"
	rm -rf "$temporary"
	temporary=
}

# Leaves $cache/KERNEL with vmlinuz, config, System.map, release, modules/*.ko and headers/*.deb.
fetch() {
	local to=$cache/$1 image headers release package
	local -a packages
	find_kernel "$1"
	[ ! -e "$to/modules" ] || return 0
	mkdir -p "$cache"
	exec 9>"$cache/$1.lock"
	flock 9
	if [ -e "$to/modules" ]; then	# another rig was faster
		exec 9>&-
		return 0
	fi

	echo "rig: getting Debian's $1 kernel" >&2
	make_temporary
	# shellcheck disable=SC2086 # words are wanted
	set_up_apt $suites
	case $built in
	*.config)
		build_kernel "$1"
		exec 9>&-
		return
		;;
	esac
	image=$(newest_image)
	[ "$image" ] || die "$1: no package is called '$image_package' in $suites"
	release=${image#linux-image-}
	packages=("$image")
	for package in '^linux-binary-' '^linux-modules-'; do # from 7.0 an image is only a name for two others
		package=$(dependencies "$image" "$package") || continue
		packages+=("$package")
	done
	download "$temporary/image" "${packages[@]}"
	mkdir -p "$temporary/kernel"
	unpack_image "$temporary/kernel" "$temporary/image" "$release"
	rm -rf "$temporary/image"
	if [ "$built" != - ]; then
		headers=linux-headers-$release
		download "$temporary/kernel/headers" "$headers" "$(dependencies "$headers" '^linux-headers-.*-common')" \
			"$(dependencies "$headers" '^linux-kbuild-')"
	fi
	echo "$release" >"$temporary/kernel/release"

	rm -rf "$to"
	mv "$temporary/kernel" "$to"
	rm -rf "$temporary"
	temporary=
	exec 9>&-
}

# Leaves $cache/KERNEL/vmlinux, with debug information, taken out of the -dbg package: up to 1.2 GB to get.
vmlinux() {
	local to=$cache/$1/vmlinux release
	fetch "$1"
	[ ! -e "$to" ] || return 0
	find_kernel "$1"
	exec 9>"$cache/$1.lock"
	flock 9
	release=$(cat "$cache/$1/release")
	echo "rig: getting the debug information of $release" >&2
	make_temporary
	# shellcheck disable=SC2086 # words are wanted
	set_up_apt $suites
	download "$temporary/dbg" "linux-image-$release-dbg"
	dpkg-deb --fsys-tarfile "$temporary/dbg"/*.deb |
		tar -x -C "$temporary" --wildcards "*/vmlinux-$release" '*/vmlinux' 2>/dev/null || true
	mv "$(find "$temporary/usr" -type f -name 'vmlinux*' -print -quit)" "$to" ||
		die "there is no vmlinux in the debug package of $release"
	rm -rf "$temporary"
	temporary=
	exec 9>&-
}
