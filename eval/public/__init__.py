"""Public data sets: their readers, and the figures that others publish for them."""
