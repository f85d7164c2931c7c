"""How good the forecasts are: the past is cut at an earlier day, forecast from there, and compared."""
