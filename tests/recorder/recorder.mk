# Tests of the recorder's portable parts on a fake host: natively, and built for other machines and run by their emulators
# (tools/setup cross).  One program each, made in one go: build/recorder/ISA/test.

RECORDER_O     := $(O)/recorder
RECORDER_SRC   := $(sort $(call kp_sources,generic,3) panic/fault/x86_64/walk.c panic/fault/x86_64/operand.c $(wildcard formats/*.c) \
		  $(wildcard tests/recorder/*.c))
RECORDER_FLAGS := -std=gnu11 -O1 -g -DKP_HOSTED -DKP_ISA_GENERIC -DKP_TIER=3 -DKP_CPUS_MAX=4 -fno-omit-frame-pointer \
		  -fno-optimize-sibling-calls -fno-strict-aliasing $(WARNINGS) $(if $(WERROR),-Werror) \
		  -I. -Ipanic -Ipanic/include -Itests/recorder

# ISA | compiler | how to run what it makes
RECORDER_CROSS := i386 arm64 riscv64 s390x
RECORDER_CC_i386    := i686-linux-gnu-gcc
RECORDER_CC_arm64   := aarch64-linux-gnu-gcc
RECORDER_CC_riscv64 := riscv64-linux-gnu-gcc
RECORDER_CC_s390x   := s390x-linux-gnu-gcc

define recorder_test
$(RECORDER_O)/$(1)/test: $(RECORDER_SRC) $(wildcard panic/*.h panic/*/*.h panic/include/kpanic/*.h panic/include/kpanic/isa/*.h tests/recorder/*.h)
	@mkdir -p $$(@D)
	$(2) $$(RECORDER_FLAGS) $(3) -Wl,--wrap=kp_isa_flush -o $$@ $$(filter %.c,$$^)
endef
$(eval $(call recorder_test,native,$$(CC),$(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined)))
$(foreach isa,$(RECORDER_CROSS),$(eval $(call recorder_test,$(isa),$(RECORDER_CC_$(isa)),-static)))

# Tier 0 on the smallest host.
RECORDER_TIER0 := $(RECORDER_O)/native/tier0
$(RECORDER_TIER0): $(call kp_sources,generic,0) tests/recorder/tier0/host.c
	@mkdir -p $(@D)
	$(CC) $(RECORDER_FLAGS) -UKP_TIER -DKP_TIER=0 -UKP_CPUS_MAX -o $@ $^

# Those whose compiler is installed.
RECORDER_HERE := $(foreach isa,$(RECORDER_CROSS),$(if $(shell command -v $(RECORDER_CC_$(isa)) 2>/dev/null),$(isa)))
RECORDER_BINS := $(patsubst %,$(RECORDER_O)/%/test,native $(RECORDER_HERE)) $(RECORDER_TIER0)

.PHONY: check-recorder check-cross size
check-recorder: $(RECORDER_BINS) recorder ## the recorder on a fake host, natively and by emulators; its symbols and size
	@tests/recorder/check.d/portable $(RECORDER_O)
	@tests/recorder/check.d/linked $(O)/panic

size: recorder blob ## text, data, bss and the deepest stack of the recorder, per tier, against the goals
	@tools/recorder-size $(O)/panic
	@panic/blob/check --size $(BLOB_O)/blob.elf

check-cross: $(patsubst %,$(RECORDER_O)/%/test,$(RECORDER_CROSS)) ## the same for i386, arm64, riscv64 and s390x (tools/setup cross)
	@tests/recorder/check.d/portable --only-cross $(RECORDER_O)

check: $(RECORDER_BINS) recorder

# The decoder of instructions against capstone, which the reader has.
$(O)/tests/unit/test_operand: private CPPFLAGS += -Ipanic -Ipanic/include -DKP_ISA_GENERIC
$(O)/tests/unit/test_operand: LIBS += panic/fault/x86_64/operand.c

# The recorder's readers of what is broken, fuzzed on the same host.
RECORDER_FUZZ := $(filter-out tests/recorder/main.c tests/recorder/test_%.c,$(RECORDER_SRC))
build-fuzz/fuzz_recorder: private CPPFLAGS += -Ipanic -Ipanic/include -Itests/recorder -I. -DKP_ISA_GENERIC -DKP_HOSTED -DKP_TIER=3
build-fuzz/fuzz_recorder: LIBS += $(RECORDER_FUZZ)
build-fuzz/fuzz_recorder: $(RECORDER_FUZZ)

# The search in its table of names, alone.
build-fuzz/fuzz_symbols: private CPPFLAGS += -Ipanic -Ipanic/include
build-fuzz/fuzz_symbols: LIBS += panic/collect/symbols.c
build-fuzz/fuzz_symbols: panic/collect/symbols.c
