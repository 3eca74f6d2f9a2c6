/** `npm run bench`: runs benchmarks one after another, prints their tables and, when asked, writes them down. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ALL } from './benchmarks/index.ts'
import type { Benchmark, Report } from './harness/benchmark.ts'
import { readCommand, valuesFor } from './harness/command-line.ts'
import { describeMachine, loadBefore } from './harness/machine.ts'
import { replaceSections, type Section } from './harness/results.ts'
import { ROOT } from './harness/root.ts'
import { toTable } from './harness/table.ts'

const RESULTS = join(ROOT, 'bench/RESULTS.md')

async function main(args: readonly string[]): Promise<number> {
  const command = readCommand(args, ALL)
  if (command.kind === 'help') {
    console.log(command.text)
    return 0
  }
  if (command.kind === 'wrong') {
    console.error(command.message)
    return 2
  }
  const machine = describeMachine()
  console.log(machine)
  let faults = 0
  for (const one of command.benchmarks) {
    const load = loadBefore()
    const began = performance.now()
    const progress = (text: string) =>
      console.error(`  [${one.name} ${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s] ${text}`)
    const report = await runOne(one, valuesFor(one, command.flags), progress)
    faults += report.faults.length
    console.log(`\n${one.name}: ${report.data}\n\n${toTable(report.measurements)}`)
    for (const fault of report.faults) console.log(`\nFAULT ${fault}`)
    if (command.isWriting && report.faults.length === 0) {
      write({ name: one.name, text: sectionOf(one, report, machine, load, command.flags) })
    }
  }
  return faults > 0 ? 1 : 0
}

/** What breaks is told, and the other benchmarks run all the same. */
async function runOne(one: Benchmark, flags: Record<string, number | string>, progress: (text: string) => void) {
  try {
    return await one.run(flags, progress)
  } catch (error) {
    return { data: 'did not finish', measurements: [], faults: [(error as Error).stack ?? String(error)] }
  }
}

function sectionOf(
  one: Benchmark,
  report: Report,
  machine: string,
  load: string,
  given: Record<string, string>,
): string {
  // Paths are of this machine only.
  const flags = Object.entries(given).filter(([name, value]) => name in one.flags && !value.includes('/'))
  const words = ['npm run bench --', one.name, ...flags.map(([name, value]) => `--${name} ${value}`)]
  const date = new Date().toISOString().slice(0, 10)
  return `${date}, ${machine}, load average ${load} before. Data: ${report.data}.

\`${words.join(' ')}\`

${toTable(report.measurements)}`
}

function write(section: Section): void {
  const file = existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : ''
  const order = ALL.map(({ name }) => name)
  writeFileSync(RESULTS, replaceSections(file, [section], order))
}

process.exit(await main(process.argv.slice(2)))
