-- For executions that were stored before: in the background, and only these columns are written.
ALTER TABLE executions
    MATERIALIZE COLUMN visual_enabled,
    MATERIALIZE COLUMN visual_streaming,
    MATERIALIZE COLUMN visual_events_captured,
    MATERIALIZE COLUMN visual_stream_duration_s
