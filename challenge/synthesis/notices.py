"""What every file of a release says about itself, in both languages."""

from __future__ import annotations

NOTICE = {
    "nl": "Synthetische gegevens op basis van aannames. Wat hier uitkomt is ingebouwd"
    " of toeval; het zegt niets over bestaande gezinnen of wijken. Toetsen gebeurt"
    " later, op echte data binnen de muren van de partner.",
    "en": "Synthetic data based on assumptions. What comes out was put in or is chance;"
    " it says nothing about existing families or neighbourhoods. Testing comes later,"
    " on real data within the partner's walls.",
}
REHEARSAL = {
    "nl": "Generale repetitie: iemand heeft de startwaarde ingetypt. Met dat getal kan"
    " iedereen deze gegevens opnieuw maken, ook de verborgen rijen.",
    "en": "Rehearsal: somebody typed the seed. With that number anybody can make these"
    " data again, the hidden rows too.",
}
"""Of a release that was built with `--seed`."""
FORBIDDEN_USE = {
    "nl": "Niet voor besluiten over een gezin, uitkering, toeslag, premie, toezicht of"
    " jeugdbescherming.",
    "en": "Not for decisions about a family, benefit, allowance, premium, supervision"
    " or child protection.",
}
