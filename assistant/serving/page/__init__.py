"""A library -> a page to ask at: self-contained, of use without JavaScript, with nothing of a stranger's that acts."""
