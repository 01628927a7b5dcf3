"""Sphinx configuration: `sphinx-build -W docs docs/_build`."""

from importlib.metadata import version as installed_version

project = "cosolve"
author = "The cosolve developers"
copyright = "2026, the cosolve developers"
version = release = installed_version("cosolve")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "numpydoc",
    "sphinx_click",
]
exclude_patterns = ["_build"]

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
# Documented parameters must exist; that public names have docstrings is a matter for ruff.
numpydoc_validation_checks = {"PR02"}

html_theme = "furo"
html_title = "cosolve"
html_static_path = ["_static"]
