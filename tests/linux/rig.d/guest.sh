# shellcheck shell=bash disable=SC2154,SC2030,SC2031,SC2034,SC2054
# Guests: one is booted, crashes as told, and is ended; what it printed is kept, and its memory if wanted.

# What is wanted of a guest, beside its scenario.  Empty or 0: not wanted.
wish_kernel=     # another kernel than the scenario's
wish_symbols=    # a file for its /proc/kallsyms
wish_truth=      # a file for what guest/tell says of it; it then loads more modules and has a neighbour
wish_note=       # the VMCOREINFO note in a dump
wish_dump=       # what the monitor is told once it has crashed
wish_disk=       # a file that is its disk
wish_initrd=     # another initrd than the kernel's
wish_arguments=  # more for the kernel's command line
wish_memory=512  # MiB
wish_cpu=max     # as QEMU names it

# boot SCENARIO LOG: leaves LOG, and in qemu_said the first error of QEMU's monitor.
boot() {
	local log=$2 guest state ended=no append deadline told_dump=
	local -a emulator
	find_scenario "$1"
	kernel=${wish_kernel:-$kernel}
	case $told in
	-) fetch "$kernel" ;;
	*) initrd "$kernel" ;;
	esac
	[ "$told" = - ] || [ "$built" != - ] || knows_without_module ||
		die "$1 needs kpcrash.ko, and there are no headers to build it with for $kernel"
	command -v qemu-system-x86_64 >/dev/null || die "there is no qemu-system-x86_64: run tools/setup rig"

	# QEMU's clock is good, but 6.1 does not believe so and would then count ticks, which stop in a panic.
	# On a busy host the test of the timer interrupt fails, which is a panic of its own.
	append="console=ttyS0 ignore_loglevel tsc=reliable no_timer_check"
	# A guest whose memory is wanted halts: it is ended from outside.
	[ "$ends" != reboot ] || [ "$wish_dump" ] || append+=" panic=1"
	append+=${arguments:+ $arguments}${wish_arguments:+ $wish_arguments}
	emulator=(qemu-system-x86_64 -accel tcg,thread=multi -cpu "$wish_cpu" -smp 2 -m "${wish_memory}M" -nic none
		-vga none -display none -monitor stdio -no-reboot -kernel "$cache/$kernel/vmlinuz"
		-serial "file:$log.part")
	# shellcheck disable=SC2206 # words
	emulator+=(${machine//SCRATCH/$log.scratch})
	[[ $machine != *SCRATCH* ]] || truncate -s 8M "$log.scratch"
	# ttyS1 and ttyS2
	if [ "$wish_truth" ] || [ "$wish_symbols" ]; then
		emulator+=(-serial "${wish_truth:+file:}${wish_truth:-null}")
		[ -z "$wish_truth" ] || append+=" TRUTH=1"
	fi
	if [ "$wish_symbols" ]; then
		emulator+=(-serial "file:$wish_symbols.gz")
		append+=" KALLSYMS=1"
	fi
	[ -z "$wish_note" ] || emulator+=(-device vmcoreinfo)
	[ -z "$wish_disk" ] || emulator+=(-drive "file=$wish_disk,format=raw,if=none,id=disk"
		-device virtio-blk-pci,drive=disk)
	if [ "$told" != - ]; then
		emulator+=(-initrd "${wish_initrd:-$cache/$kernel/initrd.gz}")
		append+=" -- $told"
	fi
	mkdir -p "$(dirname "$log")"
	rm -f "$log.part" "$log.monitor"
	mkfifo "$log.monitor"
	exec 8<>"$log.monitor"
	rm "$log.monitor"
	"${emulator[@]}" -append "$append" <&8 >"$log.qemu" 2>&1 &
	guest=$!
	children+=("$guest")

	# A guest that reboots or powers off ends by itself; one that halts after its panic is ended here, and so
	# is one that survived but waits for its memory to be dumped.
	deadline=$((SECONDS + limit))
	while kill -0 "$guest" 2>/dev/null; do
		if [ -z "$told_dump" ] && grep -aqsE 'end Kernel panic.*]---|kpcrash-truth: survived' "$log.part"; then
			sleep 0.1
			if [ "$wish_dump" ]; then
				printf '%s\nquit\n' "$wish_dump" >&8
				told_dump=yes
			elif ! grep -aqs 'kpcrash-truth: survived' "$log.part"; then
				kill "$guest" 2>/dev/null || true
				break
			fi
		fi
		if [ "$monitor" ] && grep -aqs 'kpcrash-truth: waits' "$log.part"; then
			echo "$monitor" >&8
			monitor=
		fi
		if [ $SECONDS -ge $deadline ]; then
			kill "$guest" 2>/dev/null || true
			wait "$guest" 2>/dev/null || true
			children=()
			tail -n 10 "$log.part" >&2 || true
			die "$1: the guest had not ended after $limit s; its console stands in $log.part"
		fi
		sleep 0.1
	done
	state=0
	wait "$guest" || state=$?
	children=()
	exec 8>&-

	# The emulator itself makes a guest crash now and then (code that is patched while another CPU runs it).
	if [ "$told" != - ] && ! grep -aqs 'kpcrash-truth: action' "$log.part"; then
		again=$((${again:-0} + 1))
		[ "$again" -le 3 ] ||
			die "$1: the guest ended before it was told to crash; its console stands in $log.part"
		echo "rig: $1: the guest ended before it was told to crash; once more" >&2
		boot "$@"
		return
	fi
	again=0

	[ -z "$wish_disk" ] || ends=poweroff # the second kernel's end
	case $ends:$wish_dump in
	panic: | panic:?* | reboot:?*) grep -aqs 'end Kernel panic' "$log.part" && ended=yes ;;
	reboot:) grep -aqs 'Rebooting in' "$log.part" && ended=yes ;;
	poweroff:) grep -aqs 'reboot: Power down' "$log.part" && ended=yes ;;
	poweroff:?*) grep -aqs 'kpcrash-truth: survived' "$log.part" && ended=yes ;;
	esac
	if [ $ended = no ]; then
		tail -n 10 "$log.part" "$log.qemu" >&2 || true
		die "$1: the guest ended, but not by $ends (QEMU's status $state); its console stands in $log.part"
	fi
	[ -z "$wish_symbols" ] || { gzip -dcf "$wish_symbols.gz" >"$wish_symbols" && rm -f "$wish_symbols.gz"; }
	qemu_said=$(grep -am1 '^Error' "$log.qemu" || true)
	rm -f "$log.qemu" "$log.scratch"
	mv "$log.part" "$log"
}

