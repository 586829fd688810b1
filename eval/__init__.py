"""Measures the assistant, and fits the coefficients it scores with. Imports `assistant`, never the other way round."""
