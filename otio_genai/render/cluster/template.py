"""The Open Job Description of a film: a step for its segments, and one to join them."""

from __future__ import annotations

from typing import Any

__all__ = ["template"]

# Memory of one encoder with its decoders at 1080p, with room, in MiB.
_MEMORY_MIB = 1024


def template(name: str, film: str, parts: int) -> dict[str, Any]:
    """Return the template of a job.

    Parameters
    ----------
    name
        Of the job; braces have a meaning there and become parentheses.
    film
        Name of the film in the job's folder.
    parts
        Tasks of the step ``segments``.
    """
    given = ["{{Param.Job}}", "--path-mapping", "{{Session.PathMappingRulesFile}}"]
    return {
        "specificationVersion": "jobtemplate-2023-09",
        "name": name.translate({ord("{"): "(", ord("}"): ")"})[:128],
        "parameterDefinitions": [
            {
                "name": "Job",
                "type": "PATH",
                "objectType": "DIRECTORY",
                "dataFlow": "INOUT",
                "default": ".",
                "description": "This folder, which every computer sees.",
            },
            {
                "name": "Film",
                "type": "PATH",
                "objectType": "FILE",
                "dataFlow": "OUT",
                "default": film,
                "description": "The film to make.",
            },
            {
                "name": "Program",
                "type": "STRING",
                "default": "otio-genai",
                "description": "otio-genai on the workers.",
            },
        ],
        "steps": [
            {
                "name": "segments",
                "parameterSpace": {
                    "taskParameterDefinitions": [
                        {"name": "Part", "type": "INT", "range": f"0-{parts - 1}"}
                    ]
                },
                "hostRequirements": {
                    "amounts": [{"name": "amount.worker.memory", "min": _MEMORY_MIB}]
                },
                "script": _script(
                    "render-segments", *given, "--part", "{{Task.Param.Part}}"
                ),
            },
            {
                "name": "film",
                "dependencies": [{"dependsOn": "segments"}],
                "script": _script("join-segments", *given, "-o", "{{Param.Film}}"),
            },
        ],
    }


def _script(verb: str, *given: str) -> dict[str, Any]:
    run = {"command": "{{Param.Program}}", "args": [verb, *given]}
    return {"actions": {"onRun": run}}
