-- What was stored of `listed` before holds less: without it, it is put together out of the other columns when it is read.
ALTER TABLE executions
    CLEAR COLUMN listed
