# claimgate. `make help` lists the targets. Everything is built below build/.

BUILD    ?= build
PREFIX   ?= /usr/local
DESTDIR  ?=
ISAL     ?= 1
CC       ?= cc
V        ?= 0
Q        := $(if $(filter 1,$(V)),,@)

# Builds of their own, each in its own folder: DEV=1 (see dev, test), SANITIZE=address|thread and
# FAULTS=1 (see asan, tsan, crash).
DEV      ?= 0
SANITIZE ?=
FAULTS   ?= 0

VERSION  := 2.0.0

RUN_PACKAGES  := gcc libc6-dev libcsv-dev zlib1g-dev libisal-dev libsqlite3-dev libjansson-dev libssl-dev libxxhash-dev libxlsxwriter-dev
TEST_PACKAGES := libcriterion-dev sqlite3 strace gzip python3 procps
LINT_PACKAGES := clang-format clang-tidy cppcheck universal-ctags blhc
FUZZ_PACKAGES := clang libclang-rt-14-dev
BENCH_PACKAGES := time isal pigz gzip mawk valgrind nodejs

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
        -Wformat=2 -Wvla -Wundef
# What a function reads before it has set it is never zero by chance in the builds of tests.
UNSET := -ftrivial-auto-var-init=pattern
ifeq ($(SANITIZE),)
# The rooms call each other for every field of every line, which is why the program is optimized
# over all of them at link time. Tests are linked with a build of its own without it (see test).
OPT  := -O3 -g -flto=auto
OPT_LINK := -O3 -flto=auto
ifeq ($(DEV),1)
# A changed file is a program again in about a second; named points of failure can be set off.
OPT  := -O2 -g $(UNSET)
OPT_LINK :=
FAULTS := 1
endif
HARD := -fstack-protector-strong -fstack-clash-protection -D_FORTIFY_SOURCE=2 -fPIE -Wformat -Werror=format-security \
        -Wdate-time -ffile-prefix-map=$(CURDIR)=.
LHARD := -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack
else
OPT  := -O1 -g -fno-omit-frame-pointer $(UNSET)
HARD := -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -DCG_SANITIZED
LHARD := -fsanitize=$(SANITIZE)
FAULTS := 1
endif
ifeq ($(shell uname -m),x86_64)
HARD += -fcf-protection=full
endif
# Every branch as it is written, counted (see coverage).
COVERAGE ?= 0
ifeq ($(COVERAGE),1)
OPT := -O0 -g --coverage -fprofile-update=atomic
OPT_LINK :=
HARD :=
LHARD := --coverage
FAULTS := 1
# In C11 alone the compiler does not know of calls that leave the counts of a process behind.
COUNTS := -DCG_COUNTS_FOLDER='"$(abspath $(BUILD))"' -Dfork=__gcov_fork -Dexecv=__gcov_execv
endif

CPPFLAGS_ALL := -D_GNU_SOURCE -DCG_VERSION='"$(VERSION)"' -Iinclude -MMD -MP $(COUNTS)
LIBS := -lcsv -lz -lsqlite3 -ljansson -lcrypto -lxlsxwriter -lpthread
ifeq ($(ISAL),1)
CPPFLAGS_ALL += -DCG_ISAL
LIBS += -lisal
endif
ifeq ($(FAULTS),1)
CPPFLAGS_ALL += -DCG_FAULTS
endif
ifneq ($(DEV)$(SANITIZE),0)
CPPFLAGS_ALL += -DCG_ASSERTIONS
endif
CFLAGS_ALL  = -std=c11 $(OPT) $(WARN) $(HARD) $(CFLAGS)
LDFLAGS_ALL = $(LHARD) $(LDFLAGS)

