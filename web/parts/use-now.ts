/** The clock, as often as a page shows it. */
import { useEffect, useState } from 'react'

/** @param tickMs how often it moves on; null: it stands still */
export function useNow(tickMs: number | null): number {
  const [nowMs, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (tickMs === null) return
    const timer = setInterval(() => setNow(Date.now()), tickMs)
    return () => clearInterval(timer)
  }, [tickMs])
  return nowMs
}
