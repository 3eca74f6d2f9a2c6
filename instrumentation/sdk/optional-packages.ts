/** Packages that may or may not be installed beside this one. They are looked for here first, then where the program was started. */
import { createRequire } from 'node:module'
import { join } from 'node:path'

const requirers = () => [createRequire(import.meta.url), createRequire(join(process.cwd(), 'noop.js'))]

/** The instrumentations of `@opentelemetry/auto-instrumentations-node`; none if it is not installed. */
export function autoInstrumentations(): unknown[] {
  const found = load('@opentelemetry/auto-instrumentations-node') as
    | { getNodeAutoInstrumentations?: () => unknown[] }
    | undefined
  return found?.getNodeAutoInstrumentations?.() ?? []
}

/** Where the loader hook lies that lets instrumentations reach ES modules; undefined without auto-instrumentations. */
export function loaderHook(): string | undefined {
  const package_ = locate('@opentelemetry/auto-instrumentations-node')
  if (package_ === undefined) return undefined
  try {
    return createRequire(package_).resolve('@opentelemetry/instrumentation/hook.mjs')
  } catch {
    return undefined
  }
}

export interface ResourcesPackage {
  defaultResource(): { merge(other: unknown): unknown }
  resourceFromAttributes(attributes: Record<string, string>): unknown
}

/** `@opentelemetry/resources` of the SDK that is installed, of whichever line that is. */
export function resourcesPackage(): ResourcesPackage {
  const sdk = locate('@opentelemetry/sdk-node')
  return createRequire(sdk ?? import.meta.url)('@opentelemetry/resources') as ResourcesPackage
}

function load(name: string): unknown {
  const path = locate(name)
  return path === undefined ? undefined : createRequire(path)(path)
}

function locate(name: string): string | undefined {
  for (const require of requirers()) {
    try {
      return require.resolve(name)
    } catch {
      // Not from there.
    }
  }
  return undefined
}
