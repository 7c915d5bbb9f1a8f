# The recorder, built apart from the reader: build/panic/ISA-TIER[-clang]/kpanic.o is all of it, to be linked into a kernel.
# A kernel's own Makefile needs no more than `sources`, the flags below, and -I panic/include -I panic; from tier 3 on, -I of
# the repository, since what both halves encode is in formats/.

KP_TIERS   := 0 1 2 3
KP_COMMON  := -std=gnu11 -Os -g -ffreestanding -fno-builtin -fno-stack-protector -fno-omit-frame-pointer \
	      -fno-optimize-sibling-calls -fno-strict-aliasing -fno-asynchronous-unwind-tables -fno-jump-tables -fpie \
	      -fvisibility=hidden -ffunction-sections -fdata-sections $(WARNINGS) -Wframe-larger-than=512 \
	      $(if $(filter clang%,$(CC)),,-fcallgraph-info=su) \
	      $(if $(WERROR),-Werror) -Ipanic/include -Ipanic -I. $(WITHOUT:%=-D%)
# Nothing walks the recorder's own frames before it takes exceptions itself; and as small as can be, where the compiler knows how.
KP_TIER_0  := -fomit-frame-pointer $(shell $(CC) -Oz -E -xc /dev/null >/dev/null 2>&1 && echo -Oz)
KP_x86_64  := -m64 -mgeneral-regs-only -mno-red-zone -fcf-protection=none

# $(call kp_sources,ISA,TIER): what panic/sources lists
kp_sources = $(shell awk '!/^\#/ && NF == 3 && $$1 <= $(2) && ($$2 == "any" || $$2 == "$(1)") { file = "panic/" $$3; sub("panic/\\.\\./", "", file); print file }' panic/sources)

# $(call kp_build,ISA,TIER): its objects in $(O)/panic/ISA-TIER
define kp_build
KP_OBJECTS_$(1)_$(2) := $$(patsubst %,$(O)/panic/$(1)-$(2)/%.o,$$(patsubst panic/%,%,$$(basename $$(call kp_sources,$(1),$(2)))))

$(O)/panic/$(1)-$(2)/%.o: panic/%.c
	@mkdir -p $$(@D)
	$$(CC) $$(KP_COMMON) $$(KP_$(1)) -DKP_TIER=$(2) $$(KP_TIER_$(2)) -MMD -MP -c -o $$@ $$<

$(O)/panic/$(1)-$(2)/formats/%.o: formats/%.c
	@mkdir -p $$(@D)
	$$(CC) $$(KP_COMMON) $$(KP_$(1)) -DKP_TIER=$(2) $$(KP_TIER_$(2)) -MMD -MP -c -o $$@ $$<

$(O)/panic/$(1)-$(2)/%.o: panic/%.S
	@mkdir -p $$(@D)
	$$(CC) $$(KP_$(1)) -DKP_TIER=$(2) -Ipanic/include -Ipanic -MMD -MP -c -o $$@ $$<

$(O)/panic/$(1)-$(2)/kpanic.o: $$(KP_OBJECTS_$(1)_$(2))
	$$(LD) -r -o $$@ $$^

-include $$(KP_OBJECTS_$(1)_$(2):.o=.d)
endef

$(foreach tier,$(KP_TIERS),$(eval $(call kp_build,x86_64,$(tier))))

KP_BUILT := $(foreach tier,$(KP_TIERS),$(O)/panic/x86_64-$(tier)/kpanic.o)

.PHONY: recorder
recorder: $(KP_BUILT) ## the recorder for x86-64, each tier: build/panic/x86_64-TIER/kpanic.o
