"""Delivery: what a film must be like to be taken where it goes.

Nothing is imported here; name the module you need::

    from otio_genai.deliver.presets import preset
    from otio_genai.deliver.refusing import film_of, refusals
    from otio_genai.deliver.encoders import encoding_by

``presets`` is data alone, ``preset`` what follows from it for a film, ``refusing``
what is wrong with a film for a preset, ``encoders`` the same picture by another
encoder, ``table`` the page of the documents.
"""
