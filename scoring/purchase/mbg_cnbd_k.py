"""MBG/CNBD-k (Platzer & Reutterer 2016, "Ticking away the moments"): an MBG/NBD with regular purchases.

Gaps between purchases are Erlang(k, rate) with a Gamma(r, alpha) rate. k is fixed: 2, or 1 for the MBG/NBD
itself. All figures are exact, where the paper and BTYDplus approximate expectations given a history.
"""

from __future__ import annotations

from scoring.purchase.dropout import model

BY_K = {k: model("mbg_cnbd_k", first=1, k=k, fixed={"k": float(k)}) for k in (1, 2)}
MODEL = BY_K[2]
