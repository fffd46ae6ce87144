# keb: build, test, install. `make help` lists the targets.
#
# Every folder below common/ becomes one archive, every folder below cmd/ one
# program; USES_<program> says which archives a program stands on, from the top
# down, and PKGS_<program> which libraries of the system.

VERSION  := 0.1.0
PREFIX   ?= /usr/local
BINDIR   ?= $(PREFIX)/bin
MANDIR   ?= $(PREFIX)/share/man
DATADIR  ?= $(PREFIX)/share
O        ?= build
CC       ?= cc
PKG_CONFIG ?= pkg-config
empty :=
space := $(empty) $(empty)
comma := ,

GROUND   := lines json cli base
USES_kebread   := msk kafka aws http report status event $(GROUND)
USES_kebmap    := registry avro protobuf connect aws http stage report status event $(GROUND)
USES_kebfilter := pattern stage report status event lines aws json cli base
USES_keboffload := aws http report status event $(GROUND)
USES_kebput    := aws http report status event $(GROUND)
USES_kebwrite  := msk kafka aws http report status event $(GROUND)
USES_kebrun    := $(GROUND)
USES_kebexec   := aws http report status event $(GROUND)
USES_kebmock   := registry protobuf connect pattern aws http kafka $(GROUND)

PKGS_kebread   := rdkafka libcurl libcrypto
PKGS_kebfilter := zlib
PKGS_keboffload := libcurl libcrypto
PKGS_kebmap    := zlib libcurl libcrypto libprotobuf-c
PKGS_kebput    := libcurl libcrypto
PKGS_kebwrite  := rdkafka libcurl libcrypto
PKGS_kebmock   := rdkafka libmicrohttpd libcurl libcrypto libprotobuf-c

PROGRAMS := $(notdir $(wildcard cmd/*))
FOLDERS  := $(notdir $(patsubst %/,%,$(wildcard common/*/)))
PKGS     := rdkafka libcurl libcrypto libmicrohttpd zlib

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wwrite-strings -Wformat=2 -Wvla -Wpointer-arith -Wundef -Wimplicit-fallthrough
ifeq ($(WERROR),1)
WARN += -Werror
endif
OPTIMISE ?= -O2 -g
HARDEN   := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
CFLAGS   ?=
KEB_CFLAGS = -std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DKEB_VERSION='"$(VERSION)"' \
	-Icommon $(WARN) $(OPTIMISE) $(HARDEN)
KEB_LDFLAGS := -pie -Wl,-z,relro -Wl,-z,now -Wl,--as-needed
ifneq ($(SANITIZE),)
KEB_CFLAGS  += -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all
KEB_LDFLAGS += -fsanitize=$(SANITIZE)
HARDEN      := -fPIE
O           := build-$(subst $(comma),-,$(SANITIZE))
endif
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-6s %s\n' '$(1)' '$(2)')

all: $(PROGRAMS:%=$(O)/%) ## build the programs into $(O)

# --- objects, archives, programs -------------------------------------------

SOURCES := $(wildcard common/*/*.c cmd/*/*.c)
OBJECTS := $(SOURCES:%.c=$(O)/%.o)

$(O)/%.o: %.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(KEB_CFLAGS) $(PKG_CFLAGS) $(CPPFLAGS) -MMD -MP $(CFLAGS) -c -o $@ $<

# Descriptors are read by code that protobuf-c makes; what schemas may import without
# giving it is compiled in.
GEN_PROTOBUF  := $(O)/gen/protobuf
KNOWN_PROTOS  := $(shell find common/protobuf/known -name '*.proto' | LC_ALL=C sort)
MORE_protobuf := $(GEN_PROTOBUF)/descriptor.pb-c.o

$(GEN_PROTOBUF)/descriptor.pb-c.c: common/protobuf/descriptor.proto
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)protoc-c -I $(<D) --c_out=$(@D) $(<F)

$(GEN_PROTOBUF)/descriptor.pb-c.h: $(GEN_PROTOBUF)/descriptor.pb-c.c ;

$(GEN_PROTOBUF)/descriptor.pb-c.o: $(GEN_PROTOBUF)/descriptor.pb-c.c
	$(call say,CC,$<)
	$(Q)$(CC) $(KEB_CFLAGS) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(GEN_PROTOBUF)/known.inc: common/protobuf/known.awk $(KNOWN_PROTOS)
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)awk -f common/protobuf/known.awk -v under=common/protobuf/known/ $(KNOWN_PROTOS) >$@

