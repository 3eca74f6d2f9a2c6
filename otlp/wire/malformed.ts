/** What reading throws, inside this package only, when bytes are not the message they should be. */

/** Caught by the entry points, which turn it into an outcome; carries where and what. */
export class Malformed extends Error {
  constructor(what: string, offset: number) {
    super(`${what} at byte ${offset}`)
    this.name = 'Malformed'
  }
}
