"""The page of a backtest, and the folder that holds it: one HTML file, the forecasts as Parquet, a summary as JSON.

Belongs here: pictures (``pictures``), words and layout (``page``, ``templates/``), writing (``write``). Does not: any grade
(``transforms.backtest``). Style sheet and languages are the brief's.
"""
