/** The command line: names of benchmarks and flags, the flags of each as it declares them. */
import { parseArgs } from 'node:util'
import type { Benchmark, Flag } from './benchmark.ts'

export type Command =
  | { kind: 'help'; text: string }
  | { kind: 'wrong'; message: string }
  | { kind: 'run'; benchmarks: Benchmark[]; flags: Record<string, string>; isWriting: boolean }

export function readCommand(args: readonly string[], all: readonly Benchmark[]): Command {
  const declared = new Map(all.flatMap(({ flags }) => Object.entries(flags)))
  const options = Object.fromEntries([...declared.keys()].map((name) => [name, { type: 'string' as const }]))
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { ...options, help: { type: 'boolean', short: 'h' }, write: { type: 'boolean' } },
    })
    if (values.help) return { kind: 'help', text: helpText(all) }
    const { help: _help, write, ...rest } = values as Record<string, string | boolean>
    const flags = rest as Record<string, string>
    const unknown = positionals.filter((name) => !all.some((one) => one.name === name))
    if (unknown.length > 0) return wrong(`there is no benchmark ${unknown.join(', ')}`)
    const benchmarks = all.filter((one) => (positionals.length > 0 ? positionals.includes(one.name) : one.byDefault))
    const unused = Object.keys(flags).filter((name) => !benchmarks.some((one) => name in one.flags))
    if (unused.length > 0) return wrong(`nothing that runs takes --${unused.join(', --')}`)
    const notNumbers = Object.entries(flags).filter(([name, value]) => !fits(declared.get(name)!, value))
    if (notNumbers.length > 0) return wrong(`--${notNumbers[0]![0]} takes a number`)
    return { kind: 'run', benchmarks, flags, isWriting: write === true }
  } catch (error) {
    return wrong((error as Error).message)
  }
}

/** The values for one benchmark: given ones over its defaults. */
export function valuesFor(
  benchmark: Benchmark,
  given: Readonly<Record<string, string>>,
): Record<string, number | string> {
  return Object.fromEntries(
    Object.entries(benchmark.flags).map(([name, flag]) => {
      const text = given[name]
      if (text === undefined) return [name, flag.default]
      return [name, typeof flag.default === 'number' ? Number(text) : text]
    }),
  )
}

function fits(flag: Flag, value: string): boolean {
  return typeof flag.default === 'string' || (value.trim() !== '' && Number.isFinite(Number(value)))
}

function wrong(message: string): Command {
  return { kind: 'wrong', message: `${message}; npm run bench -- --help lists what there is` }
}

function helpText(all: readonly Benchmark[]): string {
  const lines = ['npm run bench -- [names ...] [--flags] [--write]', '']
  lines.push('Without names, those marked * run. --write puts the figures into bench/RESULTS.md.', '')
  for (const { name, about, flags, byDefault } of all) {
    lines.push(`${byDefault ? '*' : ' '} ${name.padEnd(12)} ${about}`)
    for (const [flag, { about: meaning, default: value }] of Object.entries(flags)) {
      lines.push(`      --${flag.padEnd(22)} ${meaning}${value === '' ? '' : ` (${value})`}`)
    }
  }
  return lines.join('\n')
}
