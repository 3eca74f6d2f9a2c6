-- The same of the log of changes, which is read once and kept for a day.
ALTER TABLE execution_changes
    MODIFY SETTING merge_selector_base = 12
