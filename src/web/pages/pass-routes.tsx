import { Hono } from 'hono'
import type { PassKind } from '../../domain/pass.js'
import { oneOf, rowId } from '../api/parameters.js'
import type { WebDependencies } from '../dependencies.js'
import type { WebEnv } from '../session.js'
import { readFilters } from './filters.js'
import { PassesPage } from './passes-page.js'
import { show } from './shown.js'

const PASSES_PER_PAGE = 48
const KINDS: readonly PassKind[] = ['PASS', 'MANUAL', 'WORKER']

export function passRoutes(dependencies: WebDependencies): Hono<WebEnv> {
  const { queries, settings, silentSince } = dependencies
  const routes = new Hono<WebEnv>()
  routes.get('/passes', async (c) => {
    const { filters, problems } = readFilters(c, { kind: oneOf(KINDS), before: rowId })
    const { kind = 'PASS', before } = filters
    const [life, { passes }, newest] = await Promise.all([
      queries.signsOfLife(),
      // One more than is shown: how late the last of the page was, goes by it.
      queries.listPasses({ kind, limit: PASSES_PER_PAGE + 1, ...(before === undefined ? {} : { cursor: before }) }),
      queries.listPasses({ kind: 'PASS', limit: 1 }),
    ])
    const older = passes[PASSES_PER_PAGE] ?? null
    const shown = passes.slice(0, PASSES_PER_PAGE)
    return show(
      c,
      dependencies,
      { title: 'Passes', section: 'Passes', live: before === undefined },
      <PassesPage
        kind={kind}
        problems={problems}
        page={{ passes: shown, nextCursor: older === null ? null : String(shown.at(-1)?.id) }}
        before={older}
        newest={newest.passes[0] ?? null}
        life={life}
        silentSince={silentSince(life)}
        isFirstPage={before === undefined}
        pollIntervalMs={settings.pollIntervalMs}
      />,
    )
  })
  return routes
}
