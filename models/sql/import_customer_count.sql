-- How many customers the file holds.
SELECT count(*) FROM import_person
