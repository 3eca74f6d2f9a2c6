/** The page of errors as a reader meets it: the whole stack, hostile telemetry, a real Chromium. Needs `npm run build`. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hasBrowser, openBrowser, openPage } from '../kit/browser.ts'
import { type Stack, startStack } from '../kit/stack.ts'
import { eventually, exportRequest, text } from '../kit/traces.ts'
import { HOSTILE, hostileSpans } from './hostile-trace.ts'

const ID = 'cursed'

let stack: Stack
let browser: Browser
let page: Page
let faults: string[]
let fingerprint: string

async function sendHostile(): Promise<void> {
  const [entry] = hostileSpans(Date.now() - 10_000)
  const attributes = [
    text('runlens.execution.id', ID),
    text('runlens.workflow.name', HOSTILE.workflow),
    text('error.type', HOSTILE.errorType),
  ]
  const sent = await fetch(`${stack.urls.otlpHttp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(exportRequest([{ ...entry!, attributes }])),
  })
  expect(sent.status).toBe(200)
  await eventually(async () => {
    const answer = await fetch(`${stack.urls.api}/api/v1/executions/id/${ID}`)
    expect(answer.status).toBe(200)
    fingerprint = ((await answer.json()) as { error_fingerprint: string }).error_fingerprint
  })
}

describe.skipIf(!hasBrowser)('the page of errors', () => {
  beforeAll(async () => {
    ;[stack, browser] = await Promise.all([startStack(), openBrowser()])
    await sendHostile()
  })
  afterAll(async () => {
    await browser?.close()
    await stack?.stop()
  })
  beforeEach(async () => {
    ;({ page, faults } = await openPage(browser))
    await page.goto(`${stack.urls.api}/ui/`)
    await page.getByRole('link', { name: 'Errors', exact: true }).click()
  })
  afterEach(async () => {
    await page.close()
    expect(faults).toEqual([])
  })

  const query = () => new URL(page.url()).search
  const group = () => page.locator(`table.errors tr[data-error="${fingerprint}"]`)
  const button = (name: string) => page.getByRole('button', { name, exact: true })

  it('shows hostile texts as the texts that they are, names every control, and is no wider than the window', async () => {
    await group().waitFor()
    const shown = await group().textContent()
    expect(shown).toContain(HOSTILE.errorType)
    // Quoted parts are taken out of the template; what is left is text.
    expect(shown).toContain('</pre><iframe srcdoc=<value>></iframe>')
    expect(await page.locator('main :is(iframe, img, script)').count()).toBe(0)
    expect(await page.evaluate('window.pwned')).toBeUndefined()
    const nameless = await page
      .locator('button, a')
      .evaluateAll((all) => all.filter((one) => !one.textContent?.trim()).map((one) => one.outerHTML))
    expect(nameless).toEqual([])
    const width = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    expect(width).toBeLessThanOrEqual(0)
  })

  it('keeps what is said of a group, and leads to its executions', async () => {
    await group().getByRole('button', { name: 'Resolve' }).click()
    await group().getByText('resolved', { exact: true }).waitFor()
    await button('open').click()
    await group().waitFor({ state: 'detached' })
    expect(query()).toBe('?state=open')
    await button('resolved').click()
    await group().getByRole('button', { name: 'Open again' }).click()
    await group().getByText('open', { exact: true }).waitFor()
    expect(query()).toBe('?state=open&state=resolved')
    await group().getByRole('link').click()
    await page.locator(`table.executions tr[data-execution="${ID}"]`).waitFor()
    expect(query()).toBe(`?error_fingerprint=${fingerprint}`)
  })
})
