-- And is written again, beside everything else (17 s for ten million executions): until then a page of old days costs what it did without this column.
ALTER TABLE executions
    MATERIALIZE COLUMN listed
