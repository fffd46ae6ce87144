# Tests, included by the Makefile. Unit tests in C (cmocka) say in their first
# comment what they link, from the top down:
#
#	/* links: kebread/ledger status event lines json base pkg:libcrypto lib:jq */
#
# kebread/ledger is cmd/kebread/ledger.o, status is common/status.a. Fuzz targets
# say the same. Command, pipeline, lint and documentation tests are bats files.
# All of it speaks TAP and runs under prove.

export O
UNIT_TESTS := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))
FUZZ_TESTS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
JOBS       ?= 2
FUZZ_TIME  ?= 60
SANITIZERS := address,undefined
PROVE      := prove -j$(JOBS) --failures --comments -e tests/tap

links_of = $(shell sed -n 's|^/\* links: \(.*\) \*/$$|\1|p' $(1))
link_files = $(foreach w,$(1),$(if $(filter pkg:% lib:%,$(w)),,$(if $(findstring /,$(w)),$(O)/cmd/$(w).o,$(O)/common/$(w).a)))
link_pkgs = $(patsubst pkg:%,%,$(filter pkg:%,$(1)))
link_libs = $(patsubst lib:%,-l%,$(filter lib:%,$(1)))
pkg_libs = $(if $(1),$$$$($$(PKG_CONFIG) --libs $(1)))

# Tests make argv of literals.
$(O)/tests/unit/%.o: WARN += -Wno-write-strings

define UNIT_RULE
$(O)/tests/$(1): $(O)/tests/unit/$(1).o $(call link_files,$(2))
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(KEB_CFLAGS) $$(CFLAGS) $$(KEB_LDFLAGS) $$(LDFLAGS) -o $$@ $$^ \
		-lcmocka $(call pkg_libs,$(call link_pkgs,$(2))) $(call link_libs,$(2)) -lm -lpthread
endef
$(foreach t,$(UNIT_TESTS),$(eval $(call UNIT_RULE,$(t),$(call links_of,tests/unit/$(t).c))))

# A fuzz target comes twice: with libFuzzer, and with a main of our own that
# replays its corpus and mutations of it.
define FUZZ_RULE
$(O)/tests/$(1): $(O)/tests/fuzz/$(1).o $(call link_files,$(2))
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(KEB_CFLAGS) $$(CFLAGS) $$(KEB_LDFLAGS) -fsanitize=fuzzer -o $$@ $$^ \
		$(call pkg_libs,$(call link_pkgs,$(2))) $(call link_libs,$(2)) -lm -lpthread
$(O)/tests/replay_$(1:fuzz_%=%): $(O)/tests/fuzz/$(1).o $(O)/tests/fuzz/replay.o $(call link_files,$(2))
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(KEB_CFLAGS) $$(CFLAGS) $$(KEB_LDFLAGS) $$(LDFLAGS) -o $$@ $$^ \
		$(call pkg_libs,$(call link_pkgs,$(2))) $(call link_libs,$(2)) -lm -lpthread
endef
$(foreach t,$(FUZZ_TESTS),$(eval $(call FUZZ_RULE,$(t),$(call links_of,tests/fuzz/$(t).c))))

# What the tests need beside keb: an admin client for topics and committed offsets.
$(O)/tests/kadm: $(O)/tests/kafka/kadm.o
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(KEB_CFLAGS) $(CFLAGS) $(KEB_LDFLAGS) $(LDFLAGS) -o $@ $^ $$($(PKG_CONFIG) --libs rdkafka)

# What makes single calls fail: tests/faults/preload.c.
$(O)/tests/preload.so: tests/faults/preload.c
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -O1 $(WARN) -shared -fPIC -o $@ $< -ldl

-include $(UNIT_TESTS:%=$(O)/tests/unit/%.d) $(FUZZ_TESTS:%=$(O)/tests/fuzz/%.d)

REPLAYS    := $(FUZZ_TESTS:fuzz_%=%)
unit-tests: $(UNIT_TESTS:%=$(O)/tests/%)
replays: $(REPLAYS:%=$(O)/tests/replay_%)
test-tools: $(O)/tests/kadm $(O)/tests/preload.so

