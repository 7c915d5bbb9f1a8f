# Targets that test, lint, fuzz and measure.

.PHONY: check check-crash-commands check-matrix check-unit check-golden check-rig golden-update lint format fuzz fuzz-build meta bench peers

UNIT_SOURCES := $(sort $(wildcard tests/unit/test_*.c))
UNIT_BINS    := $(UNIT_SOURCES:tests/unit/%.c=$(O)/tests/unit/%)
SAN_ENV      := ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1

# Seconds that `make check` gives each fuzz harness; 0 leaves fuzzing out.
FUZZ_SECONDS ?= 2

# A vmlinux and a module with source lines, of the kernel that image makes: with its build ids.
IMAGE_FILES := $(addprefix $(O)/tests/dump/,image vmlinux drv.ko)
IMAGE_FLAGS := -g -O1 -ffreestanding -fno-pie -no-pie -mcmodel=kernel -fno-asynchronous-unwind-tables -nostdlib

$(O)/tests/dump/vmlinux: tests/dump/module/kernel.c tests/dump/module/kernel.lds
	@mkdir -p $(@D)
	gcc $(IMAGE_FLAGS) -static -Wl,-T,tests/dump/module/kernel.lds -Wl,--build-id=0x0123456789abcdef0123456789abcdef01234567 -o $@ $<

$(O)/tests/dump/drv.ko: tests/dump/module/drv.c
	@mkdir -p $(@D)
	gcc $(IMAGE_FLAGS) -r -Wl,--build-id=0xa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3 -o $@ $<

check: $(O)/kpanic $(UNIT_BINS) $(O)/tests/dump/damage $(O)/tests/dump/hostile $(IMAGE_FILES) $(if $(filter-out 0,$(FUZZ_SECONDS)),fuzz-build) ## every test (SAN=1: with sanitizers)
	@KPANIC=$(abspath $(O)/kpanic) FUZZ_SECONDS=$(FUZZ_SECONDS) $(SAN_ENV) tests/run-tests --kpanic $(O)/kpanic \
		--unit $(UNIT_BINS) --golden tests/golden --script $(CHECK_SCRIPTS)

