"""Calibration: what a recorded server answered beside what the sandbox answers, and the overlay between them.

`comparaison` puts a recording to the sandbox and hands each exchange to those that look at it: `anomalies`
(codes, sentences, gravités, bounds), `structure` (schemas), `reponses` (the documents answered). They gather
differences in `ecarts`, one group a cause, with what would remove it; `surcharge` writes that.
"""
