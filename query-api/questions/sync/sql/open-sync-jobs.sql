SELECT tenant, environment, job_id, toString(toUnixTimestamp64Micro(created_at)) AS created_us, state, instance, cursor,
  pages_committed, toFloat64(current) AS seen, toFloat64(total) AS of_all, toFloat64(skipped) AS passed_over,
  toFloat64(unread) AS not_read, unread_first, toFloat64(incomplete) AS not_whole, incomplete_first, error, owner,
  toFloat64(version) AS row_version
FROM sync_jobs FINAL
WHERE tenant = {tenant:String}
  AND environment = {environment:String}
  AND state IN ('queued', 'running')
ORDER BY created_at, job_id
LIMIT 10
