"""Python faces of the kernels."""
