# shellcheck shell=bash disable=SC2154,SC2034
# Dumps: a guest's memory after its crash, from outside (QEMU) or from inside (kdump).

# format | what QEMU's monitor is told before the file's name | what is done with the file then
#
# QEMU writes its kdump files flattened, as makedumpfile does into a pipe; "kdump" is put into place.  Debian's QEMU
# has neither LZO nor Snappy built in.
FORMATS='
elf          | dump-guest-memory    |
elf-paging   | dump-guest-memory -p |
kdump-zlib   | dump-guest-memory -z |
kdump-lzo    | dump-guest-memory -l |
kdump-snappy | dump-guest-memory -s |
kdump        | dump-guest-memory -z | unflatten
raw          | pmemsave 0 MEMORY    |
'

format_names() {
	sed -n 's/^\([a-z][a-z-]*\) *|.*/\1/p' <<<"$FORMATS"
}

# Sets writes and afterwards.
find_format() {
	local name
	while IFS='|' read -r name writes afterwards; do
		if [ "$(trim "$name")" = "$1" ]; then
			writes=$(trim "$writes")
			afterwards=$(trim "$afterwards")
			return
		fi
	done <<<"$FORMATS"
	die "no format is called '$1' (there are $(format_names | tr '\n' ' '))"
}

# unflatten FILE: the blocks of a flattened dump are written to where they say they belong.
unflatten() {
	python3 - "$1" "$1.flat" <<'PYTHON'
import os, struct, sys
to, flat = sys.argv[1:]
os.rename(to, flat)
with open(flat, "rb") as source, open(to, "wb") as out:
    assert source.read(12) == b"makedumpfile", "not flattened"
    source.seek(4096)
    while True:
        offset, size = struct.unpack(">qq", source.read(16))
        if offset < 0:
            break
        out.seek(offset)
        out.write(source.read(size))
os.unlink(flat)
PYTHON
}

# dump SCENARIO FORMAT FILE: leaves FILE, and next to it FILE's name with .log (the console) and .truth.
dump() {
	local file=$3 base=${3%.*} writes afterwards
	find_format "$2"
	mkdir -p "$(dirname "$file")"
	rm -f "$file" "$file.part"
	wish_truth=$base.truth
	wish_dump="${writes/MEMORY/$((wish_memory << 20))} \"$(realpath -m "$file.part")\""
	boot "$1" "$base.log"
	[ -s "$file.part" ] || die "$1: QEMU wrote no dump: ${qemu_said:-it does not say why}"
	chmod 644 "$file.part"
	[ -z "$afterwards" ] || "$afterwards" "$file.part"
	mv "$file.part" "$file"
}

# kdump SCENARIO FILE PROGRAM CRASHKERNEL: a second kernel, loaded before the crash, copies /proc/vmcore to a disk.
# PROGRAM, when not empty, is a static program that it runs on /proc/vmcore first.  Leaves FILE, and next to
# it .log (the first kernel's console), .kdump.log (the second's) and .truth.
kdump() {
	local file=$2 program=$3 base=${2%.*} log=${2%.*}.log extra size
	find_scenario "$1"
	wish_kernel=${wish_kernel:-$kernel}
	initrd "$wish_kernel"
	[ "$told" != - ] || die "$1 has no initrd to load a second kernel from"
	mkdir -p "$(dirname "$file")"
	make_temporary
	extra=$temporary/extra
	mkdir -p "$extra/kdump/run"
	[ -z "$program" ] || install -m 755 "$program" "$extra/kdump/run/$(basename "$program")"
	pack "$extra" | gzip -1 >"$temporary/second.gz"
	rm -rf "$extra/kdump/run"
	cp "$cache/$wish_kernel/vmlinuz" "$extra/kdump/vmlinuz"
	cat "$cache/$wish_kernel/initrd.gz" "$temporary/second.gz" >"$extra/kdump/initrd.gz"
	wish_initrd=$temporary/initrd.gz
	{ cat "$cache/$wish_kernel/initrd.gz" && pack "$extra" | gzip -1; } >"$wish_initrd"
	rm -rf "$extra"
	wish_disk=$file.part
	wish_truth=$base.truth
	wish_arguments="crashkernel=$4${wish_arguments:+ $wish_arguments}"
	rm -f "$file" "$file.part"
	truncate -s "${wish_memory}M" "$file.part"
	boot "$1" "$log"
	rm -rf "$temporary"
	temporary=

	size=$(sed -n 's/.*kpcrash-truth: vmcore \([0-9]*\).*/\1/p' "$log")
	[ "$size" ] || die "$1: the second kernel copied nothing; the console stands in $log"
	truncate -s "$size" "$file.part"
	mv "$file.part" "$file"
	# Where the second kernel begins, its clock is at 0 again.
	awk -v first="$log.first" -v second="$base.kdump.log" '
		/\[ *0\.000000\] Linux version / { kernels++ }
		{ print >(kernels > 1 ? second : first) }' "$log"
	mv "$log.first" "$log"
}

# live LOG PROGRAM COMMANDS: leaves LOG, the console of a guest in which PROGRAM ran the lines of COMMANDS.
live() {
	local log=$1 extra
	initrd "$wish_kernel"
	make_temporary
	extra=$temporary/extra
	mkdir -p "$extra/live"
	install -m 755 "$2" "$extra/live/kpanic"
	install -m 644 "$3" "$extra/live/commands"
	install -m 755 "$here/guest/live" "$extra/live/run"
	wish_initrd=$temporary/initrd.gz
	{ cat "$cache/$wish_kernel/initrd.gz" && pack "$extra" | gzip -1; } >"$wish_initrd"
	boot live "$log"
	rm -rf "$temporary"
	temporary=
}
