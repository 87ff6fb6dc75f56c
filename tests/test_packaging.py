"""What is installed is what is in the folders, and importing it costs nothing."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = {"moviepy", "scipy", "click", "av", "PIL", "numpy"}


def python(code: str, *, interpreter: str = sys.executable) -> str:
    # Not from the checkout, whose folders would be found before what is installed.
    done = subprocess.run(
        [interpreter, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(interpreter).parent,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_every_folder_of_code_is_packaged():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    listed = set(settings["tool"]["setuptools"]["packages"])
    folders = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "otio_genai").rglob("__init__.py")
    }
    assert listed == folders | {"otio_genai.adapters"}


def test_constraints_name_no_addresses():
    text = (ROOT / "constraints.txt").read_text("utf-8")
    assert "://" not in text
    assert "opentimelineio==" in text


def test_importing_the_package_is_light():
    code = "import sys, otio_genai; print(*(set(sys.modules)))"
    assert not HEAVY & set(python(code).split())


def test_loading_the_adapters_is_light():
    code = (
        "import sys, opentimelineio as otio\n"
        "for name in ('genai', 'premiere_xml', 'resolve_xml', 'fcpxml_genai'):\n"
        "    otio.adapters.from_name(name).module()\n"
        "print(*set(sys.modules))"
    )
    assert not HEAVY & set(python(code).split())


def test_public_names_are_verbs_whatever_was_imported_first():
    code = (
        "import otio_genai.check, otio_genai.export, otio_genai.render.film\n"
        "import otio_genai\n"
        "print(all(callable(getattr(otio_genai, n)) for n in otio_genai.__all__))"
    )
    assert python(code) == "True"


def test_an_unknown_name_is_an_attribute_error():
    import otio_genai

    with pytest.raises(AttributeError):
        _ = otio_genai.montage


@pytest.mark.slow
def test_a_wheel_registers_its_adapters(tmp_path):
    """Built, installed elsewhere, and found by OpenTimelineIO's own manifest."""
    uv = Path(sys.executable).with_name("uv")
    # From a copy: what an older build left in the checkout would get into the wheel.
    source = tmp_path / "source"
    for name in ("otio_genai", "adapters"):
        shutil.copytree(ROOT / name, source / name)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    wheel = [uv, "build", "--quiet", "--wheel", "--out-dir", tmp_path, source]
    subprocess.run(wheel, check=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"])
    inside = tmp_path / "venv/bin/python"
    subprocess.run(
        [
            *(uv, "pip", "install", "--quiet", "--python", inside),
            *("--constraint", ROOT / "constraints.txt"),
            next(tmp_path.glob("*.whl")),
        ],
        check=True,
    )
    code = (
        "import opentimelineio as otio, otio_genai\n"
        "names = otio.adapters.available_adapter_names()\n"
        "ours = {'genai', 'premiere_xml', 'resolve_xml', 'fcpxml_genai'}\n"
        "assert ours <= set(names), names\n"
        "timeline = otio.schema.Timeline('t')\n"
        "timeline.global_start_time = otio.opentime.RationalTime(0, 24)\n"
        "text = otio.adapters.write_to_string(timeline, 'premiere_xml')\n"
        "assert '<xmeml' in text\n"
        "print(otio_genai.__file__)"
    )
    assert str(tmp_path) in python(code, interpreter=str(inside))
    shown = subprocess.run(
        [tmp_path / "venv/bin/otio-genai", "--help"], capture_output=True, text=True
    )
    assert "make" in shown.stdout
