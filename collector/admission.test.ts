import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAdmission, type Permit } from './admission.ts'

describe('admission', () => {
  it('refuses the request that would pass the bound on requests and takes one again after a release', () => {
    const admission = createAdmission({ inFlightBytesMax: 1_000, inFlightRequestsMax: 2 })
    const first = admission.enter(0)
    expect(admission.enter(0)).toBeDefined()
    expect(admission.enter(0)).toBeUndefined()
    first?.release()
    expect(admission.enter(0)).toBeDefined()
  })

  it('refuses bytes beyond the bound, whether they come at the door or while the body grows', () => {
    const admission = createAdmission({ inFlightBytesMax: 100, inFlightRequestsMax: 10 })
    const permit = admission.enter(60)
    expect(admission.enter(41)).toBeUndefined()
    expect(permit?.growTo(101)).toBe(false)
    expect(permit?.growTo(100)).toBe(true)
    expect(admission.inFlight()).toEqual({ requests: 1, bytes: 100 })
  })

  it('keeps what is held when less is asked for', () => {
    const admission = createAdmission({ inFlightBytesMax: 100, inFlightRequestsMax: 10 })
    const permit = admission.enter(50)
    expect(permit?.growTo(10)).toBe(true)
    expect(admission.inFlight().bytes).toBe(50)
  })

  it('gives back once, however often it is told to', () => {
    const admission = createAdmission({ inFlightBytesMax: 100, inFlightRequestsMax: 10 })
    const stays = admission.enter(30)
    const goes = admission.enter(30)
    goes?.release()
    goes?.release()
    expect(goes?.growTo(90)).toBe(false)
    expect(admission.inFlight()).toEqual({ requests: 1, bytes: 30 })
    stays?.release()
  })

  it('never passes its bounds and ends at nothing in flight, whatever the order of calls', () => {
    const step = fc.record({
      what: fc.constantFrom('enter', 'grow', 'release'),
      bytes: fc.nat(80),
      pick: fc.nat(20),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const admission = createAdmission({ inFlightBytesMax: 200, inFlightRequestsMax: 5 })
        const permits: Permit[] = []
        for (const { what, bytes, pick } of steps) {
          const permit = permits[pick % Math.max(1, permits.length)]
          if (what === 'grow') permit?.growTo(bytes)
          else if (what === 'release') permit?.release()
          else {
            const entered = admission.enter(bytes)
            if (entered) permits.push(entered)
          }
          expect(admission.inFlight().bytes).toBeLessThanOrEqual(200)
          expect(admission.inFlight().requests).toBeLessThanOrEqual(5)
        }
        for (const permit of permits) permit.release()
        expect(admission.inFlight()).toEqual({ requests: 0, bytes: 0 })
      }),
    )
  })
})
