/** Profiles of one's own from the configuration to the processes: the page that teaches it is true, and faults stop all of them alike. Needs `npm run build`. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createLogger, loadSettings } from '@runlens/runtime'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCollector } from '../../collector/start.ts'
import { startQueryApi } from '../../query-api/start.ts'

const MAIN = fileURLToPath(new URL('../../cli/dist/main.js', import.meta.url))
const page = readFileSync(new URL('../../docs/howto/teach-an-emitter.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, text]) => ({
  language,
  text: text!,
}))
const [payload] = blocks.filter(({ language }) => language === 'json')
const [profile, configuration] = blocks.filter(({ language }) => language === 'yaml')
const [output] = blocks.filter(({ language }) => language === 'text')

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'runlens-own-'))
  writeFileSync(join(directory, 'acme.yaml'), profile!.text)
  writeFileSync(join(directory, 'runlens.yaml'), configuration!.text)
  writeFileSync(join(directory, 'nightly.otlp.json'), payload!.text)
  writeFileSync(join(directory, 'faulty.yaml'), 'mapping: { profiles: [faulty-profile.yaml, none.yaml] }\n')
  writeFileSync(join(directory, 'faulty-profile.yaml'), `${profile!.text}colour: red\n`)
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function runlens(...args: string[]) {
  const environment = { ...process.env, RUNLENS_CONFIG: '', RUNLENS_DATA_DIR: join(directory, 'data') }
  return spawnSync(process.execPath, [MAIN, ...args], { cwd: directory, env: environment, encoding: 'utf8' })
}

/** Lines of an output without the file's whole path. */
function linesOf(text: string): string[] {
  return text.replaceAll(`${directory}/`, '').split('\n')
}

describe('docs/howto/teach-an-emitter.md', () => {
  it('shows what explain really says, with the profile given', () => {
    const { stdout, stderr } = runlens('explain', 'nightly.otlp.json', '--profiles', 'acme.yaml')
    expect(stderr).toBe('')
    const lines = linesOf(stdout)
    let from = 0
    for (const line of output!.text.trimEnd().split('\n')) {
      const at = lines.indexOf(line, from)
      expect([line, at >= from]).toEqual([line, true])
      from = at + 1
    }
  })

  it('shows a configuration that says the same', () => {
    const tried = runlens('explain', 'nightly.otlp.json', '--profiles', 'acme.yaml', '--json')
    const installed = runlens('explain', 'nightly.otlp.json', '--config', 'runlens.yaml', '--json')
    expect(JSON.parse(installed.stdout)).toEqual(JSON.parse(tried.stdout))
    expect(JSON.parse(runlens('explain', 'nightly.otlp.json', '--json').stdout)).not.toEqual(JSON.parse(tried.stdout))
  })
})

describe('faults of profiles', () => {
  const faults = [
    "  - none.yaml: can't be read (ENOENT); mapping.profiles names it",
    `  - faulty-profile.yaml:${profile!.text.split('\n').length}: colour: is no key here; known are name, provider, order, select, prefixes, skip, roles, status, fields`,
  ]
  const settings = () => ({
    ...loadSettings({ RUNLENS_CONFIG: join(directory, 'faulty.yaml'), RUNLENS_API: '127.0.0.1:0' }),
    dataDir: join(directory, 'data'),
    clickhouseUrl: 'http://u:p@127.0.0.1:1/runlens',
  })
  const log = createLogger('collector', 'silent')

  it('stop the command that starts everything before anything starts', () => {
    for (const command of [['up'], ['explain', 'nightly.otlp.json']]) {
      const { status, stdout, stderr } = runlens(...command, '--config', 'faulty.yaml')
      expect([command, status, stdout]).toEqual([command, 78, ''])
      expect(linesOf(stderr)).toEqual(expect.arrayContaining(faults))
    }
    expect(linesOf(runlens('doctor', '--config', 'faulty.yaml').stdout).join('\n')).toContain('colour: is no key here')
  })

  it('stop each process that reads them', async () => {
    for (const start of [() => startCollector(settings(), log), () => startQueryApi(settings(), log)]) {
      const error = await start().then(
        () => undefined,
        (reason: Error) => reason,
      )
      expect(error).toMatchObject({ code: 'config_invalid' })
      expect(linesOf(error!.message)).toEqual(expect.arrayContaining(faults))
    }
  })
})
