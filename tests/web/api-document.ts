import * as z from 'zod'
import type { Answer } from './support.js'

type Schema = Parameters<typeof z.fromJSONSchema>[0]

interface Described {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, unknown> }
}

interface Operation {
  parameters?: { name: string; in: string }[]
  responses: Record<string, { content: Record<string, { schema: object }> }>
}

/** The document at /api/openapi.json, as something to hold answers against. */
export interface ApiDocument {
  operations: { method: string; path: string; query: string[] }[]
  /** What of an answer is not as the document says. */
  problems(method: string, path: string, answer: Answer): string[]
}

export function openedDocument(body: unknown): ApiDocument {
  const document = body as Described
  const schemas = JSON.parse(
    JSON.stringify(document.components.schemas).replaceAll('#/components/schemas/', '#/$defs/'),
  ) as Record<string, unknown>
  return {
    operations: Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { parameters = [] }]) => ({
        method,
        path,
        query: parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name),
      })),
    ),
    problems: (method, path, answer) => {
      const described = document.paths[path]?.[method]?.responses[String(answer.status)]
      if (described === undefined) return [`${method} ${path} ${answer.status} is not described`]
      const schema = JSON.stringify(described.content['application/json']?.schema)
      const pointer = JSON.parse(schema.replaceAll('#/components/schemas/', '#/$defs/')) as object
      const result = z.fromJSONSchema({ ...pointer, $defs: schemas } as Schema).safeParse(answer.body)
      return result.success ? [] : result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    },
  }
}
