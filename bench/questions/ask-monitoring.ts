/** Graph runs of conversational agents. */
import { type AskedQuestion, DAY_MS, type Subjects } from './asked.ts'

const LOGS = '/api/v1/monitoring/logs'

export function askMonitoring({ last, wholeHours, user, conversation, agentRun }: Subjects): AskedQuestion[] {
  const [day, week] = [last(DAY_MS), wholeHours(7 * DAY_MS)]
  return [
    { what: 'run logs 24h', path: (n) => `${LOGS}?${day(n)}` },
    { what: 'run logs 24h, of agents, failed', path: (n) => `${LOGS}?kind=agent&status=failed&${day(n)}` },
    { what: 'run logs of a user 7d', path: (n) => `${LOGS}?user_id=${user(n)}&${week(n)}` },
    { what: 'run logs 7d, 1000 passed over', path: (n) => `${LOGS}?offset=1000&${week(n)}` },
    { what: 'one run log', path: (n) => `${LOGS}/${agentRun(n)}` },
    { what: 'run logs of a conversation', path: (n) => `/api/v1/monitoring/conversations/${conversation(n)}/logs` },
    { what: 'run stats 24h', path: (n) => `/api/v1/monitoring/stats?${day(n)}` },
    { what: 'run stats 7d', path: (n) => `/api/v1/monitoring/stats?${week(n)}` },
  ]
}