PROTOBUF_OBJECTS := $(patsubst %.c,$(O)/%.o,$(wildcard common/protobuf/*.c))
$(PROTOBUF_OBJECTS): KEB_CFLAGS += -I$(GEN_PROTOBUF)
$(PROTOBUF_OBJECTS): | $(GEN_PROTOBUF)/descriptor.pb-c.h $(GEN_PROTOBUF)/known.inc

define FOLDER_RULE
$(O)/common/$(1).a: $(patsubst %.c,$(O)/%.o,$(wildcard common/$(1)/*.c)) $(MORE_$(1))
	$$(Q)rm -f $$@ && $$(AR) rcs $$@ $$^
endef
$(foreach f,$(FOLDERS),$(eval $(call FOLDER_RULE,$(f))))

# libjq has no pkg-config file in Debian.
LIBS_kebmap := -ljq

define PROGRAM_RULE
$(O)/$(1): $(patsubst %.c,$(O)/%.o,$(wildcard cmd/$(1)/*.c)) $(USES_$(1):%=$(O)/common/%.a)
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(KEB_CFLAGS) $$(CFLAGS) $$(KEB_LDFLAGS) $$(LDFLAGS) -o $$@ $$^ \
		$(if $(PKGS_$(1)),$$$$($$(PKG_CONFIG) --libs $(PKGS_$(1)))) $(LIBS_$(1)) -lm -lpthread
endef
$(foreach p,$(PROGRAMS),$(eval $(call PROGRAM_RULE,$(p))))

$(PROGRAMS): %: $(O)/%

-include $(OBJECTS:.o=.d)

include tests/tests.mk

# --- what the house needs ----------------------------------------------------

DEPS := build-essential pkg-config librdkafka-dev libcurl4-openssl-dev libssl-dev \
	libmicrohttpd-dev zlib1g-dev libjq-dev libprotobuf-c-dev protobuf-c-compiler protobuf-compiler \
	libprotobuf-dev libcmocka-dev bats perl python3 kcat jq mandoc clang-format \
	shellcheck cppcheck spin python3-yaml curl
DEPS_PEERS := maven time valgrind clang libsimdjson-dev awscli python3-awscrt libavro-dev \
	ceph-mon ceph-osd radosgw python3-venv

# Asks apt only for what is missing.
define install_debs
	@missing=$$(for p in $(1); do dpkg-query -W -f '$${db:Status-Status} ' $$p 2>/dev/null | \
		grep -q '^installed' || echo $$p; done); [ -z "$$missing" ] || { \
	sudo=; [ "$$(id -u)" = 0 ] || sudo='sudo -E'; export DEBIAN_FRONTEND=noninteractive; \
	echo "installing:" $$missing; $$sudo apt-get update -qq && \
	$$sudo apt-get install -y -qq --no-install-recommends $$missing >/dev/null; }
endef

deps: ## install what build, demo and check need (Debian)
	$(call install_debs,$(DEPS))

deps-peers: ## install what check-kafka, bench, fuzz and check-valgrind need (Debian)
	$(call install_debs,$(DEPS_PEERS))

# With `make -j deps check` too, the packages come first.
ifneq ($(filter deps deps-peers,$(MAKECMDGOALS)),)
all check demo check-kafka bench: | $(filter deps deps-peers,$(MAKECMDGOALS))
endif

demo: all test-tools ## the whole loop on kebmock, under faults
	@O=$(O) tests/demo/demo

format: ## clang-format every source
	clang-format -i $(wildcard cmd/*/*.[ch] common/*/*.[ch] tests/*/*.[ch])

completions: all ## write completions/ anew from the option tables
	@O=$(O) completions/gen.sh completions $(PROGRAMS)

# --- install ------------------------------------------------------------------

DOCDIR  := $(DATADIR)/doc/keb
BASHDIR := $(DATADIR)/bash-completion/completions
ZSHDIR  := $(DATADIR)/zsh/site-functions
FISHDIR := $(DATADIR)/fish/vendor_completions.d
EXAMPLES := $(wildcard examples/*)

INSTALLED = $(PROGRAMS:%=$(BINDIR)/%) $(patsubst man/%.1,$(MANDIR)/man1/%.1,$(wildcard man/*.1)) \
	$(patsubst man/%.7,$(MANDIR)/man7/%.7,$(wildcard man/*.7)) $(PROGRAMS:%=$(BASHDIR)/%) \
	$(PROGRAMS:%=$(ZSHDIR)/_%) $(PROGRAMS:%=$(FISHDIR)/%.fish) $(EXAMPLES:%=$(DOCDIR)/%) \
	$(DOCDIR)/README.md $(DOCDIR)/LICENSE

install: all ## install into $(DESTDIR)$(PREFIX)
	install -d $(sort $(dir $(INSTALLED:%=$(DESTDIR)%)))
	install -m 755 $(PROGRAMS:%=$(O)/%) $(DESTDIR)$(BINDIR)
	install -m 644 $(wildcard man/*.1) $(DESTDIR)$(MANDIR)/man1
	install -m 644 $(wildcard man/*.7) $(DESTDIR)$(MANDIR)/man7
	install -m 644 $(PROGRAMS:%=completions/bash/%) $(DESTDIR)$(BASHDIR)
	install -m 644 $(PROGRAMS:%=completions/zsh/_%) $(DESTDIR)$(ZSHDIR)
	install -m 644 $(PROGRAMS:%=completions/fish/%.fish) $(DESTDIR)$(FISHDIR)
	$(if $(EXAMPLES),cp -p $(EXAMPLES) $(DESTDIR)$(DOCDIR)/examples)
	install -m 644 README.md LICENSE $(DESTDIR)$(DOCDIR)

uninstall: ## remove what install installed
	rm -f $(INSTALLED:%=$(DESTDIR)%)
	-rmdir $(DESTDIR)$(DOCDIR)/examples $(DESTDIR)$(DOCDIR)

clean: ## remove what was built
	rm -rf build build-*

help: ## this list
	@sed -n 's/^\([a-z][a-z -]*\):.* ## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | \
		awk -F '\t' '{ printf "  %-18s %s\n", $$1, $$2 }'

.PHONY: all deps deps-peers demo format completions install uninstall clean help $(PROGRAMS)
.DEFAULT_GOAL := all
