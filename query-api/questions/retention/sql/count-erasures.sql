SELECT count() AS n
FROM erasures FINAL
WHERE tenant = {tenant:String}
  AND state IN ('queued', 'running', 'waiting_for_mutation', 'failed')
