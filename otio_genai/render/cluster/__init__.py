"""The same segments made beyond one computer: byte for byte what it would make itself.

``dask`` sends them to a Dask cluster, ``farm`` describes them as an Open Job
Description for a render farm. Both tell workers where media lie (``places``) and
refuse any file that is not, in content, the one the film was planned with.
"""

from __future__ import annotations

from otio_genai.render.cluster.dask import Dask
from otio_genai.render.cluster.places import Places

__all__ = ["Dask", "Places"]
