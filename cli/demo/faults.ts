/** The faults of the demo: several types, each with ids and figures that differ from case to case. */
import type { Random } from './random.ts'
import type { Fault } from './trace-builder.ts'

export function connectionTimeout(random: Random): Fault {
  const host = `db-${random.int(1, 6)}.internal:5432`
  return random.chance(0.5)
    ? {
        type: 'TimeoutError',
        message: `Connection timeout to ${host} after ${random.int(29, 31)}${random.int(100, 999)} ms`,
      }
    : { type: 'ETIMEDOUT', message: `Connection timed out: ${host} (request ${random.hex(6)})` }
}

/** Whether the fault says of itself that time ran out. */
export function isTimeout({ type, message }: Fault): boolean {
  return /timeout|timed ?out/i.test(`${type} ${message}`)
}

export function cardDeclined(random: Random): Fault {
  return {
    type: 'PaymentDeclinedError',
    message: `Card ending ${random.int(1000, 9999)} was declined by the issuer (charge ch_${random.hex(8)})`,
  }
}

export function outOfStock(random: Random): Fault {
  return {
    type: 'OutOfStockError',
    message: `Only ${random.int(0, 3)} of "${product(random)}" left in warehouse ${random.int(1, 9)}`,
  }
}

export function customerNotFound(random: Random): Fault {
  return { type: 'NotFoundError', message: `Customer ${random.int(10_000, 99_999)} not found` }
}

export function rateLimited(random: Random): Fault {
  return {
    type: 'RateLimitError',
    message: `429 Rate limit reached for org-${random.hex(4)}: limit 30000, used ${random.int(29_000, 29_999)} tokens per minute`,
  }
}

export function badModelOutput(random: Random): Fault {
  return {
    type: 'OutputParserException',
    message: `Could not parse the model's answer at line ${random.int(1, 40)}: unexpected token`,
  }
}

export function syntaxFault(random: Random): Fault {
  return {
    type: 'SyntaxError',
    message: `column "${random.pick(['totl', 'custmer', 'ammount'])}" does not exist at position ${random.int(8, 90)}`,
  }
}

export function aborted(): Fault {
  return { type: 'AbortError', message: 'This operation was aborted' }
}

/** A product of the demo's shop. */
export function product(random: Random): string {
  return random.pick(['desk lamp', 'standing desk', 'monitor arm', 'chair', 'headset', 'keyboard'])
}

export function badCatalogue(random: Random): Fault {
  return {
    type: 'CatalogueError',
    message: `Row ${random.int(1, 3_000)} of the catalogue has no price: "${product(random)}"`,
  }
}
