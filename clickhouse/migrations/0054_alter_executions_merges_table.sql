-- A dozen parts at once, as `spans` has it: a row of 80 columns costs 12 µs each time it is merged (docs/adr/0028).
ALTER TABLE executions
    MODIFY SETTING merge_selector_base = 12
