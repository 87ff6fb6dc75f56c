"""New takes on demand: a folder that a person fills, ComfyUI, any queue by HTTP.

Nothing is imported here; name the module you need::

    from otio_genai.providers.protocol import ClipProvider, Request
    from otio_genai.providers.folder import FolderProvider
    from otio_genai.providers.comfyui import ComfyUI
    from otio_genai.providers.queue import HttpQueue
    from otio_genai.providers.opening import open_provider

Conventions
    A provider neither waits nor decides: it is asked, asked again how far it is, and
    what it made is fetched. Whatever goes wrong is a `ProviderError` in a sentence.
    Keys come from environment variables and are sent to the host they are for, nowhere
    else; they are never written.
"""
