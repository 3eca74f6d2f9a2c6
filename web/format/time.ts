/** Moments as a reader places them: how long ago, and exactly. Pure: the clock is passed in. */

const STEPS: readonly [unit: string, seconds: number][] = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
]

/** `12 s ago`; ahead of the clock by a little is now. */
export function formatAgo(iso: string, nowMs: number): string {
  const seconds = Math.floor((nowMs - Date.parse(iso)) / 1000)
  if (seconds < -60) return 'ahead of now'
  if (seconds < 1) return 'now'
  const [unit, size] = STEPS.find(([, each]) => seconds >= each) ?? ['s', 1]
  return `${Math.floor(seconds / size)} ${unit} ago`
}

/** The local time of day; `10 Nov 14:03:22` when it is not of the day of `nowMs`. */
export function formatClock(iso: string, nowMs: number): string {
  const date = new Date(iso)
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  if (date.toDateString() === new Date(nowMs).toDateString()) return clock
  return `${date.getDate()} ${MONTHS[date.getMonth()]} ${clock}`
}

/** Local time with its offset, to the millisecond, and UTC: what to look for in other logs. */
export function formatExactly(iso: string): string {
  const date = new Date(iso)
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  const ms = String(date.getMilliseconds()).padStart(3, '0')
  return `${day} ${clock}.${ms} ${offset(-date.getTimezoneOffset())}  ·  ${iso}`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function offset(minutes: number): string {
  const length = Math.abs(minutes)
  return `${minutes < 0 ? '−' : '+'}${two(Math.floor(length / 60))}:${two(length % 60)}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
