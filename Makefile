# Every target makes what it needs, from a bare clone with Python >= 3.11.
PYTHON ?= python3
BIN := .venv/bin
# Processes that the tests are spread over, each with a database server of its own.
TEST_PROCESSES ?= 3

# The processes that tests start would be compiled anew each time.
unexport PYTHONDONTWRITEBYTECODE

NPM := $(and $(shell command -v node),$(shell command -v npm))
CLIENT := clients/typescript

.PHONY: install demo test check check-schema check-rest check-client check-client-drift client format bench contracts pages clean

install: .venv/installed

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; name it: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

demo: install
	@$(BIN)/cdp demo

test: install
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cdp schema graphql | diff -u schema/schema.graphql - || { echo 'schema.graphql has drifted; run make contracts'; exit 1; }
	$(BIN)/cdp schema openapi | diff -u rest/openapi.json - || { echo 'openapi.json has drifted; run make contracts'; exit 1; }
	$(BIN)/cdp schema criteria | diff -u docs/reference/criteria.schema.json - || { echo 'criteria.schema.json has drifted; run make contracts'; exit 1; }
	@$(MAKE) --no-print-directory check-schema check-rest check-client

# The public tools of tools/, where Node is. Without a registry they cannot be installed: only CI minds.
check-schema check-rest: check-%:
	@if ! command -v npm >/dev/null; then echo 'Skipped: the public tools of tools/$* need Node and npm.'; \
	elif tools/$*/install.sh; then cd tools/$* && npm run --silent check; \
	elif [ -n "$$CI" ]; then exit 1; \
	else echo 'Skipped: the public tools of tools/$* could not be installed.'; fi

# The TypeScript client is generated and compiled where Node is.
check-client:
ifeq ($(NPM),)
	@echo 'Skipped: the TypeScript client needs Node and npm.'
else
	@if $(MAKE) --silent $(CLIENT)/node_modules/.package-lock.json; then $(MAKE) --no-print-directory check-client-drift; \
	elif [ -n "$$CI" ]; then exit 1; \
	else echo 'Skipped: the packages of the TypeScript client could not be installed.'; fi
endif

check-client-drift:
	cd $(CLIENT) && CODEGEN_OUT=dist/generated/ $(NPM) run --silent generate
	diff -ru $(CLIENT)/src/generated $(CLIENT)/dist/generated || { echo 'the TypeScript client has drifted; run make contracts'; exit 1; }
	cd $(CLIENT) && $(NPM) run --silent build

%/node_modules/.package-lock.json: %/package-lock.json
	cd $* && $(NPM) ci
	touch $@

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

contracts: install
	$(BIN)/cdp schema graphql > schema/schema.graphql
	$(BIN)/cdp schema openapi > rest/openapi.json
	$(BIN)/cdp schema criteria > docs/reference/criteria.schema.json
	@$(MAKE) --no-print-directory client

client:
ifeq ($(NPM),)
	@echo 'Skipped: the TypeScript client needs Node and npm.'
else
	@$(MAKE) --silent $(CLIENT)/node_modules/.package-lock.json
	cd $(CLIENT) && $(NPM) run --silent generate
endif

# Needs Node 20 or newer. What it writes is committed, so that nobody else does.
pages:
	cd web/graphiql && npm ci --no-fund --no-audit && npm run build

bench: install
	$(BIN)/python -m benchmarks

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info tools/*/node_modules tools/*/generated
	rm -rf $(CLIENT)/node_modules $(CLIENT)/dist
