# Tests, included by the Makefile. Unit tests in C (cmocka) say in their first
# comment what they link, from the top down:
#
#	/* links: kebread/ledger status event lines json base pkg:libcrypto */
#
# kebread/ledger is cmd/kebread/ledger.o, status is common/status.a. Command tests
# are bats files; all of it speaks TAP and runs under prove.

export O
UNIT_TESTS := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))
BATS_TESTS := $(wildcard tests/cmd/*.bats)
PIPE_TESTS := $(wildcard tests/pipe/*.bats)
DOCS_TESTS := $(wildcard tests/docs/*.bats)
JOBS ?= 2

links_of = $(shell sed -n 's|^/\* links: \(.*\) \*/$$|\1|p' $(1))
link_files = $(foreach w,$(1),$(if $(filter pkg:%,$(w)),,$(if $(findstring /,$(w)),$(O)/cmd/$(w).o,$(O)/common/$(w).a)))
link_pkgs = $(patsubst pkg:%,%,$(filter pkg:%,$(1)))

define UNIT_RULE
$(O)/tests/$(1): $(O)/tests/unit/$(1).o $(call link_files,$(2))
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(KEB_CFLAGS) $$(CFLAGS) $$(KEB_LDFLAGS) $$(LDFLAGS) -o $$@ $$^ \
		-lcmocka $(if $(call link_pkgs,$(2)),$$$$($$(PKG_CONFIG) --libs $(call link_pkgs,$(2)))) -lm -lpthread
endef
$(foreach t,$(UNIT_TESTS),$(eval $(call UNIT_RULE,$(t),$(call links_of,tests/unit/$(t).c))))
-include $(UNIT_TESTS:%=$(O)/tests/unit/%.d)

unit-tests: $(UNIT_TESTS:%=$(O)/tests/%)

# `make unit`, `make cmd` and `make pipe` run one kind; T=name narrows each.
unit: unit-tests
	CMOCKA_MESSAGE_OUTPUT=TAP prove -j$(JOBS) -e '' $(if $(T),$(T:%=$(O)/tests/test_%),$(UNIT_TESTS:%=$(O)/tests/%))

cmd pipe: all
	prove -j$(JOBS) -e 'bats --tap' $(if $(T),$(T:%=tests/$@/%.bats),$(wildcard tests/$@/*.bats))

.PHONY: unit-tests unit cmd pipe
