import { describe, expect, it } from 'vitest'
import { benchmark } from './benchmark.ts'
import { readCommand, valuesFor } from './command-line.ts'

const none = async () => ({ data: '', measurements: [], faults: [] })
const quick = benchmark({
  name: 'quick',
  about: 'is quick',
  flags: { seconds: { about: 'how long', default: 3 }, peer: { about: 'a path', default: '' } },
  byDefault: true,
  run: none,
})
const slow = benchmark({ name: 'slow', about: 'is slow', flags: {}, byDefault: false, run: none })
const ALL = [quick, slow]

describe('the command line', () => {
  it('runs the default benchmarks without names, and the named ones with', () => {
    expect(readCommand([], ALL)).toMatchObject({ kind: 'run', benchmarks: [quick], isWriting: false })
    expect(readCommand(['slow', '--write'], ALL)).toMatchObject({ kind: 'run', benchmarks: [slow], isWriting: true })
  })

  it('gives each benchmark its own flags, as numbers where the default is one', () => {
    const command = readCommand(['quick', '--seconds', '9'], ALL)
    expect(command.kind === 'run' && valuesFor(quick, command.flags)).toEqual({ seconds: 9, peer: '' })
  })

  it('refuses names and flags that nothing takes, and texts for numbers', () => {
    for (const args of [
      ['fast'],
      ['--minutes', '1'],
      ['slow', '--seconds', '1'],
      ['--seconds', 'long'],
      ['--seconds', ''],
    ]) {
      expect(readCommand(args, ALL)).toMatchObject({ kind: 'wrong' })
    }
  })

  it('lists every benchmark with its flags', () => {
    const command = readCommand(['--help'], ALL)
    expect(command.kind === 'help' && command.text).toMatch(
      /\* quick .*is quick[\s\S]*--seconds .*how long \(3\)[\s\S]*slow/,
    )
  })
})
