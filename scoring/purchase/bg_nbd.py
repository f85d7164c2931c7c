"""BG/NBD (Fader, Hardie & Lee 2005): a customer may leave after a repeat purchase, never after the first."""

from __future__ import annotations

from scoring.purchase.dropout import model

MODEL = model("bg_nbd", first=0)
