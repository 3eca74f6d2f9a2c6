/**
 * docker-compose.yml, Dockerfile and what they name, checked without an engine: every reference leads somewhere, settings are
 * settings, ports are those that processes listen on. Needs `npm run build`.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ENVIRONMENT_VARIABLES, loadSettings, OWN_PAGES, type Settings } from '@runlens/runtime'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { execForm, readDockerfile } from './dockerfile.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const isThere = (path: string) => existsSync(join(ROOT, path))

interface Healthcheck {
  test: string[]
  [key: string]: unknown
}

interface Service {
  image: string
  build?: string
  command?: string[]
  environment?: Record<string, unknown>
  ports?: string[]
  volumes?: string[]
  depends_on?: Record<string, { condition: string }>
  healthcheck?: Healthcheck
  [key: string]: unknown
}

const text = read('docker-compose.yml')
const compose = parse(text, { merge: true }) as { services: Record<string, Service>; volumes: Record<string, unknown> }
const services = Object.entries(compose.services)
const own = services.filter(([, { build }]) => build !== undefined)
const dockerfile = readDockerfile(read('Dockerfile'))

/** As Compose would fill it in, every secret being `secret`. */
function environmentOf({ environment = {} }: Service): Record<string, string> {
  const filled = Object.entries(environment).map(([name, value]) => [
    name,
    String(value).replaceAll(/\$\{\w+:\?[^}]*\}/g, 'secret'),
  ])
  return Object.fromEntries(filled) as Record<string, string>
}

/** What a service of ours listens on. */
function portsOf(name: string, { otlpGrpc, otlpHttp, workerAddress, apiAddress }: Settings): number[] {
  const addresses = { collector: [otlpGrpc, otlpHttp], worker: [workerAddress], 'query-api': [apiAddress] }
  return (addresses[name as keyof typeof addresses] ?? []).map(({ port }) => port)
}

