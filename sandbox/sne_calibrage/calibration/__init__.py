"""Calibration: what a recorded server answered beside what the sandbox answers, and the overlay between them.

`calibration` puts a recording to the sandbox and hands each exchange to those that look at it:
`anomalies_comparees` (codes, sentences, gravités, bounds), `structures_comparees` (schemas),
`reponses_comparees` (the documents answered). They gather differences in `ecarts_par_cause`, one group a
cause, with what would remove it; `surcharge_proposee` writes that.
"""
