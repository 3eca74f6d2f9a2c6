-- What was seen of an execution, out of its attributes: questions about all executions of a workflow, or about all that were streamed, would
-- read the whole map of each for a few of its values.
ALTER TABLE executions
    ADD COLUMN IF NOT EXISTS visual_enabled LowCardinality(String) MATERIALIZED attributes['runlens.visual.enabled'] CODEC(LZ4),
    ADD COLUMN IF NOT EXISTS visual_streaming LowCardinality(String) MATERIALIZED attributes['runlens.visual.streaming'] CODEC(LZ4),
    ADD COLUMN IF NOT EXISTS visual_events_captured Nullable(Float64) MATERIALIZED toFloat64OrNull(attributes['runlens.visual.events_captured']) CODEC(LZ4),
    ADD COLUMN IF NOT EXISTS visual_stream_duration_s Nullable(Float64) MATERIALIZED toFloat64OrNull(attributes['runlens.visual.stream_duration_s']) CODEC(LZ4)
