# gptviz: `make help` lists what can be made. Everything that is installed goes into one folder, .venv.
.DEFAULT_GOAL := help
SHELL := /bin/sh
.SHELLFLAGS := -ec
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV ?= .venv
# Further arguments of `pip install`; and the address of PyTorch's CPU index, which spares gigabytes (see the README).
PIP_ARGS ?=
TORCH_INDEX ?=
PYTEST_ARGS ?= -n auto

# What a target reads of what a user names, beside KNOBS. What it does not read is refused, not ignored. A test compares
# this table with the options of the commands.
KNOBS := PYTHON VENV PIP_ARGS TORCH_INDEX PYTEST_ARGS
SOURCES := MODEL OTHER VECTORS PROMPT LAYER HEAD EDITION
PLACES := RECORDINGS MEDIA
READS_render := SCENE ALL $(SOURCES) $(PLACES) QUALITY CAPTIONS VOICE FORCE STOCK JOBS BEAT SCHEDULER
READS_record := SCENE ALL $(SOURCES) RECORDINGS SCHEDULER DRY_RUN
READS_list := $(PLACES)
READS_status := SCENE ALL $(SOURCES) $(PLACES) QUALITY CAPTIONS VOICE
READS_verify := SCENE ALL MODEL VECTORS RECORDINGS
READS_doctor := $(PLACES) MODEL
READS_course := $(SOURCES) $(PLACES) QUALITY VOICE FORCE JOBS SCHEDULER
READS_compare := SCENE A B $(SOURCES) $(PLACES) QUALITY
READS_diff := SCENE A B RECORDINGS
READS_gallery := PIECE $(PLACES) QUALITY
READS_audit := SCENE ALL $(SOURCES) $(PLACES)
READS_script := SCENE ALL $(SOURCES) $(PLACES) FORMAT VOICE
READS_inspect := SCENE ALL $(SOURCES) $(PLACES) STILLS BEAT

GOALS := $(or $(MAKECMDGOALS),$(.DEFAULT_GOAL))
READ := $(KNOBS) $(foreach goal,$(GOALS),$(READS_$(goal)))
GIVEN := $(foreach name,$(.VARIABLES),$(if $(findstring command,$(origin $(name))),$(name)))
UNREAD := $(filter-out $(READ) MAKEFLAGS SHELL,$(GIVEN))
ifneq ($(UNREAD),)
export GPTVIZ_UNREAD := $(UNREAD)
export GPTVIZ_READ := $(READ)
export GPTVIZ_GOALS := $(GOALS)
$(GOALS): unread
.PHONY: unread
unread:
	@$(PYTHON) tools/unread.py
endif

# What a user names is data, whatever characters it holds: it never enters a recipe's text. `value` takes it unexpanded
# (so `$$` in it is a dollar and nothing is run), and gptviz reads it from the environment.
DATA := SCENE MODEL OTHER VECTORS PROMPT LAYER HEAD QUALITY MEDIA RECORDINGS EDITION CAPTIONS VOICE FORCE STOCK JOBS BEAT ALL PIECE A B SCHEDULER STILLS DRY_RUN FORMAT
define take
ifneq ($$(origin $(1)),undefined)
override $(1) := $$(value $(1))
export GPTVIZ_$(1) := $$(value $(1))
endif
endef
$(foreach name,$(DATA),$(eval $(call take,$(name))))

# One stamp for each set of packages, named after the content of the files that say what is installed: a touched file
# installs nothing, a changed one does.
KEY := $(shell cat pyproject.toml constraints.txt | cksum | tr ' ' '-')
RENDER := $(VENV)/.stamp-render-$(KEY)
MODELS := $(VENV)/.stamp-models-$(KEY)
DEV := $(VENV)/.stamp-dev-$(KEY)
CLUSTER := $(VENV)/.stamp-cluster-$(KEY)
PIPER := $(VENV)/.stamp-voice-$(KEY)
GPTVIZ := $(VENV)/bin/gptviz
PIP = $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-input -c constraints.txt $(PIP_ARGS) \
	$(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))

# A model is run where one is named; rendering from the committed recordings needs none. Piper speaks as joe and from
# .onnx files.
NEEDS := $(RENDER) $(if $(strip $(MODEL)$(OTHER)$(VECTORS)$(PROMPT)),$(MODELS)) $(if $(strip $(SCHEDULER)),$(CLUSTER)) \
	$(if $(filter joe %.onnx,$(VOICE)),$(PIPER))

.PHONY: help dev render record list status verify doctor course compare diff gallery drawing-index audit script inspect bench cluster-demo test test-all \
	test-clone lint audit-dependencies clean

help:  ## what can be made, and with which variables
	@sed -n 's/^\([a-z-]*\):.*  ## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 22
	@printf '%s\n' '' \
	'  SCENE=softmax       the film, or several; ALL=1 for all of them' \
	'  MODEL=gpt2          a hub id, id@revision, a local folder, or mini (bundled); none: the committed recordings' \
	'  OTHER=mini          the second model, of a film that compares two; named likewise' \
	'  VECTORS=...         word vectors: a gensim-data name, a file, or mini (bundled)' \
	'  PROMPT="..."        in place of the film'"'"'s own prompt' \
	'  LAYER=5 HEAD=1      the head to look at, from 0, in a film that chooses one' \
	'  QUALITY=m           l (480p), m (720p), h (1080p60), p (1440p60), k (2160p60)' \
	'  CAPTIONS=file       captions beside the film only, not drawn in it' \
	'  VOICE=joe           the film speaks: joe, espeak-ng, NAME.onnx, recorded:FOLDER; see docs/voices.md' \
	'  FORCE=1  JOBS=2  STOCK=1  BEAT=3  MEDIA=folder  RECORDINGS=folder' \
	'  EDITION=name        the recordings of this edition as they are; no model is run' \
	'  SCHEDULER=tcp://... the Dask scheduler of many machines; see docs/scaling.md'

