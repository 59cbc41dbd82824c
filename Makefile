# The commands of the project. `make handouts` and `make test` are all that most people need.
VENV := .venv
RUN := $(VENV)/bin/python
# Tests of one file stay together, as they share what they made; those that take long come first. One process
# more than there are cores, as some wait for a browser.
EVERY_CORE := -n $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1) --dist loadfile --no-loadscope-reorder

# Python keeps what it compiled, as it does unless told otherwise: tests start it again and again.
export PYTHONDONTWRITEBYTECODE :=

ifeq ($(shell uname -s),Darwin)
# Homebrew keeps Pango where the loader does not look by itself.
export DYLD_FALLBACK_LIBRARY_PATH := $(shell brew --prefix 2>/dev/null)/lib:$(DYLD_FALLBACK_LIBRARY_PATH)
endif

.PHONY: handouts studio quick test thorough check gallery bench golden schema reference setup fonts lock wheel clean

handouts: $(VENV)/.ready ## build the library into output/
	@$(RUN) build.py

studio: $(VENV)/.ready ## the page in the browser where a therapist does it all
	@$(RUN) build.py studio

quick: $(VENV)/.ready-dev ## run the tests that need no layout, browser or other program
	@$(RUN) -m pytest -q $(EVERY_CORE) -m "not (layout or browser or tool or processes or property)"

test: $(VENV)/.ready-dev ## run all tests, or those of FILE=tests/unit/...
	@$(RUN) -m pytest -q $(if $(FILE),$(FILE),$(EVERY_CORE))

thorough: $(VENV)/.ready-dev ## hold every handout to what `make test` holds one of each frame to
	@BIFOLIO_THOROUGH=1 BIFOLIO_BRANDS=8 $(RUN) -m pytest -q $(EVERY_CORE) tests/conformance tests/metamorphic tests/browser tests/unit/editorial/test_evidence_sheet.py tests/unit/formats/test_epub.py tests/unit/formats/test_web.py tests/unit/layout/weasyprint/test_plain_engine.py tests/visual/test_ink.py tests/property/test_any_logo.py

check: $(VENV)/.ready-dev ## format, lint, types, import contract
	@$(RUN) -m ruff format --check .
	@$(RUN) -m ruff check .
	@$(RUN) -m mypy
	@$(VENV)/bin/lint-imports

gallery: $(VENV)/.ready ## draw every page in docs/gallery.png, and the picture of the README
	@$(RUN) scripts/gallery.py

bench: $(VENV)/.ready ## speed, as ratios in one run
	@$(RUN) scripts/bench.py

golden: $(VENV)/.ready-dev ## write golden files anew, and list what changed
	@$(RUN) -m pytest -q tests --update-golden
	@git --no-pager diff --stat -- tests

schema: $(VENV)/.ready ## write the schemas that editors complete from
	@$(RUN) build.py schema

reference: $(VENV)/.ready ## write docs/modules.md and docs/findings.md
	@$(RUN) scripts/reference.py

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.lock scripts/setup.sh
	@sh scripts/setup.sh requirements.lock
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.lock requirements-tools.lock
	@sh scripts/setup.sh requirements-dev.lock requirements-tools.lock
	@touch $@

fonts: $(VENV)/.ready ## build and install the extra fonts, a dozen families that clinics often name (needs npm)
	@$(RUN) scripts/extra_fonts.py dist
	@$(RUN) -m pip install -q --no-deps --force-reinstall dist/bifolio_fonts-*.whl

lock: ## resolve the dependencies anew (needs uv)
	uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements.lock
	uv pip compile -q pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements-dev.lock
	uv pip compile -q --group tools --no-deps --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements-tools.lock

wheel: ## pack the program, with its templates, styles and fonts, into dist/ (needs uv)
	uv build --wheel
	@rm -rf build bifolio.egg-info

clean: ## take away what builds made; content and output stay
	rm -rf .bifolio .pytest_cache .mypy_cache .ruff_cache .hypothesis tests/visual/results
