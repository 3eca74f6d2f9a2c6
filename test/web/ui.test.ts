/** The web UI as a reader meets it: the whole stack, real payloads, a real Chromium. Needs `npm run build`. */
import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hasBrowser, openBrowser, openPage } from '../kit/browser.ts'
import { type Stack, startStack } from '../kit/stack.ts'
import { eventually, exportRequest, nativeRun, type OtlpSpan, text } from '../kit/traces.ts'
import { HOSTILE, hostileSpans } from './hostile-trace.ts'

const FIXTURES = new URL('../fixtures/otlp/', import.meta.url)
const N8N = 'n8n-2.40.7-webhook-error-and-wait.otlp.pb'
const LANGGRAPH = 'langgraph-1.7.3-openinference-4.1.1-1.otlp.json'

let stack: Stack
let browser: Browser
let page: Page
let faults: string[]

const ROWS = 'table.executions tbody tr[data-execution]'
const rowOf = (id: string) => page.locator(`${ROWS}[data-execution="${id}"]`)
const ids = () => page.locator(ROWS).evaluateAll((rows) => rows.map((row) => row.getAttribute('data-execution')))
const query = () => new URL(page.url()).search
const open = (path: string) => page.goto(stack.urls.api + path)

async function send(spans: readonly OtlpSpan[]): Promise<void> {
  await post(JSON.stringify(exportRequest(spans)), 'application/json')
}

