-- As `executions` has it: a day in which nothing was written for six hours becomes one part, which FINAL need not merge.
ALTER TABLE metric_points
    MODIFY SETTING min_age_to_force_merge_seconds = 21600, min_age_to_force_merge_on_partition_only = 1
