/**
 * What generated tests begin from. `npm test` tries the same cases each time, so that it is green or red by what was changed; `npm run soak`
 * tries others each time. `TEST_SEED=<n>` asks for certain ones, as a failure prints them, `TEST_SEED=random` for any.
 */
import fc from 'fast-check'

const asked = process.env.TEST_SEED ?? (process.env.TEST_EFFORT === 'long' ? 'random' : '20261120')
if (asked !== 'random') {
  const seed = Number(asked)
  if (!Number.isSafeInteger(seed)) throw new Error(`TEST_SEED is a whole number or "random", not "${asked}"`)
  fc.configureGlobal({ seed })
}
