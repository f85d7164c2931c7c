"""MBG/NBD (Batislam, Denizel & Filiztekin 2007): a customer may leave after any purchase, also the first."""

from __future__ import annotations

from scoring.purchase.dropout import model

MODEL = model("mbg_nbd", first=1)
