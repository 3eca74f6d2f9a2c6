/** The one bound on work in flight: requests and their bytes, shared by all transports; it refuses, it never queues. */

export interface AdmissionLimits {
  /** Bytes of bodies held, as received or inflated, until their answers are given. */
  inFlightBytesMax: number
  /** Requests between the first byte of the body and the answer. */
  inFlightRequestsMax: number
}

export interface InFlight {
  requests: number
  bytes: number
}

/** The right to hold one request's bytes; must be released exactly when its answer is given or its sender is gone. */
export interface Permit {
  /**
   * Raises what this request holds to at least `bytes`; what is already held stays held.
   * @returns false where the bytes in flight would pass their bound: the request must be refused
   */
  growTo: (bytes: number) => boolean
  /** Gives everything back. Calls after the first do nothing. */
  release: () => void
}

export interface Admission {
  /** A permit for one request that begins with `bytes`, or undefined where a bound would be passed. */
  enter: (bytes: number) => Permit | undefined
  inFlight: () => InFlight
}

export function createAdmission(limits: AdmissionLimits): Admission {
  let requests = 0
  let bytesHeld = 0
  const fits = (more: number) => bytesHeld + more <= limits.inFlightBytesMax

  return {
    inFlight: () => ({ requests, bytes: bytesHeld }),
    enter(bytes) {
      if (requests >= limits.inFlightRequestsMax || !fits(bytes)) return undefined
      requests += 1
      bytesHeld += bytes
      let own = bytes
      let released = false
      return {
        growTo(wanted) {
          const more = wanted - own
          if (released || more <= 0) return !released
          if (!fits(more)) return false
          own += more
          bytesHeld += more
          return true
        },
        release() {
          if (released) return
          released = true
          requests -= 1
          bytesHeld -= own
        },
      }
    },
  }
}
