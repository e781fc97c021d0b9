"""A library, open for as long as the server runs -> tools of agents, an endpoint for chat, a page to ask at.

One library is resident, with its indexes and models, and any number of people ask it: `resident` has them take turns
at it, and wait for models side by side. `desk` bounds how many ask and for how long, `access` says who may.
"""
