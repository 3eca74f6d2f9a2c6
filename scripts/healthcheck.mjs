/** Ends with 0 when a URL answers 2xx within three seconds: the health check of images that have no curl. */
const [url] = process.argv.slice(2)
const isWell = await fetch(url, { signal: AbortSignal.timeout(3_000) }).then(
  ({ ok }) => ok,
  () => false,
)
process.exit(isWell ? 0 : 1)
