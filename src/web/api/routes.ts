import { Hono } from 'hono'
import type { WebDependencies } from '../dependencies.js'
import { openapiDocument } from '../openapi/document.js'
import type { WebEnv } from '../session.js'
import { readRoutes } from './read-routes.js'
import { writeRoutes } from './write-routes.js'

/** Everything under /api. */
export function apiRoutes(dependencies: WebDependencies): Hono<WebEnv> {
  const document = openapiDocument(dependencies.settings.version)
  const app = new Hono<WebEnv>()
  app.get('/openapi.json', (context) => context.json(document))
  app.route('/', readRoutes(dependencies))
  app.route('/', writeRoutes(dependencies))
  return app
}
