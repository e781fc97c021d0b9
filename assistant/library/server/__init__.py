"""An address of a Chroma server <-> a library that lives there, for everyone who names the address."""
