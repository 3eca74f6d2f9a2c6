/** The collector's address as a person types it: `http://host:4318`. */
import { InvalidArgumentError } from 'commander'

/** The URL as given. @throws InvalidArgumentError, which commander shows with the option's name */
export function parseEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return text
  throw new InvalidArgumentError('expected a URL such as http://host:4318')
}
