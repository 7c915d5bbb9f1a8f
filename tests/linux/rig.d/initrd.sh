# shellcheck shell=bash disable=SC2154,SC2016
# What a guest runs: the module that crashes, and a file system of busybox, our programs and scripts.

# Leaves $cache/KERNEL/module/kpcrash.ko.
module() {
	local to=$cache/$1/module release where
	fetch "$1"
	find_kernel "$1"
	[ "$built" != - ] || die "$1: Debian has no headers to build kpcrash.ko with"
	if [ "$to/kpcrash.ko" -nt "$here/module/kpcrash.c" ] && [ "$to/kpcrash.ko" -nt "$here/module/Kbuild" ]; then
		return 0
	fi
	exec 9>"$cache/$1.lock"
	flock 9
	release=$(cat "$cache/$1/release")
	mkdir -p "$to"
	case $built in
	*.config) where=source ;;
	*) where=$built ;;
	esac
	"build_$where" "$1" >"$to/log" 2>&1 || {
		cat "$to/log" >&2
		die "kpcrash.ko does not build for $1 ($release)"
	}
	mv "$temporary/module/kpcrash.ko" "$to/kpcrash.ko.new"
	mv "$to/kpcrash.ko.new" "$to/kpcrash.ko"
	rm -rf "$temporary" "$to/log"
	temporary=
	exec 9>&-
}

# Both leave $temporary/module/kpcrash.ko of $release.  Type information for modules needs a vmlinux and pahole.

# The headers are unpacked for as long as it takes: the kernel's makefiles take no path with a space, and the
# cache may have one.
build_here() {
	local headers package
	temporary=$(mktemp -d "${TMPDIR:-/tmp}/kpcrash.XXXXXX")
	for package in "$cache/$1/headers"/*.deb; do
		dpkg-deb -x "$package" "$temporary"
	done
	headers=$temporary/usr/src/linux-headers-$release
	# It includes the common headers' makefile by the path where it would be installed.
	sed -i 's|^include /usr/src/|include $(dir $(lastword $(MAKEFILE_LIST)))../|' "$headers/Makefile"
	# They name the compiler that the kernel was built with; another release of it will do.
	sed -i 's/\<gcc-[0-9]*\>/gcc/' "$headers/.kernelvariables"
	mkdir -p "$temporary/module"
	cp "$here/module/Kbuild" "$here/module/kpcrash.c" "$temporary/module"
	make -s -C "$headers" M="$temporary/module" CONFIG_DEBUG_INFO_BTF_MODULES= modules
}

# In the tree that the kernel was built in.
build_source() {
	temporary=$(mktemp -d "${TMPDIR:-/tmp}/kpcrash.XXXXXX")
	mkdir -p "$temporary/module"
	cp "$here/module/Kbuild" "$here/module/kpcrash.c" "$temporary/module"
	make -s -C "$(cd "$cache/$1/source" && pwd -P)" M="$temporary/module" CONFIG_DEBUG_INFO_BTF_MODULES= \
		KBUILD_MODPOST_WARN=1 modules
}

# In the chroot of tools/peers, whose C library is the one that the kernel's own build tools want.
build_peers() {
	local root=$cache/peers/root package
	[ -e "$cache/peers/ready" ] || die "kpcrash.ko for $1 is built in a chroot: run 'make peers' first"
	for package in "$cache/$1/headers"/*.deb; do
		dpkg-deb -x "$package" "$root"
	done
	temporary=$(mktemp -d "$root/tmp/kpcrash.XXXXXX")
	mkdir -p "$temporary/module"
	cp "$here/module/Kbuild" "$here/module/kpcrash.c" "$temporary/module"
	# Those tools want /proc; it is mounted for them alone.
	unshare -m sh -c 'mount --make-rprivate / && mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' "$root" \
		make -s -C "/usr/src/linux-headers-$release" M="${temporary#"$root"}/module" \
		CONFIG_DEBUG_INFO_BTF_MODULES= modules
}

# Leaves $cache/KERNEL/initrd.gz.
initrd() {
	local to=$cache/$1/initrd.gz root command name newest
	fetch "$1"
	find_kernel "$1"
	if [ "$built" = here ] || [ -e "$cache/$1/source" ] || { [ "$built" = peers ] && [ -e "$cache/peers/ready" ]; }; then
		module "$1"
	fi
	if [ -e "$to" ]; then
		newest=$(find "$here/guest" "$cache/$1" -path "$cache/$1/headers" -prune -o -type f -newer "$to" -print -quit)
		[ "$newest" ] || return 0
	fi
	make_temporary
	root=$temporary/root
	mkdir -p "$root/bin" "$root/proc" "$root/sys" "$root/dev" "$root/tmp" "$root/modules"
	cp "$(command -v busybox)" "$root/bin/busybox"
	for command in cat chmod dd dmesg gzip insmod mkdir mount poweroff readlink rm sed sh sleep stat stty taskset \
		uname; do
		ln -s busybox "$root/bin/$command"
	done
	for name in neighbour crowd hoard kexec measure; do
		${CC:-gcc} -std=gnu11 -O2 -Wall -static -pthread -o "$root/bin/$name" "$here/guest/$name.c"
		strip "$root/bin/$name"
	done
	for name in trigger tell kdump; do
		install -m 755 "$here/guest/$name" "$root/bin/$name"
	done
	install -m 755 "$here/guest/init" "$root/init"
	[ ! -e "$cache/$1/module/kpcrash.ko" ] || cp "$cache/$1/module/kpcrash.ko" "$root/kpcrash.ko"
	cp "$cache/$1/modules"/*.ko "$root/modules"
	loading_order "$cache/$1/modules" >"$root/modules/order"
	pack "$root" | gzip -1 >"$temporary/initrd.gz"
	mv "$temporary/initrd.gz" "$to"
	rm -rf "$temporary"
	temporary=
}

# The names of the modules in folder $1, each behind those that it depends on: which depends on which differs
# between kernels.
loading_order() {
	local file name needed
	for file in "$1"/*.ko; do
		name=$(basename "$file" .ko)
		echo "$name $name"
		for needed in $(grep -ao 'depends=[a-z0-9_,]*' "$file" | sed 's/.*=//; s/,/ /g'); do
			[ ! -e "$1/$needed.ko" ] || echo "$needed $name"
		done
	done | tsort
}

# The archive of folder $1, as the kernel unpacks it.
pack() {
	(cd "$1" && find . | cpio --quiet -o -H newc -R 0:0)
}
