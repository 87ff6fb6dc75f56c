"""Prompts with variables, and how they are filled."""
