# `make demo` and `make test` are all a newcomer types; both install first.
.PHONY: demo test check oracles bench docs lock clean
PYTHON ?= python3
BIN := .venv/bin

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv --without-pip .venv
	$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --editable '.[dev]'
	touch $@

demo: .venv/ready
	$(BIN)/python sample_projects/brises/build.py
	$(BIN)/otio-genai make sample_projects/brises --force

test: .venv/ready
	$(BIN)/pytest -q -n 2

check: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Other people's programs render our files; what they need is installed first.
oracles: .venv/ready
	tests/oracles/install
	$(BIN)/pytest -q -m "slow or not slow" tests/oracles

bench: .venv/ready
	for each in fractures motion hearing carry render growth edits exactness faults \
		losses interchange_speed field_sampling field_joins field_coverage \
		live_pictures live_faults; do \
		$(BIN)/python benchmarks/$$each.py --quick || exit 1; \
	done

# What is generated from the film file's schema and the delivery presets.
docs: .venv/ready
	$(BIN)/otio-genai schema -o docs/film.schema.json --force
	$(BIN)/python -c "from otio_genai.assemble.filmtoml import page; print(page.reference_markdown(), end='')" > docs/film-file.md
	$(BIN)/python -c "from pathlib import Path; from otio_genai.deliver import table; page = Path('docs/delivery.md'); page.write_text(table.renewed(page.read_text('utf-8')), 'utf-8')"

lock: .venv/ready
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --no-header --no-annotate --no-emit-index-url --quiet -o constraints.txt

clean:
	rm -rf .venv build dist *.egg-info sample_projects/*/out
