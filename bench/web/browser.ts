/** A real Chromium, and what its pages tell of themselves. */
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

/** @throws Error where there is no Chromium; `CHROMIUM_PATH` names another place than `/usr/bin/chromium` */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM_PATH || '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  })
}

/** Runs before anything of the page: notes the frame behind the first one in which an element of this kind is there. */
const noteFirst = (selector: string) => `
  window.firstPainted = new Promise((resolve) => {
    const seen = new MutationObserver(() => {
      if (!document.querySelector(${JSON.stringify(selector)})) return
      seen.disconnect()
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now())))
    })
    seen.observe(document, { childList: true, subtree: true })
  })`

export interface Opened {
  context: BrowserContext
  page: Page
  /** From the start of the navigation until the first element of the kind was painted. */
  paintedMs: number
}

/** Opens a page with nothing in its cache, and waits until the first element of this kind is painted. */
export async function openCold(browser: Browser, url: string, selector: string): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  await page.addInitScript(noteFirst(selector))
  await page.goto(url, { waitUntil: 'commit' })
  return { context, page, paintedMs: await page.evaluate<number>('window.firstPainted') }
}

export interface Scrolled {
  /** Between one frame and the next. */
  frameMs: number[]
  /** Stretches of more than 50 ms in which the page did nothing else. */
  longTasksMs: number[]
  /** Frames in which nothing was drawn in the middle of what is in sight. */
  blankFrames: number
}

/** Scrolls an element from its top to its end, so far with every frame. */
export function scrollThrough(page: Page, viewport: string, row: string, pixelsPerFrame: number): Promise<Scrolled> {
  return page.evaluate<Scrolled>(`new Promise((resolve) => {
    const element = document.querySelector(${JSON.stringify(viewport)})
    const box = element.getBoundingClientRect()
    const [x, y] = [box.x + 40, box.y + box.height / 2]
    const found = { frameMs: [], longTasksMs: [], blankFrames: 0 }
    const tasks = new PerformanceObserver((list) => list.getEntries().forEach((one) => found.longTasksMs.push(one.duration)))
    tasks.observe({ type: 'longtask' })
    let before
    const frame = (now) => {
      if (before !== undefined) found.frameMs.push(now - before)
      before = now
      if (!document.elementFromPoint(x, y)?.closest(${JSON.stringify(row)})) found.blankFrames++
      const top = element.scrollTop
      element.scrollTop = top + ${pixelsPerFrame}
      if (element.scrollTop > top) requestAnimationFrame(frame)
      else setTimeout(() => { tasks.disconnect(); resolve(found) }, 100)
    }
    requestAnimationFrame(frame)
  })`)
}
