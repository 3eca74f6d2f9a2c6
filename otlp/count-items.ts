/** Counts the items of a request, each before anything is allocated for it, and bounds what the tape holds of all of them. */
import { ITEMS_PER_REQUEST_MAX, REPEATED_BYTES_PER_REQUEST_MAX } from './limits.ts'
import { type Items, type RequestScan, TooMuch } from './request-scan.ts'

/**
 * Puts the item in `[at, end)` onto the tape.
 * @param fault that of its resource or scope, 0 without one
 * @returns the fault for which it was taken off again, 0 if it stays
 */
export type ScanItem = (scan: RequestScan, scope: number, fault: number, at: number, end: number) => number

/** For signals whose scopes hold items and nothing between. */
export function eachCounted(scanItem: ScanItem): Items['scanMember'] {
  return (scan, scope, fault, at, end) => {
    const ordinal = beginItem(scan)
    endItem(scan, ordinal, scanItem(scan, scope, fault, at, end))
  }
}

/** One more item. @returns its position in the request, from 0 @throws TooMuch */
export function beginItem(scan: RequestScan): number {
  const ordinal = scan.seen++
  if (scan.seen > scan.itemsMax) {
    const what = `more than ${scan.itemsMax} ${scan.items.noun} in one request; send them in smaller ones`
    throw new TooMuch('too_many_items', what)
  }
  return ordinal
}

/** @param fault as `ScanItem` gives it @throws TooMuch */
export function endItem(scan: RequestScan, ordinal: number, fault: number): void {
  if (fault !== 0) {
    scan.rejections.add(fault, ordinal)
    checkItems(scan)
  } else checkTotals(scan)
}

/** Bounds what the tape holds. The keys of items that were rejected stay numbered, and count too. */
function checkItems(scan: RequestScan): void {
  const { tape } = scan
  const kept = tape.attributes.length + scan.elements + tape.children()
  if (Math.max(kept, tape.keys.length) <= ITEMS_PER_REQUEST_MAX) return
  const what = `more than ${ITEMS_PER_REQUEST_MAX} attributes, list elements, events, links, buckets and exemplars in one request`
  throw new TooMuch('too_large', what)
}

/** Bounds what the tape holds, and what a block of these items will hold. */
function checkTotals(scan: RequestScan): void {
  checkItems(scan)
  scan.repeatedBytes += scan.resourceBytes + scan.scopeBytes
  if (scan.repeatedBytes > REPEATED_BYTES_PER_REQUEST_MAX) {
    const what = `resources and scopes of more than ${REPEATED_BYTES_PER_REQUEST_MAX} bytes, counted once for each of their ${scan.items.noun}`
    throw new TooMuch('too_large', what)
  }
}
