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

GROUND   := lines json cli base
USES_kebread   := kafka status event $(GROUND)
USES_kebmap    := stage status event $(GROUND)
USES_kebfilter := pattern stage status event $(GROUND)
USES_kebput    := aws http status event $(GROUND)
USES_kebwrite  := kafka stage status event $(GROUND)
USES_kebrun    := $(GROUND)
USES_kebmock   := aws http kafka $(GROUND)

PKGS_kebread   := rdkafka
PKGS_kebput    := libcurl libcrypto
PKGS_kebwrite  := rdkafka
PKGS_kebmock   := rdkafka libmicrohttpd libcurl libcrypto

PROGRAMS := $(notdir $(wildcard cmd/*))
FOLDERS  := $(notdir $(patsubst %/,%,$(wildcard common/*/)))
PKGS     := rdkafka libcurl libcrypto libmicrohttpd

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
comma := ,

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-6s %s\n' '$(1)' '$(2)')

all: $(PROGRAMS:%=$(O)/%)

# --- objects, archives, programs -------------------------------------------

SOURCES := $(wildcard common/*/*.c cmd/*/*.c)
OBJECTS := $(SOURCES:%.c=$(O)/%.o)

$(O)/%.o: %.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(KEB_CFLAGS) $(PKG_CFLAGS) $(CPPFLAGS) -MMD -MP $(CFLAGS) -c -o $@ $<

define FOLDER_RULE
$(O)/common/$(1).a: $(patsubst %.c,$(O)/%.o,$(wildcard common/$(1)/*.c))
	$$(Q)rm -f $$@ && $$(AR) rcs $$@ $$^
endef
$(foreach f,$(FOLDERS),$(eval $(call FOLDER_RULE,$(f))))

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

clean:
	rm -rf build build-*

.PHONY: all clean $(PROGRAMS)
.DEFAULT_GOAL := all
