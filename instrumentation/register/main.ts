/** `node --import @runlens/instrumentation/register app.js`: starts the SDK half before the program, configured by `OTEL_*` alone. */
import { register } from 'node:module'
import { pathToFileURL } from 'node:url'
import { noteFault } from '../hub.ts'
import { startRunlens } from '../sdk/main.ts'
import { loaderHook } from '../sdk/optional-packages.ts'

try {
  // Instrumentations see CommonJS by themselves; ES modules only through this hook.
  const hook = loaderHook()
  if (hook !== undefined) register(pathToFileURL(hook).href)
} catch (error) {
  noteFault(error)
}
startRunlens()
