# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
RUN := .venv/bin/
# A file a worker, since many share one server or release. Three for two cores: they
# wait for servers, sandboxes and browsers for a third of their time.
TESTS := $(RUN)pytest -n 3 --dist loadfile --no-loadscope-reorder
READY := .venv/.ready
# Hundreds of servers and commands start in the tests: they compile us once, not each.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test verify test-as-user coverage check docs baselines sbom serve screenshots bench lock clean

demo: $(READY)  ## show the whole product at work; ARGS="--once --port 0" ends by itself
	$(RUN)challenge demo $(ARGS)

test: $(READY)  ## every check and test, in small; about 12 minutes on 2 cores
	# mypy has one process: the library's tests have the other core meanwhile.
	$(MAKE) --jobs=2 --output-sync=target check coverage
	$(TESTS) -m "not full" challenge tests --ignore=tests/leaderboard

# A sandbox, browser or PostgreSQL test that is skipped here is a failure, as in CI.
verify: export CI_SANDBOX_REQUIRED = 1
verify: export CI_BROWSER_REQUIRED = 1
verify: export CI_POSTGRES_REQUIRED = 1
verify: $(READY)  ## the same at full size; the service once more on Dask, and on PostgreSQL
	$(MAKE) check
	$(TESTS)
	$(RUN)python -m pytest -n 2 --dist loadfile -m "not full" \
		-p tests.functional.clustered --ignore=tests/functional/test_dask.py \
		--ignore=tests/functional/test_faults.py tests/functional
	$(RUN)python -m pytest -n 2 --dist loadfile -m "not full" -p tests.postgres \
		--ignore=tests/functional/test_faults.py \
		--ignore=tests/functional/test_rehearsal.py \
		tests/challenge/rules tests/challenge/store tests/challenge/web tests/functional

test-as-user: $(READY)  ## as root: every attack on the sandbox of an ordinary user
	$(RUN)pytest -m "full or not full" tests/hostile/test_ordinary_user.py

coverage: $(READY)  ## the library's tests in small; every branch of it must be taken
	$(TESTS) -m "not full" --cov --cov-report=term-missing:skip-covered \
		leaderboard tests/leaderboard

check: $(READY)  ## format, lint, types, layers, compose file
	$(RUN)ruff format --check .
	$(RUN)ruff check .
	$(RUN)mypy
	$(RUN)lint-imports
	$(RUN)check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

docs: $(READY)  ## build the site of docs/ in build/site; a wrong link is an error
	$(RUN)python -m sphinx -W --keep-going --quiet -d build/doctrees docs build/site

baselines: $(READY)  ## train every baseline on a release; ARGS="DATA FOLDER" names others
	$(RUN)python baselines/train_all.py $(ARGS)

sbom: $(READY)  ## list what is installed, with licences, in build/sbom.cdx.json
	$(RUN)python build_sbom.py build/sbom.cdx.json

serve: $(READY)  ## serve the published release
	$(RUN)challenge serve

screenshots: $(READY)  ## take a picture of every page; needs Chromium
	$(RUN)python -m tests.browser.screenshots

bench: $(READY)  ## print ratios as JSON; results stand in docs/performance.md
	$(RUN)python benchmarks/scoring.py
	$(RUN)python benchmarks/synthesis.py
	$(RUN)python benchmarks/execution.py
	$(RUN)python benchmarks/web.py

lock: $(READY)  ## resolve requirements.lock anew
	$(RUN)uv pip compile pyproject.toml --all-extras --group dev --universal \
		--python-version 3.11 --generate-hashes --no-header --no-annotate \
		--output-file requirements.lock
	# A part of it, with the same versions and hashes: what the image needs.
	$(RUN)uv pip compile pyproject.toml --extra service --extra synthesis \
		--extra scale --extra objects --universal --python-version 3.11 \
		--generate-hashes --no-header --no-annotate \
		--constraint requirements.lock --output-file deploy/requirements.lock

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(RUN)python -m pip install --quiet uv
	$(RUN)uv pip sync --quiet --require-hashes --compile-bytecode requirements.lock
	$(RUN)uv pip install --quiet --no-deps --editable .
	touch $@

clean:  ## remove the environment and everything generated
	-chmod -R u+w var  # published releases are read-only
	rm -rf .venv build var screenshots