SOURCES  := $(sort $(wildcard src/*/*.c))
OBJECTS  := $(SOURCES:%.c=$(BUILD)/obj/%.o)
LIB_OBJ  := $(filter-out $(BUILD)/obj/src/cli/main.o,$(OBJECTS)) $(BUILD)/obj/builtin.o
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
CLI_SRC  := $(sort $(wildcard tests/cli/test_*.c))
GENERATE := $(filter-out tests/generate/main.c,$(sort $(wildcard tests/generate/*.c)))
SUPPORT  := $(sort $(wildcard tests/support/*.c)) $(GENERATE)
UNIT_BIN := $(UNIT_SRC:tests/%.c=$(BUILD)/tests/%)
CLI_BIN  := $(CLI_SRC:tests/%.c=$(BUILD)/tests/%)
PRELOADS := $(patsubst tests/%.c,$(BUILD)/%.so,$(sort $(wildcard tests/preload/*.c)))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/*.c))
FUZZ_BIN := $(FUZZ_SRC:%.c=$(BUILD)/%)
TORTURE_BIN := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/torture/*.c)))
STRESS_BIN := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/stress/*.c)))
SUPPORT_OBJ := $(SUPPORT:%.c=$(BUILD)/obj/%.o) $(FUZZ_SRC:%.c=$(BUILD)/obj/%.replay.o)
SCHEMAS  := $(sort $(shell find schemas -type f ! -name '*.md'))

# All cores, where the caller has not said how many.
MAKE_ALL = $(MAKE) --no-print-directory $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.PHONY: parts reproducible hardening valgrind analyze coverage deps-coverage mutation test-binaries crash nights torture soak pages all dev help deps deps-test deps-lint deps-bench deps-fuzz demo test run-tests asan \
        tsan stress-binaries fuzz fuzz-binaries bench bench-profile bench-ledger lint lint-test format install uninstall clean FORCE \
        wheel python-lint spark-test kubernetes-test slurm-test

help: ## print this list
	@awk -F':.*## ' '/^[a-z][a-z-]*:.*## /{printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

all: $(BUILD)/claimgate ## build the program at build/claimgate

dev: ## build for the next try at build/dev/claimgate: no link-time optimization, assertions on
	@$(MAKE_ALL) BUILD=$(BUILD)/dev DEV=1 all

# For editors and clang's tools.
compile_commands.json: FORCE ## the compiler's calls, for editors
	@{ printf '['; sep=''; for f in $(SOURCES) $(UNIT_SRC) $(CLI_SRC) $(wildcard tests/generate/*.c) $(SUPPORT); do \
	    printf '%s\n{"directory":"%s","file":"%s","command":"%s -c %s"}' "$$sep" "$(CURDIR)" "$$f" \
	      '$(CC) $(subst ",\\\",$(subst ',,$(CPPFLAGS_ALL))) -Itests -Isrc $(CFLAGS_ALL)' "$$f"; sep=','; done; printf ']\n'; } > $@

# A change of compiler or flags rebuilds everything.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(CC) $(subst ','\'',$(CPPFLAGS_ALL) $(CPPFLAGS) $(CFLAGS_ALL) $(LDFLAGS_ALL))' | cmp -s - $@ || \
	  printf '%s\n' '$(CC) $(subst ','\'',$(CPPFLAGS_ALL) $(CPPFLAGS) $(CFLAGS_ALL) $(LDFLAGS_ALL))' > $@

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	@[ '$(V)' = 1 ] || echo "  CC    $<"
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CPPFLAGS) $(CFLAGS_ALL) -c $< -o $@

# The commit that --version tells, in the one object that says it.
$(BUILD)/commit: FORCE
	@mkdir -p $(@D)
	@{ git describe --always --dirty --exclude '*' 2>/dev/null || true; } | sed 's/^/ commit /' | cmp -s - $@ || \
	  { git describe --always --dirty --exclude '*' 2>/dev/null || true; } | sed 's/^/ commit /' > $@
$(BUILD)/obj/src/cli/help.o: CPPFLAGS_ALL += -DCG_COMMIT='"$(shell cat $(BUILD)/commit 2>/dev/null)"'
$(BUILD)/obj/src/cli/help.o: $(BUILD)/commit

# schemas/ as one object: every file's bytes and a table of their names.
$(BUILD)/builtin.S: $(SCHEMAS) Makefile
	@mkdir -p $(@D)
	@{ echo '.section .rodata'; n=0; for f in $(SCHEMAS); do \
	    printf 'n%d: .asciz "%s"\nb%d: .incbin "%s"\ne%d: .byte 0\n' $$n "$${f#schemas/}" $$n "$$f" $$n; n=$$((n+1)); done; \
	  echo '.section .data.rel.ro,"aw"'; echo '.balign 8'; echo '.globl cg_builtin_table'; echo 'cg_builtin_table:'; \
	  n=0; for f in $(SCHEMAS); do printf '.quad n%d, b%d, e%d-b%d\n' $$n $$n $$n $$n; n=$$((n+1)); done; \
	  echo '.quad 0, 0, 0'; echo '.section .note.GNU-stack,"",%progbits'; } > $@

# Tests see tests/support, and the private headers of the rooms by their path below src/.
$(BUILD)/obj/tests/%.o: CPPFLAGS_ALL += -Itests -Isrc
ifeq ($(SANITIZE),)
$(BUILD)/obj/tests/%.o: OPT := -O1 -g
# The generator makes claims faster than the program reads them.
$(BUILD)/obj/tests/generate/%.o: OPT := -O3 -g
endif

$(BUILD)/obj/builtin.o: $(BUILD)/builtin.S $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(HARD) -c $< -o $@

$(BUILD)/libclaimgate.a: $(LIB_OBJ)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(BUILD)/claimgate: $(BUILD)/obj/src/cli/main.o $(BUILD)/libclaimgate.a
	@[ '$(V)' = 1 ] || echo "  LINK  $@"
	$(Q)$(CC) $(CFLAGS_ALL) $(OPT_LINK) $(LDFLAGS_ALL) $^ $(LIBS) -o $@

# Every fuzz program once more under a name of its own, for the test that replays their corpus.
$(BUILD)/obj/tests/fuzz/%.replay.o: tests/fuzz/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	@[ '$(V)' = 1 ] || echo "  CC    $< (replay)"
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CPPFLAGS) $(CFLAGS_ALL) -DLLVMFuzzerTestOneInput=$* -c $< -o $@

# An archive, so that a test takes only what it asks for and may stand in for the rest.
$(BUILD)/libsupport.a: $(SUPPORT_OBJ)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(BUILD)/libsupport.a $(BUILD)/libclaimgate.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) $^ $(LIBS) -lcriterion -o $@

# Plain programs: Criterion does not start under ThreadSanitizer.
$(BUILD)/tests/stress/%: $(BUILD)/obj/tests/stress/%.o $(BUILD)/libclaimgate.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) $^ $(LIBS) -o $@

$(BUILD)/tests/bench/%: $(BUILD)/obj/tests/bench/%.o $(BUILD)/libclaimgate.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(OPT_LINK) $(LDFLAGS_ALL) $^ $(LIBS) -o $@

$(BUILD)/tests/torture/%: $(BUILD)/obj/tests/torture/%.o $(BUILD)/libsupport.a $(BUILD)/libclaimgate.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) $^ $(LIBS) -o $@

$(BUILD)/generate: $(BUILD)/obj/tests/generate/main.o $(GENERATE:%.c=$(BUILD)/obj/%.o) $(BUILD)/libclaimgate.a
	@[ '$(V)' = 1 ] || echo "  LINK  $@"
	$(Q)$(CC) $(CFLAGS_ALL) $(OPT_LINK) $(LDFLAGS_ALL) $^ $(LIBS) -o $@

stress-binaries: $(STRESS_BIN)

# Libraries that are put before all others, to make memory and system calls fail.
$(BUILD)/preload/%.so: tests/preload/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -O1 $(WARN) -fPIC -shared $< -o $@

# libFuzzer brings the main.
$(BUILD)/tests/fuzz/%: $(BUILD)/obj/tests/fuzz/%.o $(BUILD)/libsupport.a $(BUILD)/libclaimgate.a
	@mkdir -p $(@D)
	$(Q)$(CC) -fsanitize=fuzzer $(CFLAGS_ALL) $(LDFLAGS_ALL) $^ $(LIBS) -o $@

fuzz-binaries: $(FUZZ_BIN)

# ---- packages ------------------------------------------------------------------------------

# Installs what is missing, and only then asks for root.
define install_packages
	@missing=""; for p in $(1); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  echo "installing:$$missing"; \
	  if [ "$$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi; \
	  $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi
endef

deps: ## install the packages to build and run (Debian)
	$(call install_packages,$(RUN_PACKAGES))

deps-test: deps ## install the packages that the tests need as well
	$(call install_packages,$(TEST_PACKAGES))

deps-lint: deps-test
	$(call install_packages,$(LINT_PACKAGES))

deps-coverage: deps-test
	$(call install_packages,gcovr)

deps-fuzz: deps
	$(call install_packages,$(FUZZ_PACKAGES))

deps-bench: deps ## install what make bench compares with, DuckDB by npm in tests/bench/duckdb
	$(call install_packages,$(BENCH_PACKAGES))
	cd tests/bench/duckdb && npm ci --silent

# ---- demo and tests -----------------------------------------------------------------------

demo: deps ## install what is missing, build, run the main job on the fixtures
	@$(MAKE_ALL) all
	@CLAIMGATE=$(BUILD)/claimgate BUILD=$(BUILD) sh tests/demo.sh

# The tests are linked with a build whose assertions are on, and run the program that users get.
test: deps-test ## install what is missing, build, run all tests; T=caps runs the suites of that name
ifeq ($(T),)
	@$(MAKE_ALL) all $(BUILD)/generate
	@$(MAKE_ALL) BUILD=$(BUILD)/dev DEV=1 PROGRAM=$(BUILD)/claimgate run-tests
else
	@$(MAKE_ALL) BUILD=$(BUILD)/dev DEV=1 run-tests
endif

TESTS := $(if $(T),$(foreach name,$(T),$(filter %/test_$(name),$(UNIT_BIN) $(CLI_BIN))),$(UNIT_BIN) $(CLI_BIN))
# The longest begins first, so that nobody waits for it alone at the end.
LONGEST := %/test_each_place
TESTS := $(filter $(LONGEST),$(TESTS)) $(filter-out $(LONGEST),$(TESTS))
ifeq ($(COVERAGE),1)
# Its failing calls would be those that write the counts.
TESTS := $(filter-out %/test_failing_calls,$(TESTS))
endif
PROGRAM ?= $(BUILD)/claimgate

# Suites that kill the program at a named point need one that has such points, which $(PROGRAM) may not.
run-tests: $(PROGRAM) $(BUILD)/claimgate $(BUILD)/generate $(TESTS)
	@[ -n '$(strip $(TESTS))' ] || { echo 'no suite is called $(T): the name of a file tests/*/test_NAME.c'; exit 1; }
	@CLAIMGATE=$(PROGRAM) CLAIMGATE_WITH_FAULTS=$(BUILD)/claimgate sh tests/run.sh $(TESTS)

test-binaries: $(BUILD)/claimgate $(BUILD)/generate $(UNIT_BIN) $(CLI_BIN)

asan: deps-test ## the tests under AddressSanitizer and UBSan
	@ASAN_OPTIONS=abort_on_error=1 $(MAKE_ALL) BUILD=$(BUILD)/asan SANITIZE=address,undefined run-tests

tsan: deps-test ## the belt and the program under ThreadSanitizer
	@$(MAKE_ALL) BUILD=$(BUILD)/tsan SANITIZE=thread all $(BUILD)/tsan/generate stress-binaries
	@CLAIMGATE=$(BUILD)/tsan/claimgate sh tests/stress/tsan.sh

# Where the branches are that no test takes; T=caps counts what the suites of that name take. Gate and
# ledger are to have none but those that only a lack of memory takes.
coverage: deps-test deps-coverage ## branches that the tests take, by file; T=caps: by the suites of that name
	@GCOV_ERROR_FILE=/dev/null $(MAKE_ALL) BUILD=$(BUILD)/coverage COVERAGE=1 run-tests
	@sh tests/coverage.sh $(BUILD)/coverage

# What was found before is kept below build/fuzz and is where the next run begins.
FUZZ_SECONDS ?= 60
FUZZ_NAMES ?= $(notdir $(basename $(FUZZ_SRC)))
CRASH_MOMENTS ?= 200
fuzz: deps-fuzz ## every fuzz program (or FUZZ_NAMES) for FUZZ_SECONDS (60), under AddressSanitizer and UBSan
	@$(MAKE_ALL) BUILD=$(BUILD)/fuzz CC=clang SANITIZE=fuzzer-no-link,address,undefined fuzz-binaries
	@set -e; for name in $(FUZZ_NAMES); do corpus=$(BUILD)/fuzz/corpus/$$name; mkdir -p $$corpus; \
	  echo "$$name:"; \
	  $(BUILD)/fuzz/tests/fuzz/$$name -max_total_time=$(FUZZ_SECONDS) -max_len=16384 -timeout=10 -report_slow_units=1 \
	    -print_final_stats=1 -verbosity=0 -artifact_prefix=$(BUILD)/fuzz/$$name- $$corpus tests/fuzz/corpus/$$name; done

# ---- measuring, never part of the tests -----------------------------------------------------

# Pages are looked at in Chromium, by npm's axe-core and playwright-core.
# A node that is there may have come with an npm that is no package.
PAGES_PACKAGES := chromium fonts-dejavu-core $(shell command -v npm >/dev/null || echo nodejs npm)
pages-test: deps-test all $(BUILD)/generate ## look at report.html as browsers do; pictures in build/pages
	$(call install_packages,$(PAGES_PACKAGES))
	@cd tests/pages && npm ci --silent
	@CLAIMGATE=$(BUILD)/claimgate BUILD=$(BUILD) sh tests/pages/pages.sh

bench: all $(BUILD)/generate $(BUILD)/tests/bench/x12_walk ## side by side with igzip, pigz, gzip, mawk and DuckDB, and by kind of input
	@CLAIMGATE=$(BUILD)/claimgate BUILD=$(BUILD) sh tests/bench/bench.sh

bench-profile: all $(BUILD)/generate ## where the time goes: stations by wall time and by instructions a line
	@CLAIMGATE=$(BUILD)/claimgate BUILD=$(BUILD) sh tests/bench/profile.sh

bench-ledger: all $(BUILD)/generate ## what a ledger costs, on LEDGER_LINES (20000000) lines; AGAINST=PROGRAM beside another
	@CLAIMGATE=$(BUILD)/claimgate BUILD=$(BUILD) bash tests/bench/ledger.sh

nights: deps-test ## NIGHTS (30) nights on ledger sets of 1, 4 and 16 against the same nights on one ledger
	@$(MAKE_ALL) BUILD=$(BUILD)/dev DEV=1 all $(BUILD)/dev/generate
	@bash tests/crash/nights.sh $(BUILD)/dev/claimgate $(or $(NIGHTS),30) 1 4 16

crash: deps-test ## cut a night on a ledger off at every point, and at CRASH_MOMENTS (200) random ones
	@$(MAKE_ALL) BUILD=$(BUILD)/faults FAULTS=1 all $(BUILD)/faults/generate
	@bash tests/crash/migration.sh $(BUILD)/faults/claimgate
	@bash tests/crash/ledger.sh $(BUILD)/faults/claimgate $(CRASH_MOMENTS)
	@bash tests/crash/set.sh $(BUILD)/faults/claimgate

parts: deps-test ## runs in parts against one run (T=spans: of these inputs alone); each step cut off at every point
	@$(MAKE_ALL) BUILD=$(BUILD)/dev DEV=1 all $(BUILD)/dev/generate
	@bash tests/parts/parts.sh $(BUILD)/dev/claimgate $(BUILD)/dev/generate $(T)
	@bash tests/parts/kills.sh $(BUILD)/dev/claimgate

torture: deps-test ## break it on purpose, in figures; T=alloc: one part; TORTURE=0.1: a tenth, all: each point
	@$(MAKE_ALL) all $(BUILD)/generate $(PRELOADS) $(TORTURE_BIN)
	@PYTHONDONTWRITEBYTECODE=1 python3 tests/torture/main.py $(BUILD)/claimgate $(BUILD)/generate $(BUILD)/preload $(T)

# Its suites are those of a build with assertions on, but the mutated file itself has none.
mutation: deps-test ## MUTANTS (40) jumps of gate and commit taken always or never: do the tests notice?
	@$(MAKE_ALL) BUILD=$(BUILD)/dev DEV=1 test-binaries
	@CC='$(CC)' LIBS='$(LIBS)' PYTHONDONTWRITEBYTECODE=1 python3 tests/torture/mutation.py $(BUILD)/dev

soak: deps-test ## years of disturbed nights on a ledger against undisturbed ones, for SOAK_MINUTES (20) from SOAK_SEED (1)
	@$(MAKE_ALL) all $(BUILD)/generate $(PRELOADS)
	@PYTHONDONTWRITEBYTECODE=1 python3 tests/torture/soak.py $(BUILD)/claimgate $(BUILD)/generate $(BUILD)/preload

# Plain programs would do for memory that is lost; valgrind also sees what is read before it is set.
valgrind: deps-test ## the program's main jobs under valgrind: no error, no block lost
	@$(call install_packages,valgrind)
	@$(MAKE_ALL) dev $(BUILD)/dev/generate
	@CLAIMGATE=$(BUILD)/dev/claimgate sh tests/stress/valgrind.sh

# What is left out, and why: fields are bytes with a length and never end in a NUL; numbers are cast to
# the type of their format, which is no wider; identifiers such as `fd` are short, and functions of two alike
# parameters are frequent here; strerror and getpwuid are called by one thread; snprintf cuts on purpose.
# gcc 12 takes what an owner's struct keeps for a leak, a struct that a function returns for one that
# nobody has set, and bytes behind an integer of a key for none; asan and valgrind see these. Whatever
# may be NULL it takes for NULL where it is known not to be; clang-tidy looks at that, and knows more.
GCC_ANALYZER := -fanalyzer -Wno-analyzer-malloc-leak -Wno-analyzer-use-of-uninitialized-value -Wno-analyzer-null-argument -Wno-analyzer-null-dereference
TIDY := -*,bugprone-*,clang-analyzer-*,cert-*,-bugprone-easily-swappable-parameters,-bugprone-reserved-identifier,-cert-dcl37-c,-cert-dcl51-cpp,-cert-err33-c,-bugprone-narrowing-conversions,-bugprone-misplaced-widening-cast,-bugprone-not-null-terminated-result,-bugprone-implicit-widening-of-multiplication-result,-bugprone-assignment-in-if-condition,-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling

ANALYZER := -std=c11 $(CPPFLAGS_ALL) -DCG_ASSERTIONS -DCG_ANALYZED -DCG_COMMIT='""'
ANALYZED := $(SOURCES:%.c=$(BUILD)/analyzed/%.o)

analyze: $(if $(A),$(patsubst %.c,$(BUILD)/analyzed/%.o,$(wildcard $(A))),$(ANALYZED)) ## clang-tidy and gcc -fanalyzer over all sources that changed since (A="src/io/*.c": over these)
	@echo 'analyze: nothing was found in $(words $^) sources'

# A file in which nothing was found is looked at again when it changes, or a header of it, or the flags.
$(BUILD)/analyzed/%.o: %.c $(BUILD)/analyzed/flags | deps-lint
	@mkdir -p $(@D)
	@echo "  CHECK $<"
	@clang-tidy --quiet --checks='$(TIDY)' --warnings-as-errors='*' $< -- $(ANALYZER) -Isrc 2>/dev/null
	@gcc $(ANALYZER) -O1 $(GCC_ANALYZER) -Werror -c $< -o $@

$(BUILD)/analyzed/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(TIDY) $(subst ','\'',$(ANALYZER)) $(GCC_ANALYZER)' | cmp -s - $@ || \
	  printf '%s\n' '$(TIDY) $(subst ','\'',$(ANALYZER)) $(GCC_ANALYZER)' > $@

# ---- what users get -------------------------------------------------------------------------

# The same sources in two folders, one with a longer name, each built from nothing; the log of the
# first is what blhc looks through. Link-time optimization would name things by chance.
PRISTINE := $(BUILD)/pristine

reproducible: deps ## two builds in two folders are the same to the byte
	@rm -rf $(PRISTINE)
	@set -e; for folder in one folder/of/another/name; do \
	  mkdir -p $(PRISTINE)/$$folder; cp -R Makefile src include schemas tests $(PRISTINE)/$$folder; \
	  $(MAKE) --no-print-directory -C $(PRISTINE)/$$folder BUILD=build V=1 all >$(PRISTINE)/log-$$(basename $$folder) 2>&1 || \
	    { cat $(PRISTINE)/log-$$(basename $$folder); exit 1; }; done
	@cmp $(PRISTINE)/one/build/claimgate $(PRISTINE)/folder/of/another/name/build/claimgate
	@echo "two builds are the same: $$(sha256sum <$(PRISTINE)/one/build/claimgate | cut -c 1-16), $$(wc -c <$(PRISTINE)/one/build/claimgate) bytes"

hardening: deps-lint reproducible ## the build has all of Debian's hardening flags, by blhc
	@{ echo 'dpkg-buildpackage: info: source package claimgate'; cat $(PRISTINE)/log-one; } >$(PRISTINE)/log # blhc begins there
	@blhc --all $(PRISTINE)/log && echo 'blhc: nothing is missing'

# ---- engines that others run: Spark, Kubernetes, Slurm ------------------------------------------

PYTHON_PACKAGES := python3 python3-venv
SPARK_PACKAGES := openjdk-17-jre-headless patchelf binutils
ENGINE_PYTHON := $(BUILD)/engines/venv/bin/python

# A virtual environment, for what Debian does not have.
$(BUILD)/engines/ready: src/engines/requirements.txt
	$(call install_packages,$(PYTHON_PACKAGES))
	@python3 -m venv $(BUILD)/engines/venv
	@$(ENGINE_PYTHON) -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

wheel: deps all $(BUILD)/engines/ready ## the Python package for Spark, with the program in it, below build/
	$(call install_packages,$(SPARK_PACKAGES))
	@sh src/engines/spark/build.sh $(BUILD) $(VERSION) $(ENGINE_PYTHON)

python-lint: $(BUILD)/engines/ready ## ruff and mypy --strict over the Python package
	@sh tests/engines/python_lint.sh $(BUILD)

spark-test: python-lint wheel ## decide in Spark, on this machine and on a cluster that loses a worker
	@sh tests/engines/spark.sh $(BUILD)

kubernetes-test: deps all $(BUILD)/engines/ready ## the manifests against Kubernetes' schema
	@$(ENGINE_PYTHON) tests/engines/kubernetes.py src/engines/kubernetes $(BUILD)/claimgate

SLURM_PACKAGES := slurmctld slurmd slurm-client munge iproute2 procps python3
slurm-test: deps ## two nights on a cluster of three nodes on this machine, disturbed (as root)
	$(call install_packages,$(SLURM_PACKAGES))
	@$(MAKE_ALL) all $(BUILD)/generate
	@bash tests/engines/slurm.sh $(BUILD)/claimgate $(BUILD)/generate

# ---- care ---------------------------------------------------------------------------------

C_FILES := $(wildcard src/*/*.[ch] include/claimgate/*/*.h tests/*/*.[ch])

lint: deps-lint ## formatting, cppcheck, headers that stand alone, house rules
	@sh tests/lint/lint.sh

lint-test: deps-lint ## one planted fault of each kind is found by lint
	@sh tests/lint/planted.sh

format: deps-lint ## bring all C files into the agreed format
	clang-format -i $(C_FILES)

# ---- installing ---------------------------------------------------------------------------

install: all pages ## install program, man pages and completion (DESTDIR and PREFIX are honoured)
	install -D -m 0755 $(BUILD)/claimgate $(DESTDIR)$(PREFIX)/bin/claimgate
	install -d $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 0644 $(BUILD)/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1
	install -D -m 0644 $(BUILD)/claimgate.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/claimgate
	install -D -m 0644 $(BUILD)/claimgate.zsh $(DESTDIR)$(PREFIX)/share/zsh/vendor-completions/_claimgate

uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/claimgate $(DESTDIR)$(PREFIX)/share/man/man1/claimgate.1 \
	  $(DESTDIR)$(PREFIX)/share/man/man1/claimgate-*.1 \
	  $(DESTDIR)$(PREFIX)/share/bash-completion/completions/claimgate \
	  $(DESTDIR)$(PREFIX)/share/zsh/vendor-completions/_claimgate

# What the program tells of itself, as files: a man page for it and for each command, completions.
pages: all
	@rm -rf $(BUILD)/man && mkdir -p $(BUILD)/man
	@$(BUILD)/claimgate help --man > $(BUILD)/man/claimgate.1
	@$(BUILD)/claimgate help --commands | while read -r command; do \
	  $(BUILD)/claimgate help --man $$command > "$(BUILD)/man/claimgate-$$(echo $$command | tr ' ' -).1"; done
	@$(BUILD)/claimgate help --completion bash > $(BUILD)/claimgate.bash
	@$(BUILD)/claimgate help --completion zsh > $(BUILD)/claimgate.zsh

deb: deps all ## a Debian package of it, below build/
	@sh src/packaging/build.sh $(BUILD) $(VERSION)

deb-test: deb ## install, run and remove that package in a clean Debian 12 (as root)
	$(call install_packages,debootstrap)
	@sh tests/packaging/deb_test.sh $(BUILD)/claimgate_$(VERSION)_$$(dpkg --print-architecture).deb $(BUILD)

clean: ## remove build/
	rm -rf $(BUILD)

FORCE:

.PRECIOUS: $(BUILD)/obj/%.o
-include $(OBJECTS:.o=.d) $(ANALYZED:.o=.d) $(UNIT_SRC:%.c=$(BUILD)/obj/%.d) $(CLI_SRC:%.c=$(BUILD)/obj/%.d) $(SUPPORT:%.c=$(BUILD)/obj/%.d) \
         $(patsubst %.c,$(BUILD)/obj/%.d,$(wildcard tests/generate/main.c tests/stress/*.c tests/torture/*.c) $(FUZZ_SRC)) $(FUZZ_SRC:%.c=$(BUILD)/obj/%.replay.d)
