# The recorder as an image of its own, for any kernel that can jump (kpanic/blob.h): build/panic/blob.bin.

BLOB     := $(O)/panic/blob.bin
BLOB_O   := $(O)/panic/blob
BLOB_SRC := $(call kp_sources,x86_64,2) panic/quiet.c $(wildcard panic/blob/*.c panic/blob/*.S)
BLOB_OBJ := $(patsubst panic/%,$(BLOB_O)/%.o,$(basename $(BLOB_SRC)))
# A kernel that is lost is one CPU: the others are stopped before, or not at all.
BLOB_DEF := -DKP_TIER=2 -DKP_CPUS_MAX=1

$(BLOB_O)/%.o: panic/%.c
	@mkdir -p $(@D)
	$(CC) $(KP_COMMON) $(KP_x86_64) $(BLOB_DEF) -MMD -MP -c -o $@ $<

$(BLOB_O)/%.o: panic/%.S
	@mkdir -p $(@D)
	$(CC) $(KP_x86_64) $(BLOB_DEF) -Ipanic/include -Ipanic -MMD -MP -c -o $@ $<

$(BLOB_O)/blob.elf: $(BLOB_OBJ) panic/blob/blob.lds panic/blob/check
	$(LD) -pie --no-dynamic-linker -nostdlib -z noexecstack -z norelro --build-id=none --no-warn-rwx-segments --gc-sections \
		-T panic/blob/blob.lds -o $@ $(BLOB_OBJ)
	@panic/blob/check $@

$(BLOB): $(BLOB_O)/blob.elf
	objcopy -O binary $< $@

-include $(BLOB_OBJ:.o=.d)

.PHONY: blob
blob: $(BLOB) ## the recorder as an image that any kernel can jump into: build/panic/blob.bin

check: $(BLOB)
