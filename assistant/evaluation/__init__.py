"""Question sets run, judged, compared: whether a change made the assistant better.

Questions with gold papers (`suites`), and variants of them (`perturbations`), are asked of the assistant or of a
baseline (`systems`) by a run that goes on where it was interrupted (`runner`), which leaves one line for each case
(`outcomes`, `runs`). Metrics (`metrics.registry`: one function and one row each) make scores of them (`scoring`), these
make figures (`summary`), pairs of runs (`comparison`, `statistics`), decisions (`gates`) and pages (`reports`). Nothing
here answers a question by itself, and nothing outside of the command `eval` imports it.
"""
