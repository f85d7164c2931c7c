-- How many rates the file gives, and for which days.
SELECT count(*), min(valid_on), max(valid_on)
FROM import_rate
WHERE NOT disagree
