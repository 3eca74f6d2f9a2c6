/** Loads the profiles that ship with this package, and those of one's own. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageAsset, RunlensError } from '@runlens/runtime'
import { readOwnFiles } from './own-files.ts'
import { parseFields, parseProfile, parseStatuses } from './parse-profile.ts'
import type { FieldSources, Profile, ProfileSet, Source, SourceField } from './profile.ts'
import { Place, YamlReader } from './yaml-reader.ts'

/** Profiles that one set may have: a span's matches are the bits of one number. */
export const PROFILES_MAX = 31

/** Shipped profiles below this order are about no emitter (the native contract, markers); those of one's own come after them and before all others. */
const OWN_ORDER = 10

const FIELDS_FILE = 'fields.yaml'
const STATUSES_FILE = 'statuses.yaml'

/**
 * The profiles that ship, and before them those of one's own.
 * @param paths absolute: files, or directories whose `*.yaml` and `*.yml` are meant
 * @throws RunlensError `config_invalid` with every fault, each with file, line and key
 */
export function loadProfiles(paths: readonly string[] = []): ProfileSet {
  const directory = packageAsset(import.meta.url, 'profiles')
  const files = new Map<string, string>()
  for (const file of readdirSync(directory).sort()) {
    if (file.endsWith('.yaml')) files.set(file, readFileSync(join(directory, file), 'utf8'))
  }
  const own = readOwnFiles(paths)
  return readProfileSet(files, own.files, own.faults)
}

/**
 * The same from texts by file name.
 * @param own texts of profiles of one's own
 * @param faults of reading them
 * @throws RunlensError `config_invalid` with every fault, each with file, line and key
 */
export function readProfileSet(
  files: ReadonlyMap<string, string>,
  own: ReadonlyMap<string, string> = new Map(),
  faults: readonly string[] = [],
): ProfileSet {
  const reader = new YamlReader()
  reader.faults.push(...faults)
  const table = (file: string) => reader.parse(files.get(file) ?? '', file) ?? {}
  const profiles: Profile[] = []
  const read = (text: string, file: string, isOwn: boolean) => {
    const value = reader.parse(text, file)
    if (value !== undefined) profiles.push(parseProfile(value, new Place(file), reader, isOwn))
  }
  for (const [file, text] of files) if (file !== FIELDS_FILE && file !== STATUSES_FILE) read(text, file, false)
  for (const [file, text] of own) read(text, file, true)
  profiles.sort((a, b) => rankOf(a) - rankOf(b) || a.order - b.order || (a.name < b.name ? -1 : 1))
  const fields = parseFields(table(FIELDS_FILE), new Place(FIELDS_FILE), reader)
  checkSet(profiles, fields, reader)
  const set: ProfileSet = {
    profiles,
    fields: withOwnSources(fields, profiles),
    statuses: parseStatuses(table(STATUSES_FILE), new Place(STATUSES_FILE), reader),
  }
  if (reader.faults.length > 0) throw faultsError(reader.faults)
  return set
}

function faultsError(faults: readonly string[]): RunlensError {
  return new RunlensError(
    'config_invalid',
    `The mapping profiles have ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    'Mend the keys named above; docs/howto/teach-an-emitter.md tells what a profile may say.',
  )
}

function rankOf({ own, order }: Profile): number {
  if (own) return 1
  return order < OWN_ORDER ? 0 : 2
}

/** What profiles say of their own spans goes before what is true for all, but for the names of the native contract. */
function withOwnSources(fields: FieldSources, profiles: readonly Profile[]): FieldSources {
  const merged = new Map<SourceField, Source[]>([...fields].map(([field, sources]) => [field, [...sources]]))
  for (const { name, fields: own } of profiles.toReversed()) {
    for (const [field, sources] of own) {
      const all = merged.get(field) ?? []
      const first = all.findIndex(({ key }) => !key.startsWith('runlens.'))
      all.splice(first < 0 ? all.length : first, 0, ...sources.map((source) => ({ ...source, profile: name })))
      merged.set(field, all)
    }
  }
  return merged
}

function checkSet(profiles: readonly Profile[], fields: FieldSources, reader: YamlReader): void {
  const names = new Map<string, Profile>()
  // Ours have their names already.
  for (const profile of [...profiles].sort((a, b) => Number(a.own) - Number(b.own))) {
    const first = names.get(profile.name)
    if (first)
      reader.fault(new Place(profile.file, ['name']), `${profile.name} stands twice: ${sourceOf(first)} has it`)
    else names.set(profile.name, profile)
    checkOwn(profile, reader)
  }
  if (profiles.length > PROFILES_MAX) {
    const shipped = profiles.filter(({ own }) => !own).length
    reader.faults.push(
      `mapping.profiles: are ${profiles.length} together with the ${shipped} that ship; at most ${PROFILES_MAX} can be used`,
    )
  }
  for (const [field, sources] of fields) {
    sources.forEach((source, i) => {
      if (source.profile !== undefined && !names.has(source.profile)) {
        reader.fault(new Place(FIELDS_FILE, [field, i, 'profile']), `is no profile: ${source.profile}`)
      }
    })
  }
}

function sourceOf({ own, file }: Profile): string {
  return own ? file : `the profile that ships (${file})`
}

/** Sources of one profile's fields are of its spans already. */
function checkOwn({ file, fields }: Profile, reader: YamlReader): void {
  for (const [field, sources] of fields) {
    sources.forEach((source, i) => {
      if (source.profile !== undefined) {
        reader.fault(new Place(file, ['fields', field, i, 'profile']), 'is this one already: leave it out')
      }
    })
  }
}