render: $(NEEDS)  ## make a film: make render SCENE=softmax
	@$(GPTVIZ) render

record: $(RENDER) $(MODELS) $(if $(strip $(SCHEDULER)),$(CLUSTER))  ## run a model and record what films need: make record SCENE=softmax MODEL=mini
	@$(GPTVIZ) record

list: $(RENDER)  ## the films
	@$(GPTVIZ) list

status: $(NEEDS)  ## which films are fresh, stale or missing, and why
	@$(GPTVIZ) status

verify: $(RENDER) $(MODELS)  ## compute the committed recordings again, and compare
	@$(GPTVIZ) verify

doctor: $(NEEDS)  ## is everything here that gptviz needs?
	@$(GPTVIZ) doctor

course: $(NEEDS)  ## render what is stale; one film per chapter, and the course's page
	@$(GPTVIZ) course

compare: $(NEEDS)  ## two editions side by side: make compare SCENE=softmax A=gpt2 B=mini, or A=gpt2 MODEL=folder
	@$(GPTVIZ) compare

diff: $(RENDER)  ## what two editions have apart: make diff A=gpt2 B=mini
	@$(GPTVIZ) diff

gallery: $(RENDER)  ## the drawing library, piece by piece: make gallery PIECE=heat_map
	@$(GPTVIZ) gallery

drawing-index: $(DEV)  ## docs/drawing.md, the index of the drawing library, from the gallery
	@$(VENV)/bin/python -m tools.drawing_index

audit: $(NEEDS)  ## where every number of a film comes from: make audit SCENE=softmax
	@$(GPTVIZ) audit

script: $(NEEDS)  ## what a film says, to be read aloud: make script SCENE=softmax FORMAT=html
	@$(GPTVIZ) script

inspect: $(NEEDS)  ## a film's contact sheet and the faults of its layout: make inspect SCENE=softmax
	@$(GPTVIZ) inspect

bench: $(DEV)  ## how fast films are made, beside plain Manim
	@$(VENV)/bin/python -m benchmarks

cluster-demo: $(RENDER) $(CLUSTER)  ## four films made by two workers of a Dask scheduler, all on this machine
	@$(VENV)/bin/python tools/cluster_demo.py

lint: $(DEV)  ## ruff and mypy
	@$(VENV)/bin/ruff format --quiet --check .
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/mypy --no-error-summary

dev: $(DEV)  ## everything for working on gptviz; see CONTRIBUTING.md

test: lint  ## the fast tests: units, recorders, contracts, lint, the audit of three films
	@$(VENV)/bin/python -m pytest -q -m 'not slow and not clone' $(PYTEST_ARGS)

test-all: $(DEV)  ## the slow tests, which `make test` leaves out: all audits, frames, faults
	@$(VENV)/bin/python -m pytest -q -m 'slow and not clone' $(PYTEST_ARGS)

test-clone: $(DEV)  ## the film softmax in an empty clone
	@$(VENV)/bin/python -m pytest -q -m clone tests/house/test_clone.py

# pip-audit has packages of its own, which are no part of what is audited. Without a network the list is printed alone.
audit-dependencies: $(DEV)  ## every package with its licence, and what is known to be wrong with it
	@test -x $(VENV)/audit/bin/python || $(VENV)/bin/python -m venv $(VENV)/audit
	@$(VENV)/audit/bin/python -m pip install --quiet --disable-pip-version-check --no-input $(PIP_ARGS) \
		pip-audit==2.10.1 || echo 'pip-audit cannot be installed here'
	@$(VENV)/bin/python tools/dependencies.py $(VENV)/audit/bin/python

clean:  ## remove what was rendered (recordings and the gallery stay)
	@for made in videos course compare inspect pieces preview .staging .locks; do \
		! test -d media/$$made || { du -sh media/$$made | sed 's/^/removed /'; rm -rf media/$$made; }; done

$(RENDER): | $(if $(UNREAD),unread)
	@tools/system-packages.sh $(PYTHON)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "gptviz needs Python 3.11 or newer: make PYTHON=...")'
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@echo 'Installing what rendering needs (once; a few minutes)'
	@$(PIP) -e .
	@rm -f $(VENV)/.stamp-render-* && touch $@

$(MODELS): $(RENDER)
	@echo 'Installing what running a model needs (once)'
	@$(PIP) -e '.[models]'
	@rm -f $(VENV)/.stamp-models-* && touch $@

$(CLUSTER): $(RENDER)
	@echo 'Installing what rendering on many machines needs (once)'
	@$(PIP) -e '.[cluster]'
	@rm -f $(VENV)/.stamp-cluster-* && touch $@

$(PIPER): $(RENDER)
	@echo 'Installing what Piper voices need (once)'
	@$(PIP) -e '.[voice]'
	@rm -f $(VENV)/.stamp-voice-* && touch $@

$(DEV): $(RENDER) $(MODELS) $(CLUSTER)
	@echo 'Installing the test tools (once)'
	@$(PIP) -e '.[models,voice,dev]'
	@rm -f $(VENV)/.stamp-dev-* && touch $@
