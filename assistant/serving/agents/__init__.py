"""A library -> tools and resources of the Model Context Protocol, for agents and editors."""
