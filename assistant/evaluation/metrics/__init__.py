"""Plain values of one answer or ranking -> one number each, by formulas that others published."""