# `make unit`, `make cmd`, `make pipe`, `make docs` run one kind; T=name narrows each.
unit: unit-tests ## unit tests; T=name for one
	$(PROVE) $(if $(T),$(T:%=$(O)/tests/test_%),$(UNIT_TESTS:%=$(O)/tests/%))

cmd pipe model docs: all test-tools ## command, pipeline, documentation tests, the protocol's model; T=name for one
	$(PROVE) $(if $(T),$(T:%=tests/$@/%.bats),$(wildcard tests/$@/*.bats tests/$@/*.t))

lint: ## format, layering, sizes, banned functions, shellcheck, mandoc, cppcheck
	$(PROVE) $(if $(T),$(T:%=tests/lint/%.bats),$(wildcard tests/lint/*.bats))

# Everything at once, the slow ones first, so that the closing lines of prove count it all.
SUITE = $(wildcard tests/pipe/*.bats tests/faults/*.t tests/model/*.bats tests/cmd/*.bats tests/docs/*.bats tests/docs/*.t) $(UNIT_TESTS:%=$(O)/tests/%)

check: ## build with -Werror, then lint, unit, command, pipeline, documentation tests, fuzz corpora
	@$(MAKE) --no-print-directory -j$(JOBS) WERROR=1 all unit-tests test-tools
	@$(MAKE) --no-print-directory -j$(JOBS) WERROR=1 O=$(O)/asan SANITIZE=$(SANITIZERS) replays
	@$(PROVE) $(wildcard tests/lint/*.bats) $(SUITE) $(REPLAYS:%=$(O)/asan/tests/replay_%)

check-asan: ## the suite under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(MAKE) --no-print-directory -j$(JOBS) O=$(O)/asan SANITIZE=$(SANITIZERS) all unit-tests test-tools
	@$(MAKE) --no-print-directory O=$(O)/asan SANITIZE=$(SANITIZERS) suite

suite:
	@ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1 $(PROVE) $(SUITE)

# Not those of kebexec, which waits by pidfd_open(2), nor with closed descriptors: valgrind
# does not know the one and does not start with the other.
VALGRIND_BATS := $(filter-out tests/cmd/kebexec% tests/cmd/closed-fds.bats,$(wildcard tests/cmd/*.bats))

check-valgrind: all unit-tests test-tools ## unit and command tests under valgrind
	@tests/valgrind-wrappers $(O) $(PROGRAMS)
	@VALGRIND=1 O=$(O)/valgrind KEB_WAIT=60 $(PROVE) $(UNIT_TESTS:%=$(O)/tests/%) $(VALGRIND_BATS)

check-kafka: all test-tools ## pipeline and Kafka tests on real brokers (after make deps-peers)
	@JOBS=$(JOBS) tests/kafka/check $(KAFKA)

check-faults: all test-tools ## random kills and faults on kebmock and a real Kafka (FAULTS=kills SEED=N)
	@$(PROVE) tests/faults/check

check-long: all test-tools ## ten million records through the loop: nothing missing, memory flat (RECORDS=N)
	@tests/kafka/long $(RECORDS)

check-radosgw: all ## S3 and STS on Ceph's radosgw, a verifier of its own (after make deps-peers)
	@tests/peers/radosgw

check-moto: all ## events through the bus of moto, from PyPI, into a queue
	@tests/peers/moto

bench: all test-tools ## ratios beside kcat and jq, as a table (after make deps-peers)
	@tests/bench/bench $(T)

fuzz: ## T=name FUZZ_TIME=60: one fuzz target under libFuzzer (clang)
	$(if $(T),,$(error which one? T=$(subst $(space),|,$(REPLAYS))))
	@$(MAKE) --no-print-directory -j$(JOBS) CC=clang O=$(O)/fuzz SANITIZE=fuzzer-no-link,$(SANITIZERS) $(O)/fuzz/tests/fuzz_$(T)
	mkdir -p $(O)/fuzz/corpus/$(T)
	$(O)/fuzz/tests/fuzz_$(T) -max_total_time=$(FUZZ_TIME) $(O)/fuzz/corpus/$(T) $(wildcard tests/fuzz/corpus/$(T))

.PHONY: unit-tests replays test-tools unit cmd pipe model docs lint suite check check-asan check-valgrind
.PHONY: check-kafka check-faults check-long check-radosgw check-moto bench fuzz