describe('docker-compose.yml', () => {
  it('has all services, and no key that the Compose specification does not know', () => {
    expect(services.map(([name]) => name).sort()).toEqual(
      ['clickhouse', 'collector', 'grafana', 'migrate', 'query-api', 'worker'].sort(),
    )
    const known = new Set(
      `build cap_drop command depends_on environment healthcheck image init ports read_only restart security_opt
       stop_grace_period tmpfs ulimits volumes`.split(/\s+/),
    )
    const healthKeys = new Set(['test', 'interval', 'timeout', 'retries', 'start_period'])
    const wrong = services.flatMap(([name, service]) => [
      ...Object.keys(service).filter((key) => !known.has(key)),
      ...Object.keys(service.healthcheck ?? { test: [] }).filter((key) => !healthKeys.has(key)),
      ...(typeof service.image === 'string' ? [] : [`${name} has no image`]),
    ])
    expect(wrong).toEqual([])
    const top = Object.keys(parse(text) as object).filter((key) => !key.startsWith('x-'))
    expect(top).toEqual(['name', 'services', 'volumes'])
  })

  it('waits only for services that exist, and for what these can tell', () => {
    const wrong = services.flatMap(([name, { depends_on = {} }]) =>
      Object.entries(depends_on).filter(([other, { condition }]) => {
        const service = compose.services[other]
        if (condition === 'service_healthy') return service?.healthcheck === undefined || other === name
        return condition !== 'service_completed_successfully' || service?.restart !== 'on-failure'
      }),
    )
    expect(wrong).toEqual([])
  })

  it('pins every image that it does not build', () => {
    const foreign = services.filter(([, { build }]) => build === undefined).map(([, { image }]) => image)
    expect(foreign.length).toBeGreaterThan(1)
    expect(foreign.filter((image) => !/^[\w./-]+:\d+\.\d+\.\d+(\.\d+)?$/.test(image))).toEqual([])
    expect(JSON.stringify(compose.services.grafana?.environment)).toMatch(
      /grafana-clickhouse-datasource@\d+\.\d+\.\d+"/,
    )
  })

  it('runs files that the build makes', () => {
    expect(own.map(([name]) => name)).toEqual(['migrate', 'collector', 'worker', 'query-api'])
    expect(own.filter(([, { command }]) => !isThere(command?.[0] ?? 'nothing'))).toEqual([])
  })

  it('gives our services settings that they accept, and nothing else', () => {
    for (const [name, service] of own) {
      const environment = environmentOf(service)
      const unknown = Object.keys(environment).filter(
        (key) => !(ENVIRONMENT_VARIABLES as readonly string[]).includes(key),
      )
      expect(unknown, name).toEqual([])
      expect(loadSettings(environment).clickhouseUrl, name).toBe('http://runlens:secret@clickhouse:8123/runlens')
    }
  })

  it('reaches ClickHouse as the user, in the database and on the service that are there', () => {
    const url = new URL(loadSettings(environmentOf(compose.services.collector!)).clickhouseUrl!)
    const { CLICKHOUSE_USER, CLICKHOUSE_DB } = environmentOf(compose.services.clickhouse!)
    expect([url.username, url.pathname]).toEqual([CLICKHOUSE_USER, `/${CLICKHOUSE_DB}`])
    expect(Object.keys(compose.services)).toContain(url.hostname)
    const grafana = environmentOf(compose.services.grafana!)
    expect(Object.keys(compose.services)).toContain(grafana.CLICKHOUSE_HOST)
    expect(grafana.CLICKHOUSE_DATABASE).toBe(CLICKHOUSE_DB)
  })

  it('publishes on loopback only, on the default ports, what the processes listen on', () => {
    const published = services.flatMap(([name, { ports = [] }]) => ports.map((port) => [name, ...port.split(':')]))
    expect(published.filter(([, host]) => host !== '127.0.0.1')).toEqual([])
    expect(published.filter(([, , outside, inside]) => outside !== inside)).toEqual([])
    const defaults = loadSettings({})
    for (const [name, service] of own) {
      const inside = published.filter(([one]) => one === name).map(([, , , port]) => Number(port))
      if (inside.length === 0) continue
      expect(inside, name).toEqual(portsOf(name, loadSettings(environmentOf(service))))
      expect(inside, name).toEqual(portsOf(name, defaults))
    }
  })

  it('checks the health of all that stay, by what their images have and where they listen', () => {
    for (const [name, service] of services) {
      if (name === 'migrate') continue
      expect(service.healthcheck?.test[0], name).toMatch(/^CMD(-SHELL)?$/)
    }
    for (const [name, service] of own) {
      if (name === 'migrate') continue
      const [, program, script, address] = service.healthcheck!.test
      const url = new URL(address!)
      expect([program, isThere(script!)], name).toEqual(['node', true])
      expect(url.hostname).toBe('127.0.0.1')
      expect(portsOf(name, loadSettings(environmentOf(service))), name).toContain(Number(url.port))
      expect(OWN_PAGES as readonly string[], name).toContain(url.pathname.slice(1))
    }
  })

  it('mounts files and folders that are there, and volumes that are declared', () => {
    const mounts = services.flatMap(([, { volumes = [] }]) => volumes.map((mount) => mount.split(':')[0]!))
    const bound = mounts.filter((source) => source.startsWith('.'))
    expect(bound.filter((source) => !isThere(source))).toEqual([])
    const named = mounts.filter((source) => !source.startsWith('.'))
    expect([...new Set(named)].sort()).toEqual(Object.keys(compose.volumes).sort())
  })

  it('keeps the spool where the image says that data are', () => {
    const [mount] = compose.services.collector?.volumes ?? []
    const environment = dockerfile.filter(({ name }) => name === 'ENV').map(({ text }) => text)
    expect(environment.join(' ')).toContain(`RUNLENS_DATA_DIR=${mount?.split(':')[1]}`)
  })

  it('holds no secret: each comes from the environment, or its absence is told', () => {
    const asked = [...text.matchAll(/(?<!\$)\$\{(\w+)([^}]*)\}/g)]
    expect(asked.filter(([, , rest]) => !rest?.startsWith(':?'))).toEqual([])
    const example = read('.env.example').match(/^\w+=.*$/gm) ?? []
    expect([...new Set(asked.map(([, name]) => `${name}=`))].sort()).toEqual([...example].sort())
    const secrets = services.flatMap(([, { environment = {} }]) =>
      Object.entries(environment).filter(([name]) => /PASSWORD|SECRET|TOKEN/.test(name)),
    )
    expect(secrets.length).toBeGreaterThan(3)
    expect(secrets.filter(([, value]) => !/^\$\{\w+:\?/.test(String(value)))).toEqual([])
    expect(read('.gitignore').split('\n')).toContain('.env')
    expect(read('.dockerignore').split('\n')).toContain('.env')
  })
})

