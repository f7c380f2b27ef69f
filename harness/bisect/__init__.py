"""Which release or commit changed a verdict: a search over kernels that never guesses."""
