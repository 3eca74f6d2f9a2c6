/** Which rows of a long list of equally high ones are in sight: only these are in the page. */
import { type RefObject, useCallback, useEffect, useState } from 'react'

export const ROW_PX = 26
/** Rows above and below what is in sight, for scrolling that outruns the drawing. */
const OVERSCAN_ROWS = 12

export interface RowsWindow {
  first: number
  /** The one behind the last. */
  end: number
  onScroll: () => void
  /** Scrolls as little as needed. */
  reveal: (index: number) => void
}

export function useRowsWindow(viewport: RefObject<HTMLElement | null>, count: number): RowsWindow {
  const [place, setPlace] = useState({ topRow: 0, rows: 40 })
  const measure = useCallback(() => {
    const element = viewport.current
    if (!element) return
    const topRow = Math.floor(element.scrollTop / ROW_PX)
    const rows = Math.ceil(element.clientHeight / ROW_PX)
    setPlace((now) => (now.topRow === topRow && now.rows === rows ? now : { topRow, rows }))
  }, [viewport])
  useEffect(() => {
    const element = viewport.current
    if (!element) return
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [viewport, measure])
  const reveal = useCallback(
    (index: number) => {
      const element = viewport.current
      if (!element) return
      const top = index * ROW_PX
      if (top < element.scrollTop) element.scrollTop = top
      else if (top + ROW_PX > element.scrollTop + element.clientHeight) {
        element.scrollTop = top + ROW_PX - element.clientHeight
      }
    },
    [viewport],
  )
  return {
    first: Math.max(0, Math.min(place.topRow, count) - OVERSCAN_ROWS),
    end: Math.min(count, place.topRow + place.rows + OVERSCAN_ROWS),
    onScroll: measure,
    reveal,
  }
}