describe('the user of Grafana in ClickHouse', () => {
  const xml = read('clickhouse/server/users.d/grafana.xml')
  const { CLICKHOUSE_USER, CLICKHOUSE_DATABASE } = environmentOf(compose.services.grafana!)

  it('is the one that Grafana has, with a password that ClickHouse is given', () => {
    const user = new RegExp(
      `<users>\\s*<${CLICKHOUSE_USER}>[\\s\\S]*from_env="(\\w+)"[\\s\\S]*</${CLICKHOUSE_USER}>`,
    ).exec(xml)
    expect(Object.keys(compose.services.clickhouse?.environment ?? {})).toContain(user?.[1])
    expect(compose.services.clickhouse?.environment?.[user?.[1] ?? '']).toBe(
      compose.services.grafana?.environment?.CLICKHOUSE_PASSWORD,
    )
  })

  it('reads the tables of Runlens and may nothing else', () => {
    expect([...xml.matchAll(/<query>(.*)<\/query>/g)].map(([, grant]) => grant)).toEqual([
      `GRANT SELECT ON ${CLICKHOUSE_DATABASE}.*`,
    ])
    expect(xml).toContain('<readonly>2</readonly>')
  })
})

describe('the Dockerfile', () => {
  const stages = dockerfile.filter(({ name }) => name === 'FROM')
  const last = dockerfile.slice(dockerfile.lastIndexOf(stages.at(-1)!))
  const ignored = read('.dockerignore').split('\n')
  const { workspaces } = JSON.parse(read('package.json')) as { workspaces: string[] }

  it('builds on one pinned image of a Node that Runlens supports', () => {
    expect(stages).toHaveLength(2)
    expect(new Set(stages.map(({ words }) => words[0])).size).toBe(1)
    expect(Number(/^node:(\d+)\.\d+\.\d+-\w+-slim$/.exec(stages[0]!.words[0]!)?.[1])).toBeGreaterThanOrEqual(20)
  })

  it('copies what exists, from the checkout or from a stage that has it', () => {
    const stageNames = stages.map(({ words }) => words[2])
    const copies = dockerfile.filter(({ name }) => name === 'COPY')
    expect(copies.length).toBeGreaterThan(1)
    for (const { flags, words } of copies) {
      const from = flags.find((flag) => flag.startsWith('--from='))?.slice('--from='.length)
      const sources = words.slice(0, -1)
      if (from === undefined) expect(sources.filter((source) => !isThere(source))).toEqual([])
      else expect([stageNames.includes(from), sources]).toEqual([true, ['/app']])
    }
  })

  it('leaves no package and no file out of the context that the image needs', () => {
    const needed = [...workspaces, 'package.json', 'package-lock.json', '.npmrc', 'scripts', 'tsconfig.build.json']
    expect(needed.filter((path) => ignored.includes(path) || !isThere(path))).toEqual([])
  })

  it('installs from the lock file, ends without development packages, and runs no scripts of packages', () => {
    const installs = dockerfile.flatMap(({ text: line }) => line.match(/npm ci[^&]*/g) ?? [])
    expect(installs).toHaveLength(2)
    expect(installs.filter((line) => !line.includes('--ignore-scripts'))).toEqual([])
    expect(installs.at(-1)).toContain('--omit=dev')
  })

  it('runs as a user without rights, and something that the build makes', () => {
    expect(last.findLast(({ name }) => name === 'USER')?.words).toEqual(['node'])
    const entry = last.find(({ name }) => name === 'ENTRYPOINT')!
    const command = last.find(({ name }) => name === 'CMD')!
    expect(execForm(entry)).toEqual(['node'])
    expect(isThere(execForm(command)[0]!)).toBe(true)
  })
})