async function post(body: string | Uint8Array<ArrayBuffer>, type: string): Promise<void> {
  const answer = await fetch(`${stack.urls.otlpHttp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': type },
    body,
  })
  expect(answer.status).toBe(200)
}

/** Waits until the API knows the execution, so that a page which is opened then has it. */
async function settled(id: string): Promise<void> {
  await eventually(async () => {
    const answer = await fetch(`${stack.urls.api}/api/v1/executions/id/${encodeURIComponent(id)}`)
    expect(answer.status).toBe(200)
  })
}

describe.skipIf(!hasBrowser)('the web UI', () => {
  beforeAll(async () => {
    ;[stack, browser] = await Promise.all([startStack(), openBrowser()])
  })
  afterAll(async () => {
    await browser?.close()
    await stack?.stop()
  })
  beforeEach(async () => {
    ;({ page, faults } = await openPage(browser))
  })
  afterEach(async () => {
    await page.close()
    expect(faults).toEqual([])
  })

  it('tells a newcomer how to send a span, and shows what that command sends without being asked', async () => {
    await open('/')
    expect(new URL(page.url()).pathname).toBe('/ui/')
    await page.getByText('Nothing has arrived yet').waitFor()
    const command = await page.locator('pre', { hasText: 'curl' }).textContent()
    const [, body] = /-d '(.*)'$/s.exec(command ?? '') ?? []
    await post(body ?? '', 'application/json')
    await page.getByRole('link', { name: 'hello', exact: true }).waitFor()
    await page.getByText('Nothing has arrived yet').waitFor({ state: 'detached' })
  })

  describe('with recorded payloads', () => {
    beforeAll(async () => {
      await post(readFileSync(new URL(N8N, FIXTURES)), 'application/x-protobuf')
      await post(readFileSync(new URL(LANGGRAPH, FIXTURES)), 'application/json')
      await Promise.all(['2', '3'].map(settled))
    })

    it('filters by status, and the address and the back button keep what was chosen', async () => {
      await open('/ui/?time_range=all&workflow_name=hook+flow')
      await rowOf('2').waitFor()
      expect((await ids()).sort()).toEqual(['2', '3'])
      await page.getByRole('button', { name: 'error', exact: true }).click()
      await rowOf('3').waitFor({ state: 'detached' })
      await rowOf('2').waitFor()
      expect(await ids()).toEqual(['2'])
      expect(query()).toBe('?status=error&workflow_name=hook+flow&time_range=all')
      expect(await rowOf('2').textContent()).toMatch(
        /^\s*error[\s\S]*hook flow[\s\S]*1 \/ 4[\s\S]*NodeOperationError in Stop/,
      )
      await page.reload()
      await rowOf('2').waitFor()
      expect(await ids()).toEqual(['2'])
      await page.goBack()
      await rowOf('3').waitFor()
      expect(query()).toBe('?time_range=all&workflow_name=hook+flow')
    })

    it('searches from the keyboard and says when nothing passes', async () => {
      await open('/ui/?time_range=all')
      await rowOf('2').waitFor()
      await page.keyboard.press('/')
      await page.keyboard.type('kaboom')
      await rowOf('3').waitFor({ state: 'detached' })
      await rowOf('2').waitFor()
      expect(await ids()).toEqual(['2'])
      expect(query()).toBe('?q=kaboom&time_range=all')
      await page.keyboard.type(' nowhere')
      await page.getByText('No execution passes these filters').waitFor()
      await page.getByRole('button', { name: 'Clear filters' }).last().click()
      await rowOf('3').waitFor()
      expect(query()).toBe('?time_range=all')
    })

    it('filters by kind and shows filters that links set as chips', async () => {
      await open('/ui/?time_range=all&error_type=NodeOperationError')
      await rowOf('2').waitFor()
      expect(await ids()).toEqual(['2'])
      await page.getByLabel('Kind').selectOption('agent')
      await page.getByText('No execution passes these filters').waitFor()
      expect(query()).toBe('?kind=agent&error_type=NodeOperationError&time_range=all')
      await page.getByRole('button', { name: 'Remove the filter error_type' }).click()
      await page.locator(ROWS, { hasText: 'langgraph' }).first().waitFor()
    })

    it('opens an execution: its error, its steps in time, the details of one', async () => {
      await open('/ui/?time_range=all')
      await rowOf('2').getByRole('link').press('Enter')
      await page.getByRole('heading', { name: 'hook flow' }).waitFor()
      expect(new URL(page.url()).pathname).toBe('/ui/executions/2')
      expect(await page.title()).toBe('error · hook flow · Runlens')
      expect(await page.getByRole('region', { name: 'Error' }).textContent()).toMatch(/NodeOperationError[\s\S]*kaboom/)
      const tree = page.getByRole('treegrid')
      await tree.waitFor()
      expect(await names(tree)).toEqual(['Webhook', 'Set', 'If', 'Stop'])
      expect(await tree.getByRole('row').nth(3).textContent()).toContain('error')
      expect(await tree.getByRole('row').first().textContent()).toContain('success')
      const bars = await tree
        .locator('.step-bar')
        .evaluateAll((all) => all.map((bar) => bar.getBoundingClientRect().left))
      expect(bars).toEqual([...bars].sort((a, b) => a - b))
      expect(new Set(bars).size).toBe(4)

      await tree.focus()
      await page.keyboard.press('End')
      await page.keyboard.press('Enter')
      const panel = page.getByRole('complementary', { name: 'Step' })
      expect(await panel.textContent()).toMatch(/^Stop[\s\S]*NodeOperationError[\s\S]*kaboom/)
      expect(new URL(page.url()).searchParams.get('step')).toMatch(/^9cf1a5[0-9a-f]{26}-[0-9a-f]{16}$/)
      await page.keyboard.press('ArrowUp')
      await panel.getByRole('heading', { name: 'If' }).waitFor()
      await page.reload()
      await panel.getByRole('heading', { name: 'If' }).waitFor()
      await page.keyboard.press('Escape')
      await panel.waitFor({ state: 'detached' })
      await page.goBack()
      await rowOf('2').waitFor()
    })

    it('folds what lies below a step, and shows plain spans when asked', async () => {
      await open('/ui/?time_range=all&provider=langgraph')
      await page.locator(ROWS).first().click()
      const tree = page.getByRole('treegrid')
      await tree.waitFor()
      const all = await names(tree)
      await tree.getByRole('button', { name: 'Fold' }).first().click()
      const folded = await names(tree)
      expect(folded.length).toBeLessThan(all.length)
      expect(all.filter((name) => folded.includes(name)).length).toBeGreaterThanOrEqual(folded.length)
      await tree.getByRole('button', { name: 'Unfold' }).click()
      expect(await names(tree)).toEqual(all)
      await page.getByLabel('Plain spans too').check()
      await eventually(async () => expect(query()).toContain('spans=all'))
    })
  })

  it('pages through more executions than one page has, each once, newest first', async () => {
    const start = Date.now() - 3_600_000
    const runs = Array.from({ length: 230 }, (_, n) => nativeRun(`paged-${n}`, start + n * 1_000, 1))
    await send(runs.flatMap(({ spans }) => spans))
    await eventually(async () => {
      const answer = await fetch(`${stack.urls.api}/api/v1/executions?workflow_name=e2e+flow&limit=1`)
      expect(await answer.json()).toMatchObject({ total: 230 })
    })
    await open('/ui/?workflow_name=e2e+flow')
    const expected = runs.map(({ executionId }) => executionId).reverse()
    await rowOf('paged-229').waitFor()
    expect(await ids()).toEqual(expected.slice(0, 100))
    await page.getByRole('button', { name: 'Load older' }).click()
    await rowOf('paged-30').waitFor()
    expect(await ids()).toEqual(expected.slice(0, 200))
    await page.getByRole('button', { name: 'Load older' }).click()
    await rowOf('paged-0').waitFor()
    expect(await ids()).toEqual(expected)
    await page.getByText('That is all.').waitFor()

    await rowOf('paged-10').scrollIntoViewIfNeeded()
    await rowOf('paged-10').getByRole('link').click()
    await page.getByRole('treegrid').waitFor()
    await page.goBack()
    await rowOf('paged-10').waitFor()
    expect(await ids()).toEqual(expected)
    await eventually(async () => {
      const box = await rowOf('paged-10').boundingBox()
      expect(box?.y).toBeGreaterThan(0)
      expect(box?.y).toBeLessThan(900)
    })
  })

  it('shows what arrives at the top of the list, and moves nothing under a reader who scrolled', async () => {
    await open('/ui/?time_range=1h&workflow_name=live+flow')
    await page.getByText('No execution passes these filters').waitFor()
    const arrive = (name: string, count: number) =>
      send(
        Array.from({ length: count }, (_, n) => nativeRun(`${name}-${n}`, Date.now() - 1_000 + n, 1)).flatMap((run) =>
          run.spans.map((span) => renamed(span, 'live flow')),
        ),
      )
    await arrive('first', 60)
    await rowOf('first-59').waitFor()
    await rowOf('first-0').waitFor()
    await rowOf('first-20').scrollIntoViewIfNeeded()
    await page.mouse.wheel(0, 200)
    const before = await ids()
    await arrive('second', 1)
    await page.getByRole('button', { name: '1 new' }).waitFor()
    expect(await ids()).toEqual(before)
    await page.getByRole('button', { name: '1 new' }).click()
    await rowOf('second-0').waitFor()
    expect((await ids())[0]).toBe('second-0')

    await page.getByRole('button', { name: /pause/ }).click()
    await arrive('third', 1)
    await settled('third-0')
    await page.getByRole('button', { name: /resume/ }).click()
    await rowOf('third-0').waitFor()
  })

  it('follows an open execution until it ends', async () => {
    const run = nativeRun('followed', Date.now() - 5_000, 1)
    await send(
      run.spans.map((span) => (span.parentSpanId ? span : { ...span, endTimeUnixNano: '0', status: { code: 0 } })),
    )
    await settled('followed')
    await open('/ui/executions/followed')
    await page.getByRole('banner').waitFor()
    const pill = page.locator('.summary .pill')
    expect(await pill.textContent()).toBe('running')
    await send(run.spans)
    await page.locator('.summary .pill', { hasText: 'success' }).waitFor()
  })

  it('holds ten thousand steps with few rows in the page, and reaches the last one', async () => {
    const run = nativeRun('ten-thousand', Date.now() - 120_000, 10_000)
    for (let n = 0; n < run.spans.length; n += 2_500) await send(run.spans.slice(n, n + 2_500))
    await eventually(async () => {
      const answer = await fetch(`${stack.urls.api}/api/v1/executions/id/ten-thousand`)
      expect(await answer.json()).toMatchObject({ step_count: 10_000, status: 'success' })
    })
    await open('/ui/executions/ten-thousand')
    const tree = page.getByRole('treegrid')
    await tree.waitFor()
    expect(await tree.getAttribute('aria-rowcount')).toBe('10000')
    expect(await tree.getByRole('row').count()).toBeLessThan(120)
    await tree.focus()
    await page.keyboard.press('End')
    await tree.getByText('step 9999', { exact: true }).waitFor()
    expect(await tree.getByRole('row').count()).toBeLessThan(120)
    await tree.evaluate((element) => element.scrollTo(0, 5_000 * 26))
    await tree.getByText('step 5000', { exact: true }).waitFor()
  })

  it('shows hostile telemetry as the text that it is', async () => {
    await send(hostileSpans(Date.now() - 10_000))
    await settled(HOSTILE.id)
    await open('/ui/')
    const row = page.locator(ROWS, { hasText: HOSTILE.workflow })
    await row.waitFor()
    expect(await row.textContent()).toContain(HOSTILE.errorType)
    await row.getByRole('link').click()
    await page.getByRole('heading', { name: HOSTILE.workflow }).waitFor()
    const tree = page.getByRole('treegrid')
    await tree.waitFor()
    expect((await names(tree)).sort()).toEqual([HOSTILE.step, HOSTILE.long].sort())
    await tree.getByRole('row').first().click()
    const attributes = page.getByRole('complementary', { name: 'Step' }).getByRole('rowheader')
    expect(await attributes.allTextContents()).toEqual(
      expect.arrayContaining(['__proto__', 'constructor', 'toString', HOSTILE.attributeKey]),
    )
    for (const summary of await page.locator('details:not([open]) > summary').all()) await summary.click()
    const shown = await page.locator('main').evaluate((main) => main.textContent ?? '')
    for (const [name, words] of Object.entries(HOSTILE)) {
      if (name !== 'input') expect(shown.includes(words), name).toBe(true)
    }
    expect(shown).toContain('"__proto__": 1')
    // The frame of the page has none of these; whatever there is came from telemetry.
    for (const selector of [
      'main img',
      'main iframe',
      'main script',
      'main b',
      'a[href^="javascript:" i]',
      '[onload]',
    ]) {
      expect([selector, await page.locator(selector).count()]).toEqual([selector, 0])
    }
    expect(await page.evaluate('window.pwned')).toBeUndefined()
    const width = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    expect(width).toBeLessThanOrEqual(0)
    // Every value is a link to its like or text, and the links lead nowhere else.
    const hosts = await page.locator('a').evaluateAll((links) => links.map((link) => (link as unknown as URL).host))
    expect(new Set(hosts)).toEqual(new Set([new URL(stack.urls.api).host]))
  })

  it('says what the API said when there is no such execution, and what to do on an unknown page', async () => {
    await open('/ui/executions/no-such')
    const problem = page.getByRole('alert')
    await problem.waitFor()
    expect(await problem.textContent()).toMatch(
      /No execution has this id[\s\S]*request [\w-]{36}[\s\S]*execution_not_found/,
    )
    expect(faults.splice(0).every((fault) => fault.includes('404'))).toBe(true)
    await open('/ui/nowhere')
    await page.getByText('There is no such page').waitFor()
    await page.getByRole('link', { name: 'All executions' }).click()
    await page.locator(ROWS).first().waitFor()
    faults.splice(0)
  })

  it('shows that it is not up to date while nothing answers, keeps what it has, and catches up', async () => {
    await open('/ui/?time_range=all')
    await page.locator(ROWS).first().waitFor()
    await page.context().setOffline(true)
    await page.getByText('Not up to date').waitFor()
    expect(await page.locator(ROWS).count()).toBeGreaterThan(0)
    await page.context().setOffline(false)
    await page.getByText('Not up to date').waitFor({ state: 'detached' })
    expect(faults.splice(0).every((fault) => fault.startsWith('console: Failed to load resource'))).toBe(true)
  })

  it('gives every control a name', async () => {
    await open('/ui/executions/2?spans=all')
    await page.getByRole('treegrid').waitFor()
    for (const path of ['/ui/?time_range=all&version=1', '/ui/executions/2?spans=all']) {
      await open(path)
      await page.locator('main :is(table, [role=treegrid], .notice)').first().waitFor()
      const nameless = await page
        .locator('button, input, select, a')
        .evaluateAll((all) =>
          all
            .filter((one) => !one.getAttribute('aria-label') && !one.textContent?.trim() && !one.closest('label'))
            .map((one) => one.outerHTML),
        )
      expect([path, nameless]).toEqual([path, []])
    }
  })

  it('says how far a search came that found nothing yet, and looks further back when told to', async () => {
    await stack.query(
      `INSERT INTO execution_hours_total (tenant, hour, kind, environment, status, executions, generation)
SELECT 'default', toStartOfHour(now('UTC')) - number * 3600, 'request', '', 'success', 250000, 1 FROM numbers(6)`,
    )
    await open('/ui/?time_range=all&q=kaboom')
    await page.getByRole('heading', { name: 'Nothing found yet' }).waitFor()
    await page.getByText(/^Searched back to [^ ]/).waitFor()
    await page.getByRole('button', { name: 'Search further back' }).click()
    await rowOf('2').waitFor()
    expect(await ids()).toEqual(['2'])
    await page.getByText('That is all.').waitFor()
  })
})

function names(tree: ReturnType<Page['getByRole']>): Promise<string[]> {
  return tree.locator('.step-name > bdi').allTextContents()
}

/** The same span of another workflow. */
function renamed(span: OtlpSpan, workflow: string): OtlpSpan {
  const attributes = span.attributes.map((one) =>
    one.key === 'runlens.workflow.name' ? text('runlens.workflow.name', workflow) : one,
  )
  return { ...span, attributes }
}
