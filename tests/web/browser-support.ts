import { existsSync } from 'node:fs'
import axe from 'axe-core'
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'
import { describe } from 'vitest'
import type { Role } from '../../src/access/role.js'
import { missing } from '../support/missing.js'
import { tokenFor, type WebServer } from './support.js'

/** A person at a browser, signed in. */
export interface Visitor {
  page: Page
  /** Goes to a path of the server. */
  visit(path: string): Promise<Page>
  /** What the browser complained of so far: errors, refused scripts and styles, dialogs. */
  complaints: string[]
  leave(): Promise<void>
}

// For what hangs: far longer than a busy machine needs, and less than a test has.
const LOADED_MS = 40_000
const CLOSED_MS = 20_000
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

/** `describe` where there is a browser. */
export const describeInBrowser = describe.skipIf(
  !existsSync(CHROMIUM) && !missing('Chromium', `there is no ${CHROMIUM}; the variable CHROMIUM names another place`),
)

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-background-networking'],
  })
}

export async function signedIn(
  browser: Browser,
  server: WebServer,
  role: Role,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({ timezoneId: 'Asia/Kolkata', ...options })
  const page = await context.newPage()
  const complaints = listen(page)
  await page.goto(`${server.url}/sign-in`)
  await page.fill('input[name=token]', await tokenFor(role))
  await Promise.all([page.waitForURL(`${server.url}/`), page.click('button')])
  return {
    page,
    visit: async (path) => {
      await page.goto(`${server.url}${path}`)
      return page
    },
    complaints,
    leave: () => closeContext(context),
  }
}

/**
 * A click returns when its answer begins to arrive, and Chromium loses the request to close a page that has just begun
 * to load: so what is loading is waited for first.
 */
export async function closeContext(context: BrowserContext): Promise<void> {
  const pages = context.pages()
  const shown = pages.map((page) => page.url()).join(', ')
  await within(LOADED_MS, `${shown} did not finish loading`, Promise.all(pages.map((page) => page.waitForLoadState())))
  await within(CLOSED_MS, `the browser did not close ${shown}`, context.close())
}

async function within(ms: number, complaint: string, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${complaint} within ${ms / 1000} s`)), ms)
  })
  try {
    await Promise.race([work, tooLate])
  } finally {
    clearTimeout(timer)
  }
}

/** What axe finds serious or critical on the page, one line per element. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // Through the debugger: the page's own policy lets no foreign script in.
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run: () => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>
      }
    }
    const { violations } = await axe.run()
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`))
  })
}

function listen(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  return complaints
}
