/** A real Chromium for tests of the UI, and pages that remember everything which went wrong in them. */
import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { PATIENCE_MS } from './patience.ts'

const EXECUTABLE = process.env.CHROMIUM_PATH || '/usr/bin/chromium'

/** Without a browser the tests of the UI can't run: said aloud, and a failure where nobody would read it. */
export const hasBrowser = existsSync(EXECUTABLE)
if (!hasBrowser) {
  const words = `There is no Chromium at ${EXECUTABLE} (CHROMIUM_PATH names another): the web UI is NOT tested.`
  if (process.env.CI) throw new Error(words)
  console.warn(`\n  ${words}\n`)
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

export interface WatchedPage {
  page: Page
  /** Errors and warnings of the console, exceptions, violations of the content security policy, dialogs. */
  faults: string[]
}

export async function openPage(browser: Browser): Promise<WatchedPage> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  page.setDefaultTimeout(PATIENCE_MS)
  const faults: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`))
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`)
    dialog.dismiss()
  })
  // Violations come to the console too; this names what was violated.
  await page.exposeFunction('reportViolation', (what: string) => faults.push(`policy: ${what}`))
  await page.addInitScript(
    `document.addEventListener('securitypolicyviolation', (event) => reportViolation(event.violatedDirective + ' ' + event.blockedURI))`,
  )
  return { page, faults }
}
