"""The words of the field, as frozen values and pure functions: no clock of their own, nothing
read but the table of pannes.

To read in this order: `base` (a base of the sandbox, its clock, the guichets that call it), `demande` (a
request for social housing, its numéro unique, what the base holds of it), `element_recu` (a document
received, read once), `menage` (the household, its resources, the first quartile), `evenement` and
`decision_de_commission` (what guichets share about a demande, what a commission decides), `anomalie` (a
control that does not hold), `echange` (a call, and its line of the journal). Articles (L. …, R. …) are those
of the code de la construction et de l'habitation.
"""