# Does guest/trigger alone do what the scenario tells?
knows_without_module() {
	case ${told%% *} in
	initkill | live | wait | sysrq-c | flood | crowd | hoard | oom) ;;
	*) return 1 ;;
	esac
}

# Prints seconds with one digit since $1, a former $EPOCHREALTIME.
since() {
	local now=$EPOCHREALTIME tenths
	tenths=$(((${now/[.,]/} - ${1/[.,]/}) / 100000))
	echo "$((tenths / 10)).$((tenths % 10))"
}

# boot_all AT_ONCE FOLDER [SCENARIO]…
boot_all() {
	local at_once=$1 folder=$2 start=$EPOCHREALTIME name passed=0 failed=0 running=0
	shift 2
	local names=("$@")
	[ ${#names[@]} -gt 0 ] || mapfile -t names < <(scenario_names)
	initrd 6.1
	initrd 6.12-cloud
	mkdir -p "$folder"
	for name in "${names[@]}"; do
		find_scenario "$name"
		if [ $running -ge "$at_once" ]; then
			if wait -n; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
			running=$((running - 1))
		fi
		(
			children=()
			set_traps
			began=$EPOCHREALTIME
			boot "$name" "$folder/$name.log"
			printf '%-15s %5s s\n' "$name" "$(since "$began")"
		) &
		children+=($!)
		running=$((running + 1))
	done
	while [ $running -gt 0 ]; do
		if wait -n; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
		running=$((running - 1))
	done
	children=()
	echo "$passed crashed, $failed failed, in $(since "$start") s; logs in $folder"
	[ $failed -eq 0 ]
}
