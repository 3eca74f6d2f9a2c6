/** What a benchmark is: a name, its flags, and a run that gives measurements. It never judges them. */

export interface Flag {
  about: string
  /** A number makes it a numeric flag, a text a textual one. */
  default: number | string
}
export type Flags = Readonly<Record<string, Flag>>
type ValueOf<Default> = Default extends number ? number : string
export type FlagValues<F extends Flags> = { readonly [K in keyof F]: ValueOf<F[K]['default']> }

export interface Measurement {
  what: string
  /** The figure that this measurement is about, with its unit. */
  figure: string
  /** Of the process that is measured, user and system. */
  cpuSeconds?: number
  wallSeconds?: number
  peakRssMiB?: number
  /** Against what ran beside it in the same run. */
  beside?: string
}

export interface Report {
  /** What was sent, stored or asked. */
  data: string
  measurements: Measurement[]
  /** What was lost or broken; any makes the command fail. */
  faults: string[]
}

/** Told while it runs. */
export type Progress = (text: string) => void

export interface Benchmark<F extends Flags = Flags> {
  name: string
  about: string
  flags: F
  /** Runs when no name is given. */
  byDefault: boolean
  run(flags: FlagValues<F>, progress: Progress): Promise<Report>
}

/** Ties the values that `run` gets to the flags that are declared. */
export function benchmark<const F extends Flags>(of: Benchmark<F>): Benchmark {
  return of as unknown as Benchmark
}
