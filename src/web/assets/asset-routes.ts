import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Hono } from 'hono'

interface Asset {
  path: string
  type: string
  body: string
}

const YEAR_S = 31_536_000

// Read from beside this module: in the bundle the files lie in dist/ itself.
const stylesheet = read('dashboard.css', 'text/css')
const script = read('dashboard.js', 'text/javascript')

/** Addresses of the style sheet and the script; they change with the content. */
export const ASSET_PATHS = { stylesheet: stylesheet.path, script: script.path } as const

/** Style sheet and script of the pages; they say nothing of the database and need no session. */
export function assetRoutes(): Hono {
  const routes = new Hono()
  for (const { path, type, body } of [stylesheet, script]) {
    routes.get(path, (c) =>
      c.body(body, 200, {
        'content-type': `${type}; charset=utf-8`,
        'cache-control': `public, max-age=${YEAR_S}, immutable`,
      }),
    )
  }
  return routes
}

function read(name: string, type: string): Asset {
  const body = readFileSync(new URL(name, import.meta.url), 'utf8')
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 12)
  return { path: `/assets/${name.replace('.', `-${hash}.`)}`, type, body }
}
