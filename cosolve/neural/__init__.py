"""Training of the networks that guide searches; the only part of cosolve that needs PyTorch."""
