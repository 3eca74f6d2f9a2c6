import { expect, it } from 'vitest'
import { recordedSpans } from '../../test/kit/recorded-spans.ts'
import { withExecution } from '../execution/with-execution.ts'
import { visualSession } from './session.ts'

it('counts events and the time between the first and the last, in any order', async () => {
  const [span] = await recordedSpans(() =>
    withExecution({ workflow: 'shown' }, (execution) => {
      const session = visualSession(execution, { quality: 'high', sessionId: 's-1' })
      session.add({ timestamp: 5_000 })
      session.add([{ timestamp: 9_500 }, { timestamp: 2_000 }])
      session.add([])
      expect([session.eventsCaptured, session.streamDurationSeconds]).toEqual([3, 7.5])
      session.end()
    }),
  )
  expect(span!.attributes).toMatchObject({
    'runlens.visual.enabled': true,
    'runlens.visual.streaming': true,
    'runlens.visual.quality': 'high',
    'runlens.visual.session_id': 's-1',
    'runlens.visual.events_captured': 3,
    'runlens.visual.stream_duration_s': 7.5,
  })
})

it('of nothing is nothing, and of nonsense too', async () => {
  await recordedSpans(() =>
    withExecution({ workflow: 'shown' }, (execution) => {
      const session = visualSession(execution)
      expect([session.eventsCaptured, session.streamDurationSeconds]).toEqual([0, 0])
      session.add(null as never)
      session.add([{ timestamp: Number.NaN }])
      expect(session.eventsCaptured).toBe(2)
      expect(session.streamDurationSeconds).toBeLessThan(5)
    }),
  )
})
