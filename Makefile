# Every command sets up what it needs first; the first run takes a minute, later ones no time.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin

bootstrap := $(PYTHON) .ci/bootstrap.py
demo_settings := DEMO=1 BASE_URL=http://127.0.0.1:$(PORT)

# Compiled modules are kept whatever the caller's habit: a run starts a dozen interpreters.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test test-long test-clone check lint format lock messages migration assets

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1\t/' | expand -t 20

demo: ## load the demonstration programme once and serve it at 127.0.0.1, PORT=8000
	@$(bootstrap)
	@exec env $(demo_settings) $(BIN)/flask --app wsgi demo run --port $(PORT)

demo-reset: ## throw the demonstration's data away and start over
	@rm -rf var/*.sqlite3 var/*.sqlite3-wal var/*.sqlite3-shm var/files var/mail
	@$(MAKE) --no-print-directory demo

# Three workers on two cores: the stories wait for their browser half of the time. The types are
# checked meanwhile, since that keeps one core alone busy.
test: ## run the whole suite on SQLite and PostgreSQL, journeys in a browser included
	@$(bootstrap) --dev --browser
	@$(MAKE) --no-print-directory lint & lint=$$!; \
		$(BIN)/pytest -n 3 --dist worksteal; tests=$$?; \
		wait $$lint && exit $$tests

check: lint ## format, lint, types, imports, house law and domain, in less than a minute
	@$(BIN)/pytest -q -n 2 --engine sqlite tests/architecture tests/domain

test-long: ## a thousand cases against the clock, hundreds of generated packs, the longest story
	@$(bootstrap) --dev --browser
	@$(BIN)/pytest -m long tests/journeys
	@$(BIN)/pytest --engine sqlite -m long tests/services/test_demo_scale.py
	@$(BIN)/pytest -n 2 --hypothesis-profile long tests/services/test_generated_packs.py tests/packs/test_sown_faults.py

test-clone: ## try in a fresh clone that `make demo` serves in time, keeps its data and starts over
	@$(PYTHON) .ci/try_clone.py

lint: ## format, lint and types alone
	@$(bootstrap) --dev
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy

format: ## put the code into the house style
	@$(bootstrap) --dev
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

lock: ## choose the versions anew and write the hashed lists
	@$(bootstrap) --dev
	@for list in requirements-bootstrap requirements requirements-dev; do \
		$(BIN)/uv pip compile --quiet --universal --upgrade --generate-hashes --no-header \
			--no-annotate --python-version 3.11 $$list.in --output-file $$list.txt || exit 1; done

messages: ## collect the texts of code and templates into the catalogs
	@$(bootstrap) --dev
	@$(BIN)/pybabel --quiet extract --mapping pyproject.toml --sort-output --no-location --width 100 \
		--keywords '_l' --output var/messages.pot .
	@$(BIN)/pybabel --quiet update --input-file var/messages.pot --output-dir sandbox/translations \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width 100

migration: ## write a migration for what changed in the tables, NAME="add hearings"
	@$(bootstrap) --dev
	@$(BIN)/alembic revision --autogenerate --message "$(NAME)"

assets: ## compile the style sheets and scripts from their npm packages into static/
	@$(PYTHON) .ci/assets.py
