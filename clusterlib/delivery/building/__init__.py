"""Turns course/sources into the notebooks of modules/, solutions/ and exercises/."""
