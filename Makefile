# SPDX-License-Identifier: GPL-2.0-only
#
# make check ARCH=x86_64 [KERNEL=debian:6.12] [CASES=…] [MODES=…] [JOBS=n] [REPORT_DIR=dir] [O=dir]
#            KERNEL may be a kernel source tree, FLAVOR is then default, debug, jit-only or tiny
# make kernel ARCH=… FLAVOR=… KERNEL=/path/to/linux [O=…]   configure and build it; CROSS_COMPILE=,
#            LLVM= and O= mean what they mean in the kernel
# make check-own KERNEL=/path/to/linux   the tests that build kernels: all flavours of that tree
# make check-all [ARCHES="arm64 s390x"] [KERNELS="debian:6.1 debian:7.2"] [CASES=…] …   the matrix
# make test    all cases on x86_64, a short selection on every architecture, the harness's own tests
# make lint    format, lint, types, layers
# make soak [RESTORES=1000] [SEED=n]   so many restored guests on each of two architectures, while
#            signals strike QEMU: right verdicts, and nothing left in the process or on the disk
# make bench   what the harness costs, as ratios; bench-all: on every architecture and kernel
#
# V=1 shows the commands.

ARCH ?= x86_64
KERNEL ?= debian:6.12
ARCHES ?= all
KERNELS ?= debian:5.10 debian:6.1 debian:6.12 debian:7.2
CASES ?= cases
O ?= build
RESTORES ?= 1000

# What every architecture is booted for in `make test`: arithmetic, calls, tables, the verifier's
# words, probes, and the mail.
SHORT := cases/mail cases/tracing/probes.bpf.c cases/survival/inlined_helpers.bpf.c \
	$(addprefix cases/compute/,add.bpf.c atomic_add.bpf.c div.bpf.c lsh.bpf.c loads.bpf.c \
		stores.bpf.c subprograms.bpf.c tail_calls.bpf.c zero_extension.bpf.c) \
	$(addprefix cases/events/,triggers.bpf.c tracepoint.bpf.c xdp.bpf.c cgroup_sock_addr.bpf.c) \
	$(addprefix cases/no_fault/,kernel_reads.bpf.c strings.bpf.c) \
	$(addprefix cases/tables/,array.bpf.c hash.bpf.c percpu.bpf.c scenario_slots.py) \
	$(addprefix cases/verifier/,null_checks.bpf.c stack_bounds.bpf.c value_bounds.bpf.c)

Q := $(if $(filter 1,$(V)),,@)
VENV := .venv
PYTHON := $(VENV)/bin/python
HARNESS := $(PYTHON) -m harness $(if $(filter 1,$(V)),--verbose)

REPORT := $(if $(REPORT_DIR),--report-dir $(REPORT_DIR),--report-parent $(O)/report)
COMMON = $(REPORT) $(if $(JOBS),-j $(JOBS)) $(addprefix --mode ,$(MODES))
OPTIONS = --arch $(ARCH) --kernel $(KERNEL) $(if $(FLAVOR),--flavor $(FLAVOR)) $(COMMON)

# O= is the kernel's build folder too, if somebody said so; CROSS_COMPILE and LLVM are in the
# environment of every command anyhow.
ifeq ($(origin O),command line)
export KBUILD_OUTPUT := $(abspath $(O))
endif

.PHONY: check check-all check-own kernel test test-cases soak lint format bench bench-all doctor clean

check: $(VENV)/ready
	$(Q)$(HARNESS) check $(CASES) $(OPTIONS)

check-all: $(VENV)/ready
	$(Q)$(HARNESS) check $(CASES) $(addprefix --arch ,$(ARCHES)) $(addprefix --kernel ,$(KERNELS)) \
		$(COMMON)

check-own: $(VENV)/ready
	$(Q)$(PYTHON) -m pytest tests/own_kernel --own-kernel $(KERNEL)

kernel: $(VENV)/ready
	$(Q)$(HARNESS) kernels build $(KERNEL) --arch $(ARCH) $(if $(FLAVOR),--flavor $(FLAVOR)) \
		$(if $(JOBS),-j $(JOBS))

test: test-cases
	$(Q)$(PYTHON) -m harness.cli.prepare x86_64 arm64
	$(Q)$(PYTHON) -m pytest tests

test-cases: $(VENV)/ready
	$(Q)$(HARNESS) check cases --report-parent $(O)/report
	$(Q)$(HARNESS) check $(SHORT) --arch all --kernel debian:7.2 --report-parent $(O)/report

soak: $(VENV)/ready
	$(Q)$(PYTHON) -m pytest tests/soak --log-cli-level=INFO --soak-restores $(RESTORES) \
		$(if $(SEED),--soak-seed $(SEED))

lint: $(VENV)/ready
	$(Q)$(PYTHON) -m ruff format --check .
	$(Q)$(PYTHON) -m ruff check .
	$(Q)$(PYTHON) -m mypy
	$(Q)$(PYTHON) -m pytest -q tests/test_layers.py

format: $(VENV)/ready
	$(Q)$(PYTHON) -m ruff format .
	$(Q)$(PYTHON) -m ruff check --fix .

bench: $(VENV)/ready
	$(Q)$(HARNESS) bench --arch $(ARCH) --kernel $(KERNEL)

bench-all: $(VENV)/ready
	$(Q)$(HARNESS) bench $(addprefix --arch ,$(ARCHES)) $(addprefix --kernel ,$(KERNELS)) --measure boot --boots 3
	$(Q)$(HARNESS) bench $(addprefix --arch ,$(ARCHES)) --kernel $(lastword $(KERNELS)) --measure guests

doctor: $(VENV)/ready
	$(Q)$(HARNESS) doctor --arch $(ARCH) --kernel $(KERNEL)

clean:
	$(Q)rm -rf $(O)/report $(VENV) .mypy_cache .ruff_cache .pytest_cache

# Debian's python3 comes without ensurepip; its package is the only thing needed before pip runs.
$(VENV)/ready: pyproject.toml requirements.txt
	$(Q)python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "bpf-harness: error: python3 is older than 3.11" >&2; exit 3; }
	$(Q)python3 -c 'import ensurepip' 2>/dev/null || \
		if test "$$(id -u)" = 0; then \
			apt-get update -q && apt-get install -q -y --no-install-recommends python3-venv; \
		elif sudo -n true 2>/dev/null; then \
			sudo apt-get update -q && \
			sudo apt-get install -q -y --no-install-recommends python3-venv; \
		else \
			echo "bpf-harness: error: python3 has no venv" >&2; \
			echo "  remedy: sudo apt-get install python3-venv" >&2; exit 3; \
		fi
	$(Q)python3 -m venv $(VENV)
	$(Q)$(PYTHON) -m pip install -q --disable-pip-version-check -r requirements.txt
	$(Q)$(PYTHON) -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(Q)touch $@
