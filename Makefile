# The two commands of the README are `run` and `test`; `check` is what CI asks beside them.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
SIZE ?= 20000
export PORT

.PHONY: run test check bench lock screenshots format secret clean

run: ## the sample site on http://127.0.0.1:$(PORT)/ (a second run keeps the data)
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh deploy/newcomer.sh

test: $(VENV)/.tests ## the whole suite; DATABASE_URL chooses the database, ARGS goes to pytest
	$(BIN)/python -m pytest -n 3 --dist loadfile $(ARGS)

check: $(VENV)/.tests ## style, floors, migrations, deployment settings, templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/djlint templates --check --lint --quiet
	$(BIN)/python manage.py makemigrations --check --dry-run
	DATABASE_URL=postgres://checked@127.0.0.1/without-connecting DJANGO_SETTINGS_MODULE=cms.settings.base SECRET_KEY=only-for-the-deployment-check-0123456789abcdefghijklmnopqrstuvwxyz \
	  ALLOWED_HOSTS=study.example.gov.cn WAGTAILADMIN_BASE_URL=https://study.example.gov.cn \
	  $(BIN)/python manage.py check --deploy --fail-level WARNING

bench: $(VENV)/.tests ## what the pages, the search and the imports cost: medians and ratios, no pass or fail
	$(BIN)/python -m tests.bench --size $(SIZE)

screenshots: $(VENV)/.tests ## the pictures of the README, from the sample site that `make run` serves on PORT
	$(BIN)/python -m tests.screenshots

lock: $(VENV)/.tests ## compile the pinned dependencies of pyproject.toml, with hashes, for the Python that Debian 12 has
	$(BIN)/uv pip compile -q --no-header --generate-hashes --python-version 3.11.2 pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q --no-header --no-strip-extras --generate-hashes --python-version 3.11.2 --group dev -c requirements.txt pyproject.toml -o tests/requirements.txt
	echo wagtail==8.0.1 | $(BIN)/uv pip compile -q --no-header --no-strip-extras --generate-hashes --python-version 3.11.2 --group dev --override - pyproject.toml -o tests/requirements-wagtail8.txt

format: $(VENV)/.tests
	$(BIN)/ruff check --fix -q . || true
	$(BIN)/ruff format -q .
	$(BIN)/djlint templates --reformat --quiet || true

secret: ## a SECRET_KEY for the .env file
	@$(PYTHON) -c "import secrets; print('SECRET_KEY=' + secrets.token_urlsafe(48))"

clean:
	rm -rf var .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh deploy/make_venv.sh

$(VENV)/.requirements: requirements.txt $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt
	@touch $@

$(VENV)/.tests: tests/requirements.txt $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/requirements.txt
	@touch $@
