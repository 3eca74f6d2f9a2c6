/** Loads the profiles that ship with this package, or a directory of the same form. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageAsset, RunlensError } from '@runlens/runtime'
import { parse } from 'yaml'
import { parseFields, parseProfile, parseStatuses } from './parse-profile.ts'
import type { Profile, ProfileSet } from './profile.ts'
import { YamlReader } from './yaml-reader.ts'

/** Profiles that one set may have: a span's matches are the bits of one number. */
export const PROFILES_MAX = 31

const FIELDS_FILE = 'fields.yaml'
const STATUSES_FILE = 'statuses.yaml'

/**
 * Reads `fields.yaml`, `statuses.yaml` and every other `*.yaml` of a directory as a profile.
 * @param directory default: the profiles of this package
 * @throws RunlensError `config_invalid` with every fault, each with file and key
 */
export function loadProfiles(directory = packageAsset(import.meta.url, 'profiles')): ProfileSet {
  const files = new Map<string, string>()
  for (const file of readdirSync(directory).sort()) {
    if (file.endsWith('.yaml')) files.set(file, readFileSync(join(directory, file), 'utf8'))
  }
  return readProfileSet(files)
}

/**
 * The same from texts by file name.
 * @throws RunlensError `config_invalid` with every fault, each with file and key
 */
export function readProfileSet(files: ReadonlyMap<string, string>): ProfileSet {
  const reader = new YamlReader()
  const parsed = new Map([...files].map(([file, text]) => [file, parseYaml(text, file, reader)]))
  const profiles: Profile[] = []
  for (const [file, value] of parsed) {
    if (file !== FIELDS_FILE && file !== STATUSES_FILE) profiles.push(parseProfile(value, file, reader))
  }
  const set: ProfileSet = {
    profiles: profiles.sort((a, b) => a.order - b.order || (a.name < b.name ? -1 : 1)),
    fields: parseFields(parsed.get(FIELDS_FILE), FIELDS_FILE, reader),
    statuses: parseStatuses(parsed.get(STATUSES_FILE), STATUSES_FILE, reader),
  }
  checkSet(set, reader)
  if (reader.faults.length > 0) {
    throw new RunlensError(
      'config_invalid',
      `The mapping profiles have ${reader.faults.length === 1 ? 'a fault' : `${reader.faults.length} faults`}:\n${reader.faults.map((fault) => `  - ${fault}`).join('\n')}`,
      'Mend the keys named above; docs/model.md describes profiles.',
    )
  }
  return set
}

function parseYaml(text: string, file: string, reader: YamlReader): unknown {
  try {
    return parse(text)
  } catch (error) {
    return reader.fault(file, `is no YAML: ${(error as Error).message.split('\n')[0]}`) ?? {}
  }
}

function checkSet(set: ProfileSet, reader: YamlReader): void {
  const names = new Set<string>()
  for (const profile of set.profiles) {
    if (names.has(profile.name)) reader.fault(`profile ${profile.name}`, 'stands twice')
    names.add(profile.name)
  }
  if (set.profiles.length > PROFILES_MAX) {
    reader.fault('profiles', `are ${set.profiles.length}, at most ${PROFILES_MAX} can be used`)
  }
  for (const [field, sources] of set.fields) {
    sources.forEach((source, i) => {
      if (source.profile !== undefined && !names.has(source.profile)) {
        reader.fault(`${FIELDS_FILE}: ${field}[${i}].profile`, `is no profile: ${source.profile}`)
      }
    })
  }
}
