/** Signing in and out as a reader does it: a real Chromium before an API that asks who comes. Needs `npm run build`. */
import { hashOfKey, newKeyText } from '@runlens/access'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertExecutions, startApi, type TestApi } from '../kit/api.ts'
import { hasBrowser, openBrowser, openPage } from '../kit/browser.ts'
import type { TestClickHouse } from '../kit/clickhouse.ts'
import { startDatabase } from '../kit/stack-db.ts'

const HOSTILE = '<img src=x onerror=alert(1)>'
const key = newKeyText()
let db: TestClickHouse
let api: TestApi
let browser: Browser
let page: Page
let faults: string[]

describe.skipIf(!hasBrowser)('a reader', () => {
  beforeAll(async () => {
    ;[db, browser] = await Promise.all([startDatabase(), openBrowser()])
    const at = new Date(Date.now() - 60_000).toISOString().slice(0, 23).replace('T', ' ')
    await insertExecutions(db.client, [
      { execution_id: 'mine', tenant: 'acme', started_at: at, user_id: HOSTILE },
      { execution_id: 'theirs', tenant: 'acme', started_at: at, user_id: 'bob' },
    ])
    const mine = { name: 'mine', tenant: 'acme', role: 'user', subject: HOSTILE, sha256: hashOfKey(key) }
    api = await startApi({ clickhouseUrl: db.url, settings: { auth: { keys: [mine] } } })
    ;({ page, faults } = await openPage(browser))
  })
  afterAll(async () => {
    await browser?.close()
    await api?.stop()
    await db?.stop()
  })

  const rows = () =>
    page.locator('tr[data-execution]').evaluateAll((all) => all.map((one) => one.getAttribute('data-execution')))

  it('without a session is asked for a key, and told what is wrong with another one', async () => {
    await page.goto(`${api.url}/ui/?time_range=24h`)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await page.getByLabel('API key').fill('rl_not-a-key')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('alert').textContent()).toMatch(/^The credential is not known here: /)
  })

  it('with a key sees what is its own, and the key is nowhere in the page', async () => {
    await page.getByLabel('API key').fill(key)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.locator('tr[data-execution="mine"]').waitFor()
    expect(await rows()).toEqual(['mine'])
    expect(new URL(page.url()).search).toBe('?time_range=24h')
    expect(await page.locator('.who').textContent()).toContain(HOSTILE)
    expect(await page.content()).not.toContain(key)
    expect(await page.evaluate('document.cookie + JSON.stringify([localStorage, sessionStorage])')).toBe('[{},{}]')
    const [cookie] = await page.context().cookies()
    expect(cookie).toMatchObject({ name: 'runlens_session', httpOnly: true, sameSite: 'Strict' })
  })

  it('stays signed in when the page is loaded again, and is out after signing out', async () => {
    await page.reload()
    await page.locator('tr[data-execution="mine"]').waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(await page.context().cookies()).toEqual([])
    expect(await page.getByRole('alert').count()).toBe(0)
    await page.reload()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    // Chromium tells of every answer 401 by itself.
    expect(faults.filter((fault) => !fault.includes('401'))).toEqual([])
  })
})
