# Targets that test, lint, fuzz and measure.

.PHONY: check check-unit check-golden
check: check-unit ## every test (SAN=1: with sanitizers)

UNIT_SOURCES := $(sort $(wildcard tests/unit/test_*.c))
UNIT_BINS    := $(UNIT_SOURCES:tests/unit/%.c=$(O)/tests/unit/%)

$(O)/tests/unit/%: tests/unit/%.c $(O)/libpm.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) -MMD -MP -o $@ $< $(O)/libpm.a $(LIBS) -lcmocka

-include $(UNIT_BINS:=.d)

check-unit: $(UNIT_BINS) ## unit tests (cmocka)
	@for t in $(UNIT_BINS); do $$t || exit 1; done
