"""A field of films: a timeline with choices left open, and the films drawn from it.

Conventions
    A field is a stock timeline of its active takes; what may be chosen instead lies in
    metadata (`otio_genai.field.document`). A *showing* is one film drawn from it. Every
    length and point is in whole record frames; a take's are counted from its first.
"""
