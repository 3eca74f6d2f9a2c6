/** The collector's address as a person types it, `http://host:4318`, and the headers that it wants. */
import { InvalidArgumentError } from 'commander'

/** The URL as given. @throws InvalidArgumentError, which commander shows with the option's name */
export function parseEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return text
  throw new InvalidArgumentError('expected a URL such as http://host:4318')
}

/** `OTEL_EXPORTER_OTLP_HEADERS`: `name=value` pairs between commas, percent-encoded. What is not well encoded is left out. */
export function parseHeaders(text = ''): Record<string, string> {
  const pairs = text.split(',').flatMap((pair): [string, string][] => {
    const mark = pair.indexOf('=')
    const name = pair.slice(0, mark).trim().toLowerCase()
    try {
      return mark > 0 ? [[name, decodeURIComponent(pair.slice(mark + 1).trim())]] : []
    } catch {
      return []
    }
  })
  return Object.fromEntries(pairs)
}