# Scripts that end with 'N passed, N failed'; run in this order.
CHECK_SCRIPTS := $(if $(filter-out 0,$(FUZZ_SECONDS)),tests/fuzz/check) $(sort $(wildcard tests/*/check.d/*)) \
		 $(wildcard tests/cli/check tests/cli/last tests/cli/types tests/cli/whole tests/cli/fields tests/cli/completion tests/html/check tests/linux/check tests/dump/check)

$(O)/tests/unit/%: tests/unit/%.c $(O)/libpm.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) -MMD -MP -o $@ $< $(O)/libpm.a $(LIBS) -lcmocka

# Dumps of every kind are packed by those who pack them elsewhere.
PACKERS := $(addprefix $(O)/tests/unit/,test_lzo test_dump test_kdump)
$(PACKERS): LIBS += -llzo2 -lsnappy

-include $(UNIT_BINS:=.d) $(wildcard $(O)/tests/dump/*.d)

$(O)/tests/dump/%: tests/dump/%.c $(O)/libpm.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) -MMD -MP -o $@ $< $(O)/libpm.a $(LIBS)

check-matrix: $(O)/kpanic $(O)/tests/dump/damage $(O)/tests/dump/hostile $(O)/tests/dump/types ## dumps of all kernels, in all formats, against what was true of the guests and the peers (ONLY=REGEX)
	@KPANIC=$(abspath $(O)/kpanic) ONLY="$(ONLY)" tests/dump/check --matrix

# Dumps by kernel: DUMPS="6.1=FILE 7.2=FILE"; tests/linux/rig makes them.  KEEP=FOLDER keeps crash's answers.
check-crash-commands: $(O)/kpanic ## the shell's commands against crash's, on DUMPS="KERNEL=FILE…"; writes docs/crash-agreement.md
	@KPANIC=$(abspath $(O)/kpanic) tests/dump/crash-commands $(if $(KEEP),--keep $(KEEP)) --control --table docs/crash-agreement.md $(DUMPS)

check-unit: $(UNIT_BINS) ## unit tests (cmocka)
	@$(SAN_ENV) tests/run-tests --unit $(UNIT_BINS)

check-golden: $(O)/kpanic $(IMAGE_FILES) ## golden tests over the command line (ONLY=text picks some)
	@$(SAN_ENV) tests/run-tests --kpanic $(O)/kpanic --golden tests/golden --only "$(ONLY)"

golden-update: $(O)/kpanic $(IMAGE_FILES) ## rewrite the golden results from what happens now
	@tests/run-tests --kpanic $(O)/kpanic --golden tests/golden --update --only "$(ONLY)"

check-rig: $(O)/kpanic ## crash real kernels under QEMU and check the explanations
	@KPANIC=$(abspath $(O)/kpanic) tests/linux/check

# --- fuzzing: libFuzzer, with address and undefined-behaviour sanitizers

FUZZ_O       := build-fuzz
FUZZ_SOURCES := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ_BINS    := $(FUZZ_SOURCES:tests/fuzz/%.c=$(FUZZ_O)/%)
FUZZ_OBJECTS := $(patsubst %.c,$(FUZZ_O)/%.o,$(filter-out postmortem/main.c,$(SOURCES)))
FUZZ_FLAGS   := -std=gnu11 -O2 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined

# The fuzzer learns what values are compared with.  In these there is little to learn, and watching
# takes half of the time.
FUZZ_UNWATCHED := $(addprefix $(FUZZ_O)/postmortem/,base/% console/scan.o console/text.o console/window.o console/linux/interleave.o explain/% render/%)

$(FUZZ_O)/%.o: %.c
	@mkdir -p $(@D)
	@clang $(CPPFLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link \
		$(if $(filter $(FUZZ_UNWATCHED),$@),-fno-sanitize-coverage=trace-cmp) -MMD -MP -c -o $@ $<

-include $(FUZZ_OBJECTS:.o=.d)

$(FUZZ_O)/libpm.a: $(FUZZ_OBJECTS)
	@rm -f $@
	@ar rcs $@ $^

$(FUZZ_O)/fuzz_%: tests/fuzz/fuzz_%.c $(FUZZ_O)/libpm.a
	@clang $(CPPFLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $< $(FUZZ_O)/libpm.a $(LIBS)

fuzz-build: $(FUZZ_BINS)

fuzz: fuzz-build ## fuzz every parser: T=seconds each (60), ONLY=harness, finds stay in build-fuzz/
	@tests/fuzz/run $(or $(T),60) $(ONLY)

# --- lint

C_FILES := $(shell find postmortem formats panic kernel tests -name '*.c' -not -path '*/module/*' -not -path '*/logs/*' 2>/dev/null)
H_FILES := $(shell find postmortem formats panic kernel tests -name '*.[h]' -not -path '*/module/*' -not -path '*/logs/*' 2>/dev/null)

lint: ## clang-tidy, cppcheck, formatting, include directions, shell, man pages, gcc and clang with -Werror
	@tools/lint $(sort $(C_FILES)) -- $(sort $(H_FILES))

format: ## clang-format over the whole tree
	@clang-format -i $(C_FILES) $(H_FILES)

# Other logs for the full run: META="logs…"
META ?= $(sort $(wildcard tests/logs/*.log tests/logs/kpanic/*.log tests/linux/logs/*.log ../shared/corpus/linux/*.log ../shared/corpus/guilty/*.log))

meta: $(O)/kpanic ## logs in other forms must give the same reports (ONLY=transformations, META=logs)
	@tests/meta/meta --kpanic $(O)/kpanic --verbose $(if $(ONLY),--only $(ONLY)) $(META)

bench: $(O)/kpanic ## measure against the peers (prints a table; no pass or fail)
	@KPANIC=$(abspath $(O)/kpanic) tests/bench/run

peers: ## a chroot with crash, drgn and makedumpfile, and the vmlinux of KERNELS (6.1) for them; needs root
	@tools/setup peers
	@tools/peers setup $(or $(KERNELS),6.1)
