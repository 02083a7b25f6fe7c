# SPDX-License-Identifier: MIT
# The front door. `make help` lists what there is.
BUILD  ?= build
PREFIX ?= /usr/local
JOBS   ?= $(shell nproc)
PYTHON := /usr/bin/python3
NINJA   = ninja -C $(BUILD) -j$(JOBS)

all: $(BUILD)/build.ninja ## build the programs into build/
	@$(NINJA)
	@scripts/images.sh $(BUILD)

$(BUILD)/build.ninja:
	meson setup $(BUILD)

build-asan/build.ninja:
	meson setup -Dsanitize=true build-asan

run: deps-build ## build, then run a shell of busybox in a container
	@$(MAKE) --no-print-directory all
	@scripts/try.sh $(BUILD)

test: deps-test ## all tests; FILTER=regex ENGINE=name GROUP=name LIST=1
	@$(MAKE) --no-print-directory all test-sanitized
	@$(PYTHON) tests/run.py --build $(BUILD) $(if $(FILTER),--filter '$(FILTER)') \
	    $(if $(ENGINE),--engine $(ENGINE)) $(if $(GROUP),--group $(GROUP)) $(if $(LIST),--list)

test-sanitized: build-asan/build.ninja
	@ninja -C build-asan -j$(JOBS)

bench: deps-bench all ## compare speed with native and with the peers
	@$(PYTHON) tests/bench/run.py --build $(BUILD)

soak: deps-test all test-sanitized ## long runs: fuzzing, load, crash rounds; SECONDS_EACH=n
	@$(PYTHON) tests/run.py --build $(BUILD) --soak $(if $(FILTER),--filter '$(FILTER)')

compatibility: deps-test all ## run the tests of guests, write docs/compatibility.md
	-@$(PYTHON) tests/run.py --build $(BUILD) --filter '^(guest|real|cli)/' --results $(BUILD)/results.json
	@scripts/compatibility.py $(BUILD)/results.json >docs/compatibility.md

cross: deps-test ## compile the portable layers for aarch64-linux and aarch64-macos
	@scripts/cross.sh

format: ## format the sources
	@git ls-files '*.c' '*.h' | xargs clang-format -i

check-format: ## what `make test` asks of the form of the tree
	@scripts/check-format.sh

install: all ## into PREFIX, below DESTDIR
	@scripts/install.sh $(BUILD) '$(DESTDIR)$(PREFIX)'

tarball: all ## a relocatable tree as build/coracle-VERSION-ARCH.tar.gz
	@scripts/tarball.sh $(BUILD)

deps-build deps-test deps-bench:
	@scripts/deps.sh $(@:deps-%=%)

clean: ## remove what was built
	rm -rf $(BUILD) build-asan

help:
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1: /p' $(MAKEFILE_LIST)

.PHONY: all run test test-sanitized bench soak compatibility cross format check-format install tarball clean help \
    deps-build deps-test deps-bench
